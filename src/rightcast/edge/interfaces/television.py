"""The television application of our own, for the browsers of sets at /tv/ and of boxes at /c/: plain files.

They lie in the package, are read once, and talk to the other interfaces like any player.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING

from rightcast.edge.answers import holds_tag
from rightcast.edge.http_message import Response
from rightcast.edge.refusals import not_found

if TYPE_CHECKING:
    from rightcast.edge.http_message import Request

_FOLDER = files("rightcast.edge") / "television"
_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
}
_RULES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self' blob:; "
    "img-src http: https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Logos come from anywhere; everything else from this edge alone, and nothing inline."""
_HEADERS = (
    ("Content-Security-Policy", _RULES),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-cache"),
)


class Television:
    """Answers everything under `/tv/` and `/c/`."""

    def __init__(self) -> None:
        self._files = {one.name: one.read_bytes() for one in _FOLDER.iterdir() if one.name.rpartition(".")[2] in _TYPES}
        self._tags = {
            name: f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"' for name, body in self._files.items()
        }

    def below(self, request: Request, parts: list[str]) -> Response:
        """`/stalker_portal/c/`, the address that boxes are often given."""
        return self.answer(request, parts[1:]) if parts[:1] == ["c"] else not_found()

    def answer(self, request: Request, parts: list[str]) -> Response:
        """One file; the folder itself is its index."""
        if not parts and not request.path.endswith("/"):
            return Response(status=308, headers=(("Location", f"{request.path.rpartition('/')[2]}/"),))
        name = "/".join(parts) or "index.html"
        body = self._files.get(name)
        if body is None:
            return not_found()
        headers = (("ETag", self._tags[name]), *_HEADERS)
        if holds_tag(request, self._tags[name]):
            return Response(status=304, headers=headers)
        return Response(body=body, content_type=_TYPES[name.rpartition(".")[2]], headers=headers)
