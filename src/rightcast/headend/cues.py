"""Finds cues (SCTE 35) in the stream, marks them in the ring, and knows what they restrict at the moment.

A cue whose restrictions are in force is marked again now and then, so that an edge which starts later hears it too.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.contract.reports import CueReport
from rightcast.contract.ring import SCTE35, Marker, Opened
from rightcast.domain.cues import Restrictions, SignalledState
from rightcast.domain.errors import BadCueError
from rightcast.formats.mpegts.scte35.records import Cue
from rightcast.formats.mpegts.scte35.section import decode
from rightcast.formats.mpegts.scte35.words import is_of_interest, sentence, signals_of, time_of
from rightcast.formats.mpegts.sections import SectionAssembler
from rightcast.formats.mpegts.streams import StreamKind
from rightcast.formats.mpegts.units import CLOCK_HZ, step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rightcast.formats.mpegts.streams import StreamInfo
    from rightcast.headend.ring import Ring
    from rightcast.headend.shelf import Shelf

RECENT = 8
REPEATED_S = 10.0
"""The same cue within this time is one that its sender repeats; one in force is marked again after it."""
_FURTHEST_S = 3600.0
_PENDING = 32


@dataclass(frozen=True, slots=True)
class HeardCue:
    """A cue that came at `heard` and takes effect `at`, both unix seconds."""

    heard: float
    at: float
    section: bytes
    cue: Cue


class CueReader:
    """Reads the cues of one channel. Times are given as the cutter's clock, in ticks, and as unix seconds."""

    def __init__(self, ring: Ring | Shelf) -> None:
        self.pids: frozenset[int] = frozenset()
        self.recent: deque[HeardCue] = deque(maxlen=RECENT)
        self._ring = ring
        self._assemblers: dict[int, SectionAssembler] = {}
        self._unreadable = 0
        self._heard: dict[bytes, float] = {}
        self._pending: deque[HeardCue] = deque(maxlen=_PENDING)
        self._state = SignalledState()
        self._in_force: dict[bytes, HeardCue] = {}
        self._marked: dict[bytes, float] = {}
        for at, section in _marked_before(ring):
            self._adopt(at, section)

    @property
    def damaged(self) -> int:
        """How many cues could not be read, or came with a wrong checksum."""
        return self._unreadable + sum(assembler.damaged for assembler in self._assemblers.values())

    def follow(self, streams: Iterable[StreamInfo]) -> None:
        """The streams of the programme are these from now on."""
        self.pids = frozenset(stream.pid for stream in streams if stream.kind is StreamKind.CUES)
        self._assemblers = {pid: self._assemblers.get(pid) or SectionAssembler(short=True) for pid in self.pids}

    def feed(self, pid: int, packet: bytes, clock: int, now: float) -> None:
        """One packet of a stream of cues."""
        for section in self._assemblers[pid].feed(packet):
            try:
                cue = decode(section)
            except BadCueError:
                self._unreadable += 1
                continue
            if is_of_interest(cue) and not self._is_repeated(section, now):
                self._take(section, cue, clock, now)

    def segment_began(self, clock: int, now: float) -> None:
        """A segment is open: mark what waited for one, and again what is in force."""
        while self._pending:
            self._mark(self._pending.popleft(), clock, now)
        self._state = self._state.without_past(now)
        if not self._state.segments:
            self._in_force.clear()
        for section, heard in list(self._in_force.items()):
            if now - self._marked.get(section, 0.0) >= REPEATED_S:
                self._mark(heard, clock, now)
        self._marked = {section: at for section, at in self._marked.items() if section in self._in_force}
        self._heard = {section: at for section, at in self._heard.items() if now - at < REPEATED_S}

    def restrictions(self, now: float) -> Restrictions:
        """What is restricted now."""
        return self._state.restrictions(now)

    def reports(self) -> list[CueReport]:
        """The last few cues, oldest first."""
        return [
            CueReport(heard=one.heard, at=one.at, sentence=sentence(one.cue), section=one.section)
            for one in self.recent
        ]

    def _is_repeated(self, section: bytes, now: float) -> bool:
        before = self._heard.get(section)
        self._heard[section] = now
        return before is not None and now - before < REPEATED_S

    def _take(self, section: bytes, cue: Cue, clock: int, now: float) -> None:
        time = time_of(cue)
        ahead = 0 if time is None else step(clock, time)
        if abs(ahead) > _FURTHEST_S * CLOCK_HZ:  # of another clock: its own arrival is the best that is known
            ahead = 0
        heard = HeardCue(now, now + ahead / CLOCK_HZ, section, cue)
        self.recent.append(heard)
        self._follow_restrictions(heard)
        if self._ring.is_open:
            self._mark(heard, clock, now)
        else:
            self._pending.append(heard)

    def _follow_restrictions(self, heard: HeardCue) -> None:
        signals = signals_of(heard.cue, heard.at)
        if not signals or (not self._state.segments and all(one.restrictions is None for one in signals)):
            return
        for signal in signals:
            self._state = self._state.after(signal)
        self._in_force[heard.section] = heard
        while len(self._in_force) > _PENDING:
            del self._in_force[next(iter(self._in_force))]

    def _mark(self, heard: HeardCue, clock: int, now: float) -> None:
        self._ring.mark(clock + round((heard.at - now) * CLOCK_HZ), SCTE35, heard.section)
        self._marked[heard.section] = now

    def _adopt(self, at: float, section: bytes) -> None:
        try:
            heard = HeardCue(at, at, section, decode(section))
        except BadCueError:
            return
        self.recent.append(heard)
        self._follow_restrictions(heard)


def _marked_before(ring: Ring | Shelf) -> Iterator[tuple[float, bytes]]:
    """Cues that the process before has marked, and when they took effect."""
    opened: Opened | None = None
    for message in ring.snapshot():
        if isinstance(message, Opened):
            opened = message
        elif isinstance(message, Marker) and message.kind == SCTE35 and opened is not None:
            yield opened.wall + (message.time - opened.time) / CLOCK_HZ, message.body
