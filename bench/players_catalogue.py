"""Answers to apps of a very large package, and the memory that the edge takes for it."""

from __future__ import annotations

import http.client
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import shelves
from bench.figures import Figure, at_least, at_most
from bench.rig import (
    LOAD_CPU,
    SERVER_CPU,
    RigError,
    compiled,
    cpu_seconds,
    listening,
    memory_bytes,
    rigged,
    run_to_json,
    wait_for,
)
from bench.station import EDGE_ENVIRONMENT, SECRET, fill_lines, settings_in
from rightcast.contract.station import HANDOVER_VARIABLE
from rightcast.state.feed import FileFeed

if TYPE_CHECKING:
    from bench.rig import Rig, Running
    from rightcast.contract.station import StationSettings

CONNECTIONS = 32
_API = f"/player_api.php?username=v00000&password={SECRET}&action="
_PLAYLIST = f"/get.php?username=v00000&password={SECRET}&type=m3u_plus&output=ts"
_PACKED = {"Accept-Encoding": "gzip"}


@dataclass(frozen=True, slots=True)
class _Answer:
    first_byte_s: float
    whole_s: float
    size: int
    tag: str


def catalogue(quick: bool) -> list[Figure]:
    """One edge, one package: each list for the first time and again, a playlist, and memory at the end."""
    channels, films, series = (5_000, 10_000, 1_000) if quick else (50_000, 100_000, 10_000)
    with rigged(quick) as rig:
        settings = settings_in(rig.folder)
        feed = FileFeed(settings.feed)
        feed.publish([*shelves.catalogue(channels), *fill_lines(settings, 1)])
        feed.close()
        edge = _start(rig, settings, films, series)
        port = settings.listen.port
        figures = [
            *_list(edge, port, "live", "get_live_streams", f"{channels:,} channels", quick),
            *_list(edge, port, "films", "get_vod_streams", f"{films:,} films", quick),
            *_list(edge, port, "series", "get_series", f"{series:,} series", quick),
            *_playlist(edge, port, channels),
        ]
        held = memory_bytes(edge.pid)
        edge.assert_alive()
    unit = f"MB (PSS) of an edge that has answered all of this for {channels:,} channels and {films + series:,} titles"
    return [*figures, Figure(name="players.catalogue_memory", value=held / 1e6, unit=unit, goal=at_most(400))]


def _start(rig: Rig, settings: StationSettings, films: int, series: int) -> Running:
    settings.ring_root.mkdir(parents=True, exist_ok=True, mode=0o700)
    environment = {HANDOVER_VARIABLE: settings.handover(), **EDGE_ENVIRONMENT}
    command = [sys.executable, "-m", "bench.shelves", str(films), str(series)]
    edge = rig.start("edge", command, cpu=SERVER_CPU, environment=environment)

    def ready() -> bool:
        edge.assert_alive()
        return listening(settings.listen.port)

    wait_for(ready, 60, "the edge to listen")
    _settled(edge, 60)
    return edge


def _settled(edge: Running, seconds: float) -> None:
    """Wait until the edge has read its feed and is at rest."""
    deadline = time.monotonic() + seconds
    while True:
        before = cpu_seconds(edge.pid)
        time.sleep(0.5)
        if cpu_seconds(edge.pid) - before < 0.1:
            return
        if time.monotonic() > deadline:
            raise RigError("The edge did not come to rest.")


def _list(edge: Running, port: int, name: str, action: str, what: str, quick: bool) -> list[Figure]:
    """The first call of a fresh edge; whole answers again; and answers to those who hold the tag."""
    path = _API + action
    first = _get(port, path, _PACKED)
    begun, count = cpu_seconds(edge.pid), 40
    for _ in range(count):
        _get(port, path, _PACKED)
    again_s = (cpu_seconds(edge.pid) - begun) / count
    held = _load(port, path, quick, f"If-None-Match: {first.tag}\r\n")
    print(f"  {action}: {first.size / 1e6:.2f} MB packed, first in {first.whole_s:.2f} s", flush=True)
    return [
        Figure(
            name=f"players.{name}_first", value=first.whole_s, unit=f"s, first {action} of {what}", goal=at_most(1.5)
        ),
        Figure(
            name=f"players.{name}_again",
            value=again_s * 1000,
            unit=f"ms of CPU per whole {action}, {first.size / 1e6:.2f} MB packed",
            goal=at_most(5),
        ),
        Figure(
            name=f"players.{name}_held",
            value=held,
            unit=f"requests/s on a core for {action} by apps that hold its tag",
            goal=at_least(5_000),
        ),
    ]


def _playlist(edge: Running, port: int, channels: int) -> list[Figure]:
    """A playlist read to its end, how much the edge grew meanwhile, and how soon its first byte came."""
    before = memory_bytes(edge.pid)
    plain = _get(port, _PLAYLIST, {})
    grown = max(0, memory_bytes(edge.pid) - before)
    first_byte_s = sorted(_get(port, _PLAYLIST, _PACKED).first_byte_s for _ in range(9))[4]
    print(f"  playlist: {plain.size / 1e6:.2f} MB in {plain.whole_s:.2f} s", flush=True)
    return [
        Figure(
            name="players.playlist_first_byte",
            value=max(first_byte_s, plain.first_byte_s) * 1000,
            unit=f"ms to the first byte of a playlist of {channels:,} channels, {plain.size / 1e6:.1f} MB",
            goal=at_most(50),
        ),
        Figure(
            name="players.playlist_memory",
            value=grown / 1e6,
            unit="MB that the edge grew by while it was sent",
            goal=at_most(8),
        ),
    ]


def _load(port: int, path: str, quick: bool, headers: str) -> float:
    seconds = 2 if quick else 5
    command = ["env", f"FETCH_HEADERS={headers}", "FETCH_STATUS=304"]
    command += [str(compiled("fetch")), str(port), str(CONNECTIONS), str(seconds), path]
    answer = run_to_json(command, cpu=LOAD_CPU, timeout=seconds + 20)
    if answer["errors"]:
        raise RigError(f"{answer['errors']} answers were no 304.")
    return answer["per_second"]


def _get(port: int, path: str, headers: dict[str, str]) -> _Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    begun = time.monotonic()
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    size = len(answer.read(1))
    first = time.monotonic()
    while piece := answer.read(1 << 16):
        size += len(piece)
    ended = time.monotonic()
    connection.close()
    if answer.status != 200:
        raise RigError(f"The edge answered {answer.status} to {path.partition('?')[0]}.")
    return _Answer(first - begun, ended - begun, size, answer.getheader("ETag") or "")
