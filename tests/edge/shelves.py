"""Stand-ins for the rooms that keep shows and recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.guide import DAY_S, day_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from rightcast.domain.guide import Show
    from rightcast.domain.lineup import Line


class FakeArchive:
    """Keeps so many days of each channel as it is told."""

    def __init__(self, **days: int) -> None:
        self.days = {int(name.removeprefix("of_")): count for name, count in days.items()}
        self.mark = "first"

    def archive_days(self, channel_id: int, line: Line | None = None) -> int:
        return self.days.get(channel_id, 0)

    def has(self, line: Line, channel_id: int, show: Show, now: int) -> bool:
        return not show.no_catchup and now - self.archive_days(channel_id) * DAY_S <= show.start < now


class FakeGuide:
    """Knows the shows that it is given; `ids` say of which channels by their guide ids, if not only of 1."""

    def __init__(self, *shows: Show, ids: dict[str, int] | None = None) -> None:
        known = ids or {"uno.it": 1}
        self.all = sorted(((known.get(one.guide_id, 0), one) for one in shows), key=lambda pair: pair[1].start)
        self.mark = "first"

    def changed(self, keys: Iterable[int]) -> None:
        self.mark += "."

    def day_mark(self, channel_id: int, day: int) -> int:
        return len(self.mark)

    def day(self, channel_id: int, day: int) -> Sequence[Show]:
        return [one for key, one in self.all if key == channel_id and day_of(one.start) == day]

    def shows(self, channel_id: int, start: int, stop: int) -> Sequence[Show]:
        return [one for key, one in self.all if key == channel_id and one.start < stop and one.stop > start]

    def now_next(self, channel_id: int, now: int, count: int = 2) -> Sequence[Show]:
        return self.shows(channel_id, now, now + 7 * DAY_S)[:count]

    def search(
        self, text: str, channel_ids: Collection[int], start: int, stop: int, *, most: int = 100
    ) -> Sequence[tuple[int, Show]]:
        return [(key, one) for key, one in self.all if key in channel_ids and text in one.title][:most]

    def look_ahead(self, channel_ids: Iterable[int], now: int) -> None:
        return
