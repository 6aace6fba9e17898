"""One rung on the air: what ffmpeg writes for it becomes segments of a ring of its own."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import msgspec

from rightcast.contract.reports import RenditionReport
from rightcast.domain.errors import RightcastError
from rightcast.domain.ladder import VideoCodec
from rightcast.domain.watch import Watch
from rightcast.formats.mpegts.obu_streams import ObuNaming
from rightcast.formats.mpegts.units import CLOCK_HZ
from rightcast.headend.ring import Ring
from rightcast.headend.ring_index import INDEX
from rightcast.headend.segmenter import Segmenter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rightcast.contract.ring import Announcement, Track
    from rightcast.contract.station import StationSettings
    from rightcast.domain.ladder import Rung
    from rightcast.headend.transcode_plan import PlannedRung, Sound

_MAP_PID = 0x1000  # where ffmpeg puts the map of its first service
_SAME_PICTURE = CLOCK_HZ // 4
FRESH_S = 6.0
"""A rung that has closed no segment for so long is not on air."""

_log = logging.getLogger(__name__)


class RungRing(Ring):
    """A ring that knows what was asked for, and when the broadcast showed what it holds."""

    planned: PlannedRung | None = None
    anchors: Sequence[tuple[int, float]] = ()
    """Pairs of `time` and `wall` of the broadcast's segments, the latest last."""
    _lag: int = 0

    def describe(self, *, codecs: str, video: bool, tracks: Sequence[Track] = ()) -> None:
        """As the ring's own; what was asked for stands in for what has not been seen yet."""
        sounds = iter(self.planned.sounds if self.planned is not None else ())
        told = [
            track
            if self.planned is None
            else of_sound(track, next(sounds, None))
            if track.kind == "audio"
            else of_pictures(track, self.planned)
            for track in tracks
        ]
        super().describe(codecs=codecs, video=video, tracks=told)

    def open_segment(self, psi: bytes, *, wall: float, new_epoch: bool, time: int = 0) -> None:
        """As the ring's own, at the moment at which the broadcast showed this: coding took a while since."""
        if self.anchors:
            known, then = min(self.anchors, key=lambda anchor: abs(anchor[0] - time))
            if abs(known - time) < _SAME_PICTURE:  # the same picture; encoders differ in how many they keep back
                self._lag = known - time
            wall = then + (time + self._lag - known) / CLOCK_HZ
        super().open_segment(psi, wall=wall, new_epoch=new_epoch, time=time)


def of_pictures(track: Track, planned: PlannedRung) -> Track:
    """A track of pictures, with what was asked for where nothing was seen."""
    if track.kind != "video":
        return track
    bitrate_bps = planned.rung.bitrate_bps if planned.encoder is not None else 0
    return msgspec.structs.replace(
        track, bitrate_bps=bitrate_bps, frame_rate=track.frame_rate or round(planned.frame_rate, 3)
    )


def of_sound(track: Track, sound: Sound | None) -> Track:
    """A track of sound, with what was asked for, or what the source has, where nothing was seen."""
    if sound is None:
        return track
    channels = sound.choice.channels if sound.encodes else 0
    return msgspec.structs.replace(
        track,
        bitrate_bps=sound.choice.bitrate_bps if sound.encodes else 0,
        channels=track.channels or channels or sound.track.channels,
        sample_rate=track.sample_rate or (48_000 if sound.encodes else sound.track.sample_rate),
    )


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
        self._naming: ObuNaming | None = None
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

    def begin(self, planned: PlannedRung, anchors: Sequence[tuple[int, float]]) -> None:
        """Another ffmpeg writes from now on; `anchors`: times and moments of the broadcast that it is made from."""
        self.trouble = ""
        self._encoder = "" if planned.encoder is None else planned.encoder.name
        self._naming = ObuNaming(_MAP_PID) if self.rung.codec is VideoCodec.AV1 else None
        if self._segmenter is None:
            self._open()
        if self._segmenter is None or self._ring is None:
            return
        try:
            self._segmenter.source_changed(near=anchors[0][0])
        except RightcastError as error:
            self._fail(error)
            return
        self._ring.planned, self._ring.anchors = planned, anchors

    def feed(self, data: bytes, now: float) -> None:
        """What ffmpeg wrote."""
        if self._segmenter is not None:
            try:
                self._segmenter.feed(data if self._naming is None else self._naming.feed(data), now)
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
