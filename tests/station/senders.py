"""Sends transport streams as a broadcaster would: over UDP, in a loop, paced by the clock inside them."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import imageio_ffmpeg

from rightcast.formats.mpegts.psi import Stream, build_pmt, parse_pmt
from rightcast.formats.mpegts.sections import SectionAssembler, packetise
from rightcast.formats.mpegts.units import parse_unit_start
from tests.dvb_subtitles import sender as bitmaps
from tests.station.transport import PACKET, pcr_of
from tests.teletext import sender as teletext

if TYPE_CHECKING:
    from collections.abc import Iterator

DATAGRAM = 7 * PACKET
_FFMPEG_PMT = 0x1000
_FFMPEG_VIDEO = 0x102
"""Behind two sounds: ffmpeg numbers streams in their order."""


def free_port() -> int:
    """A port on which nothing listens now, by UDP or TCP, and which the kernel gives to no outgoing connection."""
    while True:
        port = random.randrange(20_000, 32_000)
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connections,
        ):
            datagrams.bind(("127.0.0.1", port))
            connections.bind(("127.0.0.1", port))
            return port


def duration_s(stream: bytes) -> float:
    """How long the stream lasts by the clock of its first PID that carries one."""
    clocks: dict[int, list[float]] = {}
    for start in range(0, len(stream) - PACKET + 1, PACKET):
        packet = stream[start : start + PACKET]
        clock = pcr_of(packet)
        if clock is not None:
            clocks.setdefault((packet[1] & 0x1F) << 8 | packet[2], []).append(clock)
    longest = max(clocks.values(), key=len)
    span = longest[-1] - longest[0]
    return span * len(longest) / (len(longest) - 1)


class Sender:
    """Sends a stream in a loop to a UDP port of this machine until told to stop."""

    def __init__(self, stream: bytes, port: int) -> None:
        self._stream = stream
        self._target = ("127.0.0.1", port)
        self._bytes_per_s = len(stream) / duration_s(stream)
        self._stop = threading.Event()
        self.begun = time.monotonic()
        """When the stream was last begun from its start."""
        self.url = f"udp://127.0.0.1:{port}"
        self._thread = threading.Thread(target=self._send, daemon=True)
        self._thread.start()

    def _send(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            begun, sent, place = self.begun, 0, 0
            while not self._stop.wait(0.01):
                due = (time.monotonic() - begun) * self._bytes_per_s
                while sent < due:
                    datagram = self._stream[place : place + DATAGRAM]
                    out.sendto(datagram, self._target)
                    sent += len(datagram)
                    place += DATAGRAM
                    if place >= len(self._stream):
                        place, self.begun = 0, time.monotonic()

    def stop(self) -> None:
        """End the transmission."""
        self._stop.set()
        self._thread.join(5)


@contextmanager
def sending(stream: bytes, port: int | None = None) -> Iterator[Sender]:
    """A transmission that lasts as long as the block."""
    sender = Sender(stream, port or free_port())
    try:
        yield sender
    finally:
        sender.stop()


@contextmanager
def encoder(port: int, *, rate: int = 25, languages: tuple[str, ...] = ("",)) -> Iterator[subprocess.Popen[bytes]]:
    """A live encoder whose clock never jumps: a moving picture and tones over UDP, a key frame each second."""
    arguments = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-v", "error", "-re"]
    arguments += ["-f", "lavfi", "-i", f"testsrc2=size=320x180:rate={rate}"]
    for place, _ in enumerate(languages):
        arguments += ["-f", "lavfi", "-i", f"sine=frequency={440 + 110 * place}:sample_rate=48000"]
    for place, language in enumerate(languages):
        arguments += ["-map", f"{place + 1}:a", f"-metadata:s:a:{place}", f"language={language}"]
    arguments += [
        "-map",
        "0:v",
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-tune",
        "zerolatency",
        "-g",
        str(rate),
        "-b:v",
        "400k",
    ]
    arguments += ["-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "64k", "-flush_packets", "1"]
    arguments += ["-f", "mpegts", f"udp://127.0.0.1:{port}?pkt_size=1316"]
    process = subprocess.Popen(arguments)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def make_multiplex(folder: Path, seconds: int = 20) -> bytes:
    """A multiplex of two television services (one with two languages) and one radio service."""
    target = folder / "multiplex.ts"
    arguments = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-v", "error"]
    for size in ("320x180", "480x270"):
        arguments += ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25"]
    for tone in (300, 500, 700, 900):
        arguments += ["-f", "lavfi", "-i", f"sine=frequency={tone}:sample_rate=48000"]
    arguments += [item for number in range(6) for item in ("-map", str(number))]
    arguments += ["-t", str(seconds), "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-bf", "0"]
    arguments += ["-pix_fmt", "yuv420p", "-b:v", "600k", "-c:a", "mp2", "-b:a", "128k"]
    arguments += ["-metadata:s:a:0", "language=ita", "-metadata:s:a:1", "language=eng"]
    arguments += ["-program", "program_num=101:title=Uno:st=0:st=2:st=3"]
    arguments += ["-program", "program_num=102:title=Due:st=1:st=4", "-program", "program_num=103:title=Onda:st=5"]
    arguments += ["-f", "mpegts", "-muxrate", "3M", str(target)]
    subprocess.run(arguments, check=True, timeout=60)
    return target.read_bytes()


def shared_capture(name: str) -> bytes | None:
    """A broadcaster's own transport stream, where the machine has it; None elsewhere."""
    beside = Path(__file__).parents[3] / "shared" / "data"
    path = Path(os.environ.get("RIGHTCAST_TEST_DATA", beside)) / "ts" / name
    return path.read_bytes() if path.exists() else None


class Subtitler:
    """Takes a live encoder's stream in and sends it on with subtitles: every two seconds another "Ciao".

    As teletext, and as bitmaps for the hard of hearing.
    """

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self._target = ("127.0.0.1", target)
        self._teletext, self._bitmaps = teletext.Sender(), bitmaps.Sender()
        self._pmt = SectionAssembler()
        self._counter = 0
        self._shown = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._relay, daemon=True)
        self._thread.start()

    def _relay(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", self.port))
            taken.settimeout(0.2)
            while not self._stop.is_set():
                with contextlib.suppress(TimeoutError):
                    data = taken.recv(65_536)
                    out = b"".join(self._packet(data[at : at + PACKET]) for at in range(0, len(data), PACKET))
                    taken.sendto(out, self._target)

    def _packet(self, packet: bytes) -> bytes:
        pid = (packet[1] & 0x1F) << 8 | packet[2]
        if pid == _FFMPEG_PMT:
            return b"".join(self._mapped(section) for section in self._pmt.feed(packet))
        unit = parse_unit_start(packet) if packet[1] & 0x40 and pid == _FFMPEG_VIDEO else None
        if unit is None or unit.time is None or time.monotonic() < self._shown + 2:
            return packet
        self._shown = time.monotonic()
        words, shown_at = f"Ciao {int(self._shown)}", unit.time + 45_000
        text = self._teletext.send(shown_at, teletext.page({20: teletext.codes(words)}))
        return packet + text + self._bitmaps.send(shown_at, bitmaps.letters(words, x=220, y=480))

    def _mapped(self, section: bytes) -> bytes:
        found = parse_pmt(section)
        assert found is not None
        page = b"ita" + bytes((2 << 3 | 7, 0x77))
        images = b"ita\x20" + bitmaps.PAGE.to_bytes(2, "big") * 2
        subtitles = (Stream(teletext.PID, 6, ((0x56, page),)), Stream(bitmaps.PID, 6, ((0x59, images),)))
        streams = (*found.streams, *subtitles)
        self._counter += 1
        return packetise(build_pmt(replace(found, streams=streams)), _FFMPEG_PMT, self._counter & 15)

    def stop(self) -> None:
        """End the transmission."""
        self._stop.set()
        self._thread.join(5)


@contextmanager
def subtitled(port: int) -> Iterator[int]:
    """A port whose stream is sent on to `port` with subtitles."""
    relay = Subtitler(port)
    try:
        yield relay.port
    finally:
        relay.stop()
