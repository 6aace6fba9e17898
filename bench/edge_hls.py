"""HLS from the edge: playlists under a checked token, and segments, beside nginx serving the same files."""

from __future__ import annotations

import http.client
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figures import Figure, at_least, ratio_at_least
from bench.rig import (
    LOAD_CPU,
    SERVER_CPU,
    Rig,
    RigError,
    compiled,
    free_port,
    listening,
    rigged,
    run_to_json,
    tool,
    wait_for,
)
from bench.station import fill_feed, session_path, settings_in, start_edge, start_writer

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings

PLAYERS = 64
CONNECTIONS = 32
NGINX = """
daemon off; master_process off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log error;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 100000000; keepalive_timeout 60;
  open_file_cache max=1000 inactive=60s; open_file_cache_valid 60s;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  types {{ application/vnd.apple.mpegurl m3u8; video/mp2t ts; }}
  server {{ listen 127.0.0.1:{port}; root {folder}/static; }}
}}
"""


def playlist(quick: bool) -> list[Figure]:
    """Playlists fetched by players with a session each, while the ring moves on."""
    channels = 8
    with rigged(quick) as rig:
        settings = settings_in(rig.folder)
        fill_feed(settings, [(f"udp://127.0.0.1:{5000 + one}", None) for one in range(channels)], lines=PLAYERS)
        start_writer(rig, settings, channels)
        start_edge(rig, settings)
        paths = [session_path(settings, player % channels + 1, player) for player in range(PLAYERS)]
        body = _get(settings, paths[0])
        ours = _fetch(settings.listen.port, PLAYERS, paths, quick)
        static = rig.folder / "static"
        static.mkdir()
        (static / "index.m3u8").write_bytes(body)
        reference = _fetch(_nginx(rig), PLAYERS, ["/index.m3u8"], quick)
    return [
        Figure(
            name="edge.hls_playlist",
            value=ours["per_second"],
            unit=f"token-checked playlists of {len(body)} B per second on a core",
            reference="nginx static, no check",
            reference_value=reference["per_second"],
            goal=at_least(18_000),
        )
    ]


def segments(quick: bool) -> list[Figure]:
    """Segments of 1 MB under a checked token."""
    with rigged(quick) as rig:
        settings = settings_in(rig.folder)
        fill_feed(settings, [("udp://127.0.0.1:5000", None)])
        start_writer(rig, settings, 1, still=True)
        start_edge(rig, settings)
        path = session_path(settings, 1)
        names = [line for line in _get(settings, path).decode().splitlines() if line and not line.startswith("#")]
        base = path.rpartition("/")[0]
        paths = [f"{base}/{name}" for name in names]
        static = rig.folder / "static"
        static.mkdir()
        for number, one in enumerate(paths):
            (static / f"{number}.ts").write_bytes(_get(settings, one))
        port = _nginx(rig)
        copies = [f"/{number}.ts" for number in range(len(paths))]
        size = (static / "0.ts").stat().st_size
        # Turn by turn, for the machine's speed drifts from minute to minute.
        rounds = 1 if quick else 3
        ours, reference = 0.0, 0.0
        for _ in range(rounds):
            reference += _fetch(port, CONNECTIONS, copies, quick)["bps"] / rounds
            ours += _fetch(settings.listen.port, CONNECTIONS, paths, quick)["bps"] / rounds
    return [
        Figure(
            name="edge.hls_segments",
            value=ours / 1e9,
            unit=f"Gbit/s of {size / 1e6:.2f} MB segments on a core, {CONNECTIONS} connections",
            reference="nginx static",
            reference_value=reference / 1e9,
            goal=ratio_at_least(1),
        )
    ]


def _nginx(rig: Rig) -> int:
    port = free_port()
    configuration = rig.folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=rig.folder, port=port))
    command = [tool("nginx"), "-p", str(rig.folder), "-c", str(configuration)]
    rig.folder.chmod(0o755)
    nginx = rig.start("nginx", command, cpu=SERVER_CPU)

    def ready() -> bool:
        nginx.assert_alive()
        return listening(port)

    wait_for(ready, 10, "nginx")
    return port


def _get(settings: StationSettings, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", settings.listen.port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise RigError(f"The edge answered {answer.status} to {Path(path).name}.")
    return body


def _fetch(port: int, connections: int, paths: list[str], quick: bool) -> dict[str, float]:
    seconds = 2 if quick else 5
    command = [str(compiled("fetch")), str(port), str(connections), str(seconds), *paths]
    answer = run_to_json(command, cpu=LOAD_CPU, timeout=seconds + 20)
    print(f"  port {port}: {answer}", flush=True)
    if answer["errors"]:
        raise RigError(f"{answer['errors']} answers were no 200.")
    return answer
