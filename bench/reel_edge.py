"""`python -m bench.reel_edge`: an edge whose plays of the past are sent as fast as they are watched.

A real player reads no faster once its buffer is full; the sink of the bench throws bytes away as fast as they come.
"""

from __future__ import annotations

import asyncio
import os
import signal

from rightcast.contract.station import HANDOVER_VARIABLE, StationSettings
from rightcast.edge.main import Edge, raise_descriptor_limit
from rightcast.edge.past.delivery import Pace

WATCHED = Pace(burst_s=4.0, speed=1.0)


async def main() -> None:
    """Serve until SIGTERM."""
    ending = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ending.set)
    raise_descriptor_limit()
    edge = Edge(StationSettings.from_handover(os.environ[HANDOVER_VARIABLE]), 0)
    edge.playing.delivery.pace = WATCHED
    await edge.start()
    try:
        await edge.work(ending)
    finally:
        await edge.close()


if __name__ == "__main__":
    asyncio.run(main())
