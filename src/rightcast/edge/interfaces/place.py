"""Where viewers reach this edge: the addresses written into playlists and answers.

Taken from the setting, else from what the player itself asked for (its Host header).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings
    from rightcast.edge.http_message import Request

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?")


@dataclass(frozen=True, slots=True)
class Place:
    """Scheme, host (IPv6 in brackets), port, and a path before everything ("" or "/tv")."""

    scheme: str
    host: str
    port: int
    path: str = ""

    @property
    def url(self) -> str:
        """The address without a slash at its end."""
        usual = {"http": 80, "https": 443}[self.scheme]
        port = "" if self.port == usual else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}{self.path}"


def place_of(request: Request, settings: StationSettings) -> Place:
    """Where the sender of a request reaches us."""
    if settings.public_url:
        parts = urlsplit(settings.public_url)
        scheme = "https" if parts.scheme == "https" else "http"
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or "localhost"
        return Place(scheme, host, parts.port or (443 if scheme == "https" else 80), parts.path.rstrip("/"))
    scheme = "https" if request.secure else "http"
    listening = settings.tls_listen if request.secure and settings.tls_listen else settings.listen
    match = _HOST.fullmatch(request.header(b"host"))
    if match is None:
        return Place(scheme, listening.host, listening.port)
    return Place(scheme, match[1], int(match[2] or (443 if request.secure else 80)))
