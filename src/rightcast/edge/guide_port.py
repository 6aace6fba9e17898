"""What interfaces ask of guide and archive: a few questions, answered "nothing" where those rooms are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from rightcast.domain.guide import Show
    from rightcast.domain.lineup import Line


class Guide(Protocol):
    """The shows of channels by their ids, asked between viewers and in threads; moments are unix seconds."""

    @property
    def mark(self) -> str:
        """Another one whenever a show has changed, so that answers made of them are kept until then."""

    def changed(self, keys: Iterable[int]) -> None:
        """The feed has brought other days for these guide keys."""

    def day_mark(self, channel_id: int, day: int) -> int:
        """Another one whenever shows of this day have changed."""

    def day(self, channel_id: int, day: int) -> Sequence[Show]:
        """The shows that start on a day of UTC, oldest first."""

    def shows(self, channel_id: int, start: int, stop: int) -> Sequence[Show]:
        """Those that run in some of the time from `start` to `stop`, oldest first."""

    def now_next(self, channel_id: int, now: int, count: int = 2) -> Sequence[Show]:
        """What is on and what comes, so many in all; from memory, fit for hundreds of channels at once."""

    def search(
        self, text: str, channel_ids: Collection[int], start: int, stop: int, *, most: int = 100
    ) -> Sequence[tuple[int, Show]]:
        """Shows by the words of their titles as (channel id, show), the soonest first; to be asked in a thread."""

    def look_ahead(self, channel_ids: Iterable[int], now: int) -> None:
        """Make ready what comes on these channels; for a thread."""


class Archive(Protocol):
    """What is kept of channels, and what may be watched of it."""

    @property
    def mark(self) -> str:
        """Another one whenever a channel's days have changed."""

    def archive_days(self, channel_id: int, line: Line | None = None) -> int:
        """For how many days back a channel can be watched, by this line or by anybody; 0: nothing of it is kept."""

    def has(self, line: Line, channel_id: int, show: Show, now: int) -> bool:
        """Whether the line that asked for this show now, from its beginning, would see it."""


class NoGuide:
    """The guide of a station that has none."""

    mark = ""

    def changed(self, keys: Iterable[int]) -> None:
        """Nothing is kept."""

    def day_mark(self, channel_id: int, day: int) -> int:
        """Always the same."""
        return 0

    def day(self, channel_id: int, day: int) -> Sequence[Show]:
        """None."""
        return ()

    def shows(self, channel_id: int, start: int, stop: int) -> Sequence[Show]:
        """None."""
        return ()

    def now_next(self, channel_id: int, now: int, count: int = 2) -> Sequence[Show]:
        """None."""
        return ()

    def search(
        self, text: str, channel_ids: Collection[int], start: int, stop: int, *, most: int = 100
    ) -> Sequence[tuple[int, Show]]:
        """None."""
        return ()

    def look_ahead(self, channel_ids: Iterable[int], now: int) -> None:
        """Nothing comes."""


class NoArchive:
    """The archive of a station that keeps nothing."""

    mark = ""

    def archive_days(self, channel_id: int, line: Line | None = None) -> int:
        """Of no channel."""
        return 0

    def has(self, line: Line, channel_id: int, show: Show, now: int) -> bool:
        """Never."""
        return False


NO_GUIDE = NoGuide()
NO_ARCHIVE = NoArchive()
