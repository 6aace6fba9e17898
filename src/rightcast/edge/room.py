"""Room under the caps of rights: what the store of sessions holds, and what edges beside it last said.

Edges that share the store count as one; of the others each report counts until it is too old to be believed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from rightcast.state.sessions import Caps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rightcast.domain.bounds import Broken
    from rightcast.domain.lineup import Line
    from rightcast.domain.rights import CarriageRight
    from rightcast.edge.identity import Player
    from rightcast.edge.replica import Replica
    from rightcast.state.reports import Reports
    from rightcast.state.sessions import Sessions


class StandingReport(msgspec.Struct, frozen=True):
    """Of a session in another edge's report what caps need."""

    sid: str
    line_id: int
    right_id: int


class EdgeStanding(msgspec.Struct, frozen=True):
    """Of another edge's report what caps need."""

    edge: int
    at: float
    sessions: tuple[StandingReport, ...]


class Room:
    """Counts the sessions on rights that have caps. `beside`: indexes of the edges that share the store."""

    def __init__(
        self, replica: Replica, sessions: Sessions, clock: Callable[[], float], beside: Iterable[int] = (0,)
    ) -> None:
        self._replica = replica
        self._sessions = sessions
        self._clock = clock
        self._beside = frozenset(beside)
        self._heard: dict[int, EdgeStanding] = {}
        self._of_right: dict[int, list[StandingReport]] = {}

    def hear(self, reports: Reports) -> None:
        """Read what other edges say; what one said last counts for as long as it may open sessions unheard."""
        if not any(right.bounds.per_line or right.bounds.total for right in self._replica.rights.values()):
            return
        for one in reports.fetch("edge-", EdgeStanding):
            known = self._heard.get(one.edge)
            if one.edge not in self._beside and (known is None or known.at < one.at):
                self._heard[one.edge] = one
        oldest = self._clock() - self._replica.station.replica_max_age_s
        self._heard = {index: one for index, one in self._heard.items() if one.at > oldest}
        self._of_right = {}
        for heard in self._heard.values():
            for session in heard.sessions:
                self._of_right.setdefault(session.right_id, []).append(session)

    def caps(self, right_id: int, line_id: int, sid: str = "") -> Caps:
        """The caps of a right and what stands elsewhere; `sid`: of a session that comes from there."""
        right = self._replica.rights.get(right_id)
        if right is None:
            return Caps()
        others = [one for one in self._of_right.get(right_id, ()) if one.sid != sid]
        return Caps(
            per_line=right.bounds.per_line,
            total=right.bounds.total,
            line_elsewhere=sum(one.line_id == line_id for one in others),
            elsewhere=len(others),
        )

    def full(self, rights: Iterable[CarriageRight], line: Line, player: Player) -> dict[int, Broken]:
        """Rights that have no room for a player. What the same player watches may yet make way for it."""
        found = dict(player.without)
        now = self._clock()
        for right in rights:
            if not (right.bounds.per_line or right.bounds.total) or right.id in found:
                continue
            standing = self._sessions.standing(right.id, line.id, now=now, device=player.device)
            over = self.caps(right.id, line.id).over(*standing)
            if over is not None:
                found[right.id] = over[0]
        return found
