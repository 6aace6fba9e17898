"""What of the archive may not go: files that hold some of what a hold keeps, for a case or while a takedown stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.hold import held_spans, overlaps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.domain.hold import Hold
    from rightcast.headend.archive.channel_reel import ChannelReel
    from rightcast.state.archive.places import Place
    from rightcast.state.archive.records import KeptFile


class Freeze:
    """`holds` are those that the panel published; set by the loop, read by the writing thread."""

    def __init__(self) -> None:
        self.holds: Sequence[Hold] = ()

    def free(self, channel_id: int, files: list[KeptFile], now: float) -> list[KeptFile]:
        """Those that may go at `now` (unix seconds)."""
        spans = held_spans(self.holds, channel_id, now) if files else ()
        return [one for one in files if not overlaps(spans, one.start, one.stop)] if spans else files

    def oldest(self, channel_id: int, reel: ChannelReel, place: Place, now: float) -> KeptFile | None:
        """The oldest finished file in a place that may go."""
        if not held_spans(self.holds, channel_id, now):
            return reel.oldest_in(place)
        return next(iter(self.free(channel_id, reel.finished_in(place), now)), None)
