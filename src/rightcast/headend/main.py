"""The headend process: one loop that ten times a second drains, cuts, announces and looks after channels.

Everything with a deadline happens in that tick; the event loop serves only connections that open.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from rightcast.headend.announcer import Announcer
from rightcast.headend.budget import ring_budget
from rightcast.headend.events import EventReports
from rightcast.headend.ffmpeg import find_ffmpeg
from rightcast.headend.intake import TICK_S
from rightcast.headend.pictures.rounds import Rounds
from rightcast.headend.slate.cards import SlateCards
from rightcast.headend.sources.opening import Workshop, open_receiver
from rightcast.headend.supervisor import Supervisor
from rightcast.headend.thumbnails import Thumbnails
from rightcast.state.feed import FileFeed
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from rightcast.contract.ring import Announcement, Want
    from rightcast.contract.station import StationSettings

REPORT_S = 1.0
_RESOLVERS = 32
"""Threads for name look-ups: a dead name server holds one of them for each source that needs it."""

_log = logging.getLogger(__name__)


async def run(settings: StationSettings, shard: int) -> None:
    """Carry the channels of one shard until SIGTERM. Raises FfmpegMissingError, RingTooSmallError and kin."""
    workshop = Workshop(find_ffmpeg(settings.ffmpeg), settings.ring_root / "cards")
    budget_bytes = ring_budget(settings)
    _settle_memory()
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(_RESOLVERS, "resolve"))
    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    feed = FileFeed(settings.feed)
    slates = SlateCards(workshop.ffmpeg, settings.data / "slates")

    def snapshot() -> list[Announcement]:
        return supervisor.snapshot()

    def wants(edge: int, wanted: list[Want]) -> None:
        supervisor.wants(edge, wanted)

    announcer = Announcer(settings.headend_socket(shard), snapshot=snapshot, wants=wants)
    supervisor = Supervisor(
        settings,
        shard,
        feed=feed,
        announce=announcer.announce,
        open_receiver=lambda url: open_receiver(workshop, url),
        budget_bytes=budget_bytes,
        now=time.time(),
        rounds=Rounds(Thumbnails(settings.thumbnails)),
        slates=slates,
    )
    await announcer.start()
    try:
        await _tick_until(ending, supervisor, announcer, FileReports(settings.reports), shard)
    finally:
        supervisor.close()
        slates.close()
        await announcer.close()
        feed.close()


async def _tick_until(
    ending: asyncio.Event, supervisor: Supervisor, announcer: Announcer, reports: FileReports, shard: int
) -> None:
    """The loop. Its beat does not drift; a beat that comes too late is not made up for."""
    due = time.monotonic()
    report_at = due
    events = EventReports(reports, shard)
    while not ending.is_set():
        now = time.time()
        supervisor.tick(now)
        announcer.flush()
        if time.monotonic() >= report_at:
            report_at += REPORT_S
            try:
                reports.put(f"headend-{shard}", supervisor.report(now))
            except OSError as error:
                _log.warning("The report could not be left: %s", error)
            events.tell(supervisor.heard(), now)
        due = max(due + TICK_S, time.monotonic() - TICK_S)
        with suppress(TimeoutError):
            await asyncio.wait_for(ending.wait(), max(due - time.monotonic(), 0.001))


def _settle_memory() -> None:
    """Keep blocks of a tick inside the heap, and the collector away from what lives as long as the process.

    glibc would otherwise ask the kernel for each 100 kB block and give it back, a hundred times a tick.
    """
    trim_threshold, mmap_threshold = -1, -3  # M_TRIM_THRESHOLD, M_MMAP_THRESHOLD of mallopt(3)
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(mmap_threshold, 32 << 20)
        libc.mallopt(trim_threshold, 64 << 20)
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
