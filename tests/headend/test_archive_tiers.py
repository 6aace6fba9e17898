"""Older files move to the second disk and into a store, are read back from there, and are really deleted there."""

from __future__ import annotations

import os
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from rightcast.domain.errors import InvalidInputError, StoreError
from rightcast.domain.retention import GRACE_S
from rightcast.headend.archive import channels as room
from rightcast.headend.archive.channels import ChannelKeeper
from rightcast.headend.archive.room import Room
from rightcast.headend.archive.tiers import FETCHED_S, Tiers
from rightcast.state.archive.places import Place
from rightcast.state.archive.reel import ReelReader, channel_reel
from rightcast.state.archive.store import S3Store, StoreAddress
from tests.headend.test_archive_retention import BEGIN, HOUR_S, SIZE, Hand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

server = pytest.importorskip("moto.server", reason="moto is not installed, which brings the local S3 server")


class Shelves(Hand):
    """A hand with tiers; `pump` lets the mover end its errands in fixed time of day."""

    def __init__(self, folder: Path, tiers: Tiers) -> None:
        super().__init__(folder)
        self.keeper = ChannelKeeper(self.root, 0, tiers)
        self.reel = channel_reel(self.root, 1)

    def pump(self, now: float, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline, f"not moved: {self.keeper.store_trouble}"
            now += 5
            self.keeper.turn(now)
            time.sleep(0.01)  # the mover is a thread of its own

    def places(self) -> list[Place]:
        with closing(ReelReader(self.reel)) as reader:
            return [Place(one.place) for one in reader.files()]

    def open(self, file: int) -> int | None:
        with closing(ReelReader(self.reel)) as reader:
            return reader.open_file(file)

    def read(self, file: int) -> bytes:
        descriptor = self.open(file)
        assert descriptor is not None
        try:
            return os.pread(descriptor, SIZE, 0)
        finally:
            os.close(descriptor)


@pytest.fixture(autouse=True)
def _roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "measure", lambda _root, _budget, used: Room(used, 1 << 40, 1 << 40, 1 << 41))
    monkeypatch.setattr("rightcast.headend.archive.tiers.LEAST_FREE_BYTES", 0)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A real S3 server on loopback."""
    running = server.ThreadedMotoServer("127.0.0.1", 0)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def store(endpoint: str, tmp_path: Path) -> S3Store:
    keys = tmp_path / "keys"
    keys.write_text("[default]\naws_access_key_id = a\naws_secret_access_key = b\n")
    made = S3Store(StoreAddress.parse(f"{endpoint}/bucket-{time.time_ns()}/kept"), keys)
    made._client.create_bucket(Bucket=made._address.bucket)
    return made


def objects(store: S3Store) -> list[str]:
    found = store._client.list_objects_v2(Bucket=store._address.bucket).get("Contents", [])
    return [one["Key"] for one in found]


def test_older_files_move_to_the_second_disk_and_are_read_as_before(tmp_path: Path) -> None:
    hand = Shelves(tmp_path, Tiers(second=tmp_path / "second", second_after_h=1))
    hand.follow(kept_h=24)
    hand.fill(2)
    hand.pump(BEGIN + 2 * HOUR_S, lambda: hand.places().count(Place.SECOND) == 6)
    assert hand.places() == [Place.SECOND] * 6 + [Place.FIRST] * 6
    assert (hand.reel / "00000001.ts").is_symlink()
    assert len([*(tmp_path / "second" / "channel-1").iterdir()]) == 6
    assert hand.read(1) == b"x" * SIZE
    hand.keeper.close()
    (tmp_path / "second" / "channel-1" / "00000099.draft").touch()
    again = Shelves(tmp_path, Tiers(second=tmp_path / "second", second_after_h=1))
    again.follow(kept_h=24)
    again.keeper.turn(BEGIN + 2 * HOUR_S)
    assert again.starts() == [*range(12)]
    again.keeper.turn(BEGIN + 3 * HOUR_S)
    again.follow(kept_h=0)
    again.keeper.turn(BEGIN + 3 * HOUR_S + 5)
    again.keeper.turn(BEGIN + 3 * HOUR_S + 5 + GRACE_S)
    assert again.starts() == []
    again.pump(BEGIN + 4 * HOUR_S, lambda: [*(tmp_path / "second" / "channel-1").iterdir()] == [])
    again.keeper.close()


def test_older_files_move_into_a_store_and_come_back_when_a_reader_asks(tmp_path: Path, store: S3Store) -> None:
    hand = Shelves(tmp_path, Tiers(store=store, store_after_h=1))
    hand.follow(kept_h=24)
    hand.fill(1.5)
    now = BEGIN + 1.5 * HOUR_S
    hand.pump(now, lambda: hand.places().count(Place.STORE) == 3)
    assert objects(store) == [f"kept/channel-1/0000000{number}.ts" for number in (1, 2, 3)]
    assert not (hand.reel / "00000001.ts").exists()
    assert hand.keeper.room.used_bytes == 6 * SIZE
    assert hand.open(1) is None
    hand.pump(now, (hand.reel / "00000001.ts").exists)
    assert hand.read(1) == b"x" * SIZE
    hand.keeper.turn(now + 300)
    hand.keeper.turn(now + 400 + FETCHED_S)
    assert not (hand.reel / "00000001.ts").exists()
    hand.keeper.close()


def test_what_is_forgotten_is_deleted_in_the_store(tmp_path: Path, store: S3Store) -> None:
    hand = Shelves(tmp_path, Tiers(store=store, store_after_h=1))
    hand.follow(kept_h=2)
    hand.fill(1.5)
    now = BEGIN + 1.5 * HOUR_S
    hand.pump(now, lambda: hand.places().count(Place.STORE) == 3)
    hand.keeper.turn(now + GRACE_S)
    hand.follow(kept_h=0)
    hand.keeper.turn(now + GRACE_S + 5)
    hand.pump(now + 2 * GRACE_S + 10, lambda: objects(store) == [])
    assert hand.starts() == []
    with pytest.raises(FileNotFoundError):
        hand.open(1)
    hand.keeper.close()


def test_a_store_that_does_not_answer_leaves_files_where_they_are(tmp_path: Path, store: S3Store) -> None:
    store._client.delete_bucket(Bucket=store._address.bucket)
    hand = Shelves(tmp_path, Tiers(store=store, store_after_h=1))
    hand.follow(kept_h=24)
    hand.fill(1.5)
    hand.pump(BEGIN + 1.5 * HOUR_S, lambda: "NoSuchBucket" in hand.keeper.store_trouble)
    assert set(hand.places()) == {Place.FIRST}
    assert hand.read(1) == b"x" * SIZE
    hand.keeper.close()


def test_a_failing_store_is_a_failure_with_a_remedy(tmp_path: Path, store: S3Store) -> None:
    with pytest.raises(StoreError, match="Look at its address"):
        store.fetch("channel-1/00000009.ts", tmp_path / "nothing")


@pytest.mark.parametrize("text", ["https://host", "ftp://host/bucket", "https://a:b@host/bucket", "s3:///x"])
def test_what_is_no_address_of_a_store_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        StoreAddress.parse(text)


def test_addresses_of_stores_name_bucket_and_prefix() -> None:
    assert StoreAddress.parse("https://s3.example:9000/tv/a/b") == StoreAddress("https://s3.example:9000", "tv", "a/b")
    assert StoreAddress.parse("s3://tv") == StoreAddress("", "tv", "")
