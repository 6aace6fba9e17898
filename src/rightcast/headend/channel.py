"""One channel's life: its ring, its segmenter, and the switcher that feeds them from a source or the slate.

An on-demand channel lives from its first viewer until a while after its last.
"""

from __future__ import annotations

import logging
import random
from typing import TYPE_CHECKING

from rightcast.contract.reports import ChannelReport
from rightcast.domain.errors import RightcastError
from rightcast.domain.failover import SLATE
from rightcast.domain.life import Running
from rightcast.domain.lineup import Channel, StartMode
from rightcast.domain.sources import redact
from rightcast.headend.account import Account
from rightcast.headend.events import EventListener, Heard
from rightcast.headend.health import SILENT_AFTER_S, State
from rightcast.headend.ladder_life import LadderLife
from rightcast.headend.monitor import Monitor
from rightcast.headend.overlays import Overlays
from rightcast.headend.pictures.rounds import Sample
from rightcast.headend.segmenter import Segmenter
from rightcast.headend.slate.cards import NoSlates
from rightcast.headend.switching import Switcher
from rightcast.headend.tap import TappedRing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rightcast.contract.ring import Announcement
    from rightcast.contract.station import StationSettings
    from rightcast.domain.overlay import Overlay
    from rightcast.domain.watch import Watch
    from rightcast.headend.intake import Intakes
    from rightcast.headend.leg import Leg
    from rightcast.headend.pictures.orders import Seen
    from rightcast.headend.slate.cards import Slates

LINGER_S = 30.0
"""How long an on-demand channel runs on after its last viewer left, unless its life says otherwise."""
DRAINED_AFTER_S = 3.0
"""A draining channel ends so long after its last viewer: one that reconnects is still the last."""
FAILURE_PAUSE_S = 10.0

_log = logging.getLogger(__name__)


class ChannelLife:
    """Runs one channel from `start` to `stop`; `tick` and `feed` never raise."""

    def __init__(
        self,
        record: Channel,
        *,
        settings: StationSettings,
        announce: Callable[[Announcement], None],
        intakes: Intakes,
        ring_bytes: int,
        now: float,
        slates: Slates | None = None,
    ) -> None:
        self.record = record
        self._settings = settings
        self._announce = announce
        self._ring_bytes = ring_bytes
        self._switcher = Switcher(
            record,
            intakes=intakes,
            slates=slates or NoSlates(),
            sink=self._feed,
            chance=random.random,
            now=now,
        )
        self._account = Account(now)
        self._wish: int | None = None
        self._overlaid = False
        self._is_neighbour = False
        self._viewers: dict[int, int] = {}
        self._left_at: float | None = None
        self._failure = ""
        self._failed_at = 0.0
        self.monitor = Monitor()
        self.events = EventListener()
        self._ladder = LadderLife(settings, announce)
        self._overlays = Overlays(settings, announce)
        self._open_ring()
        self._ladder.follow(record, self._ring, ring_bytes, now)

    @property
    def snapshot(self) -> list[Announcement]:
        """What a new edge must hear of this channel."""
        return [*self._ring.snapshot(), *self._ladder.snapshot, *self._overlays.snapshot]

    @property
    def bytes_held(self) -> int:
        """Bytes of the ring."""
        return self._ring.bytes_held + self._ladder.bytes_held + self._overlays.bytes_held

    @property
    def viewers(self) -> int:
        """Viewers at all edges beside this headend."""
        return sum(self._viewers.values())

    def want(self, edge: int, viewers: int) -> None:
        """An edge says how many watch."""
        if viewers > 0:
            self._viewers[edge] = viewers
        else:
            self._viewers.pop(edge, None)

    def allot(self, ring_bytes: int) -> None:
        """How many bytes the ring may take from now on."""
        self._ring_bytes = ring_bytes
        self._ring.allot(ring_bytes)
        self._ladder.allot(ring_bytes)

    @property
    def unwatched_since(self) -> float | None:
        """When the last viewer of an on-demand channel left; None while somebody watches."""
        return self._left_at

    @property
    def runs_on_demand(self) -> bool:
        """Whether it runs only while somebody watches."""
        return lives_by_viewers(self.record)

    def keep_warm(self, wanted: bool) -> None:
        """Whether a neighbour in a lineup is watched, so that this one should be ready."""
        self._is_neighbour = wanted

    def is_over(self, now: float) -> bool:
        """Whether an on-demand channel has had no viewer for so long that it should be stopped."""
        if not self.runs_on_demand or self._viewers:
            self._left_at = None
            return False
        self._left_at = now if self._left_at is None else self._left_at
        life = self.record.life
        warm_s = DRAINED_AFTER_S if life.running is Running.DRAINING else life.warm_s
        return not self._is_neighbour and now - self._left_at > warm_s

    def wish(self, wish: int | None) -> None:
        """What operator or schedule want on air: a source, the slate, or None for the best there is."""
        self._wish = wish

    def update(self, record: Channel, now: float) -> None:
        """The channel's record changed; only another source interrupts it."""
        if record.watch != self.record.watch:
            self._segmenter.watch(record.watch)
        self.record = record
        self._ring.playlist_segments = self._window_segments()
        self._ladder.follow(record, self._ring, self._ring_bytes, now)
        self._overlays.listen(self._ring)
        try:
            self._switcher.follow(record, self._segmenter, now)
        except RightcastError as error:
            self._fail(str(error), now)

    def overlay(self, wanted: Sequence[Overlay], now: float) -> None:
        """Copies for these sessions are wanted."""
        if wanted or self._overlaid:
            self._overlaid = bool(wanted)
            self._overlays.follow(self.record, wanted, self._ring, self._ring_bytes, now)

    def tick(self, now: float) -> None:
        """Ten times a second, after the intakes: time passes for segmenter, failover and demand."""
        self._ladder.tick(now)
        self._overlays.tick(now)
        if self._failure:
            if now - self._failed_at > FAILURE_PAUSE_S:
                self._recover(now)
            return
        try:
            if not self._switcher.is_running:
                self._follow_demand(now)
            if self._switcher.is_running:
                if self._switcher.tick(self._segmenter, self._wish, now):
                    self._note_change()
                self._segmenter.tick(now)
        except RightcastError as error:
            self._fail(str(error), now)
        except Exception:  # noqa: BLE001 - a fault in one channel must not stop the tick of all
            _log.exception("Channel %s failed", self.record.name)
            self._fail("An internal fault; the headend's log says more.", now)

    def report(self, now: float) -> ChannelReport:
        """How the channel does; asked about once a second."""
        told = self._account.tell(
            self.record,
            self._switcher,
            active=self._switcher.is_running or not self.runs_on_demand,
            picture_open=self._ring.is_open,
            failure=self._failure,
            note=self._ladder.note,
            now=now,
        )
        seen = self._segmenter.statistics
        return ChannelReport(
            id=self.record.id,
            name=self.record.name,
            bitrate_bps=seen.bitrate_bps,
            continuity_errors=seen.continuity_errors,
            scrambled_packets=seen.scrambled_packets,
            discontinuities=seen.discontinuities,
            last_segment=seen.last_segment,
            codecs=seen.codecs,
            resolution=seen.resolution,
            renditions=[*self._ladder.reports(now), *self._overlays.reports(now)],
            cues=self._segmenter.cues.reports(),
            restricted=self._segmenter.cues.restrictions(now).in_words,
            **told,
            **self.monitor.report(
                seen, self._segmenter.measures, self.record.watch, alive=self._is_alive(now), now=now
            ),
        )

    @property
    def heard(self) -> Heard:
        """What its own stream says is on; a service that was cut out of a multiplex carries nothing of this."""
        pmt = self._segmenter.programme.pmt
        return Heard(self.events, {} if pmt is None else {pmt.service_id: [self.record.id]})

    @property
    def watch(self) -> Watch:
        """What is watched of it."""
        return self.record.watch

    def sample(self) -> Sample | None:
        """What may be looked at now: the newest whole segment, while data comes."""
        newest = self._ring.newest
        if newest is None or self._switcher.on_air is None or self._account.state is not State.ON_AIR:
            return None
        sequence, path, size = newest
        video, audio = ((stream.pid, stream.codec) if stream else None for stream in self._segmenter.streams)
        return Sample(sequence, str(path), size, video, audio)

    def on_seen(self, seen: Seen | None, *, thumbnail: bool, now: float) -> None:
        """What a look has shown."""
        self.monitor.impressions.add(seen, self.record.watch, thumbnail=thumbnail, now=now)

    def stop(self, *, keep: bool) -> None:
        """End. `keep` leaves the ring's files for the next process; otherwise edges are told and files removed."""
        self._switcher.stop()
        self._ladder.stop(keep=keep)
        self._overlays.stop()
        try:
            if keep:
                self._ring.leave()
            else:
                self._ring.close()
        except (RightcastError, OSError) as error:
            _log.warning("The ring of channel %s did not close well: %s", self.record.name, error)

    def _is_alive(self, now: float) -> bool:
        """Whether data of a source comes, and has been coming for long enough to judge it."""
        seen, leg = self._segmenter.statistics, self._switcher.on_air
        return leg is not None and self._account.state is not State.SILENT and now - seen.last_data <= SILENT_AFTER_S

    def _feed(self, leg: Leg, block: bytes, now: float) -> None:
        """A block of one of the channel's sources."""
        try:
            leg.feed(block, now)
        except RightcastError as error:
            self._fail(str(error), now)
        except Exception:  # noqa: BLE001 - a fault in one channel must not stop others that share its multiplex
            _log.exception("Channel %s failed", self.record.name)
            self._fail("An internal fault; the headend's log says more.", now)

    def _note_change(self) -> None:
        """Write into the log what was put on air, and why."""
        standing = self._switcher.standing
        shown = "the slate" if standing.active == SLATE else f"source {standing.active}"
        fault = f" (source {standing.before}: {standing.fault})" if standing.fault is not None else ""
        _log.warning("Channel %s shows %s: %s%s", self.record.name, shown, standing.cause, fault)

    def _open_ring(self) -> None:
        self._ring = TappedRing(
            self.record.id,
            self._settings.channel_ring(self.record.id),
            announce=self._announce,
            playlist_segments=self._window_segments(),
            max_bytes=self._ring_bytes,
        )
        self._segmenter = Segmenter(
            self._ring,
            segment_s=self._settings.segment_s,
            part_s=self._settings.part_s,
            watch=self.record.watch,
            events=self.events,
        )

    def _window_segments(self) -> int:
        settings = self._settings
        return self.record.packaging.window_segments(settings.segment_s, settings.playlist_segments)

    def _follow_demand(self, now: float) -> None:
        """Run when always on or wanted; a ring taken over from an earlier process waits for its viewers."""
        if self._viewers or self._is_neighbour or not self.runs_on_demand:
            self._switcher.start(self._segmenter, self._wish, now)

    def _fail(self, sentence: str, now: float) -> None:
        _log.error("Channel %s failed: %s", self.record.name, sentence)
        self._failure, self._failed_at = redact(sentence), now
        self._switcher.stop()

    def _recover(self, now: float) -> None:
        """After a pause: a new segmenter on what the ring holds."""
        try:
            self._ring.leave()
            self._open_ring()
            self._ladder.follow(self.record, self._ring, self._ring_bytes, now)
            self._overlays.listen(self._ring)
        except (RightcastError, OSError) as error:
            self._failure, self._failed_at = redact(str(error)), now
            return
        self._failure = ""


def lives_by_viewers(record: Channel) -> bool:
    """Whether a channel runs only while somebody watches: on demand, or draining."""
    return record.start is StartMode.ON_DEMAND or record.life.running is Running.DRAINING
