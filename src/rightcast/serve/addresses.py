"""The addresses that are printed for people and players, made from what the station listens on."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING
from urllib.parse import quote

from rightcast.contract.station import Address

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings

_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - recognised, not bound


def reachable(address: Address) -> Address:
    """Where this machine itself reaches what listens on `address`."""
    return Address(_ANY.get(address.host, address.host), address.port)


def printed(address: Address) -> Address:
    """The address to tell people: the one on the local network when the station listens on every interface."""
    return Address(network_host(), address.port) if address.host in _ANY else address


def network_host() -> str:
    """This machine's own address towards the network; 127.0.0.1 when there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: chooses a route, sends nothing
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def viewers_url(settings: StationSettings) -> str:
    """The base address that apps take as server, without a slash at its end."""
    return settings.public_url.rstrip("/") or f"http://{printed(settings.listen)}"


def console_url(settings: StationSettings) -> str:
    """Where operators log in."""
    return f"http://{printed(settings.console)}/"


def stream_url(base: str, name: str, secret: str, channel_id: int, ending: str) -> str:
    """The address of a channel for a line; `ending` is ts or m3u8."""
    return f"{base}/live/{name}/{secret}/{channel_id}.{ending}"


def playlist_url(base: str, name: str, secret: str) -> str:
    """The playlist of a line."""
    return f"{base}/get.php?username={quote(name)}&password={quote(secret)}&type=m3u_plus&output=ts"


def guide_url(base: str, name: str, secret: str) -> str:
    """The guide of a line."""
    return f"{base}/xmltv.php?username={quote(name)}&password={quote(secret)}"
