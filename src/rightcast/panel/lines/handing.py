"""What a customer is told about a new way in: a text and a QR code for each kind of app, to be sent as they are.

Pure: made of an address, and of what the line or its device shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import segno

from rightcast.domain.lineup import CredentialKind

if TYPE_CHECKING:
    from collections.abc import Iterator

_STANDS_FOR = {CredentialKind.SHORT: "p", CredentialKind.TOKEN: "t"}
"""In place of a name, where what is shown is all there is."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """What opens a line: `shown` is a name, a short address, a token or a MAC; `secret` stands beside a name."""

    kind: CredentialKind
    shown: str
    secret: str = ""

    @property
    def name(self) -> str:
        """What is entered as name."""
        return _STANDS_FOR.get(self.kind, self.shown)

    @property
    def password(self) -> str:
        """What is entered as password."""
        return self.shown if self.kind in _STANDS_FOR else self.secret


@dataclass(frozen=True, slots=True)
class Message:
    """A text for one kind of app; `address` is what its QR code holds, and may be opened or entered."""

    apps: str
    text: str
    address: str

    @property
    def picture(self) -> str:
        """The QR code as SVG, dark on white whatever the page looks like; it scales with its frame."""
        code = segno.make(self.address, error="m", micro=False)
        return str(
            code.svg_inline(omitsize=True, dark="#000", light="#fff", border=3, title=f"QR code of {self.address}")
        )


def messages(server: str, way: WayIn) -> list[Message]:
    """Every text that fits a way in, the likeliest first. `server` is the address of the viewers' side."""
    return list(_of_box(server, way) if way.kind is CredentialKind.MAC else _of_apps(server, way))


def _of_box(server: str, way: WayIn) -> Iterator[Message]:
    portal = f"{server}/c/"
    yield Message(
        "Set-top box or its app (MAG, Stalker)",
        f"1. In the box's settings enter this portal:\n{portal}\n"
        f"2. Restart the box. It is known by its own address, {way.shown}.",
        portal,
    )


def _of_apps(server: str, way: WayIn) -> Iterator[Message]:
    who = {"username": way.name, "password": way.password}
    short = way.kind is CredentialKind.SHORT
    playlist = f"{server}/p/{way.shown}" if short else f"{server}/get.php?{urlencode({**who, 'type': 'm3u_plus'})}"
    guide = f"{server}/p/{way.shown}.xml" if short else f"{server}/xmltv.php?{urlencode(who)}"
    login = Message(
        "Apps with an Xtream login",
        f"Choose “Xtream Codes” in the app and enter:\nServer: {server}\nName: {way.name}\nPassword: {way.password}",
        playlist,
    )
    list_ = Message(
        "Playlist apps (M3U), Kodi, VLC", f"Add this playlist:\n{playlist}\nThe guide, if asked for:\n{guide}", playlist
    )
    sets = Message(
        "Apps of TV sets (Smart IPTV, SS IPTV, Net IPTV)",
        f"Enter this playlist on the app's page or in its settings:\n{playlist}",
        playlist,
    )
    yield from (sets, list_, login) if short else (login, list_, sets)
    yield from _of_browser(server, way)
    yield from _of_receiver(server, who)


def _of_browser(server: str, way: WayIn) -> Iterator[Message]:
    activate = f"{server}/activate"
    name = "leave the name empty" if way.kind in _STANDS_FOR else f"name {way.shown}"
    yield Message(
        "TV browser, nothing to install",
        f"1. Open this in the TV's browser:\n{server}/tv/\n"
        f"2. On a phone, open {activate}, enter the code that the TV shows, {name}, password {way.password}.",
        activate,
    )


def _of_receiver(server: str, who: dict[str, str]) -> Iterator[Message]:
    bouquet = f"{server}/get.php?{urlencode({**who, 'type': 'dreambox', 'output': 'ts'})}"
    sources = f"{server}/enigma2.php?{urlencode({**who, 'epg': 'sources'})}"
    yield Message(
        "Satellite receiver (Enigma2)",
        f"Save this as /etc/enigma2/userbouquet.rightcast.tv on the receiver:\n{bouquet}\n"
        f"And this, for EPG-Importer, as /etc/epgimport/rightcast.sources.xml:\n{sources}",
        bouquet,
    )
