"""What the lists ask of guide and archive: two questions, answered "nothing" until those rooms exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.domain.guide import Show


class Guide(Protocol):
    """The shows of channels. Both answers come from memory: they are asked between viewers, and in threads."""

    @property
    def mark(self) -> str:
        """Another one whenever a show has changed, so that answers made of them are kept until then."""

    def shows(self, guide_id: str, start: int, stop: int) -> Sequence[Show]:
        """Those that run in some of the time from `start` to `stop` (unix seconds), oldest first."""


class Archive(Protocol):
    """What is kept of channels."""

    @property
    def mark(self) -> str:
        """Another one whenever a channel's days have changed."""

    def archive_days(self, channel_id: int) -> int:
        """For how many days back a channel can be watched; 0: nothing of it is kept."""


class NoGuide:
    """The guide of a station that has none."""

    mark = ""

    def shows(self, guide_id: str, start: int, stop: int) -> Sequence[Show]:
        """None."""
        return ()


class NoArchive:
    """The archive of a station that keeps nothing."""

    mark = ""

    def archive_days(self, channel_id: int) -> int:
        """Of no channel."""
        return 0


NO_GUIDE = NoGuide()
NO_ARCHIVE = NoArchive()
