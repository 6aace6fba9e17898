"""Two hundred channels for ten minutes: two headend processes on two cores, an edge with a viewer of each.

The long race behind `make soak`: no datagram lost, no viewer closed or silent.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from bench import signals
from bench.figures import Figure, at_most
from bench.headend_inputs import drops
from bench.rig import LOAD_CPU, SERVER_CPU, Rig, Running, compiled, cpu_share, free_udp_range, rigged, wait_for
from bench.station import fill_feed, settings_in, start_edge, start_room
from bench.viewers import Sink
from rightcast.contract.reports import HeadendReport
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings

CHANNELS = 200
MINUTES = 10
PROCESSES = 2
WINDOW_S = 20.0
SETTLING_S = 60.0
"""Slates of all channels are made at the start, at what is left of the cores."""


def two_hundred(quick: bool) -> list[Figure]:
    """Losses and disturbed viewers over the whole time, and what it cost."""
    windows = 1 if quick else round(MINUTES * 60 / WINDOW_S)
    with rigged(quick) as rig:
        signal = signals.channel()
        port = free_udp_range(CHANNELS)
        arguments = signal.sender_arguments("udp", port, CHANNELS)
        rig.start("sender", [str(compiled("sender")), *arguments], cpu=LOAD_CPU)
        settings = replace(settings_in(rig.folder), headends=PROCESSES)
        fill_feed(settings, [(f"udp://127.0.0.1:{port + one}", None) for one in range(CHANNELS)], lines=CHANNELS)
        headends = [
            start_room(rig, settings, "headend", index=one, cpu=one % (LOAD_CPU + 1)) for one in range(PROCESSES)
        ]
        edge = start_edge(rig, settings, cpu=SERVER_CPU)
        wait_for(lambda: _on_air(settings, headends) == CHANNELS, 60, f"{CHANNELS} channels on air")
        time.sleep(5 if quick else SETTLING_S)
        sink = _audience(rig, settings)
        broken_before, drops_before = _broken(settings), drops(port, CHANNELS)
        disturbed = 0
        for number in range(windows):
            seen = sink.window(WINDOW_S)
            worst = CHANNELS - seen["open"] + seen["closed"] + seen["silent"] + seen["bad_sync"]
            disturbed = max(disturbed, worst)
            if number % 6 == 0 or worst:
                print(
                    f"    {(number + 1) * WINDOW_S:.0f} s: {seen['bps'] / 1e6:.0f} Mbit/s, {worst} disturbed",
                    flush=True,
                )
        lost = drops(port, CHANNELS) - drops_before + _broken(settings) - broken_before
        share = cpu_share([one.pid for one in headends], 5.0)
        print(f"  headends {share:.0f} %, edge {cpu_share([edge.pid], 5.0):.0f} % of a core", flush=True)
    lasted = f"{windows * WINDOW_S / 60:.0f} minutes" if windows > 1 else f"{WINDOW_S:.0f} s"
    return [
        Figure(
            name="headend.soak_lost",
            value=lost,
            unit=f"datagrams and packets, {CHANNELS} channels of 4.3 Mbit/s in {PROCESSES} processes, {lasted}",
            goal=at_most(0),
        ),
        Figure(
            name="headend.soak_disturbed",
            value=disturbed,
            unit=f"of {CHANNELS} viewers closed, missing or silent over 1 s at any time, {lasted}",
            goal=at_most(0),
        ),
        Figure(
            name="headend.soak_cpu",
            value=share / CHANNELS,
            unit=f"% of a core per channel with its ring, {CHANNELS} channels, {PROCESSES} processes",
            goal=at_most(0.5),
        ),
    ]


def _audience(rig: Rig, settings: StationSettings) -> Sink:
    """A viewer of each channel, under way."""
    sink = Sink(rig)
    sink.connect(settings.listen.port, CHANNELS, CHANNELS)
    sink.window(3.0)
    return sink


def _reports(settings: StationSettings) -> list[HeadendReport]:
    return FileReports(settings.reports).fetch("headend-", HeadendReport)


def _on_air(settings: StationSettings, headends: list[Running]) -> int:
    """How many channels have closed a segment already."""
    for headend in headends:
        headend.assert_alive()
    return sum(channel.last_segment > 0 for report in _reports(settings) for channel in report.channels)


def _broken(settings: StationSettings) -> int:
    """Packets that the headends missed by the continuity counters."""
    return sum(channel.continuity_errors for report in _reports(settings) for channel in report.channels)
