"""Puts the question that decisions answer: everything that this edge knows of a line, a channel and a viewer now."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.domain.blackouts import Instead, clear_since, dark_spans, facts_of, in_force
from rightcast.domain.entitlement import Allowed, Denied, Question, Viewer, decide
from rightcast.domain.schedule import is_off, zone_named
from rightcast.domain.signalled_blackouts import resolved
from rightcast.domain.takedown import dark_spans as taken_spans
from rightcast.edge.shown import SLATE, Replacement, Shown, Wish
from rightcast.state.sessions import HLS

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.domain.blackouts import Blackout
    from rightcast.domain.lineup import Channel, Line
    from rightcast.edge.cues import Cues
    from rightcast.edge.identity import Player
    from rightcast.edge.replica import Replica
    from rightcast.edge.standpoints import Standpoints


class Asking:
    """Makes questions of the replica's records and what signals restrict."""

    def __init__(self, replica: Replica, cues: Cues, standpoints: Standpoints, clock: Callable[[], float]) -> None:
        self.replica = self._replica = replica
        self._cues = cues
        self.standpoints = standpoints
        self._clock = clock

    def question(
        self, line: Line, channel_id: int, player: Player | None = None, *, joins: bool = True, past: bool = False
    ) -> Question:
        """Concurrency is left aside, and without a player signals, blackouts and the bounds of rights too.

        `joins` False: a session that runs already, which a draining channel does not end. `past`: of what is kept.
        """
        channel = self._replica.channels.get(channel_id)
        now = datetime.fromtimestamp(self._clock(), UTC)
        return Question(
            line=line,
            channel=channel,
            joins=joins,
            blackouts=() if player is None else self._blackouts(channel_id),
            off=channel is not None and self._is_off(channel, now),
            carried=self._replica.carried(line.package_ids),
            rights=self._replica.rights_of(channel_id),
            now=now,
            restrictions=self._cues.restrictions(channel_id),
            policy=self._replica.station.signals,
            viewer=None if player is None else Viewer(player.address, player.name),
            takedowns=self._replica.takedowns.of_channel(channel_id),
            stand=None if player is None else self.standpoints.of(line, channel_id, player, past=past, joins=joins),
        )

    def replacement(
        self, line: Line | None, channel_id: int, player: Player, sees: Shown | None = None
    ) -> Replacement | None:
        """What is shown to a player whom only a blackout keeps out; None: nothing. `sees`: what it sees already.

        Another channel is asked about like any, and what stands on no right is not shown; the slate is the station's.
        """
        if line is None or player.recording_id or not self._replica.blackouts_of(channel_id):
            return None
        asked = self.question(line, channel_id, player, joins=sees is None)
        found = in_force(asked.blackouts, facts_of(asked), asked.now)
        if found is None or found.instead is Instead.NOTHING:
            return None
        own = decide(replace(asked, blackouts=()))
        if isinstance(own, Denied):
            return None
        wishes, ends = [Wish(SLATE, 0)], [found.ends, own.until]
        if found.instead_id:
            joins = sees is None or sees.channel_id != found.instead_id
            other = decide(self.question(line, found.instead_id, player, joins=joins))
            if isinstance(other, Allowed) and self._is_as_open(found.instead_id, channel_id, player):
                wishes.insert(0, Wish(Shown(found.instead_id), other.right_id))
                ends.append(other.until)
        until = min((one for one in ends if one is not None), default=None)
        return Replacement(wishes=tuple(wishes), at=found.starts.timestamp(), until=until)

    def _is_as_open(self, other_id: int, channel_id: int, player: Player) -> bool:
        """Whether another channel can be sent in the forms of this one: what is encrypted needs the same scheme."""
        other, own = self._replica.protection(other_id), self._replica.protection(channel_id)
        if player.kind != HLS:
            return not other.refuses_clear_ts
        return not other.is_on or other.scheme is own.scheme

    def clear_since(self, line: Line | None, channel_id: int, player: Player) -> float:
        """From when on what a ring holds may be seen by who was kept out, or of whose channel a programme was taken
        down, in unix seconds; 0: all of it.
        """
        found = self._replica.takedowns.of_channel(channel_id)
        if line is None or not (found or self._replica.blackouts_of(channel_id)):
            return 0.0
        asked = self.question(line, channel_id, player)
        now = asked.now.timestamp()
        down = [stop for _, stop in taken_spans(found, line, asked.country, asked.now) if stop <= now]
        return max(clear_since(asked.blackouts, facts_of(asked), asked.now), *down, 0.0)

    def dark(self, question: Question) -> list[tuple[float, float]]:
        """From when to when blackouts keep the past of a channel from a viewer for good, in unix seconds."""
        return dark_spans(question.blackouts, facts_of(question), question.now) if question.blackouts else []

    def country(self, player: Player | None) -> str:
        """Where somebody watches; "" while nobody knows."""
        return "" if player is None else self.standpoints.place_of(player.address).country

    def _blackouts(self, channel_id: int) -> tuple[Blackout, ...]:
        """Those of a channel, with what was heard in its stream in place of the signals that they wait for."""
        found = self._replica.blackouts_of(channel_id)
        if not any(one.begins_by is not None or one.ends_by is not None for one in found):
            return found
        return resolved(found, self._cues.seen(channel_id), listening_since=self._cues.listening_since)

    def _is_off(self, channel: Channel, now: datetime) -> bool:
        """Whether the channel's schedule has it off the air now, by the station's clock."""
        schedule = channel.schedule
        if not schedule.slots:
            return False
        return is_off(schedule, channel.failover.pick, now, zone_named(self._replica.station.timezone))
