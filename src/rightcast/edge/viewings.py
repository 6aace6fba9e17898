"""What runs at this edge: one viewing per session, found by session, line, channel and time of its end."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.domain.entitlement import Reason
from rightcast.domain.guide import of_guide_key
from rightcast.domain.library import watched_as
from rightcast.edge.heights import fits
from rightcast.edge.identity import Player
from rightcast.edge.packaging.names import INDEX
from rightcast.edge.shown import Shown, Stretch, Wish

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from rightcast.contract.reports import SessionReport
    from rightcast.edge.endless_ts import Viewer
    from rightcast.edge.icy import Listener
    from rightcast.edge.library.delivery import FileViewer
    from rightcast.edge.past.delivery import PastViewer
    from rightcast.edge.ring_reader import Ring
    from rightcast.edge.session_log import SessionLog

RECENT_S = 60.0


class Viewing:
    """One session. Times are unix seconds; `until` None means that the right is open-ended.

    `credential_id` is the credential it came in by, 0 the line's own name and secret, `proof` then
    tells which secret. `holds` counts the sockets of an
    endless stream, those still waiting for its first byte included; `waits` are requests that wait for the channel's
    first bytes. `refused` says why a decision ended it. Nothing that began before `from_wall` may be seen: signals
    forbade it, though they no longer do. `past`: the moment of the past that it began with, 0 for the live picture.
    `recording_id`: the recording that it plays, 0 of a channel. `epoch`: the last revocation known when it opened.
    `max_height`: the lines that its right lets a picture have, 0 without a limit. `shows`: what it sees, usually its
    channel; `wants`: what it should see, the first that has a picture, empty for its channel alone; `course`: what it
    has seen one after another, empty while it never saw anything else; `rings`: whose pictures it was given.
    """

    __slots__ = (
        "address", "bytes_sent", "channel_id", "course", "credential_id", "device", "ended", "epoch", "from_wall",
        "holds", "kind", "leased_until", "line_id", "line_name", "max_height", "opened", "past", "player", "proof",
        "recording_id", "refused", "renewed", "renewing", "right_id", "rings", "shows", "sid", "token", "until",
        "viewers", "waits", "wants",
    )  # fmt: skip

    def __init__(
        self, *, sid: str, line_id: int, line_name: str, channel_id: int, kind: str, device: str, address: str,
        player: str, opened: float, right_id: int, until: float | None, leased_until: float, token: str = "",
        from_wall: float = 0.0, credential_id: int = 0, proof: str = "", recording_id: int = 0, epoch: int = 0,
        max_height: int = 0,
    ) -> None:  # fmt: skip
        self.sid = sid
        self.line_id = line_id
        self.line_name = line_name
        self.channel_id = channel_id
        self.kind = kind
        self.device = device
        self.address = address
        self.player = player
        self.opened = opened
        self.right_id = right_id
        self.until = until
        self.leased_until = leased_until
        self.token = token
        self.credential_id = credential_id
        self.proof = proof
        self.epoch = epoch
        self.max_height = max_height
        self.from_wall = from_wall
        self.renewed = opened
        self.renewing = False
        self.ended = False
        self.refused = Reason.SESSION_KICKED
        self.past = 0.0
        self.rings: tuple[Ring, ...] = ()
        self.recording_id = recording_id
        self.shows = Shown(channel_id)
        self.wants: tuple[Wish, ...] = ()
        self.course: tuple[Stretch, ...] = ()
        self.waits: set[asyncio.Future[bool]] = set()
        self.holds = 0
        self.bytes_sent = 0
        self.viewers: set[Viewer | Listener | PastViewer | FileViewer] = set()

    @property
    def who(self) -> Player:
        """Who watches, and what, as decisions ask for it."""
        return Player(self.address, self.player, self.credential_id, self.proof, self.recording_id, self.kind)

    def may_have(self, ring: Ring) -> bool:
        """Whether the pictures of a ring are as small as its right wants them; if so they are noted as given."""
        if ring not in self.rings and fits(ring, self.max_height):
            self.rings += (ring,)
        return fits(ring, self.max_height)

    def may_see(self, ring: Ring) -> bool:
        """The same of what it was moved to as well: another channel's pictures stand on that channel's own right."""
        return ring.channel_id != self.channel_id or self.may_have(ring)

    def report(self, make: type[SessionReport]) -> SessionReport:
        """The viewing as the console shows it."""
        return make(
            sid=self.sid,
            line_id=self.line_id,
            line=self.line_name,
            channel_id=self.channel_id,
            kind=self.kind,
            address=self.address,
            player=self.player,
            opened=self.opened,
            right_id=self.right_id,
            credential_id=self.credential_id,
            past=self.past,
            bytes_sent=self.bytes_sent + sum(viewer.bytes_sent for viewer in self.viewers),
        )


class Viewings:
    """All viewings of this edge; `log`, where there is one, is told how each begins and ends."""

    def __init__(self) -> None:
        self.log: SessionLog | None = None
        self._all: dict[str, Viewing] = {}
        self._tokens: dict[str, Viewing] = {}
        self._at: dict[str, Viewing] = {}
        self._of_line: dict[int, set[Viewing]] = {}
        self._of_channel: dict[int, set[Viewing]] = {}
        self._of_recording: dict[int, set[Viewing]] = {}
        self._ends: list[tuple[float, str]] = []

    def __len__(self) -> int:
        return len(self._all)

    def get(self, sid: str) -> Viewing | None:
        """The viewing of a session."""
        return self._all.get(sid)

    def by_token(self, token: str) -> Viewing | None:
        """The running viewing of a token that was verified before."""
        return self._tokens.get(token)

    def at(self, path: str) -> Viewing | None:
        """The running viewing whose plain playlist has this address."""
        return self._at.get(path)

    def all(self) -> list[Viewing]:
        """Every viewing."""
        return list(self._all.values())

    def of_line(self, line_id: int) -> list[Viewing]:
        """The viewings of a line."""
        return list(self._of_line.get(line_id, ()))

    def of_channel(self, channel_id: int) -> list[Viewing]:
        """The viewings of a channel."""
        return list(self._of_channel.get(channel_id, ()))

    def of_recording(self, recording_id: int) -> list[Viewing]:
        """The viewings of a recording."""
        return list(self._of_recording.get(recording_id, ()))

    def touched_by(self, records: Sequence[tuple[Kind, int]]) -> list[Viewing]:
        """Those whose decision rests on one of these records, by kind and key."""
        found: dict[str, Viewing] = {}
        for kind, key in records:
            match kind:
                case Kind.LINE:
                    touched = self.of_line(key)
                case Kind.CHANNEL:
                    touched = self.of_channel(key)
                case Kind.TITLE:
                    touched = self.of_channel(watched_as(key))
                case Kind.GUIDE:
                    touched = [one for one in self.of_channel(of_guide_key(key)[0]) if one.past]
                case Kind.RECORDING:
                    touched = self.of_recording(key)
                case Kind.TAKE | Kind.COLLECTION | Kind.HOLD | Kind.TAKEDOWN | Kind.OVERLAY:
                    continue  # no decision rests on them, and `edge.takedowns` asks again by the last
                case _:
                    return self.all()
            found.update((one.sid, one) for one in touched)
        return list(found.values())

    def counts(self) -> dict[int, int]:
        """How many viewings each channel has; recordings, and titles of the library below zero, need none that runs."""
        return {key: _of_the_present(found) for key, found in self._of_channel.items() if key > 0}

    def bytes_running(self) -> int:
        """What the sockets that are open now have sent."""
        return sum(viewer.bytes_sent for viewing in self._all.values() for viewer in viewing.viewers)

    def add(self, viewing: Viewing) -> None:
        """A viewing began."""
        self._all[viewing.sid] = viewing
        self._of_line.setdefault(viewing.line_id, set()).add(viewing)
        self._of_channel.setdefault(viewing.channel_id, set()).add(viewing)
        self._of_channel.setdefault(viewing.shows.channel_id, set()).add(viewing)
        if viewing.token:
            self._tokens[viewing.token] = viewing
            if not viewing.recording_id:
                self._at[_address(viewing)] = viewing
        if viewing.recording_id:
            self._of_recording.setdefault(viewing.recording_id, set()).add(viewing)
        self.schedule(viewing)
        if self.log is not None:
            self.log.began(viewing)

    def rests_on(self, viewing: Viewing, right_id: int) -> None:
        """It may go on, and this is the right it stands on now."""
        viewing.right_id = right_id
        if self.log is not None:
            self.log.rests_on(viewing, right_id)

    def ends_by(self, viewing: Viewing, until: float) -> None:
        """It must be asked again at a time, though its right may last longer."""
        if viewing.until is None or until < viewing.until:
            viewing.until = until
            self.schedule(viewing)

    def turn(self, viewing: Viewing, shows: Shown) -> None:
        """It sees something else from now on: found by the channel that it asked for, and by that one too."""
        before, viewing.shows = viewing.shows, shows
        if before.channel_id != viewing.channel_id:
            _discard(self._of_channel, before.channel_id, viewing)
        self._of_channel.setdefault(shows.channel_id, set()).add(viewing)

    def until(self, viewing: Viewing, moment: datetime | None) -> None:
        """The decision must be taken again then; None: when something changes."""
        viewing.until = moment.timestamp() if moment is not None else None
        self.schedule(viewing)

    def schedule(self, viewing: Viewing) -> None:
        """Note when its right ends."""
        if viewing.until is not None:
            heapq.heappush(self._ends, (viewing.until, viewing.sid))

    def remove(self, viewing: Viewing, why: str) -> None:
        """A viewing ended; `why`: the code of a refusal, `hung_up`, `stopped` or `taken`."""
        viewing.ended = True
        if self.log is not None:
            self.log.ended(viewing, why)
        if self._all.get(viewing.sid) is viewing:
            del self._all[viewing.sid]
        if self._tokens.get(viewing.token) is viewing:
            del self._tokens[viewing.token]
            self._at.pop(_address(viewing), None)
        for index, key in (
            (self._of_line, viewing.line_id),
            (self._of_channel, viewing.channel_id),
            (self._of_channel, viewing.shows.channel_id),
            (self._of_recording, viewing.recording_id),
        ):
            _discard(index, key, viewing)

    def due(self, now: float) -> Iterable[Viewing]:
        """Viewings whose right may have ended by now, each once."""
        due: dict[str, Viewing] = {}
        while self._ends and self._ends[0][0] <= now:
            _, sid = heapq.heappop(self._ends)
            viewing = self._all.get(sid)
            if viewing is not None:
                due[sid] = viewing
        return due.values()


def _discard(index: dict[int, set[Viewing]], key: int, viewing: Viewing) -> None:
    found = index.get(key)
    if found is not None:
        found.discard(viewing)
        if not found:
            del index[key]


def _of_the_present(found: set[Viewing]) -> int:
    return sum(1 for one in found if not one.recording_id)


def _address(viewing: Viewing) -> str:
    return f"/s/{viewing.token}/{viewing.channel_id}/{INDEX}"
