"""The guide as XMLTV, in compressed pieces of a channel and a day that are kept until that day changes.

A whole guide is joined out of them: what is written anew is only what is another one.
"""

from __future__ import annotations

import hashlib
import operator
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.domain.guide import Show
from rightcast.domain.images import absolute, pictured
from rightcast.edge.answers import Made
from rightcast.formats import xmltv
from rightcast.formats.gzip_pieces import Piece, joined, piece

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rightcast.edge.guide_port import Guide

KEPT_BYTES = 64 << 20
_TAG_BYTES = 12
_Key = tuple[int, int, str, tuple[int, ...], str]
_BESIDE_BYTES = 400
"""What a piece costs beside its compressed bytes: there are many empty ones."""


@dataclass(frozen=True, slots=True)
class Told:
    """A channel as it stands in a guide. `past`: which shows get the id by which a player asks for them again.

    `base_url` goes before pictures that the station tells by their path alone.
    """

    channel_id: int
    guide_id: str
    names: tuple[str, ...]
    logo_url: str = ""
    past: Callable[[Show], bool] | None = None
    base_url: str = ""


class WrittenGuide:
    """Writes and keeps pieces; to be asked in threads, between pieces of which others get their turn."""

    def __init__(self, guide: Guide, *, kept_bytes: int = KEPT_BYTES) -> None:
        self._guide = guide
        self._kept_bytes = kept_bytes
        self._lock = threading.Lock()
        self._pieces: OrderedDict[_Key, tuple[int, Piece]] = OrderedDict()
        self._held = 0
        self.written = 0

    def whole(self, channels: Sequence[Told], days: range) -> Made:
        """The guide of these channels on these days of UTC, channel by channel."""
        digest = hashlib.blake2b(digest_size=_TAG_BYTES)
        pieces = []
        for one in self._all(channels, days):
            digest.update(b"%d-%d," % (one.checksum, one.size))
            pieces.append(one)
        packed, size = joined(pieces)
        return Made(packed, size, f'"{digest.hexdigest()}"')

    def _all(self, channels: Sequence[Told], days: range) -> Iterator[Piece]:
        """Channels without shows are left out, unless there are no others: to a validator of XMLTV they are errors."""
        found = [(one, [made for day in days if (made := self._piece(one, day)).size]) for one in channels]
        having = [one for one, pieces in found if pieces] or channels
        head = [
            xmltv.START,
            *(xmltv.channel(one.guide_id, one.names, absolute(one.logo_url, one.base_url)) for one in having),
        ]
        yield piece("".join(head).encode())
        for _, pieces in found:
            yield from pieces
        yield piece(xmltv.END.encode())

    def _piece(self, told: Told, day: int) -> Piece:
        mark = self._guide.day_mark(told.channel_id, day)
        past = _past(told, self._guide, day)
        same = (told.channel_id, day, told.guide_id, past)
        with self._lock:
            for key in ((*same, ""), (*same, told.base_url)):
                found = self._pieces.get(key)
                if found is not None and found[0] == mark:
                    self._pieces.move_to_end(key)
                    return found[1]
        came = self._guide.day(told.channel_id, day)
        shows = [pictured(one, told.base_url) for one in came]
        # a day without pictures of the station is the same under each of its addresses
        key = (*same, told.base_url if any(map(operator.is_not, shows, came)) else "")
        text = "".join(_shows(told, shows, frozenset(past))).encode()
        made = piece(text) if text else _NOTHING
        with self._lock:
            self.written += 1
            before = self._pieces.pop(key, None)
            self._held += _weight(made) - (_weight(before[1]) if before else 0)
            self._pieces[key] = (mark, made)
            while self._held > self._kept_bytes and len(self._pieces) > 1:
                self._held -= _weight(self._pieces.popitem(last=False)[1][1])
        if text:
            time.sleep(0)  # whoever waits for this interpreter gets it
        return made


_NOTHING = piece(b"")


def _weight(one: Piece) -> int:
    return len(one.packed) + _BESIDE_BYTES


def _past(told: Told, guide: Guide, day: int) -> tuple[int, ...]:
    """When the shows start that get an id; lines to which the same ones are open share a piece."""
    return () if told.past is None else tuple(one.start for one in guide.day(told.channel_id, day) if told.past(one))


def _shows(told: Told, shows: Sequence[Show], past: frozenset[int]) -> Iterator[str]:
    for one in shows:
        past_id = f"{told.channel_id}_{one.start}" if one.start in past else ""
        yield xmltv.show(one, told.guide_id, catchup_id=past_id)
