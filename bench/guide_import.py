"""Importing a guide of 100 MB into a station on air: seconds, memory, the same file again, what a viewer notices."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.figures import Figure, at_most
from bench.rig import Rig, RigError, memory_bytes, rigged, wait_for
from bench.station import SECRET, fill_feed, settings_in, start_edge, start_room, start_writer
from rightcast.contract.catalogue import Kind
from rightcast.contract.station import HANDOVER_VARIABLE
from rightcast.state.feed import FileFeed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rightcast.contract.station import StationSettings

PROGRAM = "import sys; sys.argv[0] = 'rightcast'; from rightcast.cli.main import main; main()"
EXPAT = """
import sys, time
from xml.parsers import expat
parser, began = expat.ParserCreate(), time.monotonic()
with open(sys.argv[1], "rb") as file:
    while block := file.read(1 << 18):
        parser.Parse(block, False)
parser.Parse(b"", True)
print(time.monotonic() - began)
"""
SAMPLE_S = 0.1
PART_S = 0.25
"""A viewer gets a part so often; only what is beyond that is a stall."""
DAYS, SHOWS_A_DAY = 7, 40
_DAY_S = 86_400


def import_xmltv(quick: bool) -> list[Figure]:
    """A week of 500 channels (50 when quick), every channel of the station with its guide."""
    channels = 50 if quick else 500
    with rigged(quick) as rig:
        settings = settings_in(rig.folder)
        guide = rig.folder / "guide.xml"
        size = write_guide(guide, channels)
        _prepare(rig, settings, guide, channels)
        start_writer(rig, settings, 1)
        edge = start_edge(rig, settings)
        start_room(rig, settings, "jobs")
        plain = float(_run([sys.executable, "-c", EXPAT, str(guide)]).stdout)
        with _viewer(settings) as seen:
            seconds, peak = _import(settings)
            _published(settings, channels)
            os.utime(guide)  # so that the bytes must be read again
            again, _ = _import(settings)
        edge.assert_alive()
    stall = max(seen.longest_s - PART_S, 0.0)
    what = f"{size / 1e6:.0f} MB, {channels} channels, {DAYS} days"
    print(f"  {what}: {seconds:.2f} s, {peak:.0f} MB, again {again:.2f} s, stall {1000 * stall:.0f} ms", flush=True)
    return [
        Figure(
            name="guide.import",
            value=seconds,
            unit=f"s for {what}, beside a station on air",
            reference="expat alone over the same file",
            reference_value=plain,
            goal=at_most(12),
        ),
        Figure(
            name="guide.import_memory",
            value=peak,
            unit=f"MB peak memory with the processes that read pieces, {what}",
            goal=at_most(150),
        ),
        Figure(name="guide.import_unchanged", value=again, unit="s for the same file again", goal=at_most(3)),
        Figure(
            name="guide.import_stall",
            value=1000 * stall,
            unit="ms, the longest that a viewer of endless TS waited beyond a part",
            goal=at_most(250),
        ),
    ]


def write_guide(path: Path, channels: int) -> int:
    """A plausible guide of about 0.2 MB a channel, from today on; returns its bytes."""
    chance = random.Random(7)
    words = ["".join(chance.choices("aeioulnrstmdc", k=chance.randint(3, 10))) for _ in range(3000)]
    today, step = int(time.time()) // _DAY_S * _DAY_S, _DAY_S // SHOWS_A_DAY

    def said(count: int) -> str:
        return " ".join(chance.choices(words, k=count))

    with path.open("w", encoding="utf-8") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tv SYSTEM "xmltv.dtd">\n<tv>\n')
        for number in range(channels):
            out.write(f'  <channel id="c{number}.test"><display-name>Channel {number}</display-name></channel>\n')
        for number in range(channels):
            for place in range(DAYS * SHOWS_A_DAY):
                start, stop = (
                    time.strftime("%Y%m%d%H%M%S +0000", time.gmtime(today + one * step)) for one in (place, place + 1)
                )
                out.write(
                    f'  <programme start="{start}" stop="{stop}" channel="c{number}.test">\n'
                    f'    <title lang="en">{said(3)}</title>\n    <sub-title lang="en">{said(4)}</sub-title>\n'
                    f'    <desc lang="en">{said(26)}</desc>\n'
                    f'    <credits><director>{said(2)}</director><actor role="{said(1)}">{said(2)}</actor></credits>\n'
                    f'    <date>2024</date>\n    <category lang="en">{said(1)}</category>\n'
                    f'    <icon src="https://images.example.test/{number}/{place}.jpg"/>\n'
                    f'    <episode-num system="xmltv_ns">1.{place}.</episode-num>\n'
                    f'    <rating system="FSK"><value>12</value></rating>\n  </programme>\n'
                )
        out.write("</tv>\n")
    return path.stat().st_size


class Seen:
    """The longest time without a byte."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self.bytes = 0


@contextmanager
def _viewer(settings: StationSettings) -> Iterator[Seen]:
    """Watches channel 1 as endless TS meanwhile."""
    seen, stop = Seen(), threading.Event()
    connection = socket.create_connection((settings.listen.host, settings.listen.port), 10)
    connection.sendall(f"GET /live/v00000/{SECRET}/1.ts HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
    connection.settimeout(5)

    def watch() -> None:
        last = time.monotonic()
        while not stop.is_set():
            got = len(connection.recv(1 << 20))
            now = time.monotonic()
            if not got:
                seen.longest_s = float("inf")
                return
            seen.bytes += got
            seen.longest_s = max(seen.longest_s, now - last)
            last = now

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        wait_for(lambda: seen.bytes > 1_000_000, 20, "the viewer's picture")
        seen.longest_s = 0.0
        yield seen
    finally:
        stop.set()
        thread.join(10)
        connection.close()
    if seen.longest_s == float("inf"):
        raise RigError("The viewer was cut off.")


def _prepare(rig: Rig, settings: StationSettings, guide: Path, channels: int) -> None:
    """A station whose channels have the guide's ids, one of which is on air, and a source of that guide."""
    playlist = rig.folder / "playlist.m3u"
    rows = [f'#EXTINF:-1 tvg-id="c{one}.test",Channel {one}\nhttp://127.0.0.1/{one}.ts\n' for one in range(channels)]
    playlist.write_text("#EXTM3U\n" + "".join(rows))
    for arguments in (["import", "playlist", str(playlist)], ["guide", "add", str(guide), "--later", "--every", "0"]):
        _run([sys.executable, "-c", PROGRAM, *arguments, "--data", str(settings.data)])
    fill_feed(settings, [("udp://127.0.0.1:5000", None)])


def _import(settings: StationSettings) -> tuple[float, float]:
    """Seconds and peak megabytes of the process that the jobs start for a refresh, with those that it starts itself.

    Its own peak is what the kernel counted; beside those that read pieces it is the sum of their proportional shares,
    ten times a second.
    """
    command = [sys.executable, "-m", "rightcast.panel.guide.child", "1"]
    began, peak = time.monotonic(), 0.0
    process = subprocess.Popen(command, env={**os.environ, HANDOVER_VARIABLE: settings.handover()})
    while True:
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        peak = max(peak, memory_bytes(process.pid) / 1e6)
        time.sleep(SAMPLE_S)
    seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RigError(f"The import ended with {process.returncode}.")
    return seconds, max(peak, usage.ru_maxrss * 1024 / 1e6)


def _published(settings: StationSettings, channels: int) -> None:
    """Wait until the jobs have sent every day to the edges."""
    feed = FileFeed(settings.feed)

    def there() -> bool:
        found, after = 0, 0
        while batch := feed.read(after):
            found += sum(one.kind is Kind.GUIDE for one in batch)
            after = batch[-1].number
        return found >= channels * DAYS

    wait_for(there, 120, "the days in the feed")
    feed.close()


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise RigError(f"{command[3:6]} ended with {done.returncode}: {done.stderr[-300:]}")
    return done
