"""Endless TS: the largest crowd on one core, beside a minimal C epoll+sendfile server on the same rings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.figures import Figure, ratio_at_least
from bench.rig import SERVER_CPU, Rig, compiled, free_port, listening, rigged, wait_for
from bench.station import fill_feed, settings_in, start_edge, start_writer
from bench.viewers import Crowd, Sink, largest_good

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZES = (4_000, 7_000, *range(8_000, 15_001, 1_000))
MORE_LINES = 5_000  # viewers that come again while closing in have names of their own
QUICK_SIZES = (1_000, 2_000, 4_000)
PART_BPS = 664 * 188 * 8 / 0.25


def ts_many(quick: bool) -> list[Figure]:
    """Fifty channels."""
    return _measure("edge.ts_many", 50, quick)


def ts_one(quick: bool) -> list[Figure]:
    """One channel: all viewers in one burst."""
    return _measure("edge.ts_one", 1, quick)


def _measure(name: str, channels: int, quick: bool) -> list[Figure]:
    sizes = QUICK_SIZES if quick else SIZES
    with rigged(quick) as rig:
        reference = _reference(rig, channels, sizes)
    with rigged(quick) as rig:
        ours = _edge(rig, channels, sizes)
    return [
        Figure(
            name=name,
            value=ours.viewers,
            unit=f"viewers of 4 Mbit/s on a core, {channels} channel{'s' if channels > 1 else ''}",
            reference="C epoll+sendfile (bench/reference/ts_server.c)",
            reference_value=reference.viewers,
            goal=ratio_at_least(0.95),
        )
    ]


def _reference(rig: Rig, channels: int, sizes: Sequence[int]) -> Crowd:
    settings = settings_in(rig.folder)
    parts = start_writer(rig, settings, channels)
    port = free_port()
    command = [str(compiled("ts_server")), str(port), str(settings.ring_root / "ring"), str(parts), str(channels)]
    server = rig.start("ts_server", command, cpu=SERVER_CPU)
    wait_for(lambda: listening(port), 10, "the C server to listen")
    sink = Sink(rig)
    print("  C epoll+sendfile:", flush=True)
    return largest_good(
        lambda more: _connect(sink, port, channels, more), sink, server, sizes, least_bps=_least_bps(channels)
    )


def _edge(rig: Rig, channels: int, sizes: Sequence[int]) -> Crowd:
    settings = settings_in(rig.folder)
    fill_feed(
        settings, [(f"udp://127.0.0.1:{5000 + one}", None) for one in range(channels)], lines=max(sizes) + MORE_LINES
    )
    start_writer(rig, settings, channels)
    edge = start_edge(rig, settings)
    sink = Sink(rig)
    print("  edge:", flush=True)
    return largest_good(
        lambda more: _connect(sink, settings.listen.port, channels, more),
        sink,
        edge,
        sizes,
        least_bps=_least_bps(channels),
    )


def _connect(sink: Sink, port: int, channels: int, more: int) -> None:
    answer = sink.connect(port, channels, more)
    if answer["refused"] or answer["pending"]:
        print(f"    while connecting: {answer}", flush=True)


def _least_bps(channels: int) -> float:
    """98 % of the rate; on one channel a window of 16 parts may hold one more or less."""
    return PART_BPS * (0.98 if channels > 1 else 0.93)
