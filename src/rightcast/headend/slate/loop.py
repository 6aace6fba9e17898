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

    from rightcast.headend.programme import Programme

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

_FRAMES_PER_UNIT = 6
_TABLES_EVERY_TICKS = CLOCK_HZ // 5
_LEAD_TICKS = CLOCK_HZ // 5  # the clock runs behind the pictures by as much as a decoder should hold
_LONGEST_PAUSE_S = 2.0


@dataclass(frozen=True, slots=True)
class Layout:
    """On which PIDs a service is, and which versions its tables have."""

    map_pid: int = FIRST_PID
    video_pid: int = FIRST_PID + 1
    sound_pid: int = FIRST_PID + 2
    service_id: int = 1
    stream_id: int = 1
    pat_version: int = 21  # unlike what encoders begin with: some decoders pass over tables of a version they have seen
    map_version: int = 21

    @classmethod
    def of(cls, programme: Programme) -> Layout | None:
        """That of a source, its map with the next version; None while its tables are not known.

        Players that follow an endless stream by its PIDs go on to show what comes on them.
        """
        pmt, pat, video, audio = programme.pmt, programme.pat, programme.video, programme.audio
        if pmt is None or pat is None:
            return None
        taken = {stream.pid for stream in programme.streams} | {programme.map_pid}
        spare = (pid for pid in range(FIRST_PID, 0x1FFF) if pid not in taken)
        return cls(
            map_pid=programme.map_pid,
            video_pid=next(spare) if video is None else video.pid,
            sound_pid=next(spare) if audio is None else audio.pid,
            service_id=pmt.service_id,
            stream_id=pat.stream_id,
            pat_version=pat.version,
            map_version=(pmt.version + 1) & 31,
        )


@dataclass(frozen=True, slots=True)
class Loop:
    """Units by their time within the loop, in ticks, with the tables that describe them. `layout`: where they are."""

    units: tuple[tuple[int, UnitTemplate], ...]
    layout: Layout
    has_pictures: bool

    @property
    def sections(self) -> tuple[tuple[int, bytes], ...]:
        """The tables, by PID."""
        where = self.layout
        pat = Pat(where.stream_id, where.pat_version, ((where.service_id, where.map_pid),))
        video = (Stream(where.video_pid, 0x1B, ()),) if self.has_pictures else ()
        clock_pid = where.video_pid if self.has_pictures else where.sound_pid
        pmt = Pmt(where.service_id, where.map_version, clock_pid, (*video, Stream(where.sound_pid, 0x0F, ())))
        return ((0, build_pat(pat)), (where.map_pid, build_pmt(pmt)))

    def laid_out(self, layout: Layout) -> Loop:
        """The same loop in another layout."""
        to = {self.layout.video_pid: layout.video_pid, self.layout.sound_pid: layout.sound_pid}
        units = tuple((at, template.on(to[template.pid])) for at, template in self.units)
        return Loop(units, layout, self.has_pictures)


def build_loop(pictures: Sequence[bytes], frames: Sequence[bytes], first_pid: int = FIRST_PID) -> Loop | None:
    """A loop of H.264 pictures, the first a key frame, and AAC frames; without pictures it is radio.

    None when there are too few of either for a loop without a seam.
    """
    if len(frames) < LOOP_FRAMES or (pictures and len(pictures) < LOOP_PICTURES):
        return None
    layout = Layout(first_pid, first_pid + 1, first_pid + 2)
    units: list[tuple[int, UnitTemplate]] = []
    for number, picture in enumerate(pictures[:LOOP_PICTURES]):
        template = UnitTemplate(layout.video_pid, 0xE0, picture, random_access=number == 0, clock=True)
        units.append((number * CLOCK_HZ // PICTURES_PER_S, template))
    for first in range(0, LOOP_FRAMES, _FRAMES_PER_UNIT):
        data = b"".join(frames[first : first + _FRAMES_PER_UNIT])
        template = UnitTemplate(layout.sound_pid, 0xC0, data, random_access=True, clock=not pictures)
        units.append((first * 1024 * CLOCK_HZ // SAMPLES_PER_S, template))
    return Loop(tuple(sorted(units, key=lambda unit: unit[0])), layout, bool(pictures))


class Player:
    """Plays one `loop` for one channel from the moment it was made."""

    def __init__(self, loop: Loop, now: float) -> None:
        self.loop = loop
        self._sections = loop.sections
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
                blocks += [self._table(pid, section) for pid, section in self._sections]
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
