"""Pictures of shows and channels that the station keeps, `/images/NAME`. No line is asked for.

A name always means the picture of one address, so players may keep it for long.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rightcast.domain.images import is_image_name
from rightcast.edge.answers import holds_tag
from rightcast.edge.http_message import Response
from rightcast.edge.refusals import not_found

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path
    from typing import Any

    from rightcast.edge.http_connection import Answer
    from rightcast.edge.http_message import Request

_MOST_BYTES = 8 << 20
_KEEP = ("Cache-Control", "public, max-age=604800")
_PNG = b"\x89PNG"


class StationImages:
    """Answers `/images/NAME` from a folder that the jobs process fills."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def answer(self, request: Request, parts: list[str]) -> Response | Coroutine[Any, Any, Answer]:
        """One picture."""
        if len(parts) != 1 or not is_image_name(parts[0]):
            return not_found()
        tag = f'"{parts[0]}"'
        if holds_tag(request, tag):
            return Response(status=304, headers=(("ETag", tag), _KEEP))
        return self._read(parts[0], tag)

    async def _read(self, name: str, tag: str) -> Answer:
        try:
            data = await asyncio.to_thread(_bytes_of, self._folder / name)
        except OSError:
            return not_found()
        kind = "image/png" if data.startswith(_PNG) else "image/jpeg"
        return Response(body=data, content_type=kind, headers=(("ETag", tag), _KEEP))


def _bytes_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MOST_BYTES)
