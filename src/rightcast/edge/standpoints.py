"""What the bounds of rights are held against: where a viewer is, with what, how tall the picture, how protected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.bounds import Standpoint
from rightcast.domain.devices import device_class
from rightcast.domain.protection import level
from rightcast.domain.rights import Floor
from rightcast.edge.heights import height_of, least_of
from rightcast.state.sessions import HLS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rightcast.domain.lineup import Line
    from rightcast.domain.places import Place
    from rightcast.domain.rights import CarriageRight
    from rightcast.edge.identity import Player
    from rightcast.edge.replica import Replica
    from rightcast.edge.ring_reader import Ring
    from rightcast.edge.room import Room
    from rightcast.edge.viewings import Viewing


class Standpoints:
    """Makes a standpoint of a player that asks. `rings_of` gives the rings of a channel, the broadcast first."""

    def __init__(
        self,
        replica: Replica,
        place_of: Callable[[str], Place],
        rings_of: Callable[[int], Sequence[Ring]],
        room: Room,
    ) -> None:
        self._replica = replica
        self.place_of = place_of
        self._rings_of = rings_of
        self.room = room

    def of(self, line: Line, channel_id: int, player: Player, *, past: bool = False, joins: bool = True) -> Standpoint:
        """`past`: for what is kept of the channel, which is never encrypted. Titles of the library are below zero.

        `joins`: a new session, for which there must be room; caps end none that runs.
        """
        kind = next((one.kind for one in line.credentials if one.id == player.credential_id), None)
        live = channel_id > 0 and not past
        playlists = live and player.kind == HLS
        return Standpoint(
            place=self.place_of(player.address),
            device=device_class(player.name, kind),
            height=self._height(channel_id, live=live, playlists=playlists) if channel_id > 0 else None,
            least=self._least(channel_id, playlists=playlists) if live and not player.recording_id else None,
            floor=level(self._replica.protection(channel_id)) if playlists else Floor.NONE,
            full=self.room.full(self._rights(channel_id), line, player) if joins else {},
        )

    def whence(self, viewing: Viewing) -> tuple[str, str]:
        """The country a viewing is watched from, and its class of device, for the record."""
        line = self._replica.line(viewing.line_id) if viewing.credential_id else None
        credentials = line.credentials if line is not None else ()
        kind = next((one.kind for one in credentials if one.id == viewing.credential_id), None)
        return self.place_of(viewing.address).country, device_class(viewing.player, kind).value

    def _rights(self, channel_id: int) -> Iterable[CarriageRight]:
        """Those that may cover a channel, or any title of the library."""
        return self._replica.rights_of(channel_id) if channel_id > 0 else self._replica.rights.values()

    def _height(self, channel_id: int, *, live: bool, playlists: bool) -> int | None:
        """Of the tallest picture among playlists; else of the broadcast."""
        rings = self._rings_of(channel_id)
        if not playlists:
            return height_of(rings[0], live=live) if rings else 0 if live else None
        heights = [height_of(ring) for ring in rings]
        return None if None in heights else max((height for height in heights if height is not None), default=0)

    def _least(self, channel_id: int, *, playlists: bool) -> int | None:
        """Of the smallest picture that can be chosen."""
        channel = self._replica.channels.get(channel_id)
        if channel is None:
            return None
        return least_of(self._rings_of(channel_id), channel.ladder, playlists=playlists)
