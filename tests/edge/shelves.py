"""Stand-ins for the rooms that keep shows and recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.domain.guide import Show


class FakeArchive:
    """Keeps so many days of each channel as it is told."""

    def __init__(self, **days: int) -> None:
        self.days = {int(name.removeprefix("of_")): count for name, count in days.items()}
        self.mark = "first"

    def archive_days(self, channel_id: int) -> int:
        return self.days.get(channel_id, 0)


class FakeGuide:
    """Knows the shows that it is given."""

    def __init__(self, *shows: Show) -> None:
        self.all = sorted(shows, key=lambda one: one.start)
        self.mark = "first"

    def shows(self, guide_id: str, start: int, stop: int) -> Sequence[Show]:
        return [one for one in self.all if one.guide_id == guide_id and one.start < stop and one.stop > start]
