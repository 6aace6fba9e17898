"""What the panel wants taken: open takes and deletions, as the feed tells of them, and what rights let of it now."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.domain.recordings import Take
from rightcast.domain.rights import Copies
from rightcast.headend.published import Published

if TYPE_CHECKING:
    from rightcast.contract.catalogue import Revision
    from rightcast.state.feed import Feed

AHEAD_S = 30.0
"""So long before its start a take is due, for its reel to be open in time."""


class Orders(Published):
    """Also the takes that are not settled, and in `gone` those whose files must go. Settled ones need no memory."""

    def __init__(self, feed: Feed) -> None:
        super().__init__(feed)
        self.takes: dict[int, Take] = {}
        self.gone: deque[int] = deque()
        self._cut: dict[int, int] = {}

    def due(self, now: float) -> dict[int, Take]:
        """What is to be taken at `now`: begun, or about to; and only while a right in force grants recordings."""
        at = datetime.fromtimestamp(now, UTC)
        found = {number: one for number, one in self.takes.items() if one.start <= now + AHEAD_S}
        granted = {one.channel_id for one in found.values() if self._grants(one.channel_id, at)}
        return {number: self._until(one, now, granted=one.channel_id in granted) for number, one in found.items()}

    def _until(self, take: Take, now: float, *, granted: bool) -> Take:
        """A take; without a right it ends now, whatever the panel said last."""
        if granted or take.stop <= now:
            self._cut.pop(take.id, None)
            return take
        stop = self._cut.setdefault(take.id, max(int(now), take.start))
        return Take(id=take.id, channel_id=take.channel_id, start=take.start, stop=stop)

    def _grants(self, channel_id: int, at: datetime) -> bool:
        return any(
            right.covers_channel(channel_id) and right.in_force(at) and right.later.recordings is not Copies.NONE
            for right in self.rights.values()
        )

    def _apply(self, revision: Revision) -> None:
        if revision.kind is not Kind.TAKE:
            super()._apply(revision)
            return
        record = revision.record()
        if isinstance(record, Take) and not record.settled:
            self.takes[revision.key] = record
            return
        self.takes.pop(revision.key, None)
        if record is None:
            self.gone.append(revision.key)
