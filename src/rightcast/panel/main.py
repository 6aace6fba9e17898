"""The panel's process: the console over HTTP, served by uvicorn until SIGTERM."""

from __future__ import annotations

import signal
import warnings
from typing import TYPE_CHECKING

import uvicorn

from rightcast.panel.prepare import set_up_django
from rightcast.state.keys import station_key

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings


def run(settings: StationSettings) -> None:
    """Serve the console on `settings.console` until the process is told to end."""
    station_key(settings.keys)
    set_up_django(settings)
    for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn ends its work, then raises the signal again
        signal.signal(number, lambda *_: None)
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    uvicorn.run(
        "rightcast.panel.asgi:application",
        host=settings.console.host,
        port=settings.console.port,
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
    )
