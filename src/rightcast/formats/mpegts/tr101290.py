"""Checks of ETSI TR 101 290 (first priority and the core of the second), counted from what a scan points out.

Packets of a block have no arrival times of their own. Intervals are therefore counted in the stream's own time: a
packet's time is interpolated between the clocks (PCR) around it, so that no result depends on how the bytes came.
Blocks are only gathered; every two seconds all that was gathered is digested at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightcast.domain.watch import ERRORED_S, Check, Watch
from rightcast.formats.mpegts.clocks import ClockFigures, Clocks, accuracy
from rightcast.formats.mpegts.intervals import Interval
from rightcast.formats.mpegts.packets import NULL_PID, PACKET_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from rightcast.formats.mpegts.packets import Pids

TICKS = 27_000_000
"""Ticks of the programme clock in a second."""

REPETITION_S = 0.1
PAUSE_S = 0.7
"""Bytes that did not come for so long are an interrupted line, not a clock that jumps."""
CLOCKLESS_S = 2.0
"""Without a clock for so long, time is that of arrival."""

_DIGEST_S = 4.0
_MISSED_EVERY_S = 2.0
_MOST_PACKETS = 20_000
_MOST_HELD = 400_000
_LONGEST_ARRIVAL_S = 2.0
_ACCURACY_EVERY_S = 5
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
        self._clocks = Clocks()
        self._clock_pid = NULL_PID
        self._timed: frozenset[int] = frozenset()
        self._base = 0  # packets before this block
        self._arrived = 0.0
        self._time = 0  # ticks of stream time at packet `_place`
        self._place = 0
        self._intervals: dict[Key, Interval] = {}
        self.limit(watch or Watch())
        self.forget()

    def limit(self, watch: Watch) -> None:
        """Other limits from now on."""
        self._watch = watch
        self._intervals.clear()
        self._met: dict[Key, list[int]] = {}
        self._await()

    def forget(self) -> None:
        """The stream stopped, or another one begins: times are forgotten, counters are not."""
        self._clocks.forget()
        self._intervals.clear()
        self._met = {}
        self._pieces: list[Pids] = []
        self._pieces_base = self._base
        self._hidden: set[int] = set()
        self._scrambled = False
        self._absent: dict[int, int] = {}
        self._clock_heard: float | None = None
        self._clock_missed_at = 0.0
        self._digested_at, self._digested_base = self._arrived, self._base
        self._second_began = self._second_place = 0
        self._second: int | None = None
        self._seconds = 0
        self._sound = True
        self._marks: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        self.clock_figures.forget()
        self._await()

    def follow(self, row: int, *, clock_pid: int, timed: Iterable[int]) -> None:
        """Other tables are in force from this row on: where the clock is, and which streams carry time stamps."""
        if clock_pid != self._clock_pid:
            self._clocks.interrupt(self._base + row)
            self._clock_pid = clock_pid
        self._timed = frozenset(timed)
        self._met = {key: places for key, places in self._met.items() if self._is_awaited(key)}
        self._intervals = {key: one for key, one in self._intervals.items() if self._is_awaited(key)}
        self._await()

    def count(self, check: Check, errors: int, now: float) -> None:
        """Errors that the scan itself found."""
        if errors:
            self.counts[check] += errors
            self.last[check] = now
            self._sound = False

    def errored(self, check: Check, now: float) -> bool:
        """Whether the check is in error at the moment."""
        if check is Check.PID and self.absent:
            return True
        return self.last[check] > 0 and now - self.last[check] <= ERRORED_S

    @property
    def absent(self) -> list[int]:
        """PIDs of the map that do not come, as of the last whole second."""
        return sorted(pid for pid, seconds in self._absent.items() if seconds >= self._watch.absent_s)

    def begin_block(self, now: float) -> None:
        """A block of packets arrived by `now` (unix seconds)."""
        if self._clock_heard is None:
            self._clock_heard = self._digested_at = now
        elif now - self._arrived > PAUSE_S:
            self._clocks.interrupt(self._base)
            self._clock_heard = now

    def end_block(self, pids: Pids, now: float) -> None:
        """The block has been looked through."""
        self._pieces.append(pids)
        self._base += len(pids)
        self._arrived = now
        if not 0 <= now - self._digested_at < _DIGEST_S or self._base - self._digested_base > _MOST_PACKETS:
            self.digest(now)

    def clocks(self, rows: NDArray[np.int64], fields: NDArray[np.uint64]) -> None:
        """Packets of the clock's PID with an adaptation field, of which these are the first eight bytes."""
        self._clocks.add(rows + self._base, fields)

    def table(self, row: int, check: Check) -> None:
        """A whole, sound table (PAT or PMT) ended in this row."""
        self._met.setdefault(check, []).append(self._base + row)

    def unit(self, row: int, pid: int) -> None:
        """An access unit with a time stamp (PTS) starts in this row."""
        self._met.setdefault(pid, []).append(self._base + row)

    def scrambled(self, pids: Iterable[int]) -> None:
        """Packets of these PIDs were scrambled: their time stamps cannot be seen."""
        self._scrambled = True
        self._hidden.update(pids)

    def digest(self, now: float) -> None:
        """Count what was gathered. Bytes behind the last clock wait for the next one."""
        passed, self._digested_at = now - self._digested_at, now
        self._digested_base = self._base
        clocks = self._clocks.take()
        if clocks is not None:
            places, steps, jumps = clocks
            self._clock_heard = now
            self._error(Check.PCR_DISCONTINUITY, jumps, now)
            self._error(Check.PCR_INTERVAL, int(np.count_nonzero(steps > self._watch.pcr_ms * TICKS // 1000)), now)
            self._error(Check.PCR_REPETITION, int(np.count_nonzero(steps > REPETITION_S * TICKS)), now)
            if jumps:
                self._sound = False
                self.clock_figures.forget()
            self._advance(places, self._time + np.cumsum(steps), now)
        elif self._clock_heard is not None and now - self._clock_heard > CLOCKLESS_S and self._base > self._place:
            self._go_by_arrival(passed, now)

    def _go_by_arrival(self, passed: float, now: float) -> None:
        """No clock came for long: time is that of arrival, at the ends of blocks."""
        self._clocks.interrupt(self._base)
        ticks = round(min(max(passed, 0.0), _LONGEST_ARRIVAL_S) * TICKS)
        self._sound = False
        if self._clock_pid != NULL_PID and now >= self._clock_missed_at:
            self._clock_missed_at = now + _MISSED_EVERY_S
            missed = max(1, round(passed / _MISSED_EVERY_S))
            self._error(Check.PCR_INTERVAL, missed, now)
            self._error(Check.PCR_REPETITION, missed, now)
        self._advance(np.array([self._base], np.int64), np.array([self._time + ticks], np.int64), now)

    def _await(self) -> None:
        """What is not awaited yet is awaited from now on."""
        keys: tuple[Key, ...] = (Check.PAT, Check.PMT, *self._timed)
        for key in keys:
            if key not in self._intervals:
                self._intervals[key] = Interval(self._limit_of(key), self._time)
        self._absent = {pid: self._absent.get(pid, 0) for pid in self._timed}

    def _is_awaited(self, key: Key) -> bool:
        return isinstance(key, Check) or key in self._timed

    def _limit_of(self, key: Key) -> int:
        watch = self._watch
        limit_ms = watch.pat_ms if key is Check.PAT else watch.pmt_ms if key is Check.PMT else watch.pts_ms
        return limit_ms * TICKS // 1000

    def _error(self, check: Check, errors: int, now: float) -> None:
        if errors:
            self.counts[check] += errors
            self.last[check] = now

    def _advance(self, places: NDArray[np.int64], times: NDArray[np.int64], now: float) -> None:
        """Stream time is known at these packets; what was met before the last of them lies in between."""
        known_places = np.concatenate(([self._place], places))
        known_times = np.concatenate(([self._time], times))
        self._place, self._time = int(places[-1]), int(times[-1])
        for pid in self._hidden:
            self._intervals.pop(pid, None)
            self._met.pop(pid, None)
        self._hidden.clear()
        self._meet(known_places, known_times, now)
        for key, interval in self._intervals.items():
            self._error(key if isinstance(key, Check) else Check.PTS, interval.overdue(self._time), now)
        self._pass_seconds(places, times, now)
        if self._base - self._pieces_base > _MOST_HELD:  # a clock that stands still
            self._pieces, self._pieces_base, self._second, self._marks = [], self._base, None, []

    def _meet(self, places: NDArray[np.int64], times: NDArray[np.int64], now: float) -> None:
        """What was met up to now gets its time, all in one reckoning, and is held against its limit."""
        ready = {key: [place for place in met if place <= self._place] for key, met in self._met.items()}
        moments = np.interp([place for found in ready.values() for place in found], places, times)
        begin = 0
        for key, found in ready.items():
            if not found:
                continue
            own, begin = moments[begin : begin + len(found)], begin + len(found)
            del self._met[key][: len(found)]
            interval = self._intervals.setdefault(key, Interval(self._limit_of(key), float(own[0])))
            self._error(key if isinstance(key, Check) else Check.PTS, interval.met(own), now)

    def _pass_seconds(self, places: NDArray[np.int64], times: NDArray[np.int64], now: float) -> None:
        """Whole seconds of stream time: what came in each, PID by PID."""
        if self._second is None:
            self._begin_second(int(places[0]), int(times[0]))
        self._marks.append((places, times))
        while self._second is not None and self._time >= self._second:
            index = int(np.searchsorted(times, self._second))
            place, time = int(places[index]), int(times[index])
            pids = np.concatenate(self._pieces)
            start = self._second_place - self._pieces_base
            counts = np.bincount(pids[start : place - self._pieces_base], minlength=_CAT_PID + 1)
            self._pieces, self._pieces_base = [pids[place - self._pieces_base :]], place
            self._close_second(counts, time - self._second_began, now)
            self._marks = [(places[index:], times[index:])]
            self._begin_second(place, time)

    def _begin_second(self, place: int, time: int) -> None:
        self._second_place, self._second_began, self._second = place, time, time + TICKS

    def _close_second(self, counts: NDArray[np.intp], ticks: int, now: float) -> None:
        per_packet = PACKET_BYTES * 8 * TICKS / ticks
        self.bitrates = {pid: round(int(counts[pid]) * per_packet) for pid in counts.nonzero()[0].tolist()}
        for pid, seconds in self._absent.items():
            self._absent[pid] = 0 if pid in self.bitrates else seconds + 1
            if self._absent[pid] and not self._absent[pid] % self._watch.absent_s:
                self._error(Check.PID, 1, now)
        if self._scrambled and not counts[_CAT_PID]:
            self._error(Check.CAT, 1, now)
        self._scrambled = False
        self._seconds += 1
        self.clock_figures.add(now, self._time / TICKS)
        if self._seconds % _ACCURACY_EVERY_S == 0 and self._sound:
            marks = np.concatenate([np.stack(pair, axis=1) for pair in self._marks])
            self.clock_figures.accuracy_us, errors = accuracy(marks)
            self._error(Check.PCR_ACCURACY, errors, now)
        self._sound = True
