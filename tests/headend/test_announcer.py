"""Edges hear everything once and in order; what they want is known while they are there."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

from rightcast.contract.ring import Announcement, Down, Up, Want, decode_announcements, encode_batch
from rightcast.headend.announcer import MAX_UNREAD_BYTES, Announcer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Headend:
    """An announcer and what it was told."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "headend.sock"
        self.held: list[Announcement] = [Up(channel=1, path="/ring/1")]
        self.wants: list[tuple[int, list[Want]]] = []
        self.announcer = Announcer(
            self.path,
            snapshot=lambda: [*self.held],
            wants=lambda edge, wants: self.wants.append((edge, wants)),
        )

    def announce(self, message: Announcement) -> None:
        self.held.append(message)
        self.announcer.announce(message)


async def heard(reader: asyncio.StreamReader) -> list[Announcement]:
    return decode_announcements(await asyncio.wait_for(reader.readline(), timeout=5))


async def until(condition: Callable[[], bool], *, seconds: float = 5) -> None:
    """Wait for a condition, or fail."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def test_an_edge_hears_the_snapshot_then_what_follows_once(tmp_path: Path) -> None:
    headend = Headend(tmp_path)
    await headend.announcer.start()
    headend.announce(Up(channel=2, path="/ring/2"))
    reader, writer = await asyncio.open_unix_connection(headend.path)
    assert await heard(reader) == [Up(channel=1, path="/ring/1"), Up(channel=2, path="/ring/2")]
    headend.announce(Down(channel=1))
    headend.announce(Down(channel=2))
    headend.announcer.flush()
    assert await heard(reader) == [Down(channel=1), Down(channel=2)]
    writer.close()
    await headend.announcer.close()
    assert not headend.path.exists()


async def test_wants_go_with_their_connection(tmp_path: Path) -> None:
    headend = Headend(tmp_path)
    await headend.announcer.start()
    reader, writer = await asyncio.open_unix_connection(headend.path)
    await heard(reader)
    writer.write(encode_batch([Want(channel=1, viewers=3), Want(channel=2, viewers=1)]))
    writer.write(encode_batch([Want(channel=2, viewers=0)]))
    await until(lambda: len(headend.wants) == 2)
    writer.close()
    await until(lambda: len(headend.wants) == 3)
    edges = {edge for edge, _ in headend.wants}
    assert len(edges) == 1
    assert headend.wants[-1][1] == [Want(channel=1, viewers=0)]
    await headend.announcer.close()


async def test_two_edges_have_keys_of_their_own(tmp_path: Path) -> None:
    headend = Headend(tmp_path)
    await headend.announcer.start()
    writers = [(await asyncio.open_unix_connection(headend.path))[1] for _ in range(2)]
    for writer in writers:
        writer.write(encode_batch([Want(channel=1, viewers=1)]))
    await until(lambda: len(headend.wants) == 2)
    assert headend.wants[0][0] != headend.wants[1][0]
    for writer in writers:
        writer.close()
    await headend.announcer.close()


async def test_an_edge_that_talks_nonsense_is_cut_off_and_others_stay(tmp_path: Path) -> None:
    headend = Headend(tmp_path)
    await headend.announcer.start()
    good, good_writer = await asyncio.open_unix_connection(headend.path)
    await heard(good)
    for nonsense in (b"nonsense\n", b'{"type":"want"}\n', b"x" * (3 << 20)):
        bad, bad_writer = await asyncio.open_unix_connection(headend.path)
        await heard(bad)
        bad_writer.write(nonsense)
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(bad.read(), timeout=5) == b""
        bad_writer.close()
    headend.announce(Down(channel=1))
    headend.announcer.flush()
    assert await heard(good) == [Down(channel=1)]
    good_writer.close()
    await headend.announcer.close()


async def test_an_edge_that_does_not_read_is_cut_off(tmp_path: Path) -> None:
    headend = Headend(tmp_path)
    await headend.announcer.start()
    lazy = socket.socket(socket.AF_UNIX)
    lazy.setblocking(False)
    await asyncio.get_running_loop().sock_connect(lazy, str(headend.path))
    lazy.send(encode_batch([Want(channel=1, viewers=1)]))
    await until(lambda: bool(headend.wants))
    for _ in range(3 * MAX_UNREAD_BYTES // 1_000_000):
        headend.announcer.announce(Up(channel=1, path="x" * 1_000_000))
        headend.announcer.flush()
    await until(lambda: len(headend.wants) == 2)
    assert headend.wants[-1][1] == [Want(channel=1, viewers=0)]
    lazy.close()
    await headend.announcer.close()


async def test_a_socket_left_behind_is_replaced(tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / "headend.sock"))
    left.close()
    headend = Headend(tmp_path)
    await headend.announcer.start()
    reader, writer = await asyncio.open_unix_connection(headend.path)
    assert await heard(reader) == headend.held
    writer.close()
    await headend.announcer.close()
