"""What feeds a channel's segmenter: one of its sources or the slate, as `domain.failover` decides.

Sources that may be needed next are received beside the one on air, so that a change costs viewers one discontinuity.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from rightcast.domain.failover import SLATE, Question, Standing, decide, listened
from rightcast.headend.leg import Leg
from rightcast.headend.slate.loop import Layout, Player

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.domain.failover import Sight
    from rightcast.domain.lineup import Channel
    from rightcast.headend.intake import Intakes
    from rightcast.headend.segmenter import Segmenter
    from rightcast.headend.slate.cards import Slates
    from rightcast.headend.slate.loop import Loop

_LOOK_FOR_SLATE_S = 1.0
_JUDGE_EVERY_S = 0.5
"""How often a channel is judged whose pictures come; one whose pictures stay out is judged at every tick."""

_log = logging.getLogger(__name__)


class Switcher:
    """Owns the legs of one channel. `chance` gives jitter between 0 and 1."""

    def __init__(
        self,
        record: Channel,
        *,
        intakes: Intakes,
        slates: Slates,
        sink: Callable[[Leg, bytes, float], None],
        chance: Callable[[], float],
        now: float,
    ) -> None:
        self.standing = Standing(active=1, since=now)
        self.legs: dict[int, Leg] = {}
        self.sights: dict[int, Sight] = {}
        self.wish: int | None = None
        self._record = record
        self._intakes = intakes
        self._slates = slates
        self._sink = sink
        self._chance = chance
        self._player: Player | None = None
        self._loop: Loop | None = None
        self._played: Loop | None = None
        self._layout = Layout()
        self._look_at = 0.0
        self._judge_at = 0.0
        self._asked: int | None = None
        self._running = False

    @property
    def is_running(self) -> bool:
        """Whether anything is received or played."""
        return self._running

    @property
    def on_air(self) -> Leg | None:
        """The source that is shown; None for the slate, and before anything is."""
        return self.legs.get(self.standing.active)

    def start(self, segmenter: Segmenter, wish: int | None, now: float) -> None:
        """Begin with the source that is asked for, else with the preferred one."""
        self._running = True
        first = wish if wish is not None and SLATE < wish <= len(self._record.sources) else 1
        self.standing = Standing(active=first, since=now, lapses=self.standing.lapses)
        self._slates.prepare(self._record)
        if self._record.sources and wish != SLATE:
            self._open(first, now).go_on_air(segmenter, now)
        self._follow(now)

    def stop(self) -> None:
        """Let go of every source."""
        for place in [*self.legs]:
            self.legs.pop(place).close()
        self.sights.clear()
        self._player = self._loop = None
        self._running = False

    def follow(self, record: Channel, segmenter: Segmenter, now: float) -> None:
        """The channel's record changed; a source on air that it still has stays on air."""
        before, self._record = self._record, record
        self._judge_at = 0.0
        if self._running and (before.slate, before.name) != (record.slate, record.name):
            self._slates.prepare(record)
        if not self._running or before.sources == record.sources:
            return
        places = {(one.url, one.service_id): place for place, one in enumerate(record.sources, 1)}
        kept: dict[int, Leg] = {}
        shown = self.on_air
        for leg in self.legs.values():
            place = places.get((leg.source.url, leg.source.service_id))
            if place is None:
                leg.close()
            else:
                kept[place] = leg
        self.legs, self.sights = kept, {}
        active = next((place for place, leg in kept.items() if leg is shown), SLATE)
        if active == SLATE and self.standing.active != SLATE:
            self.standing = Standing(active=1, since=now)
            segmenter.source_changed()
            if record.sources:
                self._open(1, now).go_on_air(segmenter, now)
        else:
            self.standing = Standing(active=active, since=self.standing.since, cause=self.standing.cause)
        self._follow(now)

    def tick(self, segmenter: Segmenter, wish: int | None, now: float) -> bool:
        """Ten times a second, after the intakes; True when something else went on air. Raises what the ring raises."""
        leg = self.legs.get(self.standing.active)
        if leg is not None and now < self._judge_at and wish == self._asked and leg.is_calm(now):
            return False
        self._judge_at, self._asked = now + _JUDGE_EVERY_S, wish
        self.wish = wish if wish is None or wish <= len(self._record.sources) else None
        policy = self._record.failover
        self.sights = {place: leg.look(policy, now) for place, leg in self.legs.items()}
        question = Question(
            policy=policy,
            wish=self.wish,
            sights=self.sights,
            now=now,
            jitter=self._chance(),
            slate_after_s=self._slate_after_s(now),
        )
        decided = decide(self.standing, question)
        changed = decided is not self.standing
        if changed:
            self._change(decided, segmenter, now)
        self._follow(now)
        if self.standing.active == SLATE and self._player is not None:
            self._renew_slate(segmenter, now)
            segmenter.feed(self._player.take(now), now)
        return changed

    def _slate_after_s(self, now: float) -> float | None:
        """When the slate comes; None where there is none to show."""
        wanted = self._record.slate
        if not wanted.shown:
            return None
        own = self.sights.get(self.standing.active)
        needed = self.wish == SLATE or own is None or not own.picture
        if needed and (self._loop is None or now >= self._look_at):
            self._look_at = now + _LOOK_FOR_SLATE_S
            self._loop = self._slates.loop_for(self._record)
        return None if self._loop is None else wanted.after_s

    def _change(self, decided: Standing, segmenter: Segmenter, now: float) -> None:
        left = self.on_air
        self.standing = decided
        if left is not None:
            self._layout = Layout.of(segmenter.programme) or self._layout
            left.stand_by(now)
        if segmenter.statistics.packets:
            segmenter.source_changed()
        if decided.active == SLATE and self._loop is not None:
            self._play(self._loop, now)
        else:
            self._player = None
            self.legs[decided.active].go_on_air(segmenter, now)

    def _renew_slate(self, segmenter: Segmenter, now: float) -> None:
        """Another slate is wanted, or the channel's own has been made meanwhile."""
        if self._loop is not None and self._played is not self._loop:
            segmenter.source_changed()
            self._play(self._loop, now)

    def _play(self, loop: Loop, now: float) -> None:
        """Show a slate where the last source was, so that players which follow its PIDs see it."""
        self._played = loop
        self._player = Player(loop.laid_out(self._layout), now)

    def _follow(self, now: float) -> None:
        """Receive what may be needed, and nothing else."""
        active = self.standing.active
        own = self.sights.get(active)
        well = active != SLATE and (own is None or own.opening or own.is_good)
        wanted = listened(self._record.failover, self.wish, active, len(self._record.sources), well=well)
        for place in [place for place in self.legs if place not in wanted]:
            self.legs.pop(place).close()
            self.sights.pop(place, None)
        for place in sorted(wanted - self.legs.keys()):
            self._open(place, now)
        if not well:
            for leg in self.legs.values():
                leg.intake.hurry(now)

    def _open(self, place: int, now: float) -> Leg:
        leg = self.legs.get(place)
        if leg is None:
            source = self._record.sources[place - 1]
            leg = self.legs[place] = Leg(source, intakes=self._intakes, sink=self._sink, now=now)
        return leg
