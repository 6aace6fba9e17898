"""`/metrics` on the viewers' port: the station's figures from its reports, for this machine or with the token.

So they can be collected while the panel is dead. Whoever may not read them learns that there is nothing.
"""

from __future__ import annotations

import asyncio
import time
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from rightcast.edge.http_message import Response, text
from rightcast.edge.refusals import not_found
from rightcast.state.exposition import CONTENT_TYPE, exposition, may_read
from rightcast.state.figures import station_samples

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from rightcast.contract.station import StationSettings
    from rightcast.edge.http_message import Request

KEPT_S = 1.0
"""Reports are written once a second; asking oftener brings nothing new and costs viewers."""


class Figures:
    """Answers requests for figures, worked out in a thread so that no viewer waits."""

    def __init__(self, settings: StationSettings) -> None:
        self._settings = settings
        self._kept = b""
        self._kept_until = 0.0
        self._working: asyncio.Task[bytes] | None = None

    def answer(self, request: Request) -> Response | Coroutine[Any, Any, Response]:
        """The figures, or what is answered to whoever asks for something that is not there."""
        if request.path != "/metrics" or request.method == "POST":
            return not_found()
        if may_read(self._settings.keys, address=request.address, header=lambda name: request.header(name.encode())):
            return self._figures()
        if request.header(b"authorization"):
            return text(401, "This needs the token.", ("WWW-Authenticate", "Bearer"))
        return not_found()

    async def _figures(self) -> Response:
        if time.monotonic() >= self._kept_until:
            if self._working is None or self._working.done():
                self._working = asyncio.get_running_loop().create_task(asyncio.to_thread(self._work))
            self._kept = await asyncio.shield(self._working)
            self._kept_until = time.monotonic() + KEPT_S
        return Response(body=self._kept, content_type=CONTENT_TYPE, headers=(("Cache-Control", "no-store"),))

    def _work(self) -> bytes:
        return exposition(station_samples(self._settings, time.time()).all())


def version_of_this() -> str:
    """The version of Rightcast that runs."""
    try:
        return version("rightcast")
    except PackageNotFoundError:
        return "unknown"
