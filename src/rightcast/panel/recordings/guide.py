"""The guide as planning reads it: the days that were published, and which of them changed since the last look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.domain.errors import ContractError
from rightcast.domain.guide import GuideDay, day_of, guide_key, of_guide_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightcast.domain.guide import Show
    from rightcast.state.feed import Feed

_BATCH = 2000
AHEAD_DAYS = 15


class PublishedGuide:
    """Reads guide days from the feed, for what stands there is final. `rights_changed` since its reader looked last."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self.rights_changed = True

    def changed(self, identity: str, number: int, now: float) -> tuple[str, int, set[tuple[int, int]]]:
        """Channels and days (not past ones) that changed since a revision of a feed; of another feed all of them.

        With them the identity and the revision to ask with the next time.
        """
        if (present := self._feed.identity()) != identity:
            identity, number = present, 0
        found: set[tuple[int, int]] = set()
        oldest = day_of(now) - 1
        if self._feed.latest() == number:
            return identity, number, found
        while revisions := self._feed.read(number, _BATCH):
            number = revisions[-1].number
            self.rights_changed |= any(one.kind is Kind.RIGHT for one in revisions)
            days = (of_guide_key(one.key) for one in revisions if one.kind is Kind.GUIDE)
            found.update((channel_id, day) for channel_id, day in days if day >= oldest)
        return identity, number, found

    def shows(self, channel_id: int, days: Iterable[int]) -> list[Show]:
        """The shows of a channel that start on these days, oldest first."""
        found: list[Show] = []
        for day in sorted(set(days)):
            revision = self._feed.find(Kind.GUIDE, guide_key(channel_id, day))
            try:
                record = None if revision is None else revision.record()
            except ContractError:
                continue
            if isinstance(record, GuideDay):
                found.extend(record.shows)
        return found

    def coming(self, channel_id: int, now: float) -> list[Show]:
        """The shows of a channel from yesterday to two weeks ahead."""
        today = day_of(now)
        return self.shows(channel_id, range(today - 1, today + AHEAD_DAYS))

    def show_at(self, channel_id: int, moment: int) -> Show | None:
        """The show that runs at a moment."""
        day = day_of(moment)
        return next((one for one in self.shows(channel_id, (day - 1, day)) if one.start <= moment < one.stop), None)
