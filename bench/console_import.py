"""Importing a playlist of 50,000 entries, broken lines among them, by the command line."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from bench.figures import Figure, at_most
from bench.rig import SERVER_CPU, RigError, rigged

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = "import sys; sys.argv[0] = 'rightcast'; from rightcast.cli.main import main; main()"


def import_playlist(quick: bool) -> list[Figure]:
    """Seconds and peak memory of `rightcast import playlist` into a fresh station."""
    entries = 5_000 if quick else 50_000
    with rigged(quick) as rig:
        playlist = rig.folder / "playlist.m3u"
        write_playlist(playlist, entries)
        data = rig.folder / "data"
        command = ["taskset", "-c", str(SERVER_CPU), sys.executable, "-c", PROGRAM]
        begin = time.monotonic()
        with (rig.folder / "import.log").open("wb") as log:
            process = subprocess.Popen(
                [*command, "import", "playlist", str(playlist), "--data", str(data)],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - begin
        tail = (rig.folder / "import.log").read_text(errors="replace")[-300:]
        print(f"  {tail.strip().splitlines()[-1] if tail.strip() else 'no output'}", flush=True)
        if process.returncode:
            raise RigError(f"rightcast import ended with {process.returncode}: {tail}")
    peak = usage.ru_maxrss * 1024 / 1e6
    return [
        Figure(
            name="console.import_playlist",
            value=seconds,
            unit=f"s for {entries:,} entries into a fresh station, one core",
            goal=at_most(15),
        ),
        Figure(
            name="console.import_memory",
            value=peak,
            unit=f"MB peak resident memory, {entries:,} entries",
            goal=at_most(150),
        ),
    ]


def write_playlist(path: Path, entries: int) -> None:
    """A plausible extended M3U; every 500th entry is broken in one of four ways."""
    broken = ("gopher://example.com/1", "http://", "udp://239.0.0.1", "not an address")
    with path.open("w") as out:
        out.write("#EXTM3U\n")
        for number in range(entries):
            out.write(
                f'#EXTINF:-1 tvg-id="channel{number}.example" tvg-name="Channel {number}" '
                f'tvg-logo="http://example.com/logos/{number}.png" group-title="Group {number % 60}",Channel {number}\n'
            )
            bad = number % 500 == 499
            out.write(f"{broken[number // 500 % 4] if bad else f'http://example.com/live/{number}.ts'}\n")
