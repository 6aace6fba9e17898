"""The gate: every path asks here whether a line may watch, and gets a lease or a reason.

What runs is asked again when something it rests on has changed, and when its right ends by the clock.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import Counter, deque
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import structs

from rightcast.contract.reports import RefusalReport
from rightcast.domain.entitlement import Allowed, Denied, Reason, decide, line_checks
from rightcast.domain.recordings import decide_recording
from rightcast.edge import tokens
from rightcast.edge.asking import Asking
from rightcast.edge.guessing import Guessing
from rightcast.edge.heights import fits
from rightcast.edge.identity import Identity, Player, proof_of
from rightcast.edge.leasing import Leasing
from rightcast.edge.minting import Minter
from rightcast.edge.viewings import Viewing, Viewings
from rightcast.state.sessions import HLS, TS, Lease, Sessions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rightcast.domain.cues import Restrictions
    from rightcast.domain.lineup import Line
    from rightcast.edge.cues import Cues
    from rightcast.edge.moving import Mover
    from rightcast.edge.replica import Replica
    from rightcast.edge.shown import Replacement, Shown
    from rightcast.edge.standpoints import Standpoints

TS_LEASE_S = 20.0
RENEW_TS_S = 5.0
RENEW_HLS_S = 10.0
_RECENT_REFUSALS = 50
_DECISIONS_PER_STEP = 200

_log = logging.getLogger(__name__)


class Admission:
    """Decides, leases, and ends what must not go on. `cut` is told of viewings that were ended by a decision.

    `again_for_past` is told of those that may go on, for what they play of the past may be another matter.
    """

    def __init__(
        self,
        *,
        replica: Replica,
        sessions: Sessions,
        viewings: Viewings,
        secrets_key: bytes,
        tokens_key: bytes,
        edge: str,
        cut: Callable[[Viewing], None],
        cues: Cues,
        standpoints: Standpoints,
        mover: Mover,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.mover = mover
        self._replica = replica
        self._sessions = sessions
        self._viewings = viewings
        self.identity = Identity(replica, secrets_key, Guessing(clock))
        self._minter = Minter(tokens_key, replica)
        self._edge = edge
        self._cut = cut
        self._cues = cues
        self._clock = clock
        self.asking = Asking(replica, cues, standpoints, clock)
        self._leasing = Leasing(sessions, standpoints.room, clock)
        self.again_for_past: Callable[[Viewing], None] = _nothing
        self.ask_title: Callable[[Line, int, Player | None], Allowed | Denied] = _no_title
        self.refusals: Counter[str] = Counter()
        self.recent: deque[RefusalReport] = deque(maxlen=_RECENT_REFUSALS)

    # Lines

    def line_reason(self, line: Line) -> Reason | None:
        """Why the line may watch nothing at all now; None when it may."""
        failed = next((check for check in line_checks(line, self._now()) if not check.holds), None)
        return failed.reason if failed is not None else None

    def ask(self, line: Line, channel_id: int, player: Player | None = None, *, joins: bool = True) -> Allowed | Denied:
        """The decision on a channel, or a recording of it, concurrency left aside; without a player signals too.

        `joins` False: a session that runs already, which a draining channel does not end.
        """
        if channel_id < 0:
            return self.ask_title(line, channel_id, player)
        question = self.asking.question(line, channel_id, player, joins=joins)
        if player is not None and player.recording_id:
            return decide_recording(question, self._replica.recordings.find(player.recording_id))
        return decide(question)

    async def active(self, line: Line) -> int:
        """How many screens of the line are in use."""
        return len(await self._sessions.of_line(line.id, now=self._clock()))

    # New sessions

    def admit(self, line: Line, channel_id: int, player: Player) -> Allowed | Denied:
        """The decision for a new session: also the replica must be fresh enough."""
        if self._replica.age_s(self._clock()) > self._replica.station.replica_max_age_s:
            return Denied(Reason.REPLICA_TOO_OLD)
        return self.ask(line, channel_id, player)

    def admit_shown(self, line: Line, channel_id: int, player: Player) -> tuple[Allowed | Denied, Replacement | None]:
        """The same; whom only a blackout keeps out is let in to what is shown instead, where there is such."""
        verdict = self.admit(line, channel_id, player)
        if isinstance(verdict, Allowed) or verdict.reason is not Reason.KEPT_OUT:
            return verdict, None
        instead = self.asking.replacement(line, channel_id, player)
        return verdict if instead is None else Allowed(instead.wishes[0].right_id, instead.until), instead

    def admit_clear(self, line: Line, channel_id: int, player: Player) -> Allowed | Denied:
        """The decision for an endless stream, which cannot be encrypted."""
        verdict = self.admit(line, channel_id, player)
        if isinstance(verdict, Allowed) and self._replica.protection(channel_id).refuses_clear_ts:
            return Denied(Reason.ENCRYPTED_ONLY)
        return verdict

    async def open_ts(self, line: Line, channel_id: int, player: Player) -> Viewing | Denied:
        """A viewing of an endless stream; its lease lives as long as its sockets."""
        if channel_id in self._replica.protected:
            clear = self.admit_clear(line, channel_id, player)
            if isinstance(clear, Denied) and clear.reason is not Reason.KEPT_OUT:
                return clear
        viewing = await self._open(line, channel_id, player, TS, TS_LEASE_S)
        if not isinstance(viewing, Denied):
            viewing.holds += 1
        return viewing

    async def open_hls(self, line: Line, channel_id: int, player: Player, lease_s: float) -> Viewing | Denied:
        """A viewing by playlists; its lease lives as long as they are fetched."""
        return await self._open(line, channel_id, player, HLS, lease_s)

    async def _open(self, line: Line, channel_id: int, player: Player, kind: str, lease_s: float) -> Viewing | Denied:
        player = replace(player, kind=kind)
        while True:
            verdict, instead = self.admit_shown(line, channel_id, player)
            if isinstance(verdict, Denied):
                return verdict
            wanted = self._lease(line, tokens.watched(channel_id, player.recording_id), player.device, kind, lease_s)
            wanted = structs.replace(wanted, right_id=verdict.right_id)
            revision = self._replica.revision
            granted = await self._leasing.acquire(wanted, line.max_sessions)
            if isinstance(granted, Lease):
                break
            if granted.full is None:
                return Denied(Reason.TOO_MANY_SESSIONS)
            player = replace(player, without=(*player.without, (wanted.right_id, granted.full)))
        viewing = self._viewings.get(granted.sid)
        if viewing is None:
            viewing = self._viewing(line, granted, channel_id, player, verdict)
            if kind == HLS:
                viewing.token = self.token(viewing)
            if instead is not None:
                self.mover.begin(viewing, instead.wishes)
            self._viewings.add(viewing)
        # What changed during the wait was not yet asked of this viewing; a device may find its revoked session.
        if self._replica.revision != revision or self._minter.voided(viewing):
            self._again(viewing)
        return Denied(viewing.refused) if viewing.ended else viewing

    def token(self, viewing: Viewing) -> str:
        """The path token of a viewing."""
        return self._minter.token(viewing, self._clock())

    def preview(self, line: Line, channel_id: int, player: Player) -> str | Denied:
        """A token without a lease, for those who only ask for the head; the lease comes with its first use."""
        player = replace(player, kind=HLS)
        verdict, _ = self.admit_shown(line, channel_id, player)
        if isinstance(verdict, Denied):
            return verdict
        lease = self._lease(line, channel_id, player.device, HLS, 0)
        return self.token(self._viewing(line, lease, channel_id, player, verdict))

    async def resume(self, token: str, channel_id: int, player: Player, lease_s: float) -> Viewing | Denied | None:
        """The viewing of a token that this edge does not know (yet, or any more). None: not a valid token."""
        now = self._clock()
        claims = self._minter.read(token, now)
        if claims is None:
            return None
        asked, channel_id = channel_id, claims.channel_id
        if self._minter.voided(claims):
            return Denied(Reason.SESSION_REVOKED)
        line = self._replica.line(claims.line_id)
        player = replace(
            player,
            credential_id=claims.credential_id,
            proof=claims.proof,
            recording_id=claims.recording_id,
            kind=HLS,
        )
        verdict = self._still(line, channel_id, claims.issued, player)
        instead = self._instead(verdict, line, channel_id, player)
        if instead is not None:
            verdict = Allowed(instead.wishes[0].right_id, instead.until)
        elif asked != channel_id:  # of another channel than the token's only what is shown instead may be had
            return None
        if line is None or isinstance(verdict, Denied):
            return verdict if isinstance(verdict, Denied) else Denied(Reason.UNKNOWN_LINE)
        lease = claims.lease(now + lease_s)
        lease = structs.replace(lease, right_id=verdict.right_id)
        if not await self._sessions.renew(claims.sid, until=lease.expires, now=now):
            taken = await self._leasing.take_free(lease, line)
            if taken is not None:
                return Denied(taken)
        viewing = self._viewings.get(lease.sid)
        if viewing is None:
            viewing = self._viewing(line, lease, channel_id, player, verdict)
            viewing.token, viewing.epoch = token, claims.epoch
            if instead is not None:
                self.mover.begin(viewing, instead.wishes, instead.at)
            self._viewings.add(viewing)
        return viewing

    # Running sessions

    async def renew_hls(self, viewing: Viewing, lease_s: float) -> bool:
        """The playlist was fetched: the lease goes on. False, and the viewing ends, if a newer session took it."""
        now = self._clock()
        viewing.renewed = now
        viewing.leased_until = now + lease_s
        if await self._sessions.renew(viewing.sid, until=now + lease_s, now=now) or await self._regain(
            viewing, lease_s
        ):
            return True
        self._viewings.remove(viewing, "taken")
        return False

    async def renew_ts(self) -> None:
        """The leases of all open streams go on; a stream whose lease was taken away is cut."""
        now = self._clock()
        running = {one.sid: one for one in self._viewings.all() if one.kind == TS}
        gone = await self._sessions.renew_all(list(running), until=now + TS_LEASE_S, now=now)
        for sid in gone:
            viewing = running[sid]
            if not viewing.ended and not await self._regain(viewing, TS_LEASE_S):
                self._viewings.remove(viewing, "taken")
                self._cut(viewing)

    def hang_up(self, viewing: Viewing) -> None:
        """One socket of a stream closed, or never got to see it."""
        viewing.holds -= 1
        if viewing.holds <= 0:
            self._viewings.remove(viewing, "hung_up")
        self._leasing.soon(self._sessions.release(viewing.sid))

    def expire_hls(self) -> None:
        """Forget viewings whose playlists are no longer fetched."""
        now = self._clock()
        for viewing in self._viewings.all():
            if viewing.kind == HLS and viewing.leased_until <= now:
                self._viewings.remove(viewing, "stopped")

    def end_due(self) -> None:
        """End what the clock has ended."""
        for viewing in self._viewings.due(self._clock()):
            self._again(viewing)

    def end_unshown(self) -> None:
        """End those who were moved and to whom nothing can be shown."""
        for viewing in self.mover.tick():
            self._end(viewing, Denied(Reason.KEPT_OUT))

    def ask_for_height(self, channel_id: int) -> None:
        """The picture is another one: decide anew where its height matters, before anything of it is sent."""
        for viewing in self._viewings.of_channel(channel_id):
            if viewing.max_height and not viewing.ended:
                self._again(viewing)

    async def ask_again(self, viewings: Sequence[Viewing], step: int = _DECISIONS_PER_STEP) -> None:
        """Decide anew on running viewings, `step` of them before others have their turn."""
        for index, viewing in enumerate(viewings):
            if not viewing.ended:
                self._again(viewing)
            if index % step == step - 1:
                await asyncio.sleep(0)

    def refuse(self, reason: Reason, *, line: str, channel_id: int, address: str, sid: str = "") -> None:
        """Note a refusal for the help desk."""
        self.refusals[reason.value] += 1
        if self._viewings.log is not None:
            self._viewings.log.refused(channel_id, reason.value)
        report = RefusalReport(
            at=self._clock(), line=line, channel_id=channel_id, reason=reason.value, address=address, sid=sid
        )
        self.recent.append(report)

    def _still(self, line: Line | None, channel_id: int, opened: float, player: Player) -> Allowed | Denied:
        """The decision on a session that was opened earlier."""
        if line is None:
            return Denied(Reason.UNKNOWN_LINE)
        if line.sessions_from is not None and opened < line.sessions_from.timestamp():
            return Denied(Reason.SESSION_KICKED)
        if player.credential_id and all(one.id != player.credential_id for one in line.credentials):
            return Denied(Reason.DEVICE_REVOKED)
        if player.proof and player.proof != proof_of(line):
            return Denied(Reason.SECRET_CHANGED)
        return self.ask(line, channel_id, player, joins=False)

    def _again(self, viewing: Viewing) -> None:
        player = viewing.who
        line = self._replica.line(viewing.line_id)
        verdict = self._still(line, viewing.channel_id, viewing.opened, player)
        if viewing.kind == TS and self._replica.protection(viewing.channel_id).refuses_clear_ts:
            verdict = Denied(Reason.ENCRYPTED_ONLY)
        if self._minter.voided(viewing):
            verdict = Denied(Reason.SESSION_REVOKED)
        if isinstance(verdict, Allowed) and not all(fits(ring, verdict.max_height) for ring in viewing.rings):
            verdict = Denied(Reason.PICTURE_TOO_LARGE)  # a smaller one may be chosen by who comes back
        if isinstance(verdict, Allowed):
            viewing.from_wall = max(viewing.from_wall, self.asking.clear_since(line, viewing.channel_id, player))
            before = viewing.right_id
            overlay = self._replica.overlay_of(viewing.sid, self._clock())
            shown = overlay if not viewing.past and not viewing.recording_id else None
            self.mover.home(viewing, verdict.right_id, shown.rendition if shown is not None else 0)
            self._rest(viewing, before)
            viewing.max_height = verdict.max_height
            self._viewings.until(viewing, verdict.until)
            if overlay is not None:
                self._viewings.ends_by(viewing, overlay.ends.timestamp())
            self.again_for_past(viewing)
            return
        instead = None if viewing.past else self._instead(verdict, line, viewing.channel_id, player, viewing.shows)
        if instead is not None:
            self._viewings.until(viewing, instead.until)
            before = viewing.right_id
            self.mover.to(viewing, instead.wishes, instead.at)
            self._rest(viewing, before)
            return
        self._end(viewing, verdict)

    def _end(self, viewing: Viewing, verdict: Denied) -> None:
        who = viewing.line_name, viewing.channel_id, viewing.address
        self.refuse(verdict.reason, line=who[0], channel_id=who[1], address=who[2], sid=viewing.sid)
        if verdict.reason is not Reason.TAKEN_DOWN:  # thousands end at once, and the takedown is logged
            _log.info("Session %s is ended: %s", viewing.sid, verdict.reason)
        viewing.refused = verdict.reason
        self._viewings.remove(viewing, verdict.reason.value)
        self._cut(viewing)
        self._leasing.soon(self._sessions.revoke(viewing.sid))

    def _rest(self, viewing: Viewing, before: int) -> None:
        """The lease stands on the right that the viewing stands on."""
        if viewing.right_id != before:
            self._leasing.soon(self._sessions.rest(viewing.sid, viewing.right_id))

    def _instead(
        self, verdict: Allowed | Denied, line: Line | None, channel_id: int, player: Player, sees: Shown | None = None
    ) -> Replacement | None:
        """What is shown to who was refused, if only a blackout keeps it out."""
        if isinstance(verdict, Allowed) or verdict.reason is not Reason.KEPT_OUT:
            return None
        return self.asking.replacement(line, channel_id, player, sees)

    async def _regain(self, viewing: Viewing, lease_s: float) -> bool:
        """A lease that vanished (this edge slept, its store was lost) is asked for again."""
        line = self._replica.line(viewing.line_id)
        if viewing.ended or line is None:
            return False
        watched = tokens.watched(viewing.channel_id, viewing.recording_id)
        fresh = self._lease(line, watched, viewing.device, viewing.kind, lease_s)
        own = structs.replace(fresh, sid=viewing.sid, opened=viewing.opened, right_id=viewing.right_id)
        return await self._leasing.take_free(own, line) is None

    def _lease(self, line: Line, channel_id: int, device: str, kind: str, life_s: float) -> Lease:
        now = self._clock()
        return Lease(
            sid=f"{self._edge}.{secrets.token_urlsafe(9)}",
            line_id=line.id,
            channel_id=channel_id,
            device=device,
            kind=kind,
            opened=now,
            expires=now + life_s,
        )

    def _viewing(self, line: Line, lease: Lease, channel_id: int, player: Player, verdict: Allowed) -> Viewing:
        return Viewing(
            sid=lease.sid,
            line_id=line.id,
            line_name=line.name,
            channel_id=channel_id,
            kind=lease.kind,
            device=lease.device,
            address=player.address,
            player=player.name[:80],
            credential_id=player.credential_id,
            proof=player.proof,
            recording_id=player.recording_id,
            epoch=self._minter.epoch,
            opened=lease.opened,
            right_id=verdict.right_id,
            max_height=verdict.max_height,
            until=verdict.until.timestamp() if verdict.until is not None else None,
            leased_until=lease.expires,
            from_wall=max(
                self.asking.clear_since(line, channel_id, player),
                self._cues.clear_since(channel_id, lambda found: self._forbids(found, player)),
            ),
        )

    def _forbids(self, found: Restrictions, player: Player) -> bool:
        return self._replica.station.signals.forbids(found, player.address, player.name)

    def channel_name(self, channel_id: int) -> str:
        """What the channel is called."""
        channel = self._replica.channels.get(channel_id)
        return channel.name if channel is not None else ""

    def now(self) -> float:
        """Unix seconds of the edge's clock."""
        return self._clock()

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


def _no_title(_line: Line, _number: int, _player: Player | None) -> Denied:
    """There is no library."""
    return Denied(Reason.UNKNOWN_TITLE)


def _nothing(_: Viewing) -> None:
    """Nobody plays the past."""
