"""Access units of a video stream: their NAL units and their times.

ISO/IEC 14496-10 section 7.4.1.2.3, 23008-2 section 7.4.2.4.4; times by 13818-1 section 2.4.3.7.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from rightcast.formats.mpegts.units import CLOCK_HZ, WRAP, step

if TYPE_CHECKING:
    from rightcast.formats.mpegts.elementary import Elementary

LONGEST_DELAY = 10 * CLOCK_HZ
"""No decoder keeps pictures for longer; a time farther off is damaged."""

_START_CODE = re.compile(b"\0\0\1")


class Nal(NamedTuple):
    """Where a NAL unit lies in its stream, and its type."""

    start: int
    end: int
    kind: int


@dataclass(frozen=True, slots=True)
class Unit:
    """One access unit; times are unwrapped and count 90 kHz."""

    dts: int
    pts: int
    nals: tuple[Nal, ...]


class Grammar(Protocol):
    """How the NAL units of a codec are told apart."""

    def kind(self, first: int, /) -> int:
        """The type that a NAL unit's first byte tells."""

    def is_slice(self, kind: int, /) -> bool:
        """Whether units of the type hold coded picture data."""

    def is_delimiter(self, kind: int, /) -> bool:
        """Whether units of the type stand at the head of access units only."""


def unwrapped(time: int, near: int) -> int:
    """The time that a 33-bit number means, given one that is at most 13 hours off."""
    return near + step(near & (WRAP - 1), time)


def nal_units(data: bytes, grammar: Grammar) -> list[Nal]:
    """The NAL units of a byte stream (14496-10 annex B), without the zeros between them."""
    places = [match.end() for match in _START_CODE.finditer(data)]
    found = []
    for start, following in zip(places, [*(place - 3 for place in places[1:]), len(data)], strict=False):
        end = following
        while end > start and not data[end - 1]:
            end -= 1
        if end > start:
            found.append(Nal(start, end, grammar.kind(data[start])))
    return found


def access_units(stream: Elementary, grammar: Grammar, *, near: int) -> list[Unit]:
    """All access units that start in the stream, in decoding order; `near` is an unwrapped time close to them.

    A PES packet with a time begins one, and so does a delimiter behind a picture; other PES packets continue.
    """
    places = [start.place for start in stream.starts]
    index, entered, sliced = -1, False, False
    groups: list[tuple[int | None, int | None, list[Nal]]] = []
    for nal in nal_units(stream.data, grammar):
        while index + 1 < len(places) and places[index + 1] <= nal.start - 3:
            index, entered = index + 1, True
        if index < 0:
            continue
        pts, dts = stream.starts[index][1:] if entered else (None, None)
        if pts is not None or (sliced and grammar.is_delimiter(nal.kind)) or not groups:
            groups.append((pts, dts, []))
            sliced = False
        groups[-1][2].append(nal)
        entered = False
        sliced = sliced or grammar.is_slice(nal.kind)
    return _timed(groups, near)


def _timed(groups: list[tuple[int | None, int | None, list[Nal]]], near: int) -> list[Unit]:
    """Units with their times. Those without share evenly what lies between their neighbours' times."""
    units: list[Unit] = []
    waiting: list[list[Nal]] = []
    for pts, dts, nals in groups:
        if pts is None or dts is None:
            waiting.append(nals)
            continue
        decoded = unwrapped(dts, near)
        if units and waiting:
            _share(units, waiting, (decoded - units[-1].dts) // (len(waiting) + 1))
        waiting = []
        delay = step(dts, pts)
        units.append(Unit(decoded, decoded + (delay if abs(delay) <= LONGEST_DELAY else 0), tuple(nals)))
    if units and waiting:
        _share(units, waiting, units[-1].dts - units[-2].dts if len(units) > 1 else 0)
    return units


def _share(units: list[Unit], waiting: list[list[Nal]], gap: int) -> None:
    for nals in waiting:
        units.append(Unit(units[-1].dts + gap, units[-1].pts + gap, tuple(nals)))
