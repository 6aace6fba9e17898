"""A headend for tests: writes slot files of real transport stream and announces them when told to."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections import deque
from typing import TYPE_CHECKING

from rightcast.contract.ring import (
    Announcement,
    Closed,
    Down,
    Dropped,
    Opened,
    Part,
    Up,
    Want,
    decode_wants,
    encode_batch,
)

if TYPE_CHECKING:
    from pathlib import Path

PSI_BYTES = 3 * 188
PARTS = 4


def make_segments(folder: Path, seconds: int = 6) -> list[bytes]:
    """Real transport stream in segments of one second, each beginning with its tables and a key frame."""
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y"]
    command += ["-f", "lavfi", "-i", f"testsrc2=s=320x180:r=25:d={seconds}"]
    command += ["-f", "lavfi", "-i", f"sine=440:d={seconds}"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-c:a", "aac", "-shortest"]
    command += ["-f", "hls", "-hls_time", "1", "-hls_list_size", "0"]
    command += ["-hls_segment_filename", str(folder / "%03d.ts"), str(folder / "list.m3u8")]
    subprocess.run(command, check=True, timeout=60)
    return [path.read_bytes() for path in sorted(folder.glob("*.ts"))]


class FakeHeadend:
    """One channel's ring, moved on by hand; speaks the ring contract on a socket."""

    def __init__(self, root: Path, segments: list[bytes], *, channel: int = 1, keep: int = 6, shard: int = 0) -> None:
        self.socket = root / f"headend-{shard}.sock"
        self.folder = root / "ring" / str(channel)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.channel = channel
        self.source = segments
        self.keep = keep
        self.sequence = 0
        self.epoch = 0
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
            opened = Opened(
                channel=self.channel, sequence=self.sequence, epoch=self.epoch, slot=slot, psi_bytes=PSI_BYTES,
                wall=time.time(),
            )  # fmt: skip
            self._held.append([opened])
            messages.append(opened)
            descriptor = os.open(self.folder / f"{slot}.ts", os.O_WRONLY | os.O_CREAT, 0o600)
            os.close(descriptor)
        data, index = self._open
        packets = len(data) // 188
        bounds = [188 * (packets * step // PARTS) for step in range(PARTS + 1)]
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

    def down(self) -> None:
        self._held.clear()
        self._open = None
        self.announce([Down(channel=self.channel)])

    def announce(self, messages: list[Announcement]) -> None:
        for writer in self._writers:
            writer.write(encode_batch(messages))

    def snapshot(self) -> list[Announcement]:
        held = [message for segment in self._held for message in segment]
        return [Up(channel=self.channel, path=str(self.folder)), *held]

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
