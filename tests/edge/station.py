"""The edge under test with its neighbours, and small clients that speak to it over real sockets."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from rightcast.contract.catalogue import Change, Kind
from rightcast.domain.credentials import digest_secret
from rightcast.domain.lineup import Channel, ChannelKind, Line, LineStatus, Lineup, LineupEntry, Package, Station
from rightcast.domain.rights import CarriageRight, Instrument, RightStatus
from rightcast.edge.main import Edge
from rightcast.state.feed import FileFeed
from rightcast.state.keys import derived_key, station_key

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from rightcast.contract.station import StationSettings
    from tests.edge.fake_headend import FakeHeadend

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


async def eventually(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait until something holds, or fail."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        await asyncio.sleep(0.005)


class TestStation:
    """One edge, its feed and its headend."""

    __test__ = False

    def __init__(self, settings: StationSettings, headend: FakeHeadend, **rooms: Any) -> None:
        self.settings = settings
        self.headend = headend
        self.feed = FileFeed(settings.feed)
        self.key = derived_key(station_key(settings.keys), "secrets")
        self.line = self.make_line("anna", "sesame", 1)
        self.right = CarriageRight(
            id=5, reference="R-5", licensor="us", instrument=Instrument.OWN_PRODUCTION, status=RightStatus.ACTIVE,
            channel_ids=(1, 2), territories=("IT",), starts=LONG_AGO,
        )  # fmt: skip
        self.publish_world()
        self.edge = Edge(settings, 0, **rooms)
        self._ending = asyncio.Event()
        self._work: asyncio.Task[None] | None = None

    def make_line(self, name: str, secret: str, key: int, **changes: Any) -> Line:
        line = Line(
            id=key, name=name, secret_digest=digest_secret(self.key, name, secret), status=LineStatus.ACTIVE,
            package_ids=(3,), territory="IT", created=LONG_AGO, max_sessions=1,
        )  # fmt: skip
        return replace(line, **changes)

    def publish_world(self) -> None:
        channels = [
            Channel(id=1, number=10, name="Uno", kind=ChannelKind.TV, sources=(), added=LONG_AGO, guide_id="uno.it"),
            Channel(id=2, number=11, name='5 Due, "due"', kind=ChannelKind.RADIO, sources=(), added=LONG_AGO),
            Channel(id=9, number=12, name="Unsold", kind=ChannelKind.TV, sources=(), added=LONG_AGO),
        ]
        entries = (LineupEntry(channel_id=1, number=1, category_id=7, category_name="News"),
                   LineupEntry(channel_id=2, number=2, category_id=8, category_name="Radio"))  # fmt: skip
        self.publish(Kind.STATION, 0, Station())
        for channel in channels:
            self.publish(Kind.CHANNEL, channel.id, channel)
        self.publish(Kind.LINEUP, 2, Lineup(id=2, name="All", entries=entries))
        self.publish(Kind.PACKAGE, 3, Package(id=3, name="Basic", lineup_ids=(2,)))
        self.publish(Kind.RIGHT, 5, self.right)
        self.publish(Kind.LINE, 1, self.line)

    def publish(self, kind: Kind, key: int, record: Any) -> int:
        return self.feed.publish([Change(kind, key, record)])

    async def start(self) -> None:
        await self.edge.start()
        self._work = asyncio.create_task(self.edge.work(self._ending))
        await eventually(lambda: self.headend.connections > 0)

    async def stop(self) -> None:
        self._ending.set()
        if self._work is not None:
            await asyncio.wait_for(self._work, 5)
        await asyncio.wait_for(self.edge.close(), 5)
        self.feed.close()

    async def restart_edge(self) -> None:
        """The edge dies and comes back with the same replica."""
        self._ending.set()
        assert self._work is not None
        await self._work
        await self.edge.close()
        self._ending = asyncio.Event()
        self.edge = Edge(self.settings, 0)
        before = self.headend.connections
        await self.edge.start()
        self._work = asyncio.create_task(self.edge.work(self._ending))
        await eventually(lambda: self.headend.connections > before)

    async def on_air(self, segments: int = 2) -> None:
        """Let some segments pass and wait until the edge knows them."""
        for _ in range(segments):
            self.headend.segment()
        last = self.headend.sequence - 1
        await eventually(lambda: last in self.edge.rings.get(1).segments)
        await eventually(lambda: self.edge.rings.get(1).segments[last].closed)

    async def connect(self, *, tls: ssl.SSLContext | None = None) -> Client:
        port = self.edge.tls_port if tls else self.edge.port
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
        return Client(reader, writer)

    async def get(
        self, path: str, *, method: str = "GET", headers: dict[str, str] | None = None, body: bytes = b""
    ) -> Reply:
        client = await self.connect()
        try:
            return await client.ask(path, method=method, headers=headers, body=body)
        finally:
            client.close()


class Client:
    """One connection to the edge."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def ask(
        self, path: str, *, method: str = "GET", headers: dict[str, str] | None = None, body: bytes = b""
    ) -> Reply:
        self.send(path, method=method, headers=headers, body=body)
        return await self.reply(method)

    def send(self, path: str, *, method: str = "GET", headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        lines = {"Host": "tv.test:8080", "User-Agent": "tester", **(headers or {})}
        if body:
            lines["Content-Length"] = str(len(body))
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)

    async def reply(self, method: str = "GET") -> Reply:
        status, headers = await self.head()
        if method == "HEAD" or status in {204, 304}:
            return Reply(status, headers, b"")
        if "content-length" in headers:
            return Reply(status, headers, await self._read(int(headers["content-length"])))
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(await asyncio.wait_for(self.reader.readline(), 5), 16):
                body += await self._read(size)
                await self._read(2)
            await self._read(2)
            return Reply(status, headers, body)
        return Reply(status, headers, await asyncio.wait_for(self.reader.read(), 5))

    async def head(self) -> tuple[int, dict[str, str]]:
        block = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 20)).decode("latin-1")
        first, *lines = block.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        return int(first.split()[1]), headers

    async def stream(self, path: str = "/live/anna/sesame/1.ts", **headers: str) -> int:
        """Open an endless stream; returns the status."""
        self.send(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        return (await self.head())[0]

    async def read(self, size: int) -> bytes:
        return await self._read(size)

    async def ended(self, seconds: float = 3.0) -> bool:
        """Whether the other side ends the connection within this time, whatever still comes before."""
        try:
            async with asyncio.timeout(seconds):
                while await self.reader.read(1 << 16):
                    pass
        except ConnectionError:
            return True
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        self.writer.transport.abort()

    async def _read(self, size: int) -> bytes:
        return await asyncio.wait_for(self.reader.readexactly(size), 5)


def ago(**parts: float) -> datetime:
    return datetime.now(UTC) - timedelta(**parts)
