"""Event information tables are read as EN 300 468 writes them, whatever order their sections come in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats.mpegts.eit import (
    EventTables,
    SubTable,
    build_event,
    build_events,
    is_event_section,
    parse_events,
    read_duration,
    read_time,
    service_of,
    write_time,
)
from rightcast.formats.mpegts.sections import build_section
from tests.mpegts.broadcasts import RAI, event, present

NOON = 1_767_268_800


def test_the_example_of_annex_c_is_read() -> None:
    assert read_time(bytes.fromhex("C079124500")) == 750_516_300  # 93/10/13 12:45:00
    assert read_duration(bytes.fromhex("014530")) == 6330


@given(st.integers(0, 4_000_000_000 // 2))
def test_times_come_back_as_written(moment: int) -> None:
    assert read_time(write_time(moment)) == moment


def test_undefined_times_are_told_apart() -> None:
    assert read_time(b"\xff" * 5) is None
    assert read_duration(b"\xff" * 3) is None
    assert read_duration(bytes.fromhex("017A30")) is None


def test_an_event_comes_back_as_written() -> None:
    (section, _) = present(RAI, 3, event(7, NOON, 1800, "Tg2"))
    assert is_event_section(section)
    assert service_of(section) == RAI
    assert str(RAI) == "dvb://13e.4800.d49"
    (found,) = parse_events(section)
    assert (found.event_id, found.start, found.duration_s) == (7, NOON, 1800)


def test_an_event_without_a_start_is_left_out() -> None:
    reference = b"\0\x07" + b"\xff" * 8 + b"\0\0"
    assert not [*parse_events(build_events(0x50, RAI, 1, [reference]))]


def _schedule(version: int, numbers: list[int], *, last: int = 17, segment_last: dict[int, int]) -> list[bytes]:
    return [
        build_events(
            0x50,
            RAI,
            version,
            [build_event(version * 100 + number, NOON + number, 1, [])],
            number=number,
            last=last,
            segment_last=segment_last[number // 8],
        )
        for number in numbers
    ]


def test_a_schedule_is_whole_when_every_segment_is() -> None:
    ends = {0: 1, 1: 8, 2: 17}
    table = SubTable()
    sections = _schedule(1, [0, 1, 8, 16, 17], segment_last=ends)
    for section in reversed(sections[1:]):
        assert table.feed(section)
        assert not table.is_complete
    assert table.feed(sections[0])
    assert table.is_complete
    assert not table.feed(sections[0])


def test_a_new_version_replaces_the_old_one_section_by_section() -> None:
    table = SubTable()
    ends = {0: 1}
    for section in _schedule(1, [0, 1], last=1, segment_last=ends):
        table.feed(section)
    first, second = _schedule(2, [0, 1], last=1, segment_last=ends)
    assert table.feed(first)
    assert [next(parse_events(one)).event_id for one in table.sections.values()] == [200, 101]
    assert table.feed(second)
    assert [next(parse_events(one)).event_id for one in table.sections.values()] == [200, 201]


def test_sections_that_a_whole_new_version_no_longer_has_go() -> None:
    table = SubTable()
    for section in _schedule(1, [0, 8], last=8, segment_last={0: 0, 1: 8}):
        table.feed(section)
    table.feed(_schedule(2, [0], last=0, segment_last={0: 0})[0])
    assert [*table.sections] == [0]


def test_tables_of_one_service_stand_side_by_side() -> None:
    tables = EventTables()
    for section in [*_schedule(1, [0], last=0, segment_last={0: 0}), *present(RAI, 1, event(1, NOON, 60, "Now"))]:
        tables.feed(section)
    assert [section[0] for section in tables.sections] == [0x4E, 0x4E, 0x50]


@given(st.binary(max_size=120), st.integers(0x4E, 0x6F))
def test_no_bytes_make_it_fail(body: bytes, table_id: int) -> None:
    section = build_section(table_id, 1, 0, body)
    if is_event_section(section):
        EventTables().feed(section)
        for found in parse_events(section):
            assert found.event_id >= 0
