"""What keeping a channel on disk costs beside the passthrough: the CPU of the archivist, per channel.

The reference is one `ffmpeg -c copy` per channel that receives the same datagrams and writes them to a file.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import imageio_ffmpeg

from bench import signals
from bench.figures import Figure, at_most, ratio_at_most
from bench.rig import LOAD_CPU, SERVER_CPU, Rig, RigError, compiled, cpu_share, free_udp_range, rigged, wait_for
from bench.station import channels_on_air, fill_feed, settings_in, start_room
from rightcast.contract.catalogue import Change, Kind
from rightcast.contract.reports import ArchivistReport
from rightcast.domain.archive import Archive
from rightcast.domain.features import Features
from rightcast.domain.lineup import Channel
from rightcast.domain.rights import CarriageRight, Later
from rightcast.state.feed import FileFeed
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightcast.contract.station import StationSettings

REFERENCES = 10
GOAL_PERCENT = 0.1


def write(quick: bool) -> list[Figure]:
    """CPU per channel of 4.3 Mbit/s that is kept."""
    count = 10 if quick else 40
    seconds = 10 if quick else 30
    with _disk() as disk, rigged(quick) as rig:
        port = _send(rig, count)
        settings = replace(settings_in(rig.folder), archive=disk)
        fill_feed(settings, [(f"udp://127.0.0.1:{port + one}", None) for one in range(count)])
        _keep_all(settings)
        start_room(rig, settings, "headend", cpu=LOAD_CPU)
        archivist = start_room(rig, settings, "archivist", cpu=SERVER_CPU)
        wait_for(lambda: channels_on_air(settings) == count, 30, f"{count} channels on air")
        wait_for(lambda: _kept(settings) == count, 30, f"{count} channels being kept")
        time.sleep(2 if quick else 5)
        before = _bytes(settings)
        share = cpu_share([archivist.pid], seconds) / count
        grown = _bytes(settings) - before
        report = _report(settings)
        if report is None or report.missed or report.trouble:
            raise RigError(f"The archivist did not keep all: {report}.")
    print(f"  archivist: {share:.3f} % per channel, {grown / 1e6:.0f} MB in {seconds} s, {count} channels", flush=True)
    reference = _ffmpeg(6 if quick else REFERENCES, seconds, quick)
    unit = f"% of a core per 4.3 Mbit/s channel beside the passthrough, {count} channels"
    return [
        Figure(name="archive.write", value=share, unit=unit, goal=at_most(GOAL_PERCENT)),
        Figure(
            name="archive.write_ratio",
            value=share,
            unit=unit,
            reference="ffmpeg -c copy to a file",
            reference_value=reference,
            goal=ratio_at_most(0.25),
        ),
    ]


@contextmanager
def _disk() -> Iterator[Path]:
    """A folder on a disk: the rig's own lies in memory."""
    folder = Path(tempfile.mkdtemp(prefix="rcb-", dir="/var/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _send(rig: Rig, count: int) -> int:
    port = free_udp_range(count)
    command = [str(compiled("sender")), *signals.channel().sender_arguments("udp", port, count)]
    rig.start("source", command, cpu=LOAD_CPU)
    return port


def _keep_all(settings: StationSettings) -> None:
    """Wish a day of every channel, and grant it."""
    feed = FileFeed(settings.feed)
    changes = []
    for revision in feed.read(0):
        record = revision.record()
        if isinstance(record, Channel):
            kept = replace(record, features=Features(archive=Archive(hours=24)))
            changes.append(Change(Kind.CHANNEL, record.id, kept))
        elif isinstance(record, CarriageRight):
            changes.append(Change(Kind.RIGHT, record.id, replace(record, later=Later(catchup_h=24))))
    feed.publish(changes)
    feed.close()


def _report(settings: StationSettings) -> ArchivistReport | None:
    return next(iter(FileReports(settings.reports).fetch("archivist", ArchivistReport)), None)


def _kept(settings: StationSettings) -> int:
    report = _report(settings)
    return sum(one.bytes > 0 for one in report.channels) if report else 0


def _bytes(settings: StationSettings) -> int:
    report = _report(settings)
    return sum(one.bytes for one in report.channels) if report else 0


def _ffmpeg(count: int, seconds: float, quick: bool) -> float:
    ffmpeg = shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe()
    with _disk() as disk, rigged(quick) as rig:
        port = _send(rig, count)
        pids = [_start_ffmpeg(rig, ffmpeg, port, disk / f"{one}.ts", one) for one in range(count)]
        time.sleep(4)
        share = cpu_share(pids, seconds) / count
    print(f"  ffmpeg: {share:.3f} % per channel, {count} processes", flush=True)
    return share


def _start_ffmpeg(rig: Rig, ffmpeg: str, port: int, target: Path, number: int) -> int:
    url = f"udp://127.0.0.1:{port + number}?fifo_size=100000&overrun_nonfatal=1"
    command = [ffmpeg, "-v", "error", "-y", "-i", url, "-map", "0", "-c", "copy", "-f", "mpegts", str(target)]
    return rig.start(f"ffmpeg-{number}", command, cpu=SERVER_CPU).pid
