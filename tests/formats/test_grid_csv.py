"""Weekly grids come in from spreadsheets, whatever their country writes, and go out again as they were."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.grid import GridRow, Repeat
from rightcast.formats.grid_csv import read_grid, write_grid


def _rows(text: str) -> list[GridRow]:
    found = read_grid(text.encode())
    assert not found.complaints
    return [row for _, row in found.rows]


def test_a_plain_table_is_read() -> None:
    (row,) = _rows("days,start,end,title,category\nsun,10:00,11:00,Mass,Religion\n")
    assert row == GridRow(days=(6,), start=time(10), end=time(11), title="Mass", categories=("Religion",))


def test_a_german_table_is_read() -> None:
    rows = _rows(
        "Tag;Beginn;Dauer;Titel;Außer;ab\nMo-Fr;9.30;1,5 h;Frühstück;24.12.2026;1.1.26\n31.12.2026;20:00;90;Gala;;\n"
    )
    assert rows == [
        GridRow(
            days=(0, 1, 2, 3, 4),
            start=time(9, 30),
            end=time(11),
            title="Frühstück",
            never_on=(date(2026, 12, 24),),
            valid_from=date(2026, 1, 1),
        ),
        GridRow(on=date(2026, 12, 31), start=time(20), end=time(21, 30), title="Gala"),
    ]


def test_an_italian_table_is_read() -> None:
    (row,) = _rows("Giorno\tOra inizio\tOra fine\tTitolo\tReplica\nmercoledì\t23h30\t\t\tdomenica 10:00\n")
    assert (row.days, row.start, row.repeats) == ((2,), time(23, 30), Repeat(6, time(10)))


def test_a_file_of_windows_is_read_with_a_remark() -> None:
    found = read_grid("days;start;title\nsun;10:00;Caffè\n".encode("cp1252"))
    assert found.rows[0][1].title == "Caffè"
    assert "not UTF-8" in found.remarks[0]


def test_every_bad_line_names_column_and_remedy_and_no_other_suffers() -> None:
    found = read_grid(
        b"days,start,end,title,age\nsun,10:00,11:00,Mass,\nsunny,10:00,,Walk,\nmon,25:00,,Talk,\nmon,9:00,,,\n"
        b"tue,9:00,,News,old\nwed,9:00,,News,12\n"
    )
    assert [row.title for _, row in found.rows] == ["Mass", "News"]
    assert [(one.line, one.column) for one in found.complaints] == [
        (3, "days"),
        (4, "start"),
        (5, "title"),
        (6, "age"),
    ]
    assert all(one.remedy for one in found.complaints)


def test_a_text_of_several_lines_keeps_the_count_of_lines() -> None:
    found = read_grid(b'days,start,title,description\nsun,10:00,Mass,"One\nTwo"\nsun,x,Walk,\n')
    assert found.rows[0][1].description == "One\nTwo"
    assert found.complaints[0].line == 4


def test_an_unknown_column_is_told() -> None:
    found = read_grid(b"days,start,title,colour\nsun,10:00,Mass,red\n")
    assert found.remarks == ("Column “colour” is not known and was left out.",)


def test_a_table_without_its_columns_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="names no column"):
        read_grid(b"hello\nworld\n")
    with pytest.raises(InvalidInputError, match="empty"):
        read_grid(b"")


_texts = st.text(st.characters(blacklist_categories=("C", "Z")) | st.just(" "), min_size=1, max_size=12).map(
    lambda text: " ".join(text.split())
)
_names = _texts.filter(lambda text: bool(text) and not {";", "|"} & set(text))
_dates = st.dates(date(2000, 1, 1), date(2090, 1, 1))
_rows_written = st.builds(
    GridRow,
    start=st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    end=st.none() | st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    days=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    title=_texts.filter(bool),
    subtitle=_texts,
    categories=st.lists(_names, max_size=2).map(tuple),
    season=st.integers(0, 30),
    episode=st.integers(0, 500),
    age=st.integers(0, 18),
    no_catchup=st.booleans(),
    repeats=st.none() | st.just(Repeat(6, time(10))),
    never_on=st.lists(_dates, max_size=2).map(tuple),
    valid_from=st.none() | _dates,
)


@given(st.lists(_rows_written, max_size=5), st.sampled_from(",;"))
def test_what_we_write_reads_back(rows: list[GridRow], divider: str) -> None:
    assert _rows(write_grid(rows, divider=divider)) == rows


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    for start in (b"", b"days,start,title\n"):
        try:
            read_grid(start + data)
        except InvalidInputError:
            continue
