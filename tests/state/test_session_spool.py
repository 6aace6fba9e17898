"""What an edge wrote of sessions is there for the panel, whichever of the two died meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.contract.session_records import SessionRecord, SpoolDropped, Written, decode_lines
from rightcast.state.session_spool import SpoolWriter, taken, waiting_files

if TYPE_CHECKING:
    from pathlib import Path


def record(name: str) -> SessionRecord:
    """A session that began."""
    return SessionRecord(
        id=name, sid=name, edge=0, line_id=1, line="anna", channel_id=1, kind="ts", began=10.0, rights=[(5, 10.0)]
    )


def everything(folder: Path) -> list[Written]:
    return [one for path in waiting_files(folder) for records, _ in taken(path) for one in records]


def test_what_was_written_is_taken_once_and_in_order(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, 0)
    writer.append([record("a"), record("b")])
    writer.append([record("c")])
    assert everything(tmp_path) == [record("a"), record("b"), record("c")]
    assert everything(tmp_path) == []


def test_a_file_stays_when_taking_it_in_fails(tmp_path: Path) -> None:
    SpoolWriter(tmp_path, 0).append([record("a")])
    for _ in taken(waiting_files(tmp_path)[0]):
        break  # as an exception leaves it
    assert everything(tmp_path) == [record("a")]


def test_an_unfinished_file_of_a_dead_edge_is_handed_over_but_for_its_torn_line(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, 0)
    for number in range(20):  # nobody takes anything: the last file stays open
        writer.append([record(str(number))])
    (left,) = tmp_path.glob("*.open")
    left.write_bytes(left.read_bytes() + b'{"type":"session","id":"to')
    SpoolWriter(tmp_path, 0).adopt()
    assert [one.id for one in everything(tmp_path)] == [str(number) for number in range(20)]  # type: ignore[union-attr]


def test_another_edges_open_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "e1-1.open").write_bytes(b"")
    SpoolWriter(tmp_path, 0).adopt()
    assert waiting_files(tmp_path) == []


def test_a_full_spool_lets_its_oldest_lines_go_and_says_how_many(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, 0, max_bytes=10, clock=lambda: 99.0)
    writer.append([record("a"), record("b")])
    writer.append([record("c")])
    assert everything(tmp_path) == [SpoolDropped(at=99.0, lines=2), record("c")]


def test_lines_that_are_no_records_are_counted_and_passed_over() -> None:
    found, unread = decode_lines(b'{"type":"session"}\nnot json\n{"type":"dropped","at":1,"lines":2}\n')
    assert (found, unread) == ([SpoolDropped(at=1.0, lines=2)], 2)
