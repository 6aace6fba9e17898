"""A channel's ladder at work: one ffmpeg, fed with what goes into the channel's ring, read into a ring per rung.

It hears the ring and never holds it up: an ffmpeg that dies, falls silent or cannot keep up is replaced behind the
viewers of the broadcast itself. Where the broadcast breaks, the next ffmpeg begins and the last one gives out its rest.
"""

from __future__ import annotations

import logging
import random
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from rightcast.domain.errors import RightcastError
from rightcast.domain.ladder import EncoderWish
from rightcast.domain.marking import is_twin
from rightcast.headend.encoders import Choice, Encoders, encoders_of
from rightcast.headend.ffmpeg import find_ffmpeg
from rightcast.headend.marking import marking_in
from rightcast.headend.transcode_arguments import arguments
from rightcast.headend.transcode_child import LadderChild
from rightcast.headend.transcode_gathering import Gathering, picture_pid
from rightcast.headend.transcode_plan import Plan, codecs_of, plan
from rightcast.headend.transcode_rung import RungLife

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rightcast.contract.reports import RenditionReport
    from rightcast.contract.ring import Announcement, Track
    from rightcast.contract.station import StationSettings
    from rightcast.domain.ladder import VideoCodec
    from rightcast.domain.lineup import Channel
    from rightcast.headend.marking import Marking

FIRST_OUTPUT_S = 15.0
SILENT_S = 5.0
"""An ffmpeg that is fed and gives nothing for so long is replaced; the first time it may take longer."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
STABLE_S = 30.0
_FLUSH_S = 4.0
_SOUND_S = 1.0
_RATE_S = 1.5
_FLOWING_S = 1.0
_GATHER_BYTES = 16 << 20
_READS_A_TICK = 4
_BARREN_RUNS = 2

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Run:
    """One ffmpeg and what was asked of it. `heard`: PIDs it knows; `anchors`: time and wall of the segments it got."""

    child: LadderChild
    plan: Plan
    heard: frozenset[int]
    anchors: deque[tuple[int, float]]
    since: float
    heard_at: float | None = None


class Transcoder:
    """A tap on the channel's ring. Only `__init__` raises: FfmpegMissingError, PartMissingError."""

    def __init__(
        self,
        record: Channel,
        *,
        settings: StationSettings,
        announce: Callable[[Announcement], None],
        ring_bytes: int,
        now: float,
        encoders: Encoders | None = None,
        marker: Marking | None = None,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self.ladder = record.ladder
        self._name = record.name
        self._segment_s = settings.segment_s
        self._jitter = jitter
        self._ffmpeg = find_ffmpeg(settings.ffmpeg)
        self._marker = marking_in(settings.marker) if marker is None else marker
        self._encoders = encoders_of(self._ffmpeg) if encoders is None else encoders
        self._rungs = {
            number: RungLife(record.id, number, rung, settings=settings, announce=announce, ring_bytes=ring_bytes)
            for number, rung, _ in self.ladder.made
        }
        self._now = now
        self._run: _Run | None = None
        self._leaving: _Run | None = None
        self._leave_by = 0.0
        self._gathering: Gathering | None = None
        self._plan: Plan | None = None
        self._tracks: list[Track] = []
        self._skipping = False
        self._fed_at = self._quiet_at = now
        self._retry_at = now
        self._pause_s = FIRST_PAUSE_S
        self._restarts = 0
        self._barren = 0
        self._dropped = 0
        self._trouble = ""

    @property
    def snapshot(self) -> list[Announcement]:
        """What a new edge must hear of the rungs."""
        return [message for rung in self._rungs.values() for message in rung.snapshot]

    @property
    def bytes_held(self) -> int:
        """Bytes of all rings."""
        return sum(rung.bytes_held for rung in self._rungs.values())

    @property
    def pid(self) -> int:
        """The process id of the ffmpeg; 0 when none runs."""
        return 0 if self._run is None else self._run.child.pid

    def allot(self, ring_bytes: int) -> None:
        """How many bytes each ring may take from now on."""
        for rung in self._rungs.values():
            rung.allot(ring_bytes)

    def opened(self, *, new_epoch: bool, time: int, wall: float, tracks: Sequence[Track]) -> None:
        """A segment of the broadcast begins: where it breaks, or sound came that nobody asked for, begin anew."""
        self._tracks = [*tracks]
        self._skipping = False
        if self._run is not None and (new_epoch or self._has_new_sound(self._run)):
            self._hand_over(self._run)
        waits = self._gathering is not None and not new_epoch
        hopeless = self._plan is not None and not self._plan.rungs and not new_epoch
        if self._run is None and not waits and not hopeless and self._now >= self._retry_at:
            self._gathering = Gathering(self._now, picture_pid(tracks))
        taker = self._run or self._gathering
        if taker is not None:
            taker.anchors.append((time, wall))

    def write(self, data: bytes | memoryview) -> None:
        """Packets of the open segment. Those that find no room are passed over until the next segment begins."""
        self._fed_at = self._now
        if self._run is not None:
            if not self._skipping:
                self._skipping = not self._run.child.queue.push(data)
        elif self._gathering is not None:
            self._gathering.add(data)

    def tick(self, now: float) -> None:
        """Ten times a second: feed, read, replace."""
        self._now = now
        if now - self._fed_at > _FLOWING_S:
            self._quiet_at = now
        if self._leaving is not None:
            self._let_go(self._leaving, now)
        if self._run is not None:
            self._look_after(self._run, now)
        elif self._gathering is not None:
            self._start_when_ready(self._gathering, now)
        for rung in self._rungs.values():
            rung.tick(now)

    def reports(self, now: float, *, all_of_them: bool = False) -> list[RenditionReport]:
        """How each rung does; second variants only on request."""
        left_out = {} if self._plan is None else self._plan.left_out
        general = self._trouble or " ".join(() if self._plan is None else self._notes(self._plan))
        dropped = self._dropped + (0 if self._run is None else self._run.child.queue.dropped_packets)
        told = [
            rung.report(now, left_out.get(number, general), left_out=number in left_out)
            for number, rung in self._rungs.items()
            if all_of_them or not is_twin(number)
        ]
        return [
            msgspec.structs.replace(
                one,
                state="failed" if self._trouble and one.state == "starting" else one.state,
                restarts=self._restarts,
                dropped_packets=dropped,
            )
            for one in told
        ]

    @property
    def note(self) -> str:
        """What an operator should know, in a sentence; empty when all is as asked for."""
        if self._trouble:
            return f"Ladder: {self._trouble}"
        return "" if self._plan is None else " ".join(self._plan.notes)

    def stop(self, *, keep: bool) -> None:
        """End. `keep` leaves the rings' files for the next process; otherwise edges are told and files removed."""
        for run in (self._leaving, self._run):
            if run is not None:
                run.child.close()
        self._run = self._leaving = self._gathering = None
        for rung in self._rungs.values():
            rung.close(keep=keep)

    @staticmethod
    def _notes(made: Plan) -> list[str]:
        return [note for note in made.notes if note not in made.left_out.values()]

    def _start_when_ready(self, gathering: Gathering, now: float) -> None:
        """Begin once it is known what works and what there is; neither a sound that never comes is waited for."""
        choices: dict[VideoCodec, Choice] = {}
        for codec in codecs_of(self.ladder):
            choice = self._choose(codec)
            if choice is None:
                return
            choices[codec] = choice
        age, full = now - gathering.since, gathering.size > _GATHER_BYTES
        sounds = {track.pid for track in self._tracks if track.kind == "audio"}
        if not full and not sounds <= gathering.heard and age < _SOUND_S:
            return
        if not full and gathering.waits_for_rate and age < _RATE_S:
            return
        tracks = [gathering.rated(track) for track in self._tracks]
        made = plan(self.ladder, tracks, gathering.heard, choices, segment_s=self._segment_s)
        self._plan, self._gathering = made, None
        for number in made.left_out:
            self._rungs[number].close(keep=False)
        if made.rungs:
            self._start(made, gathering, now)

    def _choose(self, codec: VideoCodec) -> Choice | None:
        """What was asked for; software once that has failed at work, though it had passed its trial."""
        wish = self.ladder.encoder
        if self._barren < _BARREN_RUNS or wish is EncoderWish.SOFTWARE:
            return self._encoders.choose(wish, codec)
        choice = self._encoders.choose(EncoderWish.SOFTWARE, codec)
        note = "The hardware encoder passed its trial and failed at work; software encodes instead."
        return None if choice is None else Choice(choice.encoder, note)

    def _start(self, made: Plan, gathering: Gathering, now: float) -> None:
        try:
            child = LadderChild(
                lambda names: arguments(self._ffmpeg, made, names, marker=self._marker), len(made.rungs)
            )
        except (RightcastError, OSError) as error:
            self._fail(f"ffmpeg cannot be started: {error}", now)
            return
        self._run = _Run(child, made, frozenset(gathering.heard), gathering.anchors, now)
        self._quiet_at = now
        self._skipping = not all(child.queue.push(block) for block in gathering.blocks)
        _log.info("Channel %s: ffmpeg %d makes %d rungs", self._name, child.pid, len(made.rungs))

    def _look_after(self, run: _Run, now: float) -> None:
        run.child.tick()
        if self._leaving is not None:  # the last one speaks to its end before this one is heard
            run.since = now
            return
        if self._drain(run, now):
            self._barren = 0 if self._barren < _BARREN_RUNS else self._barren
            self._trouble = "" if now - run.since > SILENT_S else self._trouble
            if now - run.since > STABLE_S:
                self._pause_s = FIRST_PAUSE_S
            return
        exit_code = run.child.exit_code
        if exit_code is not None and run.child.has_ended:
            words = run.child.last_words()
            self._fail(f"ffmpeg ended with code {exit_code}{': ' + words if words else '.'}", now)
            return
        patience_s = FIRST_OUTPUT_S if run.heard_at is None else SILENT_S
        silent_s = now - max(run.since, run.heard_at or 0.0, self._quiet_at)
        if silent_s > patience_s:
            self._fail(f"ffmpeg was fed and gave nothing for {silent_s:.0f} seconds.", now)

    def _drain(self, run: _Run, now: float) -> bool:
        """Bring what ffmpeg wrote into the rings; whether there was anything."""
        came = False
        for output, planned in enumerate(run.plan.rungs):
            for _ in range(_READS_A_TICK):
                data = run.child.take(output)
                if not data:
                    break
                if run.heard_at is None:
                    self._begin_rungs(run)
                came, run.heard_at = True, now
                self._rungs[planned.rendition].feed(data, now)
        return came

    def _begin_rungs(self, run: _Run) -> None:
        for planned in run.plan.rungs:
            self._rungs[planned.rendition].begin(planned, run.anchors)

    def _hand_over(self, run: _Run) -> None:
        """Let this ffmpeg give out what it still holds; the next one begins with the next bytes."""
        if self._leaving is not None:
            self._bury(self._leaving)
        self._leaving, self._run = run, None
        self._leave_by = self._now + _FLUSH_S
        run.child.finish()

    def _let_go(self, run: _Run, now: float) -> None:
        run.child.tick()
        self._drain(run, now)
        if run.child.has_ended or now > self._leave_by:
            self._bury(run)
            self._leaving = None

    def _bury(self, run: _Run) -> None:
        self._dropped += run.child.queue.dropped_packets
        run.child.close()

    def _fail(self, sentence: str, now: float) -> None:
        """Replace the ffmpeg, after a pause that grows; the next one begins with a segment."""
        _log.warning("Channel %s, ladder: %s", self._name, sentence)
        if self._run is not None:
            self._barren += self._run.heard_at is None
            self._bury(self._run)
        self._run = self._gathering = None
        self._trouble = sentence
        self._restarts += 1
        self._retry_at = now + self._jitter(0.75, 1.25) * self._pause_s
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)

    def _has_new_sound(self, run: _Run) -> bool:
        """Whether a sound has been heard that was silent, and left out, when this ffmpeg was started."""
        return any(track.kind == "audio" and track.channels and track.pid not in run.heard for track in self._tracks)
