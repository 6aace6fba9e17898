"""What it costs to watch: the stream's checks, and pictures and sound looked at by worker processes.

The same channels in the same headend, watched and unwatched one after the other; the difference is the figure.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench import signals
from bench.figures import Figure, at_most
from bench.rig import LOAD_CPU, RigError, compiled, cpu_share, free_udp_range, rigged, wait_for
from bench.station import channels_on_air, fill_feed, headend_report, settings_in, start_room
from rightcast.domain.features import Features
from rightcast.domain.watch import Watch

if TYPE_CHECKING:
    from bench.rig import Rig, Running
    from rightcast.contract.station import StationSettings

UNWATCHED = Watch(stream=False, pictures=False, sound=False)
STREAM_ONLY = Watch(pictures=False, sound=False)


def monitoring(quick: bool) -> list[Figure]:
    """CPU per channel of everything that watches, workers included, at the periods that are the defaults."""
    count, seconds = (20, 10) if quick else (40, 30)
    off = _share(count, UNWATCHED, quick, seconds)
    stream = _share(count, STREAM_ONLY, quick, seconds)
    everything = _share(count, Watch(), quick, seconds)
    print(f"  {count} channels: {off:.1f} % unwatched, {stream:.1f} % stream only, {everything:.1f} % all", flush=True)
    return [
        Figure(
            name="headend.monitoring",
            value=(everything - off) / count,
            unit=f"% of a core per 4.3 Mbit/s channel, headend and picture workers, {count} channels",
            goal=at_most(1.0),
        ),
        Figure(
            name="headend.monitoring_stream",
            value=max((stream - off) / count, 0.0),
            unit=f"% of a core per 4.3 Mbit/s channel, TR 101 290 alone, {count} channels",
            goal=at_most(0.05),
        ),
    ]


def _share(count: int, watch: Watch, quick: bool, seconds: float) -> float:
    """CPU share in percent of a headend and its workers once every channel has been looked at."""
    with rigged(quick) as rig:
        port = free_udp_range(count)
        sender = [str(compiled("sender")), *signals.channel().sender_arguments("udp", port, count)]
        rig.start("sender", sender, cpu=LOAD_CPU)
        settings = settings_in(rig.folder)
        sources = [(f"udp://127.0.0.1:{port + one}", None) for one in range(count)]
        fill_feed(settings, sources, features=Features(watch=watch))
        headend = start_room(rig, settings, "headend")
        _settle(rig, settings, headend, count, looking=watch.pictures)
        share = cpu_share([headend.pid], seconds)
        _assert_watched(settings, watch)
    return share


def _settle(rig: Rig, settings: StationSettings, headend: Running, count: int, *, looking: bool) -> None:
    def ready() -> bool:
        headend.assert_alive()
        report = headend_report(settings)
        looked = report is not None and report.pictures is not None and report.pictures.looked >= count
        return channels_on_air(settings) == count and (looked or not looking)

    wait_for(ready, 60, f"{count} channels on air")
    time.sleep(1 if rig.quick else 3)


def _assert_watched(settings: StationSettings, watch: Watch) -> None:
    """A figure of what did not happen would be worth nothing."""
    report = headend_report(settings)
    if report is None or not watch.pictures:
        return
    seen = sum(one.picture is not None and one.picture.state == "seen" for one in report.channels)
    heard = sum(one.picture is not None and one.picture.level_dbfs is not None for one in report.channels)
    if seen < len(report.channels) or heard < len(report.channels):
        raise RigError(f"Of {len(report.channels)} channels {seen} were seen and {heard} heard.")
