"""The station's own slate as a ring of its own: what viewers see whom a blackout keeps out of a channel.

It runs while there is a blackout that may need it, in one headend process, and costs a few copies a tick.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.domain.blackouts import Blackout, Instead
from rightcast.domain.errors import RightcastError
from rightcast.domain.features import Features
from rightcast.domain.lineup import Channel, ChannelKind
from rightcast.domain.slate import SLATE_CHANNEL, Slate
from rightcast.headend.ring import Ring
from rightcast.headend.segmenter import Segmenter
from rightcast.headend.slate.cards import NoSlates
from rightcast.headend.slate.loop import Player

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rightcast.contract.ring import Announcement
    from rightcast.contract.station import StationSettings
    from rightcast.headend.slate.cards import Slates
    from rightcast.headend.slate.loop import Loop

RING_BYTES = 24 << 20
LINGER_S = 60.0
"""It runs on for so long after the last blackout, for those who have not gone back yet."""
AHEAD_S = 3600.0
RETRY_S = 10.0

_log = logging.getLogger(__name__)


def is_wanted(blackouts: Iterable[Blackout], now: float) -> bool:
    """Whether a blackout that shows something instead runs, comes within the hour, or has only just ended."""
    return any(
        one.instead is not Instead.NOTHING
        and one.starts.timestamp() < now + AHEAD_S
        and (one.ends is None or one.ends.timestamp() > now - LINGER_S)
        for one in blackouts
    )


class StationSlate:
    """Runs the ring; none of its methods raises."""

    def __init__(
        self, settings: StationSettings, announce: Callable[[Announcement], None], slates: Slates | None
    ) -> None:
        self._settings = settings
        self._announce = announce
        self._slates = slates or NoSlates()
        self._record = _record(Slate())
        self._ring: Ring | None = None
        self._segmenter: Segmenter | None = None
        self._player: Player | None = None
        self._retry_at = 0.0

    @property
    def snapshot(self) -> list[Announcement]:
        """What a new edge must hear."""
        return [] if self._ring is None else self._ring.snapshot()

    def tick(self, now: float, *, wanted: bool, slate: Slate) -> None:
        """Ten times a second."""
        if not wanted:
            self.stop(keep=False)
            return
        if self._record.slate != slate:
            self._record = _record(slate)
        try:
            self._play(now)
        except (RightcastError, OSError) as error:
            _log.error("The station's slate failed: %s", error)
            self._retry_at = now + RETRY_S
            self.stop(keep=False)

    def stop(self, *, keep: bool) -> None:
        """End. `keep` leaves the ring's files for the next process."""
        ring, self._ring, self._segmenter, self._player = self._ring, None, None, None
        if ring is None:
            return
        try:
            if keep:
                ring.leave()
            else:
                ring.close()
        except (RightcastError, OSError) as error:
            _log.warning("The ring of the station's slate did not close well: %s", error)

    def _play(self, now: float) -> None:
        if now < self._retry_at:
            return
        self._slates.prepare(self._record)
        loop = self._slates.loop_for(self._record)
        if loop is None:
            return
        if self._ring is None or self._segmenter is None:
            self._open()
        if self._player is None or self._player.loop is not loop:
            self._change(loop, now)
        if self._segmenter is not None and self._player is not None:
            self._segmenter.feed(self._player.take(now), now)
            self._segmenter.tick(now)

    def _open(self) -> None:
        settings = self._settings
        self._ring = Ring(
            SLATE_CHANNEL,
            settings.channel_ring(SLATE_CHANNEL),
            announce=self._announce,
            playlist_segments=settings.playlist_segments,
            max_bytes=RING_BYTES,
        )
        self._segmenter = Segmenter(self._ring, segment_s=settings.segment_s, part_s=settings.part_s)
        _log.info("The station's slate goes on air")

    def _change(self, loop: Loop, now: float) -> None:
        if self._player is not None and self._segmenter is not None:
            self._segmenter.source_changed()
        self._player = Player(loop, now)


def _record(slate: Slate) -> Channel:
    """The slate as a channel's, which is what slates are made for."""
    return Channel(
        id=SLATE_CHANNEL,
        number=0,
        name=slate.text or "Not available",
        kind=ChannelKind.TV,
        sources=(),
        added=datetime(2000, 1, 1, tzinfo=UTC),
        features=Features(slate=slate),
    )
