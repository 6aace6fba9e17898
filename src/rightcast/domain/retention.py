"""How long what was kept of channels stays: by wish and right with a grace, and by the room on the disk.

Pure. Hours count back from now; a file goes once all of it is older.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import TYPE_CHECKING

from rightcast.domain.archive import START_OVER_H, granted_h, kept_h
from rightcast.domain.rights import RightStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rightcast.domain.lineup import Channel
    from rightcast.domain.rights import CarriageRight

GRACE_S = 600.0
"""Files that wish or right no longer cover stay so long, so that a slip can be undone; viewers see them no more."""
LEAST_FREE_BYTES = 1 << 30
LEAST_FREE_SHARE = 0.05
LARGEST_SHARE = 0.5
"""Without a budget of the operator's, of what the disk could give."""


class Deleted(enum.StrEnum):
    """Why files of the archive were deleted."""

    AGE = "age"
    WISH = "wish"
    RIGHT = "right"
    BUDGET = "budget"
    ASKED = "asked"

    @property
    def in_words(self) -> str:
        """For operators."""
        return _WORDS[self]


_WORDS = {
    Deleted.AGE: "older than what is kept",
    Deleted.WISH: "the operator keeps less of the channel",
    Deleted.RIGHT: "the right grants less, or has ended",
    Deleted.BUDGET: "the disk had no more room",
    Deleted.ASKED: "asked for by the operator",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """What holds for a channel now. New segments are kept while `kept_h` is above 0, old ones for `retained_h`.

    The two differ while a right is suspended: nothing new is kept, and what is there stays for the right's return.
    """

    name: str
    wished_h: int
    granted_h: int
    kept_h: int
    retained_h: float

    @property
    def shrunk_by(self) -> Deleted:
        """Which of wish and right is the smaller."""
        return Deleted.RIGHT if self.retained_h < self.wished_h or not self.granted_h else Deleted.WISH


def keeping(channel: Channel | None, channel_id: int, rights: Sequence[CarriageRight], now: float) -> Keeping:
    """What holds for a channel at `now` (unix seconds); one that is not published now keeps what its rights grant."""
    moment = datetime.fromtimestamp(now, UTC)
    lasting = _lasting_h(rights, channel_id, moment)
    if channel is None:
        granted = granted_h(rights, channel_id, moment)
        return Keeping(name="", wished_h=0, granted_h=granted, kept_h=0, retained_h=lasting)
    return Keeping(
        name=channel.name,
        wished_h=channel.archive.hours,
        granted_h=granted_h(rights, channel_id, moment),
        kept_h=kept_h(channel.archive, rights, channel_id, moment),
        retained_h=min(channel.archive.hours, lasting),
    )


def _lasting_h(rights: Iterable[CarriageRight], channel_id: int, moment: datetime) -> int:
    """Hours that rights in term grant, suspended ones included."""
    found = [
        right.later
        for right in rights
        if right.covers_channel(channel_id)
        and right.in_term(moment)
        and right.status in {RightStatus.ACTIVE, RightStatus.SUSPENDED}
    ]
    return max((max(later.catchup_h, START_OVER_H if later.start_over else 0) for later in found), default=0)


@dataclass(frozen=True, slots=True)
class Window:
    """How many hours stay now. `since`: when less began to be enough, None while it is not."""

    hours: float = inf
    since: float | None = None
    cause: Deleted = Deleted.AGE

    def after(self, keeping: Keeping, now: float) -> Window:
        """The window once what holds was asked again; a smaller one takes effect after GRACE_S."""
        if keeping.retained_h >= self.hours:
            return Window(keeping.retained_h)
        since = now if self.since is None else self.since
        if now - since < GRACE_S:
            return Window(self.hours, since)
        return Window(keeping.retained_h, None, Deleted.AGE if self.hours == inf else keeping.shrunk_by)


def allowed_bytes(budget_bytes: int, used_bytes: int, free_bytes: int, total_bytes: int) -> int:
    """How much the archive may hold on a disk: the budget, or half of what the disk could give; never the last room.

    At least a gibibyte and a twentieth of the disk stay free.
    """
    could = used_bytes + free_bytes
    least_free = max(LEAST_FREE_BYTES, int(total_bytes * LEAST_FREE_SHARE))
    wished = budget_bytes or int(could * LARGEST_SHARE)
    return max(min(wished, could - least_free), 0)
