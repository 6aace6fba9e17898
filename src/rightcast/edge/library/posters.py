"""Posters of titles: small pictures beside the library's files, for apps that list them.

No line is asked for; a title that was taken down for everybody where the asker is shows none.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from rightcast.domain.entitlement import Denied, Reason
from rightcast.edge.answers import holds_tag
from rightcast.edge.http_message import Response
from rightcast.edge.refusals import not_found, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path
    from typing import Any

    from rightcast.edge.http_connection import Answer
    from rightcast.edge.http_message import Request

_NAME = re.compile(r"[a-z0-9-]{1,100}\.jpg")
_MOST_BYTES = 2 << 20
_KEEP = ("Cache-Control", "public, max-age=604800, immutable")


class Posters:
    """Answers `/library/NAME.jpg`; a name is never used for another picture.

    `is_dark` says of a name and the address of whoever asks whether its title was taken down there.
    """

    def __init__(self, folder: Path, is_dark: Callable[[str, str], bool]) -> None:
        self._folder = folder
        self._is_dark = is_dark

    def answer(self, request: Request, parts: list[str]) -> Response | Coroutine[Any, Any, Answer]:
        """One poster."""
        if len(parts) != 1 or not _NAME.fullmatch(parts[0]):
            return not_found()
        if self._is_dark(parts[0], request.address):
            return refusal(Denied(Reason.TAKEN_DOWN))
        tag = f'"{parts[0].removesuffix(".jpg")}"'
        if holds_tag(request, tag):
            return Response(status=304, headers=(("ETag", tag), _KEEP))
        return self._read(parts[0], tag)

    async def _read(self, name: str, tag: str) -> Answer:
        try:
            data = await asyncio.to_thread(_bytes_of, self._folder / name)
        except OSError:
            return not_found()
        return Response(body=data, content_type="image/jpeg", headers=(("ETag", tag), _KEEP))


def _bytes_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MOST_BYTES)
