"""The past: a thousand viewers of different minutes on a core beside nginx, and how soon a play begins beside live."""

from __future__ import annotations

import http.client
import random
import socket
import sys
import time
from typing import TYPE_CHECKING

from bench.edge_hls import NGINX
from bench.figures import Figure, at_least, at_most
from bench.rig import SERVER_CPU, Rig, RigError, cpu_seconds, free_port, listening, percentile, rigged, tool, wait_for
from bench.station import EDGE_ENVIRONMENT, SECRET, fill_feed, settings_in, start_edge, start_writer
from bench.viewers import Sink
from rightcast.contract.station import HANDOVER_VARIABLE
from rightcast.domain.rights import Later
from rightcast.state.archive.reel import ReelReader, ReelWriter, channel_reel

if TYPE_CHECKING:
    from pathlib import Path

    from bench.rig import Running
    from rightcast.contract.station import StationSettings

BPS = 4_300_000
SEGMENT_S = 2.0
SEGMENT_BYTES = int(BPS * SEGMENT_S / 8) // 188 * 188
PACKET = b"\x47\x1f\xff\x10".ljust(188, b"\xff")
PSI_BYTES = 2 * 188
KEPT_S = 1200
AGO_S = 1500
"""What is kept began so long ago: all of it is past, and within the right, which began an hour ago."""
VIEWERS = 1_000
LONGEST_GAP_S = SEGMENT_S + 0.5
"""A segment of two seconds goes out at once, every two seconds: longer than that nobody may wait."""


def viewers(quick: bool) -> list[Figure]:
    """Endless plays from a thousand moments, read at the rate of watching."""
    count = 200 if quick else VIEWERS
    with rigged(quick) as rig:
        settings = _kept(rig, count)
        folder = channel_reel(settings.archive_root, 1)
        nginx = _crowd(rig, "nginx", _nginx(rig, folder), _ranges(folder, count))
        edge = _edge(rig, settings)
        ours = _crowd(rig, "edge", (edge, settings.listen.port), _plays(count))
    return [
        Figure(
            name="archive.viewers",
            value=ours[0],
            unit=f"of {count} viewers of different minutes served at 4.3 Mbit/s on a core (CPU {ours[1]:.0%})",
            reference=f"nginx sending the same files with limit_rate (CPU {nginx[1]:.0%})",
            reference_value=nginx[0],
            goal=at_least(count),
        )
    ]


def start(quick: bool) -> list[Figure]:
    """From the request for a minute of the past to its first byte, beside a start of the live picture."""
    count = 30 if quick else 200
    with rigged(quick) as rig:
        settings = _kept(rig, count)
        start_writer(rig, settings, 1)
        start_edge(rig, settings)
        time.sleep(2.5)  # the live ring has a part then
        paths = list(_plays(count))
        past = [_first_byte(settings.listen.port, path) for path in paths]
        live = [_first_byte(settings.listen.port, f"/live/v{one:05d}/{SECRET}/1.ts") for one in range(count)]
    return [
        Figure(
            name="archive.start",
            value=percentile(past, 95) * 1000,
            unit="ms from a request for a random minute to its first byte (p95)",
            reference="the live picture in the same run (p95)",
            reference_value=percentile(live, 95) * 1000,
            goal=at_most(50),
        )
    ]


def _kept(rig: Rig, lines: int) -> StationSettings:
    """A station with twenty minutes of channel 1 on its reel, each segment with other bytes."""
    settings = settings_in(rig.folder)
    fill_feed(settings, [("udp://127.0.0.1:5000", None)], lines=lines, later=Later(catchup_h=24))
    writer = ReelWriter(channel_reel(settings.archive_root, 1))
    begin = time.time() - AGO_S
    body = bytearray(PACKET * (SEGMENT_BYTES // 188))
    for index in range(int(KEPT_S / SEGMENT_S)):
        body[8:12] = index.to_bytes(4, "big")
        writer.append(bytes(body), start=begin + index * SEGMENT_S, duration=SEGMENT_S, new_epoch=not index,
                      psi=PSI_BYTES)  # fmt: skip
    writer.close()
    return settings


def _plays(count: int) -> list[str]:
    """A play from a moment of its own for each line, to the end of what is kept."""
    now = time.time()
    begin, last = now - AGO_S + 10, now - AGO_S + KEPT_S / 2
    stop = int(now - AGO_S + KEPT_S - 10)
    moments = random.Random(1).sample(range(int(begin), int(last)), k=min(count, int(last - begin)))
    return [f"/catchup/v{one:05d}/{SECRET}/1.ts?start={moments[one % len(moments)]}&end={stop}" for one in range(count)]


def _ranges(folder: Path, count: int) -> list[tuple[str, int]]:
    """Files of the reel and offsets in them; every file is as long as the sum of its segments."""
    reader = ReelReader(folder)
    files = [(reader.path(one.file).name, one.bytes) for one in reader.files()]
    reader.close()
    whole = files[:1] + files[1:-1]
    return [
        (f"/{whole[one % len(whole)][0]}", one * 7919 * 188 % max(188, whole[one % len(whole)][1] // 3))
        for one in range(count)
    ]


def _edge(rig: Rig, settings: StationSettings) -> Running:
    settings.ring_root.mkdir(parents=True, exist_ok=True, mode=0o700)
    environment = {HANDOVER_VARIABLE: settings.handover(), **EDGE_ENVIRONMENT}
    edge = rig.start("edge", [sys.executable, "-m", "bench.reel_edge"], cpu=SERVER_CPU, environment=environment)

    def ready() -> bool:
        edge.assert_alive()
        return listening(settings.listen.port)

    wait_for(ready, 20, "the edge to listen")
    return edge


def _nginx(rig: Rig, folder: Path) -> tuple[Running, int]:
    port = free_port()
    text = NGINX.format(folder=rig.folder, port=port)
    text = text.replace(f"root {rig.folder}/static;", f"root {folder}; limit_rate {BPS // 8}; limit_rate_after 2m;")
    configuration = rig.folder / "nginx-reel.conf"
    configuration.write_text(text)
    rig.folder.chmod(0o755)
    for path in (folder, *folder.parents[:3], *folder.glob("*.ts")):
        path.chmod(0o755)
    nginx = rig.start("nginx", [tool("nginx"), "-p", str(rig.folder), "-c", str(configuration)], cpu=SERVER_CPU)
    wait_for(lambda: listening(port), 10, "nginx")
    return nginx, port


def _crowd(
    rig: Rig, name: str, server: tuple[Running, int], asked: list[str] | list[tuple[str, int]]
) -> tuple[int, float]:
    """How many of these viewers were fed without a gap, and the server's share of its core meanwhile."""
    process, port = server
    sink = Sink(rig)
    batch: list[socket.socket] = []
    for one in asked:
        batch.append(_opened(port, one))
        if len(batch) == 20:
            sink.take(batch)
            batch = []
    if batch:
        sink.take(batch)
    sink.window(3.0)
    before, begin = cpu_seconds(process.pid), time.monotonic()
    seen = sink.window(4.0 if rig.quick else 8.0)
    cpu = (cpu_seconds(process.pid) - before) / (time.monotonic() - begin)
    process.assert_alive()
    sink.close()
    print(f"    {name}: {seen}, CPU {cpu:.0%}", flush=True)
    if seen["bps"] < 0.97 * BPS * seen["open"] or seen["gap_max"] > LONGEST_GAP_S:
        print(f"    {name} fell behind: {seen['bps'] / max(1, seen['open']) / 1e6:.2f} Mbit/s each", flush=True)
        return int(min(seen["bps"] / BPS, seen["open"] - seen["silent"])), cpu
    return seen["open"], cpu


def _opened(port: int, asked: str | tuple[str, int]) -> socket.socket:
    """A connection whose answer has begun."""
    path, offset = (asked, 0) if isinstance(asked, str) else asked
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    ranged = f"Range: bytes={offset}-\r\n" if offset else ""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\nUser-Agent: sink\r\n{ranged}\r\n".encode())
    head = b""
    while b"\r\n\r\n" not in head:
        got = connection.recv(4096)
        if not got:
            raise RigError("The server closed a connection instead of answering.")
        head += got
    if head[9:12] not in {b"200", b"206"}:
        raise RigError(f"The server answered {head[9:12].decode()} to {path.partition('?')[0]}.")
    connection.setblocking(False)
    return connection


def _first_byte(port: int, path: str) -> float:
    """Seconds from the connection to the first byte of the body."""
    begin = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    first = answer.read(1)
    took = time.monotonic() - begin
    connection.close()
    if answer.status != 200 or first != b"\x47":
        raise RigError(f"The edge answered {answer.status} to {path.partition('?')[0]}.")
    return took
