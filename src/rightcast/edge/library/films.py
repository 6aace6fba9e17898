"""Addresses of films and episodes: asked under a line, decided, leased as a screen, sent with seeking, and cut.

A film in play is a session of its own; its further requests, one for each seek of a player, belong to it.
"""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.domain.entitlement import Denied, Reason
from rightcast.domain.library import watched_as, watched_title
from rightcast.edge.http_connection import Handover
from rightcast.edge.http_message import CORS, Prepared, Response, byte_range, head_lines, text
from rightcast.edge.library.delivery import FileDelivery, FileViewer
from rightcast.edge.live import player_of
from rightcast.edge.past.files import OpenFile
from rightcast.edge.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path
    from typing import Any

    from rightcast.domain.entitlement import Allowed
    from rightcast.domain.library import Holding, MediaFile
    from rightcast.domain.lineup import Line
    from rightcast.edge.admission import Admission
    from rightcast.edge.http_connection import Answer, Connection
    from rightcast.edge.http_message import Request
    from rightcast.edge.identity import Identified, Player
    from rightcast.edge.library.shelves import Shelves
    from rightcast.edge.past.files import Files
    from rightcast.edge.replica import Replica
    from rightcast.edge.viewings import Viewing, Viewings
    from rightcast.edge.writables import Writables

LEASE_S = 90.0
"""The screen of a film stays its own for so long after its last byte: players read ahead and pause."""
_NO_STORE = ("Cache-Control", "no-store")
_CLOSE = ("Connection", "close")
_TYPES = {"mp4": "video/mp4", "mkv": "video/x-matroska", "ts": "video/mp2t", "m4a": "audio/mp4"}


class Films:
    """Answers `/movie/NAME/SECRET/ID.EXT` and `/series/NAME/SECRET/ID.EXT`."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        writables: Writables,
        files: Files,
        folder: Path,
        *,
        shelves: Shelves,
        replica: Replica,
        admission: Admission,
        viewings: Viewings,
    ) -> None:
        self._folder = folder
        self._shelves = shelves
        self._replica = replica
        self._admission = admission
        self._viewings = viewings
        self.delivery = FileDelivery(loop, writables, files)
        admission.ask_title = self._ask

    def film(self, request: Request, who: Identified, title_id: int) -> Coroutine[Any, Any, Answer] | Response:
        """A film for a line that is known."""
        holding = self._replica.titles.find(title_id) if 0 < title_id < 1 << 63 else None
        return self._answer(request, who, holding, None if holding is None else holding.file)

    def episode(self, request: Request, who: Identified, episode_id: int) -> Coroutine[Any, Any, Answer] | Response:
        """An episode of a series for a line that is known."""
        holding = self._replica.titles.of_episode(episode_id) if 0 < episode_id < 1 << 63 else None
        found = [] if holding is None else [one.file for one in holding.episodes if one.episode.id == episode_id]
        return self._answer(request, who, holding, found[0] if found else None)

    def tick(self) -> None:
        """To be called about once a second: films that are being sent keep their screens."""
        self.delivery.sweep()
        until = self._admission.now() + LEASE_S
        for viewing in self._viewings.all():
            if viewing.viewers and watched_title(viewing.channel_id) is not None:
                viewing.leased_until = until

    def hides(self, poster: str, address: str) -> bool:
        """Whether the title of a poster was taken down for everybody who watches from an address."""
        now = datetime.fromtimestamp(self._admission.now(), UTC)
        for one in self._replica.takedowns.all():
            if one.title_ids and not one.line_ids and one.stands(now):
                place = self._admission.asking.standpoints.place_of(address).country if one.territories else ""
                found = map(self._replica.titles.find, one.title_ids)
                if (not one.territories or place in one.territories) and any(
                    holding is not None and holding.poster == poster for holding in found
                ):
                    return True
        return False

    def _ask(self, line: Line, number: int, player: Player | None) -> Allowed | Denied:
        title_id = watched_title(number)
        holding = None if title_id is None else self._replica.titles.find(title_id)
        stand = None if player is None else self._admission.asking.standpoints.of(line, number, player)
        return self._shelves.decide(line, holding, stand)

    def _answer(
        self, request: Request, who: Identified, holding: Holding | None, file: MediaFile | None
    ) -> Coroutine[Any, Any, Answer] | Response:
        if holding is None or file is None:
            reason = self._admission.line_reason(who.line) or Reason.UNKNOWN_TITLE
            return self._refused(Denied(reason), who.line.name, 0, request)
        return self._play(request, who, watched_as(holding.title.id), file)

    async def _play(self, request: Request, who: Identified, number: int, file: MediaFile) -> Answer:
        line, player = who.line, player_of(request, who)
        verdict = self._admission.admit(line, number, player)
        if isinstance(verdict, Denied):
            return self._refused(verdict, line.name, number, request)
        kind = _TYPES.get(file.extension, "application/octet-stream")
        if request.is_head:
            return _head(kind, file.size_bytes)
        extent = _extent(request, file.size_bytes)
        if isinstance(extent, Response):
            return extent
        try:
            opened = await asyncio.to_thread(_opened, self._folder / file.name)
        except OSError:
            return text(404, "The file of this title is not on this edge.", ("X-Rightcast-Reason", "no-file"))
        viewing = await self._viewing(line, number, player)
        if isinstance(viewing, Denied):
            return self._refused(viewing, line.name, number, request)
        head = _answer_head(request, kind, extent, file.size_bytes)
        viewing.holds += 1

        def begin(connection: Connection) -> None:
            if viewing.ended:
                self._let_go(viewing)
                connection.abort()
                return
            viewer = FileViewer(
                connection, opened, extent, rate_bps=file.bitrate_bps, ended=lambda one: self._ended(viewing, one)
            )
            viewing.viewers.add(viewer)
            self.delivery.start(viewer, head)

        return Handover(begin=begin, dropped=lambda: self._let_go(viewing))

    async def _viewing(self, line: Line, number: int, player: Player) -> Viewing | Denied:
        """The session that this player has with the title already, or a new one."""
        for viewing in self._viewings.of_line(line.id):
            if viewing.channel_id == number and viewing.device == player.device and not viewing.ended:
                if not await self._admission.renew_hls(viewing, LEASE_S):
                    return Denied(Reason.TOO_MANY_SESSIONS)
                return viewing
        return await self._admission.open_hls(line, number, player, LEASE_S)

    def _ended(self, viewing: Viewing, viewer: FileViewer) -> None:
        viewing.viewers.discard(viewer)
        viewing.bytes_sent += viewer.bytes_sent
        self._let_go(viewing)

    def _let_go(self, viewing: Viewing) -> None:
        """A socket closed: the screen stays the player's for a while, for it may ask for another part."""
        viewing.holds -= 1
        viewing.leased_until = self._admission.now() + LEASE_S

    def _refused(self, denied: Denied, line: str, number: int, request: Request) -> Response:
        self._admission.refuse(denied.reason, line=line, channel_id=number, address=request.address)
        return refusal(denied)


def _opened(path: Path) -> OpenFile:
    return OpenFile(os.open(path, os.O_RDONLY | os.O_CLOEXEC))


def _head(kind: str, size: int) -> Answer:
    fields = (("Content-Type", kind), ("Accept-Ranges", "bytes"), ("Content-Length", str(size)))
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return Prepared(b"".join((CORS, lines.encode("latin-1"), b"\r\n")), b"")


def _extent(request: Request, size: int) -> tuple[int, int] | Response:
    """First byte and the one behind the last (RFC 9110 section 14)."""
    asked = request.header(b"range")
    try:
        found = byte_range(asked, size) if asked else None
    except ValueError:
        return text(416, "It is shorter than that.", ("Content-Range", f"bytes */{size}"))
    if found is None:
        return 0, size
    start, length = found
    return start, start + length


def _answer_head(request: Request, kind: str, extent: tuple[int, int], size: int) -> bytes:
    start, end = extent
    common = (
        ("Content-Type", kind),
        ("Accept-Ranges", "bytes"),
        ("Cache-Control", "no-store"),
        ("Connection", "close"),
    )
    length = ("Content-Length", str(end - start))
    if extent == (0, size) and byte_range(request.header(b"range"), size) is None:
        return head_lines(200, *common, length)
    return head_lines(206, *common, ("Content-Range", f"bytes {start}-{end - 1}/{size}"), length)
