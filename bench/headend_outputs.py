"""What sending a channel to a multicast group costs, and how true datagrams are to the stream's clock.

The reference is one `ffmpeg -re -c copy -f mpegts udp://` per channel, which sends the same signal from a file.
Run as a process of its own it is the receiver: `python -m bench.headend_outputs GROUP PORT SECONDS`.
"""

from __future__ import annotations

import json
import shutil
import socket
import struct
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import imageio_ffmpeg
import numpy as np

from bench import signals
from bench.figures import Figure, at_most, ratio_at_most
from bench.rig import LOAD_CPU, SERVER_CPU, Rig, compiled, cpu_share, free_udp_range, rigged, run_to_json, wait_for
from bench.station import channels_on_air, fill_feed, settings_in, start_room
from rightcast.contract.catalogue import Change, Kind
from rightcast.domain.features import Features
from rightcast.domain.lineup import Channel
from rightcast.domain.outputs import Outputs
from rightcast.formats.mpegts.units import parse_pcr
from rightcast.state.feed import FileFeed

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings

GROUPS = "239.255.73."
PORT = 15_000
REFERENCES = 10
_CLOCK_HZ = 90_000


def multicast_out(quick: bool) -> list[Figure]:
    """CPU per output of 4.3 Mbit/s, and how far departures stray from the stream's clock."""
    count = 8 if quick else 40
    seconds = 6 if quick else 15
    with rigged(quick) as rig:
        port = free_udp_range(count)
        command = [str(compiled("sender")), *signals.channel().sender_arguments("udp", port, count)]
        rig.start("source", command, cpu=LOAD_CPU)
        settings = settings_in(rig.folder)
        fill_feed(settings, [(f"udp://127.0.0.1:{port + one}", None) for one in range(count)])
        _send_all(settings)
        start_room(rig, settings, "headend", cpu=LOAD_CPU)
        sender = start_room(rig, settings, "sender", cpu=SERVER_CPU)
        wait_for(lambda: channels_on_air(settings) == count, 30, f"{count} channels on air")
        time.sleep(5)
        jitter = _jitter(seconds)
        share = cpu_share([sender.pid], seconds) / count
    print(f"  sender: {share:.2f} % per output, {jitter:.1f} ms off the clock, {count} outputs", flush=True)
    reference, reference_jitter = _ffmpeg(6 if quick else REFERENCES, seconds, quick)
    ran = "ffmpeg -re -c copy -f mpegts udp"
    return [
        Figure(
            name="headend.multicast_out",
            value=share,
            unit=f"% of a core per 4.3 Mbit/s output, {count} outputs",
            reference=ran,
            reference_value=reference,
            goal=ratio_at_most(1),
        ),
        Figure(
            name="headend.multicast_jitter",
            value=jitter,
            unit="ms between the 1st and the 99th percentile of arrival less clock (PCR)",
            reference=ran,
            reference_value=reference_jitter,
            goal=at_most(20),
        ),
    ]


def _send_all(settings: StationSettings) -> None:
    """Give every channel of the feed a group of its own."""
    feed = FileFeed(settings.feed)
    channels = [record for one in feed.read(0) if isinstance(record := one.record(), Channel)]
    changes = []
    for channel in channels:
        outputs = Outputs(urls=(f"udp://{GROUPS}{channel.id}:{PORT}?interface=127.0.0.1&ttl=0",))
        changes.append(Change(Kind.CHANNEL, channel.id, replace(channel, features=Features(outputs=outputs))))
    feed.publish(changes)
    feed.close()


def _ffmpeg(count: int, seconds: float, quick: bool) -> tuple[float, float]:
    ffmpeg = shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe()
    with rigged(quick) as rig:
        pids = [_start_ffmpeg(rig, ffmpeg, one) for one in range(1, count + 1)]
        time.sleep(4)
        jitter = _jitter(seconds)
        share = cpu_share(pids, seconds) / count
    print(f"  ffmpeg: {share:.2f} % per output, {jitter:.1f} ms off the clock, {count} processes", flush=True)
    return share, jitter


def _start_ffmpeg(rig: Rig, ffmpeg: str, number: int) -> int:
    url = f"udp://{GROUPS}{number}:{PORT}?pkt_size=1316&localaddr=127.0.0.1&ttl=0"
    source = ["-re", "-stream_loop", "-1", "-i", str(signals.channel().path)]
    command = [ffmpeg, "-v", "error", *source, "-c", "copy", "-f", "mpegts", url]
    return rig.start(f"ffmpeg-{number}", command, cpu=SERVER_CPU).pid


def _jitter(seconds: float) -> float:
    """Milliseconds by which the first group's datagrams stray from the clock they carry."""
    command = [sys.executable, "-m", "bench.headend_outputs", f"{GROUPS}1", str(PORT), str(seconds)]
    return run_to_json(command, cpu=LOAD_CPU, timeout=seconds + 20)["jitter_ms"]


def receive(group: str, port: int, seconds: float) -> float:
    """Spread of arrival less clock, drift of the two clocks against each other taken out."""
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind((group, port))
    membership = struct.pack("=4s4s", socket.inet_aton(group), socket.inet_aton("127.0.0.1"))
    receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    receiver.settimeout(5)
    points: list[tuple[float, float]] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        data = receiver.recv(2000)
        now = time.monotonic()
        clocks = (parse_pcr(data[at : at + 188]) for at in range(0, len(data) - 187, 188))
        points += [(now, clock / _CLOCK_HZ) for clock in clocks if clock is not None]
    arrived, told = np.array(points).T
    breaks = np.flatnonzero(np.abs(np.diff(told)) > 1.0)  # where the file of the signal begins anew
    longest = max(np.split(np.arange(len(told)), breaks + 1), key=len)
    arrived, told = arrived[longest], told[longest]
    late = arrived - np.polyval(np.polyfit(told, arrived, 1), told)
    return float(np.percentile(late, 99) - np.percentile(late, 1)) * 1000


if __name__ == "__main__":
    print(json.dumps({"jitter_ms": receive(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))}))
