"""A slate as a loop of packets, and its player: the same units for ever, with times and counters that go on.

No encoder runs while a slate is shown: a player costs a few copies a tick.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.formats.mpegts.muxing import UnitTemplate
from rightcast.formats.mpegts.psi import Pat, Pmt, Stream, build_pat, build_pmt
from rightcast.formats.mpegts.sections import packetise
from rightcast.formats.mpegts.units import CLOCK_HZ

if TYPE_CHECKING:
    from collections.abc import Sequence

PICTURES_PER_S = 25
SAMPLES_PER_S = 48_000
LOOP_PICTURES = 48
LOOP_FRAMES = 90
"""1.92 s: a whole number of pictures, and of sound frames of 1,024 samples."""
LOOP_TICKS = LOOP_PICTURES * CLOCK_HZ // PICTURES_PER_S
AHEAD_S = 0.6
"""How much a player hands out at once: two parts, so that the slate is seen without waiting for the second."""

FIRST_PID = 0x20
"""The map's; pictures and sound have the next two."""

_SERVICE = 1
_FRAMES_PER_UNIT = 6
_TABLES_EVERY_TICKS = CLOCK_HZ // 5
_LEAD_TICKS = CLOCK_HZ // 5  # the clock runs behind the pictures by as much as a decoder should hold
_LONGEST_PAUSE_S = 2.0


@dataclass(frozen=True, slots=True)
class Loop:
    """Units by their time within the loop, in ticks, with the tables that describe them."""

    units: tuple[tuple[int, UnitTemplate], ...]
    sections: tuple[tuple[int, bytes], ...]


def build_loop(pictures: Sequence[bytes], frames: Sequence[bytes], first_pid: int = FIRST_PID) -> Loop | None:
    """A loop of H.264 pictures, the first a key frame, and AAC frames; without pictures it is radio.

    None when there are too few of either for a loop without a seam.
    """
    if len(frames) < LOOP_FRAMES or (pictures and len(pictures) < LOOP_PICTURES):
        return None
    map_pid, video_pid, sound_pid = range(first_pid, first_pid + 3)
    units: list[tuple[int, UnitTemplate]] = []
    for number, picture in enumerate(pictures[:LOOP_PICTURES]):
        template = UnitTemplate(video_pid, 0xE0, picture, random_access=number == 0, clock=True)
        units.append((number * CLOCK_HZ // PICTURES_PER_S, template))
    for first in range(0, LOOP_FRAMES, _FRAMES_PER_UNIT):
        data = b"".join(frames[first : first + _FRAMES_PER_UNIT])
        template = UnitTemplate(sound_pid, 0xC0, data, random_access=True, clock=not pictures)
        units.append((first * 1024 * CLOCK_HZ // SAMPLES_PER_S, template))
    video = (Stream(video_pid, 0x1B, ()),) if pictures else ()
    pmt = Pmt(_SERVICE, 0, video_pid if pictures else sound_pid, (*video, Stream(sound_pid, 0x0F, ())))
    sections = ((0, build_pat(Pat(_SERVICE, 0, ((_SERVICE, map_pid),)))), (map_pid, build_pmt(pmt)))
    return Loop(tuple(sorted(units, key=lambda unit: unit[0])), sections)


class Player:
    """Plays one `loop` for one channel from the moment it was made."""

    def __init__(self, loop: Loop, now: float) -> None:
        self.loop = loop
        self._counters: dict[int, int] = {}
        self._begun = self._taken_at = now
        self._base = self._rounds = self._next = self._tables_at = 0
        self._begin(now)

    def take(self, now: float) -> bytes:
        """The packets that are due by `now` (unix seconds)."""
        if not 0 <= now - self._taken_at <= _LONGEST_PAUSE_S:
            self._begin(now)  # the process slept, or its clock was set: what was missed is not made up for
        self._taken_at = now
        due = int((now - self._begun + AHEAD_S) * CLOCK_HZ)
        blocks: list[bytes] = []
        while (at := self._rounds * LOOP_TICKS + self.loop.units[self._next][0]) <= due:
            if at >= self._tables_at:
                self._tables_at = at + _TABLES_EVERY_TICKS
                blocks += [self._table(pid, section) for pid, section in self.loop.sections]
            template = self.loop.units[self._next][1]
            time = self._base + at
            blocks.append(template.filled(time, time - _LEAD_TICKS, self._count(template.pid, template.packets)))
            self._next += 1
            if self._next == len(self.loop.units):
                self._next, self._rounds = 0, self._rounds + 1
        return b"".join(blocks)

    def _begin(self, now: float) -> None:
        self._begun = self._taken_at = now
        self._base = int(now * CLOCK_HZ)
        self._rounds = self._next = 0
        self._tables_at = 0

    def _table(self, pid: int, section: bytes) -> bytes:
        return packetise(section, pid, self._count(pid, 1))

    def _count(self, pid: int, packets: int) -> int:
        counter = self._counters.get(pid, 0)
        self._counters[pid] = (counter + packets) & 15
        return counter
