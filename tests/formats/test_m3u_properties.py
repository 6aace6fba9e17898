"""What holds for the playlist reader whatever the bytes are."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.errors import InvalidInputError
from rightcast.formats.m3u import BrokenLine, PlaylistEntry, read_playlist

PIECES = st.lists(
    st.sampled_from(
        [
            *(b"#EXTM3U", b"#EXTINF:-1", b"#EXTINF:", b"#EXTGRP:", b"#EXTVLCOPT:", b"#KODIPROP:", b" tvg-id=", b" a="),
            *(
                b'"',
                b"'",
                b",",
                b"=",
                b" ",
                b"\t",
                b"\n",
                b"\r",
                b"\r\n",
                b"|",
                b"&",
                b"\xef\xbb\xbf",
                b"\x00",
                b"\xff",
            ),
            *(b"http://h/1.ts", b"udp://239.1.1.1:5", b"://", b"http://[", b"name", b"\xc3\xa9", b"\xe2\x80\xa8"),
        ]
    ),
    max_size=60,
).map(b"".join)
ANY = st.one_of(PIECES, st.binary(max_size=300))


def outcome(blocks: list[bytes]) -> list[PlaylistEntry | BrokenLine] | str:
    try:
        return list(read_playlist(blocks))
    except InvalidInputError as error:
        return error.sentence


@given(ANY)
def test_no_bytes_make_the_reader_fail(data: bytes):
    found = outcome([data])
    assert isinstance(found, (list, str))


@given(PIECES, st.lists(st.integers(0, 200), max_size=8))
def test_how_the_bytes_are_cut_does_not_matter(data: bytes, cuts: list[int]):
    edges = sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})
    blocks = [data[a:b] for a, b in pairwise(edges)]
    assert outcome(blocks) == outcome([data])


@given(ANY)
def test_every_row_has_a_name_an_address_and_a_line_of_the_file(data: bytes):
    rows = outcome([data])
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
    for row in rows if isinstance(rows, list) else []:
        assert 1 <= row.line_number <= lines
        if isinstance(row, PlaylistEntry):
            assert row.name
            assert ":" in row.url


NAMES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)


@given(st.lists(st.tuples(NAMES, NAMES.filter(lambda text: '"' not in text)), max_size=20))
def test_well_written_rows_come_back_as_they_were(rows: list[tuple[str, str]]):
    text = "#EXTM3U\n" + "".join(
        f'#EXTINF:-1 group-title="{group}",{name}\nudp://239.0.0.1:{1000 + index}\n'
        for index, (name, group) in enumerate(rows)
    )
    found = outcome([text.encode()])
    assert isinstance(found, list)
    assert [(row.name, row.group) for row in found if isinstance(row, PlaylistEntry)] == rows


@pytest.mark.parametrize(
    "line",
    [
        b"#EXTINF:-1 " + b'a="b ' * 50_000,
        b"#EXTINF:-1 a=" + b" " * 250_000,
        b"#EXTINF:-1 " + b'a="b"c ' * 35_000,
        b"#EXTINF:-1 " + b'"' * 250_000,
        b"#EXTINF:-1 a=" + b"a " * 125_000,
        b"#EXTINF:-1 " + b"a='x\" " * 40_000,
        b"#EXTINF:-1 a=" + b"a" * 250_000,
    ],
)
def test_no_line_takes_long(line: bytes):
    began = time.process_time()
    outcome([line])
    assert time.process_time() - began < 2
