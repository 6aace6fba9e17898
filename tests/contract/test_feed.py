"""The feed in a file: newest revision of each key, all or none, written and read by many processes."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.contract.catalogue import Change, Kind, Record
from rightcast.domain.lineup import Package
from rightcast.state.feed import FileFeed

if TYPE_CHECKING:
    from pathlib import Path

WRITER = """
import sys
from pathlib import Path
from contextlib import closing
from rightcast.contract.catalogue import Change, Kind
from rightcast.domain.lineup import Package
from rightcast.state.feed import FileFeed
path, writer, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
with closing(FileFeed(path)) as feed:
    for turn in range(count):
        record = Package(id=turn, name="p", lineup_ids=())
        feed.publish([Change(Kind.PACKAGE, writer * 1000 + side, record) for side in (0, 1)])
"""


def package(key: int, name: str = "p") -> Change:
    return Change(Kind.PACKAGE, key, Package(id=key, name=name, lineup_ids=()))


def present(feed: FileFeed) -> dict[tuple[Kind, int], Record]:
    """What a replica holds that reads the whole feed in small bites."""
    held: dict[tuple[Kind, int], Record] = {}
    after = 0
    while batch := feed.read(after, limit=3):
        for revision in batch:
            record = revision.record()
            if record is None:
                held.pop((revision.kind, revision.key), None)
            else:
                held[revision.kind, revision.key] = record
            after = revision.number
    return held


def test_an_empty_feed_has_an_identity_and_no_revisions(tmp_path: Path) -> None:
    with closing(FileFeed(tmp_path / "new" / "feed.sqlite3")) as feed:
        assert feed.identity()
        assert feed.latest() == 0
        assert feed.read(0) == []


def test_only_the_newest_revision_of_a_key_is_kept(tmp_path: Path) -> None:
    with closing(FileFeed(tmp_path / "feed.sqlite3")) as feed:
        for turn in range(50):
            feed.publish([package(1, f"turn {turn}")])
        revisions = feed.read(0)
        assert [revision.record() for revision in revisions] == [package(1, "turn 49").record]
        assert revisions[0].number == feed.latest() == 50


def test_a_removal_travels_as_a_revision_of_its_own(tmp_path: Path) -> None:
    with closing(FileFeed(tmp_path / "feed.sqlite3")) as feed:
        feed.publish([package(1), package(2)])
        seen = feed.latest()
        feed.publish([Change(Kind.PACKAGE, 1, None)])
        news = feed.read(seen)
        assert [(one.key, one.record()) for one in news] == [(1, None)]


def test_numbers_grow_even_after_the_newest_was_replaced(tmp_path: Path) -> None:
    path = tmp_path / "feed.sqlite3"
    with closing(FileFeed(path)) as feed:
        first = feed.publish([package(1)])
        second = feed.publish([package(1)])
    with closing(FileFeed(path)) as feed:
        third = feed.publish([package(1)])
        assert first < second < third == feed.latest()


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3) | st.none()), max_size=30), st.data())
def test_a_reader_that_follows_holds_what_a_new_reader_finds(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int | None]], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("feed")
    with closing(FileFeed(folder / "feed.sqlite3")) as feed:
        expected: dict[tuple[Kind, int], Record] = {}
        followed: dict[tuple[Kind, int], Record | None] = {}
        after = 0
        for key, value in changes:
            change = Change(Kind.PACKAGE, key, None if value is None else package(key, str(value)).record)
            feed.publish([change])
            if change.record is None:
                expected.pop((change.kind, key), None)
            else:
                expected[change.kind, key] = change.record
            if data.draw(st.booleans()):
                for revision in feed.read(after):
                    followed[revision.kind, revision.key] = revision.record()
                    after = revision.number
        for revision in feed.read(after):
            followed[revision.kind, revision.key] = revision.record()
        assert {key: record for key, record in followed.items() if record is not None} == expected == present(feed)


def test_a_feed_keeps_its_identity_and_one_made_anew_has_another(tmp_path: Path) -> None:
    with closing(FileFeed(tmp_path / "a.sqlite3")) as one, closing(FileFeed(tmp_path / "b.sqlite3")) as other:
        identity = one.identity()
        assert identity != other.identity()
    with closing(FileFeed(tmp_path / "a.sqlite3")) as again:
        assert again.identity() == identity


def test_a_batch_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with closing(FileFeed(tmp_path / "feed.sqlite3")) as feed:
        feed.publish([package(1)])
        with pytest.raises(NotImplementedError):
            feed.publish([package(2), Change(Kind.PACKAGE, 3, object())])  # type: ignore[arg-type]  # on purpose
        assert feed.latest() == 1
        assert feed.publish([package(4)]) == 2


def test_another_process_sees_a_change_by_the_cheap_question(tmp_path: Path) -> None:
    path = tmp_path / "feed.sqlite3"
    with closing(FileFeed(path)) as writer, closing(FileFeed(path)) as reader:
        assert reader.latest() == 0
        writer.publish([package(1)])
        assert reader.latest() == writer.latest() == 1
        reader.publish([package(2)])
        assert reader.latest() == writer.latest() == 2


def test_writers_of_several_processes_lose_nothing_and_batches_stay_whole(tmp_path: Path) -> None:
    path = tmp_path / "feed.sqlite3"
    writers, turns = 4, 60
    running = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(number), str(turns)])
        for number in range(1, writers + 1)
    ]
    torn = 0
    with closing(FileFeed(path)) as feed:
        while any(one.poll() is None for one in running):
            held = present(feed)
            both = {
                number: [held.get((Kind.PACKAGE, number * 1000 + side)) for side in (0, 1)] for number in range(1, 5)
            }
            torn += sum(1 for pair in both.values() if (pair[0] is None) != (pair[1] is None))
        assert [one.wait(30) for one in running] == [0] * writers
        assert feed.latest() == writers * turns * 2
        last = Package(id=turns - 1, name="p", lineup_ids=())
        expected = {(Kind.PACKAGE, number * 1000 + side): last for number in range(1, writers + 1) for side in (0, 1)}
        assert present(feed) == expected


def test_a_writer_killed_in_the_middle_leaves_a_readable_feed(tmp_path: Path) -> None:
    path = tmp_path / "feed.sqlite3"
    with closing(FileFeed(path)) as feed:
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path), "1", "1000000"])
        try:
            while feed.latest() < 20:
                assert writer.poll() is None
        finally:
            writer.kill()
            writer.wait(10)
        held = {key: record for (_, key), record in present(feed).items()}
        assert held[1000] == held[1001]
        before = feed.latest()
        assert feed.publish([package(7)]) == before + 1
