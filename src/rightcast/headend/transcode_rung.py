"""One rung on the air: what ffmpeg writes for it becomes segments of a ring of its own."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import msgspec

from rightcast.contract.reports import RenditionReport
from rightcast.domain.errors import RightcastError
from rightcast.domain.watch import Watch
from rightcast.headend.ring import INDEX, Ring
from rightcast.headend.segmenter import Segmenter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rightcast.contract.ring import Announcement, Track
    from rightcast.contract.station import StationSettings
    from rightcast.domain.ladder import Rung
    from rightcast.headend.transcode_plan import Plan, PlannedRung

FRESH_S = 6.0
"""A rung that has closed no segment for so long is not on air."""

_log = logging.getLogger(__name__)


class RungRing(Ring):
    """A ring that knows which bitrates its streams were asked to have."""

    bitrates: tuple[int, tuple[int, ...]] = (0, ())

    def describe(self, *, codecs: str, video: bool, tracks: Sequence[Track] = ()) -> None:
        """As the ring's own, with the bitrate of the pictures and of each sound."""
        of_video, of_sounds = self.bitrates
        sounds = iter(of_sounds)
        told = []
        for track in tracks:
            figure = of_video if track.kind == "video" else next(sounds, 0) if track.kind == "audio" else 0
            told.append(msgspec.structs.replace(track, bitrate_bps=figure))
        super().describe(codecs=codecs, video=video, tracks=told)


class RungLife:
    """The ring and the segmenter of one rung. `feed` and `tick` never raise: its trouble stays its own."""

    def __init__(
        self,
        channel_id: int,
        rendition: int,
        rung: Rung,
        *,
        settings: StationSettings,
        announce: Callable[[Announcement], None],
        ring_bytes: int,
    ) -> None:
        self.rung = rung
        self.rendition = rendition
        self.trouble = ""
        self._channel_id = channel_id
        self._settings = settings
        self._announce = announce
        self._ring_bytes = ring_bytes
        self._encoder = ""
        self._ring: RungRing | None = None
        self._segmenter: Segmenter | None = None
        if (settings.channel_ring(channel_id, rendition) / INDEX).exists():
            self._open()  # an earlier process left a ring that viewers may still be reading

    @property
    def snapshot(self) -> list[Announcement]:
        """What a new edge must hear."""
        return [] if self._ring is None else self._ring.snapshot()

    @property
    def bytes_held(self) -> int:
        """Bytes of the ring."""
        return 0 if self._ring is None else self._ring.bytes_held

    def allot(self, ring_bytes: int) -> None:
        """How many bytes the ring may take from now on."""
        self._ring_bytes = ring_bytes
        if self._ring is not None:
            self._ring.allot(ring_bytes)

    def begin(self, planned: PlannedRung, plan: Plan, near: int) -> None:
        """Another ffmpeg writes from now on, about the time `near` of the broadcast's ring."""
        self.trouble = ""
        self._encoder = "" if planned.encoder is None else planned.encoder.name
        if self._segmenter is None:
            self._open()
        if self._segmenter is None or self._ring is None:
            return
        sounds = plan.sounds if planned.rung.has_pictures else planned.sounds
        of_sounds = tuple(sound.choice.bitrate_bps if sound.encodes else 0 for sound in sounds)
        self._ring.bitrates = (planned.rung.bitrate_bps if planned.encoder is not None else 0, of_sounds)
        try:
            self._segmenter.source_changed(near=near)
        except RightcastError as error:
            self._fail(error)

    def feed(self, data: bytes, now: float) -> None:
        """What ffmpeg wrote."""
        if self._segmenter is not None:
            try:
                self._segmenter.feed(data, now)
            except RightcastError as error:
                self._fail(error)

    def tick(self, now: float) -> None:
        """Time passes."""
        if self._segmenter is not None:
            try:
                self._segmenter.tick(now)
            except RightcastError as error:
                self._fail(error)

    def report(self, now: float, note: str, *, left_out: bool) -> RenditionReport:
        """How it does; counts of the ffmpeg are the ladder's to add."""
        seen = None if self._segmenter is None else self._segmenter.statistics
        fresh = seen is not None and now - seen.last_segment <= FRESH_S
        state = "failed" if self.trouble else "left_out" if left_out else "on_air" if fresh else "starting"
        return RenditionReport(
            rendition=self.rendition,
            name=self.rung.name,
            state=state,
            bitrate_bps=0 if seen is None else seen.bitrate_bps,
            resolution="" if seen is None else seen.resolution,
            codecs="" if seen is None else seen.codecs,
            encoder=self._encoder,
            note=self.trouble or note,
        )

    def close(self, *, keep: bool) -> None:
        """End. `keep` leaves the files for the next process; otherwise edges are told and files removed."""
        ring, self._ring, self._segmenter = self._ring, None, None
        if ring is None:
            return
        try:
            if keep:
                ring.leave()
            else:
                ring.close()
        except (RightcastError, OSError) as error:
            _log.warning("Rung %s of channel %d did not close well: %s", self.rung.name, self._channel_id, error)

    def _open(self) -> None:
        try:
            self._ring = RungRing(
                self._channel_id,
                self._settings.channel_ring(self._channel_id, self.rendition),
                announce=self._announce,
                playlist_segments=self._settings.playlist_segments,
                max_bytes=self._ring_bytes,
                rendition=self.rendition,
                name=self.rung.name,
            )
        except RightcastError as error:
            self._fail(error)
            return
        settings = self._settings
        unwatched = Watch(stream=False)  # what we made ourselves needs no measuring
        self._segmenter = Segmenter(self._ring, segment_s=settings.segment_s, part_s=settings.part_s, watch=unwatched)

    def _fail(self, error: RightcastError) -> None:
        _log.error("Rung %s of channel %d failed: %s", self.rung.name, self._channel_id, error)
        self.trouble = str(error)
        self.close(keep=False)
