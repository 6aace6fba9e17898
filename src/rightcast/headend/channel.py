"""One channel's life: its ring, its segmenter, and the source that feeds them at the moment.

Sources are tried in order; an on-demand channel lives from its first viewer until a while after its last.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from rightcast.contract.reports import ChannelReport
from rightcast.domain.errors import RightcastError
from rightcast.domain.lineup import Channel, Source, SourceKind, StartMode
from rightcast.domain.sources import redact
from rightcast.headend.health import SILENT_AFTER_S, Facts, State, judge, next_source
from rightcast.headend.ladder_life import LadderLife
from rightcast.headend.monitor import Monitor
from rightcast.headend.pictures.rounds import Sample
from rightcast.headend.segmenter import Segmenter
from rightcast.headend.tap import TappedRing

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.contract.ring import Announcement
    from rightcast.contract.station import StationSettings
    from rightcast.domain.watch import Watch
    from rightcast.headend.intake import Intake, Intakes
    from rightcast.headend.pictures.orders import Seen

LINGER_S = 30.0
"""How long an on-demand channel runs on after its last viewer left: zapping back must be instant."""
FAILURE_PAUSE_S = 10.0
_OPENING_S = 8.0
_PACKETS_OF_PROOF = 50

# Segments arrive in bursts: silence tells less than elsewhere.
_BURSTY = {SourceKind.HLS: 12.0}
_DATAGRAMS = frozenset({SourceKind.UDP, SourceKind.RTP})

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
    ) -> None:
        self.record = record
        self._settings = settings
        self._announce = announce
        self._intakes = intakes
        self._ring_bytes = ring_bytes
        self._place = 0
        self._intake: Intake | None = None
        self._attached: Source | None = None
        self._tried_since = now
        self._viewers: dict[int, int] = {}
        self._left_at: float | None = None
        self._failure = ""
        self._failed_at = 0.0
        self._history = ""
        self._scrambling = (now, 0, 0, False)
        self._state = State.STARTING
        self._state_since = now
        self.monitor = Monitor()
        self._ladder = LadderLife(settings, announce)
        self._open_ring()
        self._ladder.follow(record, self._ring, ring_bytes, now)

    @property
    def snapshot(self) -> list[Announcement]:
        """What a new edge must hear of this channel."""
        return [*self._ring.snapshot(), *self._ladder.snapshot]

    @property
    def bytes_held(self) -> int:
        """Bytes of the ring."""
        return self._ring.bytes_held + self._ladder.bytes_held

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
        return self.record.start is StartMode.ON_DEMAND

    def is_over(self, now: float) -> bool:
        """Whether an on-demand channel has had no viewer for so long that it should be stopped."""
        if not self.runs_on_demand or self._viewers:
            self._left_at = None
            return False
        self._left_at = now if self._left_at is None else self._left_at
        return now - self._left_at > LINGER_S

    def update(self, record: Channel, now: float) -> None:
        """The channel's record changed; only other sources interrupt it."""
        changed = record.sources != self.record.sources
        if record.watch != self.record.watch:
            self._segmenter.watch(record.watch)
        self.record = record
        self._ladder.follow(record, self._ring, self._ring_bytes, now)
        if changed:
            self._detach()
            self._place, self._history = 0, ""
            if self._segmenter.statistics.packets:
                self._segmenter.source_changed()
            self._tried_since = now

    def tick(self, now: float) -> None:
        """Ten times a second, after the intakes: time passes for segmenter, failover and demand."""
        self._ladder.tick(now)
        if self._failure:
            if now - self._failed_at > FAILURE_PAUSE_S:
                self._recover(now)
            return
        try:
            self._follow_demand(now)
            self._follow_sources(now)
            if self._intake is not None:
                self._segmenter.tick(now)
        except RightcastError as error:
            self._fail(str(error), now)
        except Exception:  # noqa: BLE001 - a fault in one channel must not stop the tick of all
            _log.exception("Channel %s failed", self.record.name)
            self._fail("An internal fault; the headend's log says more.", now)

    def feed(self, block: bytes, now: float) -> None:
        """A block of the channel's service."""
        try:
            self._segmenter.feed(block, now)
        except RightcastError as error:
            self._fail(str(error), now)
        except Exception:  # noqa: BLE001 - a fault in one channel must not stop others that share its multiplex
            _log.exception("Channel %s failed", self.record.name)
            self._fail("An internal fault; the headend's log says more.", now)

    def report(self, now: float) -> ChannelReport:
        """How the channel does; asked about once a second."""
        self._watch_scrambling(now)
        state, sentence = judge(self._facts(now))
        if state is not self._state:
            self._state, self._state_since = state, now
        seen = self._segmenter.statistics
        source = self._source
        return ChannelReport(
            id=self.record.id,
            name=self.record.name,
            state=state.value,
            since=self._state_since,
            source="" if source is None else redact(source.url),
            detail=" ".join(filter(None, (self._history, sentence, self._ladder.note))),
            bitrate_bps=seen.bitrate_bps,
            continuity_errors=seen.continuity_errors,
            scrambled_packets=seen.scrambled_packets,
            discontinuities=seen.discontinuities,
            last_segment=seen.last_segment,
            codecs=seen.codecs,
            resolution=seen.resolution,
            renditions=self._ladder.reports(now),
            **self.monitor.report(
                seen, self._segmenter.measures, self.record.watch, alive=self._is_alive(now), now=now
            ),
        )

    @property
    def watch(self) -> Watch:
        """What is watched of it."""
        return self.record.watch

    def sample(self) -> Sample | None:
        """What may be looked at now: the newest whole segment, while data comes."""
        newest = self._ring.newest
        if newest is None or self._intake is None or self._state is not State.ON_AIR:
            return None
        sequence, path, size = newest
        video, audio = ((stream.pid, stream.codec) if stream else None for stream in self._segmenter.streams)
        return Sample(sequence, str(path), size, video, audio)

    def on_seen(self, seen: Seen | None, *, thumbnail: bool, now: float) -> None:
        """What a look has shown."""
        self.monitor.impressions.add(seen, self.record.watch, thumbnail=thumbnail, now=now)

    def stop(self, *, keep: bool) -> None:
        """End. `keep` leaves the ring's files for the next process; otherwise edges are told and files removed."""
        self._detach()
        self._ladder.stop(keep=keep)
        try:
            if keep:
                self._ring.leave()
            else:
                self._ring.close()
        except (RightcastError, OSError) as error:
            _log.warning("The ring of channel %s did not close well: %s", self.record.name, error)

    @property
    def _source(self) -> Source | None:
        sources = self.record.sources
        return sources[self._place % len(sources)] if sources else None

    def _is_alive(self, now: float) -> bool:
        """Whether data comes, and has been coming for long enough to judge it."""
        seen = self._segmenter.statistics
        return self._intake is not None and self._state is not State.SILENT and now - seen.last_data <= SILENT_AFTER_S

    @property
    def _is_active(self) -> bool:
        return self._intake is not None or self.record.start is StartMode.ALWAYS

    def _open_ring(self) -> None:
        self._ring = TappedRing(
            self.record.id,
            self._settings.channel_ring(self.record.id),
            announce=self._announce,
            playlist_segments=self._settings.playlist_segments,
            max_bytes=self._ring_bytes,
        )
        self._segmenter = Segmenter(
            self._ring, segment_s=self._settings.segment_s, part_s=self._settings.part_s, watch=self.record.watch
        )

    def _follow_demand(self, now: float) -> None:
        """Run when always on or wanted; a ring taken over from an earlier process waits for its viewers."""
        if self._intake is None and (self._viewers or not self.runs_on_demand):
            self._attach(now)

    def _follow_sources(self, now: float) -> None:
        if len(self.record.sources) < 2:
            return
        facts = self._facts(now)
        chosen = next_source(facts, facts.patience_s)
        if chosen is None:
            return
        _, sentence = judge(facts)
        self._history = f"{sentence} Trying source {chosen}."
        _log.warning("Channel %s: %s", self.record.name, self._history)
        self._detach()
        self._place = chosen - 1
        if self._segmenter.statistics.packets:
            self._segmenter.source_changed()
        self._attach(now)

    def _facts(self, now: float) -> Facts:
        seen, intake, source = self._segmenter.statistics, self._intake, self._source
        heard = seen.last_data > self._tried_since
        if heard and now - seen.last_data <= SILENT_AFTER_S and now - self._tried_since > FAILURE_PAUSE_S:
            self._history = ""
        kind = None if source is None else source.kind
        patience_s = SILENT_AFTER_S if heard or kind in _DATAGRAMS else _OPENING_S
        return Facts(
            now=now,
            active=self._is_active,
            source=self._place + 1,
            sources=len(self.record.sources),
            tried_since=self._tried_since,
            last_bytes=0.0 if intake is None else intake.last_data,
            last_data=seen.last_data,
            last_segment=seen.last_segment,
            picture_open=self._ring.is_open,
            scrambled=self._scrambling[3],
            trouble="" if intake is None else intake.trouble,
            note="" if intake is None else intake.splitter.note,
            patience_s=max(patience_s, _BURSTY.get(kind, 0.0) if kind is not None else 0.0),
            failure=self._failure,
        )

    def _watch_scrambling(self, now: float) -> None:
        """Whether more than a tenth of the packets since the last look were scrambled."""
        seen = self._segmenter.statistics
        _, packets, scrambled, before = self._scrambling
        passed = seen.packets - packets
        verdict = (seen.scrambled_packets - scrambled) * 10 > passed if passed > _PACKETS_OF_PROOF else before
        self._scrambling = (now, seen.packets, seen.scrambled_packets, verdict)

    def _attach(self, now: float) -> None:
        source = self._source
        self._tried_since = now
        if source is not None:
            self._intake = self._intakes.attach(source.url, source.service_id, self.feed, now)
            self._attached = source

    def _detach(self) -> None:
        if self._attached is not None:
            self._intakes.detach(self._attached.url, self._attached.service_id, self.feed)
        self._intake = self._attached = None

    def _fail(self, sentence: str, now: float) -> None:
        _log.error("Channel %s failed: %s", self.record.name, sentence)
        self._failure, self._failed_at = redact(sentence), now
        self._detach()

    def _recover(self, now: float) -> None:
        """After a pause: a new segmenter on what the ring holds."""
        try:
            self._ring.leave()
            self._open_ring()
            self._ladder.follow(self.record, self._ring, self._ring_bytes, now)
        except (RightcastError, OSError) as error:
            self._failure, self._failed_at = redact(str(error)), now
            return
        self._failure, self._tried_since = "", now
