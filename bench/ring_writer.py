"""A headend that costs nearly nothing: writes rings of plausible packets and announces them.

Speaks the ring contract on one socket, and the plain lines of the C reference on another, so that
edge and reference feed their viewers from the very same files. Run as a process of its own:
`python -m bench.ring_writer PLAN_AS_JSON`.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections import deque
from pathlib import Path

import msgspec

from rightcast.contract.ring import Announcement, Closed, Dropped, Opened, Part, Up, encode_batch

TICK_S = 0.1
PSI_BYTES = 376
PACKET = bytes([0x47, 0x01, 0x00, 0x10]) + bytes(184)
PSI = bytes([0x47, 0x40, 0x00, 0x10]) + bytes(184) + bytes([0x47, 0x50, 0x00, 0x10]) + bytes(184)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to write. `still`: fill the ring once, announce it, write nothing more."""

    ring: str
    socket: str
    parts_socket: str
    channels: int
    bps: int = 4_000_000
    part_s: float = 0.25
    segment_s: float = 2.0
    segments: int = 8
    still: bool = False


class ChannelWriter:
    """One channel's ring: the next part on demand, and all it holds for those who come later."""

    def __init__(self, plan: Plan, number: int) -> None:
        self._plan = plan
        self.number = number
        self.folder = Path(plan.ring) / str(number)
        self.folder.mkdir(parents=True)
        self._per_segment = round(plan.segment_s / plan.part_s)
        self._payload = PACKET * (int(plan.bps * plan.part_s / 8) // len(PACKET))
        self._slots = [self._slot(index) for index in range(plan.segments + 5)]
        self._written = 0
        self._at = 0
        self._held: deque[list[Announcement]] = deque()
        self.lines: deque[str] = deque(maxlen=self._per_segment)

    def up(self) -> Up:
        """The announcement that the ring exists."""
        return Up(channel=self.number, path=str(self.folder), codecs="avc1.640028,mp4a.40.2")

    def snapshot(self) -> list[Announcement]:
        """Everything held, the open segment included."""
        return [self.up(), *(message for segment in self._held for message in segment)]

    def write_part(self) -> tuple[list[Announcement], str]:
        """Write the next part; returns what to announce and the reference's line."""
        sequence, index = divmod(self._written, self._per_segment)
        slot = sequence % len(self._slots)
        news: list[Announcement] = []
        if index == 0:
            self._at = 0
            self._held.append([])
            news.append(
                Opened(
                    channel=self.number, sequence=sequence, epoch=1, slot=slot, psi_bytes=PSI_BYTES, wall=time.time()
                )
            )
        data = self._payload if index else PSI + self._payload
        os.pwrite(self._slots[slot], data, self._at)
        news.append(
            Part(
                channel=self.number, sequence=sequence, index=index, offset=self._at, size=len(data),
                duration=self._plan.part_s, joinable=index == 0,
            )
        )  # fmt: skip
        line = f"{self.number} {slot} {self._at} {len(data)} {int(index == 0)}\n"
        self.lines.append(line)
        self._at += len(data)
        self._written += 1
        if index == self._per_segment - 1:
            news.append(Closed(channel=self.number, sequence=sequence, size=self._at, duration=self._plan.segment_s))
        self._held[-1] += news
        if len(self._held) > self._plan.segments:
            self._held.popleft()
            news.append(Dropped(channel=self.number, sequence=sequence - self._plan.segments))
        return news, line

    def _slot(self, index: int) -> int:
        return os.open(self.folder / f"{index}.ts", os.O_RDWR | os.O_CREAT, 0o600)


class Broadcast:
    """The two sockets: contract lines to edges, plain lines to the reference."""

    def __init__(self, channels: list[ChannelWriter]) -> None:
        self._channels = channels
        self._edges: set[asyncio.StreamWriter] = set()
        self._references: set[asyncio.StreamWriter] = set()

    async def edge(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Replay, then follow; what the edge wants is read and ignored."""
        for channel in self._channels:
            writer.write(encode_batch(channel.snapshot()))
        await self._follow(self._edges, reader, writer)

    async def reference(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The parts since the newest joinable one, then follow."""
        for channel in self._channels:
            writer.write("".join(channel.lines).encode())
        await self._follow(self._references, reader, writer)

    def tell(self, news: list[Announcement], lines: list[str]) -> None:
        """Send one tick's news to all that listen."""
        for writer in self._edges:
            writer.write(encode_batch(news))
        for writer in self._references:
            writer.write("".join(lines).encode())

    @staticmethod
    async def _follow(
        group: set[asyncio.StreamWriter], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        group.add(writer)
        try:
            while await reader.read(65536):
                pass
        except ConnectionError:
            pass
        finally:
            group.discard(writer)
            writer.close()


async def write(plan: Plan) -> None:
    """Write for ever, every channel at its own phase of the segment."""
    channels = [ChannelWriter(plan, number) for number in range(1, plan.channels + 1)]
    lead = {
        channel.number: divmod(channel.number * plan.segment_s / plan.channels, plan.part_s) for channel in channels
    }
    for channel in channels:
        ahead = 0 if plan.still else int(lead[channel.number][0])
        for _ in range(round(plan.segment_s / plan.part_s) * (plan.segments - 1) + ahead):
            channel.write_part()
    broadcast = Broadcast(channels)
    await asyncio.start_unix_server(broadcast.edge, plan.socket)
    await asyncio.start_unix_server(broadcast.reference, plan.parts_socket)
    print("writing", flush=True)
    if plan.still:
        await asyncio.Event().wait()
    due = {channel.number: time.monotonic() + plan.part_s - lead[channel.number][1] for channel in channels}
    tick = time.monotonic()
    while True:
        now = time.monotonic()
        news: list[Announcement] = []
        lines: list[str] = []
        for channel in channels:
            while due[channel.number] <= now:
                due[channel.number] += plan.part_s
                more, line = channel.write_part()
                news += more
                lines.append(line)
        if news:
            broadcast.tell(news, lines)
        tick = max(tick + TICK_S, now)
        await asyncio.sleep(tick - time.monotonic())


if __name__ == "__main__":
    asyncio.run(write(msgspec.json.decode(sys.argv[1], type=Plan)))
