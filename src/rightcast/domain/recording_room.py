"""What a line has room for: its allowance, what it keeps already, and who comes first when there is too little.

Pure. Fixed ones count first, then by priority; a refusal says how much is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rightcast.domain.recording_plans import wrong
from rightcast.domain.recordings import Cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a line may keep; 0 is no limit, but for `at_once`, private copies under way at the same time.

    `make_room`: the oldest that is not locked goes when a new one has no room.
    """

    hours: int = 20
    gigabytes: int = 0
    number: int = 0
    at_once: int = 2
    make_room: bool = False

    def check(self) -> None:
        """Raises InvalidInputError naming the field."""
        for name, value, most in (
            ("hours", self.hours, 100_000),
            ("gigabytes", self.gigabytes, 1_000_000),
            ("number", self.number, 100_000),
            ("at_once", self.at_once, 100),
        ):
            if not 0 <= value <= most:
                raise wrong(name, f"{value} is no limit.", f"Choose from 0 to {most}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A recording as room is counted. `private`: it needs bytes of its own. `fixed`: kept or under way already."""

    id: int
    start: int
    stop: int
    priority: int = 50
    private: bool = False
    fixed: bool = False
    locked: bool = False
    size_bytes: int = 0

    @property
    def length_s(self) -> int:
        """Seconds of it."""
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Fit:
    """Which have room, why others have none (with figures), and which must go to make some."""

    granted: frozenset[int] = frozenset()
    refused: Mapping[int, tuple[Cause, str]] = field(default_factory=dict)
    removed: tuple[int, ...] = ()


def fit(items: Sequence[Item], allowance: Allowance) -> Fit:
    """Which of a line's recordings have room: fixed ones first, then by priority, then the earlier one."""
    taken = sorted((one for one in items if one.fixed), key=lambda one: (one.stop, one.id))
    asking = sorted((one for one in items if not one.fixed), key=lambda one: (-one.priority, one.start, one.id))
    room = _Room(allowance, taken)
    for one in asking:
        room.ask(one)
    return Fit(frozenset(room.granted), room.refused, tuple(room.removed))


class _Room:
    """What is taken of an allowance so far."""

    def __init__(self, allowance: Allowance, taken: Sequence[Item]) -> None:
        self._allowance = allowance
        self._held = list(taken)
        self._movable = [one for one in taken if not one.locked]
        self.granted: list[int] = []
        self.refused: dict[int, tuple[Cause, str]] = {}
        self.removed: list[int] = []

    def ask(self, one: Item) -> None:
        """Grant or refuse one."""
        if one.private and _most_at_once(one, [held for held in self._held if held.private]) >= self._allowance.at_once:
            self.refused[one.id] = (Cause.TOO_MANY_AT_ONCE, f"{self._allowance.at_once} at once are allowed.")
            return
        why, going = self._full(one, self._held), list[Item]()
        while why is not None and self._allowance.make_room and len(going) < len(self._movable):
            going.append(self._movable[len(going)])
            why = self._full(one, [held for held in self._held if held not in going])
        if why is not None:
            self.refused[one.id] = self._full(one, self._held) or why
            return
        self._held = [held for held in self._held if held not in going]
        self._movable = self._movable[len(going) :]
        self.removed += [held.id for held in going]
        self._held.append(one)
        self.granted.append(one.id)

    def _full(self, one: Item, held: Sequence[Item]) -> tuple[Cause, str] | None:
        most = self._allowance
        used_s, used_bytes = sum(item.length_s for item in held), sum(item.size_bytes for item in held)
        if most.number and len(held) >= most.number:
            return Cause.QUOTA_NUMBER, f"{len(held)} of {most.number} are there."
        if most.hours and used_s + one.length_s > most.hours * 3600:
            left = max(most.hours * 3600 - used_s, 0)
            return Cause.QUOTA_HOURS, f"{_hours(left)} left of {most.hours} h; this one takes {_hours(one.length_s)}."
        if most.gigabytes and used_bytes + one.size_bytes > most.gigabytes * 10**9:
            left_gb = max(most.gigabytes - used_bytes / 10**9, 0)
            return Cause.QUOTA_BYTES, f"{left_gb:.1f} GB left of {most.gigabytes}."
        return None


def _most_at_once(one: Item, held: Iterable[Item]) -> int:
    """How many of `held` run at the same time at the busiest moment of `one`."""
    across = [
        (max(item.start, one.start), item.stop) for item in held if item.start < one.stop and one.start < item.stop
    ]
    return max((sum(1 for start, stop in across if start <= moment < stop) for moment, _ in across), default=0)


def surplus(keep: int, made: Sequence[tuple[int, int, bool]]) -> tuple[int, ...]:
    """Which of a rule's recordings, as (id, start, locked), are too many when the newest `keep` stay; 0 keeps all."""
    if not keep:
        return ()
    newest_first = sorted(made, key=lambda one: (-one[1], -one[0]))
    return tuple(number for number, _, locked in newest_first[keep:] if not locked)


def _hours(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes // 60} h {minutes % 60:02} min"
