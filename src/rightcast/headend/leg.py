"""One source of a channel as long as it is received: on air, or standing by with its last key frame at hand.

What is seen of it is judged the same way in both places.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from rightcast.domain.failover import Fault, Sight
from rightcast.domain.lineup import SourceKind
from rightcast.domain.watch import Watch
from rightcast.headend.segmenter import Segmenter
from rightcast.headend.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.domain.failover import Failover
    from rightcast.domain.lineup import Source
    from rightcast.headend.intake import Intakes
    from rightcast.headend.statistics import Statistics

OPENING_S = 5.0
"""How long a source that has to connect may take to its first picture before the slate is shown."""
CALM_S = 0.3
FIRST_SLATE_S = 2.0
"""A socket that hears nothing for so long from the start is silent."""
FRESH_S = 0.35
_LONGEST_GROUP_S = 10.0
_BETWEEN_KEY_FRAMES_S = 0.4
_WINDOW_STEPS = 4
_USUAL_AFTER_S = 10
_USUAL_OVER_S = 60

# Segments of a playlist arrive in bursts: silence tells less than elsewhere.
_BURSTY_S = {SourceKind.HLS: 10.0}
_DATAGRAMS = frozenset({SourceKind.UDP, SourceKind.RTP})


class Leg:
    """Receives one source from `now` on; blocks come by way of `sink`, which guards the channel against `feed`."""

    def __init__(
        self, source: Source, *, intakes: Intakes, sink: Callable[[Leg, bytes, float], None], now: float
    ) -> None:
        self.source = source
        self.since = self.turned_to = now
        self.clean_since = now
        self.fault: Fault | None = None
        self._intakes = intakes
        self._on_air: Segmenter | None = None
        self._shelf = Shelf()
        self._gauge = _gauge(self._shelf)
        self._begun_at = now
        self._begun = 0
        self._had_picture = False
        self._errors = Errors()
        self._rate = Rate()
        self._sink = lambda block, arrived: sink(self, block, arrived)
        self.intake = intakes.attach(source.url, source.service_id, self._sink, now)

    @property
    def statistics(self) -> Statistics:
        """What is seen of its stream."""
        return self._gauge.statistics if self._on_air is None else self._on_air.statistics

    @property
    def is_on_air(self) -> bool:
        """Whether the channel shows it."""
        return self._on_air is not None

    def is_calm(self, now: float) -> bool:
        """Whether pictures come as they should, so that nothing needs to be decided at once."""
        return now - self.statistics.last_picture < CALM_S and not self.intake.trouble

    def feed(self, block: bytes, now: float) -> None:
        """A block of the source. Raises what the ring raises while it is on air."""
        if self._on_air is not None:
            self._on_air.feed(block, now)
            return
        self._gauge.feed(block, now)
        if self._shelf.begun != self._begun:
            self._begun, self._begun_at = self._shelf.begun, now

    def go_on_air(self, segmenter: Segmenter, now: float) -> None:
        """Feed the channel from now on, from the last key frame if there was one. Raises what the ring raises."""
        kept = self._shelf.contents() + self._gauge.unfinished
        self._on_air = segmenter
        self.turned_to = now
        self._errors = Errors()
        if kept:
            segmenter.feed(kept, now)
        self._errors.start(segmenter.statistics.continuity_errors)
        self._shelf = Shelf()

    def stand_by(self, now: float) -> None:
        """Leave the air, but be received on."""
        self._on_air = None
        self._shelf = Shelf()
        self._gauge = _gauge(self._shelf)
        self._errors, self._begun, self._begun_at = Errors(), 0, now

    def close(self) -> None:
        """Receive it no more."""
        self._intakes.detach(self.source.url, self.source.service_id, self._sink)

    def look(self, policy: Failover, now: float) -> Sight:
        """What is seen now; asked once a tick."""
        if self._on_air is None:
            self._gauge.tick(now)
        seen = self.statistics
        patience_s = policy.silence_s + _BURSTY_S.get(self.source.kind, 0.0)
        last = seen.last_picture if seen.last_picture >= self.since else 0.0
        closed = bool(self.intake.trouble)
        picture = bool(last) and now - last <= patience_s and not closed
        self._had_picture |= picture
        self._errors.add(seen.continuity_errors, now, policy.errors_for_s)
        self._rate.add(seen.bitrate_bps, now, usual=picture and self.fault is None)
        self.fault = self._fault(policy, now, picture=picture, closed=closed)
        if self.fault is not None:
            self.clean_since = now
        since_key_frame_s = now - self._begun_at
        return Sight(
            picture=picture and (self._on_air is not None or bool(self._begun)),
            fault=self.fault,
            clean_since=self.clean_since,
            fresh=since_key_frame_s <= FRESH_S or since_key_frame_s >= _LONGEST_GROUP_S,
            dark_s=now - max(last, self.since),
            opening=self._is_opening(policy, now, closed=closed),
        )

    def _is_opening(self, policy: Failover, now: float, *, closed: bool) -> bool:
        """Whether its first picture may still be expected; a bound socket hears at once, or nobody sends."""
        if self._had_picture or closed:
            return False
        seen = self.statistics
        hears = seen.last_data >= self.since and now - seen.last_data <= policy.silence_s
        waits_long = hears or self.source.kind not in _DATAGRAMS
        return now - self.since <= (OPENING_S if waits_long else max(policy.silence_s, FIRST_SLATE_S))

    def _fault(self, policy: Failover, now: float, *, picture: bool, closed: bool) -> Fault | None:
        if closed:
            return Fault.CLOSED
        if not picture:
            hears = now - self.statistics.last_data <= policy.silence_s
            return Fault.NO_PICTURE if hears else Fault.SILENT
        if policy.errors_per_s and self._errors.persist(policy.errors_per_s * policy.errors_for_s):
            return Fault.ERRORS
        least_bps = max(policy.least_bps, self._rate.usual_bps * policy.least_share)
        return Fault.BITRATE if self._rate.low_for(least_bps, now) >= policy.bitrate_for_s else None


def patience_of(leg: Leg, silent_after_s: float) -> float:
    """How long a source may be silent before its operator is told so; one that has to connect gets longer first."""
    heard = leg.statistics.last_data > leg.turned_to or leg.source.kind in _DATAGRAMS
    return max(silent_after_s if heard else OPENING_S, _BURSTY_S.get(leg.source.kind, 0.0))


class Errors:
    """Continuity errors over a window: many, and spread over all of it, so that one burst is no lasting fault."""

    def __init__(self) -> None:
        self._steps: deque[int] = deque(maxlen=_WINDOW_STEPS)
        self._step_ends = 0.0
        self._before: int | None = None

    def start(self, total: int) -> None:
        """Count from this total on."""
        self._before = total

    def add(self, total: int, now: float, window_s: float) -> None:
        """So many errors were counted in all by now."""
        if now >= self._step_ends:
            self._steps.append(0)
            self._step_ends = now + window_s / _WINDOW_STEPS
        self._steps[-1] += total - (total if self._before is None else self._before)
        self._before = total

    def persist(self, most: float) -> bool:
        """Whether more came than that in the window, and some in every part of it."""
        return len(self._steps) == _WINDOW_STEPS and all(self._steps) and sum(self._steps) > most


class Rate:
    """The bitrate against its usual one, learnt over a minute from ten seconds on."""

    def __init__(self) -> None:
        self._now_bps = 0
        self._mean_bps = 0.0
        self._learnt_s = 0
        self._learn_at = 0.0
        self._low_since: float | None = None

    @property
    def usual_bps(self) -> float:
        """The usual bitrate; 0 while it is not known."""
        return self._mean_bps if self._learnt_s >= _USUAL_AFTER_S else 0.0

    def add(self, bps: int, now: float, *, usual: bool) -> None:
        """The bitrate as it is now; only a good picture teaches what is usual."""
        self._now_bps = bps
        if usual and bps and now >= self._learn_at:
            self._learn_at = now + 1
            self._learnt_s = min(self._learnt_s + 1, _USUAL_OVER_S)
            self._mean_bps += (bps - self._mean_bps) / self._learnt_s

    def low_for(self, least_bps: float, now: float) -> float:
        """For how many seconds the bitrate has been below this."""
        if not least_bps or not self._now_bps or self._now_bps >= least_bps:
            self._low_since = None
            return 0.0
        self._low_since = now if self._low_since is None else self._low_since
        return now - self._low_since


def _gauge(shelf: Shelf) -> Segmenter:
    """A segmenter that begins anew at each key frame, and measures nothing that a standby is not judged by."""
    return Segmenter(shelf, segment_s=_BETWEEN_KEY_FRAMES_S, part_s=1.0, watch=Watch(stream=False))
