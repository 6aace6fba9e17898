"""Where segments and parts begin and end, decided from the times of access units alone.

Pure: no bytes, no clock. Times are 90 kHz and wrap; durations are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from rightcast.formats.mpegts.units import CLOCK_HZ, step

MAX_SEGMENT_S = 10.0
_TOLERANCE = 0.9  # so that pictures which come a little early still make 2 s segments
_LONGEST_STEP = 5 * CLOCK_HZ
_FURTHEST_BACK = -int(0.7 * CLOCK_HZ)  # streams without DTS step back by their reordering, 16 pictures at most
_USUAL_INTERVAL = CLOCK_HZ // 25


@dataclass(frozen=True, slots=True)
class Cut:
    """What to do before the access unit: end a part, close a segment, begin one; None means: no such thing.

    `less_last_unit`: the part ends where the unit before this one started.
    """

    part_s: float | None = None
    part_joinable: bool = False
    less_last_unit: bool = False
    segment_s: float | None = None
    begins: bool = False
    new_epoch: bool = False
    jumped: bool = False


class Cutter:
    """The state of one stream's segments. `every_unit`: any access unit can be joined at (sound only).

    `near`: a clock that the stream follows; its own begins in the same turn of 33 bits.
    """

    def __init__(self, *, segment_s: float, part_s: float, every_unit: bool, near: int = 0) -> None:
        self.every_unit = every_unit
        self._segment = int(segment_s * CLOCK_HZ * (1 if every_unit else _TOLERANCE))
        self._part = int(part_s * CLOCK_HZ * _TOLERANCE)
        self._clock = 0
        self._near = near
        self._last: int | None = None
        self._doubtful: int | None = None
        self._in_doubt = False
        self._final = 0
        self._interval = _USUAL_INTERVAL
        self._elapsed = 0
        self._part_elapsed = 0
        self._joinable = False
        self._open = False
        self._epoch_due = True

    @property
    def is_open(self) -> bool:
        """Whether a segment is being written."""
        return self._open

    @property
    def clock(self) -> int:
        """The time of the last unit that was believed, in ticks; grows on where 33 bits wrap, starts anew at a jump."""
        return self._clock

    def on_unit(self, time: int, *, random_access: bool, after_damage: bool = False) -> Cut | None:
        """An access unit starts. `after_damage`: the one before it is not whole, and is left out if its time ends.

        A jump in time that only one unit shows is taken for damage. Until the next one tells, that unit is kept in
        a part of its own, so that a segment which ends there does not hold it.
        """
        random_access = random_access or self.every_unit
        jumped = self._moves(time, certain=random_access)
        if jumped is None:
            return self._set_apart(after_damage=after_damage) if self._open and not self._in_doubt else None
        self._in_doubt = self._in_doubt and jumped
        if jumped:
            return self._after_jump(random_access=random_access, after_damage=after_damage)
        if self._open:
            return self._while_open(random_access=random_access)
        return self._begin() if random_access else None

    def _while_open(self, *, random_access: bool) -> Cut | None:
        if random_access and (self._epoch_due or self._elapsed >= self._segment):
            return self._turn(joinable=True)
        if self._elapsed >= MAX_SEGMENT_S * CLOCK_HZ:
            return self._turn(joinable=False)
        if self._part_elapsed >= self._part or (random_access and not self._joinable):
            return self._end_part(joinable=random_access)
        return None

    def end(self) -> Cut | None:
        """The stream stops here; what comes next is a new epoch."""
        self._epoch_due = True
        self._last = self._doubtful = None
        return self._close() if self._open else None

    def begin_epoch_at_next_random_access(self) -> None:
        """What the stream is made of changes, its pictures go on."""
        self._epoch_due = True

    def _moves(self, time: int, *, certain: bool) -> bool | None:
        """Take the unit's time in; True: it jumped; None: it cannot be believed yet."""
        if self._last is None:
            self._last = time
            self._clock = self._near + step(self._near, time) if self._near else time
            return False
        delta = step(self._last, time)
        if _FURTHEST_BACK < delta <= _LONGEST_STEP:
            self._last, self._doubtful = time, None
            if 0 < delta < CLOCK_HZ:
                self._interval = delta
            self._clock += delta
            self._elapsed += delta
            self._part_elapsed += delta
            return False
        doubtful, self._doubtful = self._doubtful, time
        if certain or (doubtful is not None and _FURTHEST_BACK < step(doubtful, time) <= _LONGEST_STEP):
            self._last, self._clock, self._doubtful = time, time, None
            return True
        return None

    def _after_jump(self, *, random_access: bool, after_damage: bool) -> Cut:
        closing = self._close(after_damage=after_damage) if self._open else Cut()
        self._epoch_due = True
        begun = random_access and self._begin() is not None
        return replace(closing, begins=begun, new_epoch=begun, jumped=True)

    def _begin(self) -> Cut:
        new_epoch, self._epoch_due = self._epoch_due, False
        self._open, self._joinable, self._in_doubt = True, True, False
        self._elapsed = self._part_elapsed = 0
        return Cut(begins=True, new_epoch=new_epoch)

    def _turn(self, *, joinable: bool) -> Cut:
        part_s, part_joinable, segment_s = self._part_elapsed, self._joinable, self._elapsed
        begun = self._begin()
        self._joinable = joinable
        return replace(begun, part_s=part_s / CLOCK_HZ, part_joinable=part_joinable, segment_s=segment_s / CLOCK_HZ)

    def _end_part(self, *, joinable: bool) -> Cut:
        cut = Cut(max(self._part_elapsed, 0) / CLOCK_HZ, self._joinable)
        self._part_elapsed, self._joinable = 0, joinable
        return cut

    def _set_apart(self, *, after_damage: bool) -> Cut:
        cut = self._final_part(after_damage=after_damage)
        self._part_elapsed, self._joinable, self._in_doubt = -self._last_unit(cut), False, True
        self._final = self._elapsed + self._last_unit(cut)
        return cut

    def _close(self, *, after_damage: bool = False) -> Cut:
        """Close with what is there, less a unit in doubt."""
        self._open = False
        if self._in_doubt:
            self._in_doubt = False
            return Cut(segment_s=self._final / CLOCK_HZ)
        cut = self._final_part(after_damage=after_damage)
        return replace(cut, segment_s=(self._elapsed + self._last_unit(cut)) / CLOCK_HZ)

    def _final_part(self, *, after_damage: bool) -> Cut:
        """A part with which a segment may end; a damaged last unit stays out of it unless it is the only one."""
        less = after_damage and self._elapsed > 0
        duration = self._part_elapsed + (0 if less else self._interval)
        whole_picture = self._part_elapsed > 0
        return Cut(duration / CLOCK_HZ, self._joinable and whole_picture, less_last_unit=less)

    def _last_unit(self, cut: Cut) -> int:
        """The last unit is taken to last as long as the one before it; in ticks."""
        return 0 if cut.less_last_unit else self._interval
