"""Signals for tests: real ones by ffmpeg, kept in one folder per run, and packets made by hand."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import imageio_ffmpeg

from rightcast.formats.mpegts.psi import Pat, Pmt, Stream, build_pat, build_pmt
from rightcast.formats.mpegts.sections import packetise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

VIDEO_PID, AUDIO_PID, PMT_PID = 0x100, 0x101, 0x1000
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


@functools.cache
def signal_folder() -> Path:
    """A folder that lasts as long as this test run."""
    folder = Path(tempfile.mkdtemp(prefix="rightcast-signals-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def signal(
    *,
    seconds: float = 8,
    video: tuple[str, ...] | None = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2"),
    audio: tuple[str, ...] | None = ("-c:a", "aac", "-b:a", "96k"),
    size: str = "320x180",
    rate: int = 25,
    gop: int = 50,
    muxer: tuple[str, ...] = (),
) -> Path:
    """A clean stream with closed GOPs of `gop` pictures, made once per set of arguments."""
    path = signal_folder() / f"{abs(hash((seconds, video, audio, size, rate, gop, muxer))):x}.ts"
    command = [FFMPEG, "-v", "error", "-y"]
    if video is not None:
        command += ["-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}"]
    if audio is not None:
        command += ["-f", "lavfi", "-i", "sine=440:r=48000"]
    command += ["-t", str(seconds), *(video or ()), *(audio or ())]
    if video is not None:
        command += ["-g", str(gop), "-keyint_min", str(gop), "-sc_threshold", "0", "-pix_fmt", "yuv420p"]
    subprocess.run([*command, *muxer, "-f", "mpegts", str(path)], check=True, timeout=60)
    return path


@functools.cache
def multiplex_signal(services: int = 3, seconds: float = 6) -> Path:
    """A multiplex of television services 1, 2, ... named "Service 1", each with two sounds."""
    path = signal_folder() / f"multiplex-{services}-{seconds}.ts"
    inputs: list[str] = []
    mapping: list[str] = []
    for number in range(services):
        inputs += ["-f", "lavfi", "-i", f"testsrc2=s=160x90:r=25,hue=h={number * 60}"]
        inputs += ["-f", "lavfi", "-i", f"sine={300 + 100 * number}:r=48000"]
        mapping += ["-map", f"{2 * number}:v", "-map", f"{2 * number + 1}:a", "-map", f"{2 * number + 1}:a"]
    for number in range(services):
        streams = ":".join(f"st={3 * number + part}" for part in range(3))
        mapping += ["-program", f"title=Service {number + 1}:program_num={number + 1}:{streams}"]
    codecs = ["-c:v", "mpeg2video", "-g", "25", "-b:v", "300k", "-c:a", "mp2", "-b:a", "64k"]
    command = [FFMPEG, "-v", "error", "-y", *inputs, *mapping, *codecs, "-t", str(seconds), "-f", "mpegts", str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path


def complaints(path: Path) -> str:
    """What ffmpeg says while it decodes everything; empty for a clean stream."""
    command = [FFMPEG, "-v", "error", "-i", str(path), "-map", "0", "-f", "null", "-c:d", "copy", "-"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stderr


def captures() -> Path | None:
    """The folder of real captures, where there is one."""
    beside = Path(__file__).parents[3] / "shared" / "data"
    folder = Path(os.environ.get("RIGHTCAST_TEST_DATA", beside)) / "ts"
    return folder if folder.is_dir() else None


def packets_of(data: bytes) -> list[bytes]:
    """The packets of an aligned stream."""
    return [data[start : start + 188] for start in range(0, len(data), 188)]


def pid_of(packet: bytes) -> int:
    """The PID of a packet."""
    return (packet[1] & 0x1F) << 8 | packet[2]


def edited(data: bytes, change: Callable[[int, bytearray], bytes | bytearray | None]) -> bytes:
    """The stream with each packet given to `change(index, packet)`; None drops it."""
    results = (change(index, bytearray(packet)) for index, packet in enumerate(packets_of(data)))
    return b"".join(packet for packet in results if packet is not None)


def packet(
    pid: int,
    counter: int,
    payload: bytes = b"",
    *,
    start: bool = False,
    random_access: bool = False,
    discontinuity: bool = False,
    pcr: int | None = None,
    scrambled: bool = False,
) -> bytes:
    """One packet; payload is stuffed to full length, none makes a packet of adaptation field only."""
    flags = 0x80 * discontinuity | 0x40 * random_access | 0x10 * (pcr is not None)
    field = bytes((flags,)) + (b"" if pcr is None else ((pcr & 0x1FFFFFFFF) << 15 | 0x7E00).to_bytes(6, "big"))
    needs_field = bool(flags) or len(payload) < 184
    room = 184 - len(payload)
    if needs_field:
        field = b"" if room == 1 else field.ljust(room - 1, b"\xff")
        assert len(field) == room - 1
        field = bytes((len(field),)) + field
    else:
        field = b""
    control = 0x20 * bool(field) | 0x10 * bool(payload) | 0x80 * scrambled | counter & 15
    return bytes((0x47, 0x40 * start | pid >> 8, pid & 0xFF, control)) + field + payload


def timestamp(prefix: int, value: int) -> bytes:
    """A PTS or DTS field."""
    value &= (1 << 33) - 1
    return bytes(
        (
            prefix << 4 | (value >> 29 & 0xE) | 1,
            value >> 22 & 0xFF,
            (value >> 14 & 0xFE) | 1,
            value >> 7 & 0xFF,
            (value << 1 & 0xFE) | 1,
        )
    )


def pes(stream_id: int, pts: int, data: bytes, *, dts: int | None = None) -> bytes:
    """A PES packet of unbounded length."""
    times = timestamp(2, pts) if dts is None else timestamp(3, pts) + timestamp(1, dts)
    flags = 0x80 if dts is None else 0xC0
    return b"\0\0\1" + bytes((stream_id, 0, 0, 0x80, flags, len(times))) + times + data


def tables(
    *,
    service_id: int = 1,
    video: int | None = VIDEO_PID,
    audio: int | None = AUDIO_PID,
    pmt_pid: int = PMT_PID,
    version: int = 0,
    counter: int = 0,
    video_type: int = 0x1B,
) -> bytes:
    """PAT and PMT packets of a small service."""
    streams = ([Stream(video, video_type)] if video is not None else []) + (
        [Stream(audio, 0x0F)] if audio is not None else []
    )
    clock = video if video is not None else audio if audio is not None else 0x1FFF
    pmt = Pmt(service_id, version, clock, tuple(streams))
    pat = Pat(1, version, ((service_id, pmt_pid),))
    return packetise(build_pat(pat), 0, counter) + packetise(build_pmt(pmt), pmt_pid, counter)


class Pictures:
    """A hand-made service: tables before each key picture, one picture of a few packets every 40 ms."""

    def __init__(self, *, gop: int = 50, flags: bool = True, start: int = 900_000, video: int = VIDEO_PID) -> None:
        self.gop, self.flags, self.time, self.video = gop, flags, start, video
        self.counters: dict[int, int] = {}
        self.number = 0

    def take(self, count: int, *, version: int = 0, audio: int | None = AUDIO_PID) -> bytes:
        """The packets of the next pictures."""
        return b"".join(self._picture(version, audio) for _ in range(count))

    def _picture(self, version: int, audio: int | None) -> bytes:
        key = self.number % self.gop == 0
        out = []
        if key:
            out.append(tables(version=version, counter=self._count(0), video=self.video, audio=audio))
        nal = b"\0\0\1\x09\xf0\0\0\1" + (b"\x65" if key else b"\x41\x9a") + bytes((self.number & 0x7F,)) * 20
        unit = pes(0xE0, self.time, nal)
        flag = key and self.flags
        out.append(packet(self.video, self._count(self.video), unit, start=True, random_access=flag, pcr=self.time))
        out += [packet(self.video, self._count(self.video), b"\xaa" * 184) for _ in range(3)]
        if audio is not None:
            out.append(packet(audio, self._count(audio), pes(0xC0, self.time, b"\xff\xf1\x4c\x80" * 8), start=True))
        self.number += 1
        self.time += 3600
        return b"".join(out)

    def _count(self, pid: int) -> int:
        counter = self.counters.get(pid, 0)
        self.counters[pid] = (counter + 1) & 15
        return counter


def blocks(data: bytes, size: int = 188 * 70) -> Iterable[bytes]:
    """The stream in blocks as a tick would bring them."""
    return (data[start : start + size] for start in range(0, len(data), size))
