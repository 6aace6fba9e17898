"""A headend for tests: writes slot files of real transport stream and announces them when told to."""

from __future__ import annotations

import asyncio
import functools
import os
import subprocess
import time
from collections import deque
from typing import TYPE_CHECKING

from rightcast.contract.ring import (
    SCTE35,
    Announcement,
    Closed,
    Down,
    Dropped,
    Marker,
    Opened,
    Part,
    Track,
    Up,
    Want,
    decode_wants,
    encode_batch,
)
from tests.formats.tracks import first_time, unit_offsets

if TYPE_CHECKING:
    from pathlib import Path

PSI_BYTES = 3 * 188
PARTS = 4
LOOP = 6 * 90_000
"""How long the source lasts, in ticks."""
TRACKS = [
    Track(pid=256, kind="video", codec="avc1.42c015", width=320, height=180, frame_rate=25.0),
    Track(pid=257, kind="audio", codec="mp4a.40.2", language="ita", channels=1, sample_rate=44100),
]


def make_segments(folder: Path, seconds: int = 6) -> list[bytes]:
    """Real transport stream in segments of one second, each beginning with its tables and a key frame."""
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y"]
    command += ["-f", "lavfi", "-i", f"testsrc2=s=320x180:r=25:d={seconds}"]
    command += ["-f", "lavfi", "-i", f"sine=440:d={seconds}"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-c:a", "aac", "-shortest"]
    command += ["-x264-params", "bframes=0:scenecut=0:keyint=25:min-keyint=25"]
    command += ["-f", "hls", "-hls_time", "1", "-hls_list_size", "0"]
    command += ["-hls_segment_filename", str(folder / "%03d.ts"), str(folder / "list.m3u8")]
    subprocess.run(command, check=True, timeout=60)
    return [path.read_bytes() for path in sorted(folder.glob("*.ts"))]


@functools.cache
def part_bounds(data: bytes) -> list[int]:
    """Where parts of equal lasting begin: where pictures do; and the end."""
    pictures = unit_offsets(data)
    return [0, *(pictures[len(pictures) * step // PARTS] for step in range(1, PARTS)), len(data)]


class FakeHeadend:
    """One channel's ring, moved on by hand; speaks the ring contract on a socket."""

    def __init__(self, root: Path, segments: list[bytes], *, channel: int = 1, keep: int = 6, shard: int = 0) -> None:
        self.socket = root / f"headend-{shard}.sock"
        self.folder = root / "ring" / str(channel)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.channel = channel
        self.tracks = TRACKS
        self.source = segments
        self.keep = keep
        self.sequence = 0
        self.wall = time.time()
        self.epoch = 0
        self.epoch_began = (0.0, 0)
        self.wants: dict[int, int] = {}
        self.connections = 0
        self._held: deque[list[Announcement]] = deque()
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None
        self._open: tuple[bytes, int] | None = None

    async def start(self) -> None:
        self.socket.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self.socket)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in self._writers:
                writer.transport.abort()
            await self._server.wait_closed()
            self._server = None
        self.socket.unlink(missing_ok=True)

    def restart_ring(self) -> None:
        """What a new headend process finds: closed segments stay, the open one is lost, a new epoch begins."""
        if self._open is not None:
            self._held.pop()
            self._open = None
        self.epoch += 1

    def data(self, sequence: int) -> bytes:
        return self.source[sequence % len(self.source)]

    def segment(self) -> None:
        """Write and announce one whole segment."""
        for _ in range(PARTS):
            self.part()

    def part(self) -> None:
        """Write and announce the next part; the last one of a segment closes it."""
        messages: list[Announcement] = []
        if self._open is None:
            self._open = (self.data(self.sequence), 0)
            slot = self.sequence % (self.keep + 3)
            time_90k = first_time(self._open[0]) + LOOP * (self.sequence // len(self.source))
            opened = Opened(
                channel=self.channel, sequence=self.sequence, epoch=self.epoch, slot=slot, psi_bytes=PSI_BYTES,
                wall=self.wall + self.sequence, time=time_90k,
                epoch_wall=self.epoch_began[0], epoch_time=self.epoch_began[1],
            )  # fmt: skip
            self._held.append([opened])
            messages.append(opened)
            descriptor = os.open(self.folder / f"{slot}.ts", os.O_WRONLY | os.O_CREAT, 0o600)
            os.close(descriptor)
        data, index = self._open
        bounds = part_bounds(data)
        opened = next(one for one in self._held[-1] if isinstance(one, Opened))
        descriptor = os.open(self.folder / f"{opened.slot}.ts", os.O_WRONLY)
        os.pwrite(descriptor, data[bounds[index] : bounds[index + 1]], bounds[index])
        os.close(descriptor)
        size = bounds[index + 1] - bounds[index]
        messages.append(
            Part(channel=self.channel, sequence=self.sequence, index=index, offset=bounds[index], size=size,
                 duration=1 / PARTS, joinable=index == 0)
        )  # fmt: skip
        self._held[-1].append(messages[-1])
        self._open = (data, index + 1)
        if index + 1 == PARTS:
            closed = Closed(channel=self.channel, sequence=self.sequence, size=bounds[-1], duration=1.0)
            self._held[-1].append(closed)
            messages.append(closed)
            self._open = None
            self.sequence += 1
            while len(self._held) > self.keep:
                gone = self._held.popleft()[0]
                messages.append(Dropped(channel=self.channel, sequence=gone.sequence))
        self.announce(messages)

    def mark(self, section: bytes, at: float) -> None:
        """Announce a cue that takes effect at a moment, in the newest segment."""
        opened = next(one for one in self._held[-1] if isinstance(one, Opened))
        ticks = opened.time + round((at - opened.wall) * 90_000)
        marker = Marker(channel=self.channel, sequence=opened.sequence, time=ticks, kind=SCTE35, body=section)
        self._held[-1].append(marker)
        self.announce([marker])

    def down(self) -> None:
        self._held.clear()
        self._open = None
        self.announce([Down(channel=self.channel)])

    def announce(self, messages: list[Announcement]) -> None:
        for writer in self._writers:
            writer.write(encode_batch(messages))

    def snapshot(self) -> list[Announcement]:
        held = [message for segment in self._held for message in segment]
        return [Up(channel=self.channel, path=str(self.folder), tracks=self.tracks), *held]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        self.connections += 1
        writer.write(encode_batch(self.snapshot()))
        try:
            while line := await reader.readline():
                for want in decode_wants(line):
                    self._want(want)
        except OSError:
            pass
        finally:
            self._writers.remove(writer)
            writer.transport.abort()

    def _want(self, want: Want) -> None:
        self.wants[want.channel] = want.viewers
