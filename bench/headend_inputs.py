"""What an input costs at the headend: UDP and HTTP-TS channels, and a multiplex.

The reference is one `ffmpeg -c copy -f hls` process per channel on the same senders.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import imageio_ffmpeg

from bench import signals
from bench.figures import Figure, at_most, ratio_at_most
from bench.headend_monitoring import STREAM_ONLY
from bench.rig import (
    LOAD_CPU,
    SERVER_CPU,
    Rig,
    Running,
    command_of,
    compiled,
    cpu_share,
    family,
    free_port,
    free_udp_range,
    listening,
    memory_bytes,
    rigged,
    wait_for,
)
from bench.station import channels_on_air, fill_feed, headend_report, settings_in, start_room
from rightcast.domain.features import Features
from rightcast.headend.intake import STABLE_S

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings

REFERENCES_UDP = 40
REFERENCES_HTTP = 20


def udp_passthrough(quick: bool) -> list[Figure]:
    """CPU and memory of a UDP channel at a hundred of them, and whether any datagram was lost."""
    count = 20 if quick else 100
    with rigged(quick) as rig:
        port = free_udp_range(count)
        _send(rig, "udp", port, count)
        settings, headend = _headend(rig, [f"udp://127.0.0.1:{port + one}" for one in range(count)])
        before = drops(port, count)
        share = _settled_share(settings, headend, count, 6 if quick else 15)
        lost = drops(port, count) - before
        report = headend_report(settings)
        broken = sum(channel.continuity_errors for channel in report.channels) if report else -1
        memory = (memory_bytes(headend.pid) - memory_bytes(headend.pid, "Pss_Shmem")) / count / 1e6
        print(f"  headend: {share:.1f} % for {count} channels, {lost} drops, {broken} continuity errors", flush=True)
    reference, text = _ffmpeg_share("udp", 10 if quick else REFERENCES_UDP, quick)
    ours = share / count
    unit = f"% of a core per 4.3 Mbit/s channel, {count} channels"
    return [
        Figure(
            name="headend.udp_passthrough",
            value=ours,
            unit=unit,
            reference=text,
            reference_value=reference,
            goal=ratio_at_most(0.25),
        ),
        Figure(
            name="headend.udp_lost",
            value=lost + broken,
            unit=f"datagrams and packets, {count} channels",
            goal=at_most(0),
        ),
        Figure(
            name="headend.udp_memory",
            value=memory,
            unit=f"MB (PSS, all of the process) per channel beside the ring, {count} channels",
            goal=at_most(3),
        ),
    ]


def http_ts(quick: bool) -> list[Figure]:
    """CPU of an endless HTTP-TS input."""
    count = 10 if quick else 40
    with rigged(quick) as rig:
        port = free_port()
        _send(rig, "http", port, count)
        settings, headend = _headend(rig, [f"http://127.0.0.1:{port}/{one}.ts" for one in range(count)])
        share = _settled_share(settings, headend, count, 6 if quick else 12)
        print(f"  headend: {share:.1f} % for {count} channels", flush=True)
    reference, text = _ffmpeg_share("http", 6 if quick else REFERENCES_HTTP, quick)
    return [
        Figure(
            name="headend.http_ts",
            value=share / count,
            unit=f"% of a core per 4.3 Mbit/s input, {count} inputs",
            reference=text,
            reference_value=reference,
            goal=at_most(0.15),
        )
    ]


def multiplex(quick: bool) -> list[Figure]:
    """CPU of a 22 Mbit/s multiplex that leaves as eight channels."""
    with rigged(quick) as rig:
        signal = signals.multiplex()
        port = free_udp_range(1)
        rig.start("sender", [str(compiled("sender")), *signal.sender_arguments("udp", port, 1)], cpu=LOAD_CPU)
        url = f"udp://127.0.0.1:{port}"
        settings, headend = _headend(rig, [(url, service) for service in range(1, 9)])
        before = drops(port, 1)
        share = _settled_share(settings, headend, 8, 6 if quick else 15)
        report = headend_report(settings)
        broken = sum(channel.continuity_errors for channel in report.channels) if report else -1
        print(f"  headend: {drops(port, 1) - before} drops, {broken} continuity errors", flush=True)
    unit = "% of a core, 22 Mbit/s into eight channels with their rings"
    return [Figure(name="headend.multiplex", value=share, unit=unit, goal=at_most(2))]


def _send(rig: Rig, kind: str, port: int, count: int) -> None:
    signal = signals.channel()
    rig.start("sender", [str(compiled("sender")), *signal.sender_arguments(kind, port, count)], cpu=LOAD_CPU)
    if kind == "http":
        wait_for(lambda: listening(port), 10, "the HTTP sender")


def _headend(rig: Rig, sources: list[str] | list[tuple[str, int]]) -> tuple[StationSettings, Running]:
    settings = settings_in(rig.folder)
    pairs = [(source, None) if isinstance(source, str) else source for source in sources]
    fill_feed(settings, pairs, features=Features(watch=STREAM_ONLY))
    return settings, start_room(rig, settings, "headend")


def _settled_share(settings: StationSettings, headend: Running, count: int, seconds: float) -> float:
    """CPU share in percent once every channel has closed a segment and three more seconds have passed."""

    def ready() -> bool:
        headend.assert_alive()
        return channels_on_air(settings) == count

    wait_for(ready, 30, f"{count} channels on air")
    # Slates are made once, at the start, one after the other: they are not what a channel costs.
    wait_for(lambda: _is_quiet(headend), 180, "slates to be made")
    time.sleep(STABLE_S)  # until sources have settled
    return cpu_share([headend.pid], seconds)


def _is_quiet(headend: Running) -> bool:
    """Whether no slate is being made, nor about to be."""
    for _ in range(10):
        if any("ffmpeg" in command_of(pid) for pid in family(headend.pid)):
            return False
        time.sleep(0.2)
    return True


def drops(first_port: int, count: int) -> int:
    """Datagrams the kernel has dropped on these ports for want of buffer."""
    ports = range(first_port, first_port + count)
    total = 0
    for line in Path("/proc/net/udp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].rpartition(":")[2], 16) in ports:
            total += int(fields[-1])
    return total


def _ffmpeg_share(kind: str, count: int, quick: bool) -> tuple[float, str]:
    """CPU in percent per channel of one `ffmpeg -c copy -f hls` per channel, and what ran."""
    ffmpeg = shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe()
    version = subprocess.run([ffmpeg, "-version"], capture_output=True, text=True, check=True).stdout.split()[2]
    with rigged(quick) as rig:
        port = free_udp_range(count) if kind == "udp" else free_port()
        _send(rig, kind, port, count)
        playlists, pids = [], []
        for one in range(count):
            url = f"udp://127.0.0.1:{port + one}" if kind == "udp" else f"http://127.0.0.1:{port}/{one}.ts"
            folder = rig.folder / str(one)
            folder.mkdir()
            playlists.append(folder / "index.m3u8")
            command = [ffmpeg, "-v", "error", "-i", url, "-c", "copy", "-f", "hls", "-hls_time", "2"]
            command += ["-hls_list_size", "6", "-hls_flags", "delete_segments", str(playlists[-1])]
            pids.append(rig.start(f"ffmpeg-{one}", command, cpu=SERVER_CPU).pid)
        wait_for(lambda: all(playlist.exists() for playlist in playlists), 60, "the ffmpeg processes to list a segment")
        time.sleep(3)
        share = cpu_share(pids, 6 if quick else 12) / count
        memory = sum(map(memory_bytes, pids)) / count / 1e6
    print(f"  ffmpeg: {share:.2f} % and {memory:.0f} MB PSS per channel, {count} processes", flush=True)
    return share, f"ffmpeg {version} -c copy -f hls, {count} processes"
