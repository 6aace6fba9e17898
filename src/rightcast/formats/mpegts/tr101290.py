"""Checks of ETSI TR 101 290 (first priority and the core of the second), counted from what a scan points out.

Packets of a block have no arrival times of their own. Intervals are therefore counted in the stream's own time: a
packet's time is interpolated between the clocks (PCR) around it, so that no result depends on how the bytes came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightcast.domain.watch import ERRORED_S, Check, Watch
from rightcast.formats.mpegts.clocks import ClockFigures, accuracy
from rightcast.formats.mpegts.packets import NULL_PID, PACKET_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightcast.formats.mpegts.packets import Headers

TICKS = 27_000_000
"""Ticks of the programme clock in a second."""
WRAP = (1 << 33) * 300

REPETITION_S = 0.1
LONGEST_STEP_S = 1.0
"""A clock that moves by more, or back, has jumped; by less, it came late."""
PAUSE_S = 0.7
"""Bytes that did not come for so long are an interrupted line, not a clock that jumps."""
CLOCKLESS_S = 2.0
"""Without a clock for so long, time is that of arrival."""

_ACCURACY_EVERY_S = 5
_MOST_PENDING = 512
_CAT_PID = 1

Key = Check | int  # a table, or the PID of an elementary stream


class Measures:
    """Counters of one stream. For each block: `begin_block`, then what the scan meets in order, then `end_block`.

    `counts` and `last` (unix seconds of arrival, 0 for never) by check; `bitrates` by PID, of the last whole second.
    """

    def __init__(self, watch: Watch | None = None) -> None:
        self.counts = dict.fromkeys(Check, 0)
        self.last = dict.fromkeys(Check, 0.0)
        self.bitrates: dict[int, int] = {}
        self.clock_figures = ClockFigures()
        self._clock_pid = NULL_PID
        self._essence: frozenset[int] = frozenset()
        self._elementary: frozenset[int] = frozenset()
        self._arrived = 0.0
        self._base = 0  # packets before this block
        self._time = 0  # ticks of stream time up to packet `_place`
        self._place = 0
        self._pids: Headers | None = None
        self._from = 0
        self.limit(watch or Watch())
        self.forget()

    def limit(self, watch: Watch) -> None:
        """Other limits from now on."""
        self._pcr_ticks = watch.pcr_ms * TICKS // 1000
        self._absent_s = watch.absent_s
        pts = watch.pts_ms * TICKS // 1000
        self._limits = {
            Check.PAT: watch.pat_ms * TICKS // 1000,
            Check.PMT: watch.pmt_ms * TICKS // 1000,
            Check.PTS: pts,
        }

    def forget(self) -> None:
        """The stream stopped, or another one begins: times are forgotten, counters are not."""
        self._clock: int | None = None
        self._announced = False
        self._clock_heard: float | None = None
        self._missed_at = 0.0
        self._pending: list[tuple[int, Key]] = []
        self._due: dict[Key, int] = {}
        self._second = self._time + TICKS
        self._second_began = self._time
        self._pieces: list[Headers] = []
        self._from = 0
        self._scrambled = False
        self._absent: dict[int, int] = {}
        self._marks: list[tuple[int, int]] = []
        self._marks_sound = True
        self._seconds = 0
        self.clock_figures.forget()
        self._arm()

    def follow(self, *, clock_pid: int, timed: Iterable[int], elementary: Iterable[int]) -> None:
        """Other tables are in force: where the clock is, which PIDs carry time stamps, and which must not be absent."""
        if clock_pid != self._clock_pid:
            self._clock, self._clock_pid = None, clock_pid
        self._essence, self._elementary = frozenset(timed), frozenset(elementary)
        known = {Check.PAT, Check.PMT, *self._essence}
        self._pending = [(place, key) for place, key in self._pending if key in known]
        self._due = {key: due for key, due in self._due.items() if key in known}
        self._arm()

    def count(self, check: Check, errors: int, now: float) -> None:
        """Errors that the scan itself found."""
        if errors:
            self.counts[check] += errors
            self.last[check] = now
            self._marks_sound = False

    def errored(self, check: Check, now: float) -> bool:
        """Whether the check is in error at the moment."""
        if check is Check.PID and any(seconds >= self._absent_s for seconds in self._absent.values()):
            return True
        return self.last[check] > 0 and now - self.last[check] <= ERRORED_S

    @property
    def absent(self) -> list[int]:
        """PIDs of the map that do not come, as of the last whole second."""
        return sorted(pid for pid, seconds in self._absent.items() if seconds >= self._absent_s)

    def begin_block(self, pids: Headers, now: float) -> None:
        """A block of packets arrived by `now` (unix seconds)."""
        if self._clock_heard is None:
            self._clock_heard = now
        elif now - self._arrived > PAUSE_S:
            self._clock, self._clock_heard = None, now
        self._pids, self._from = pids, 0

    def end_block(self, now: float) -> None:
        """The block has been looked through."""
        if self._pids is None:
            return
        size = len(self._pids)
        if self._clock_heard is not None and now - self._clock_heard > CLOCKLESS_S:
            self._go_by_arrival(self._base + size, now)
        if self._from < size:
            self._pieces.append(self._pids[self._from :])
        self._base += size
        self._pids, self._arrived = None, now
        if len(self._pending) > _MOST_PENDING:
            del self._pending[:-_MOST_PENDING]

    def table(self, row: int, check: Check) -> None:
        """A whole, sound table (PAT or PMT) ended in this row."""
        self._pending.append((self._base + row, check))

    def unit(self, row: int, pid: int) -> None:
        """An access unit with a time stamp (PTS) starts in this row."""
        if pid in self._essence:
            self._pending.append((self._base + row, pid))

    def scrambled(self, pids: Iterable[int]) -> None:
        """Packets of these PIDs were scrambled: their time stamps cannot be seen."""
        self._scrambled = True
        for pid in pids:
            self._due.pop(pid, None)

    def clock(self, row: int, packet: bytes | memoryview, now: float) -> None:
        """A packet of the clock's PID with an adaptation field."""
        if not packet[4]:
            return
        flags = packet[5]
        self._announced |= bool(flags & 0x80)
        if packet[4] < 7 or not flags & 0x10:
            return
        base = packet[6] << 25 | packet[7] << 17 | packet[8] << 9 | packet[9] << 1 | packet[10] >> 7
        value = base * 300 + ((packet[10] & 1) << 8 | packet[11])
        before, self._clock = self._clock, value
        announced, self._announced = self._announced, False
        self._clock_heard = now
        place = self._base + row
        step = 0 if before is None else (value - before + WRAP // 2) % WRAP - WRAP // 2
        if before is None or announced or not 0 <= step <= LONGEST_STEP_S * TICKS:
            if before is not None and not announced:
                self._error(Check.PCR_DISCONTINUITY, now)
            step = 0
            self._marks_sound = False
            self.clock_figures.forget()
        elif step > self._pcr_ticks:
            self._error(Check.PCR_INTERVAL, now)
            if step > REPETITION_S * TICKS:
                self._error(Check.PCR_REPETITION, now)
        self._advance(place, step, now)
        self._marks.append((place, self._time))
        if self._time >= self._second:
            self._close_second(row, now)

    def _arm(self) -> None:
        """What is not awaited yet is awaited from now on."""
        keys: tuple[Key, ...] = (Check.PAT, Check.PMT, *self._essence)
        for key in keys:
            self._due.setdefault(key, self._time + self._limit(key))
        self._next_due = min(self._due.values())
        self._absent = {pid: self._absent.get(pid, 0) for pid in self._elementary}

    def _go_by_arrival(self, place: int, now: float) -> None:
        """No clock came for long: time is that of arrival, at the ends of blocks."""
        self._clock = None
        passed = min(max(now - self._arrived, 0.0), LONGEST_STEP_S)
        self._advance(place, round(passed * TICKS), now)
        if self._clock_pid != NULL_PID and now >= self._missed_at:
            self._missed_at = now + LONGEST_STEP_S
            self._error(Check.PCR_INTERVAL, now)
            self._error(Check.PCR_REPETITION, now)
        self._marks_sound = False
        if self._time >= self._second:
            self._close_second(place - self._base, now)

    def _error(self, check: Check, now: float) -> None:
        self.counts[check] += 1
        self.last[check] = now

    def _limit(self, key: Key) -> int:
        return self._limits[key if isinstance(key, Check) else Check.PTS]

    def _advance(self, place: int, ticks: int, now: float) -> None:
        """Time went on by `ticks` up to packet `place`; what was met on the way lies in between."""
        begin, since = self._time, self._place
        span = place - since
        for where, key in self._pending:
            self._met(key, begin + (ticks * (where - since) // span if span else 0), now)
        self._pending.clear()
        self._time, self._place = begin + ticks, place
        if self._time > self._next_due and self._due:
            for key in self._due:
                self._overdue(key, self._time, now)
            self._next_due = min(self._due.values())

    def _met(self, key: Key, time: int, now: float) -> None:
        if key in self._due:
            self._overdue(key, time, now)
        self._due[key] = time + self._limit(key)

    def _overdue(self, key: Key, time: int, now: float) -> None:
        """One error for each whole limit that has passed since the last time it was met."""
        due, limit = self._due[key], self._limit(key)
        if time <= due:
            return
        missed = -((due - time) // limit)
        check = key if isinstance(key, Check) else Check.PTS
        self.counts[check] += missed
        self.last[check] = now
        self._due[key] = due + missed * limit

    def _close_second(self, row: int, now: float) -> None:
        """A second of stream time has passed: what came in it, PID by PID."""
        if self._pids is not None and row > self._from:
            self._pieces.append(self._pids[self._from : row])
            self._from = row
        counts = np.bincount(np.concatenate(self._pieces), minlength=_CAT_PID + 1) if self._pieces else np.zeros(2, int)
        self._pieces.clear()
        per_packet = PACKET_BYTES * 8 * TICKS / (self._time - self._second_began)
        self._second_began, self._second = self._time, self._time + TICKS
        came = counts.nonzero()[0].tolist()
        self.bitrates = {pid: round(int(counts[pid]) * per_packet) for pid in came}
        for pid, seconds in self._absent.items():
            self._absent[pid] = 0 if pid in self.bitrates else seconds + 1
            if self._absent[pid] and not self._absent[pid] % self._absent_s:
                self._error(Check.PID, now)
        if self._scrambled and not counts[_CAT_PID]:
            self._error(Check.CAT, now)
        self._scrambled = False
        self._take_clock_figures(now)

    def _take_clock_figures(self, now: float) -> None:
        marks, sound = self._marks, self._marks_sound
        self._marks, self._marks_sound = [], True
        self._seconds += 1
        self.clock_figures.add(now, self._time / TICKS)
        if self._seconds % _ACCURACY_EVERY_S == 0 and sound:
            worst, errors = accuracy(marks)
            self.clock_figures.accuracy_us = worst
            self.count(Check.PCR_ACCURACY, errors, now)
