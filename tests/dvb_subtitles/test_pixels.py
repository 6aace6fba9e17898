"""Coded pixels of 2, 4 and 8 bits are drawn as they were."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightcast.formats.dvb_subtitles.pixels import Canvas, draw
from tests.dvb_subtitles.sender import line


def drawn(data: bytes, *, width: int, depth: int, x: int = 0, keeps_1: bool = False, fill: int = 0) -> bytes:
    canvas = Canvas(width, 2, depth, bytearray((fill,)) * (2 * width))
    draw(canvas, data, x=x, y=0, keeps_1=keeps_1)
    return bytes(canvas.pixels[:width])


def rows(depth: int) -> st.SearchStrategy[bytes]:
    run = st.tuples(st.integers(0, (1 << depth) - 1), st.sampled_from([1, 2, 3, 4, 8, 9, 10, 12, 25, 29, 100, 300]))
    return st.lists(run, min_size=1, max_size=6).map(lambda runs: b"".join(bytes((value,)) * n for value, n in runs))


@settings(max_examples=40)
@pytest.mark.parametrize("depth", [2, 4, 8])
@given(data=st.data())
def test_every_run_comes_back(depth: int, data: st.DataObject) -> None:
    row = data.draw(rows(depth))
    assert drawn(line(row, depth), width=len(row), depth=depth) == row


@settings(max_examples=60)
@given(data=st.binary(max_size=80), depth=st.sampled_from([2, 4, 8]), x=st.integers(0, 30))
def test_any_bytes_draw_nothing_outside(data: bytes, depth: int, x: int) -> None:
    canvas = Canvas(20, 6, depth, bytearray(120))
    draw(canvas, data, x=x, y=1, keeps_1=False)
    assert len(canvas.pixels) == 120
    assert all(value < 1 << depth for value in canvas.pixels)
    assert not any(canvas.pixels[20 * row : 20 * row + 20] != bytes(20) for row in (0, 2, 4))  # the other field


def test_few_colours_fall_on_the_usual_ones_of_a_deeper_region() -> None:
    assert drawn(line(bytes((0, 1, 2, 3)), 2), width=4, depth=4) == bytes((0, 7, 8, 15))
    assert drawn(line(bytes((1, 2)), 2), width=2, depth=8) == b"\x77\x88"
    assert drawn(line(bytes((1, 14)), 4), width=2, depth=8) == b"\x11\xee"


def test_a_table_sent_before_the_pixels_says_otherwise() -> None:
    assert drawn(b"\x20\x01\x23" + line(bytes((3, 2)), 2), width=2, depth=4) == bytes((3, 2))
    assert drawn(b"\x21\x00\x0a\x0b\x0c" + line(bytes((1, 3)), 2), width=2, depth=8) == b"\x0a\x0c"


def test_pixels_of_one_change_nothing_where_the_object_says_so() -> None:
    row = bytes((1, 1, 2))
    assert drawn(line(row, 4), width=3, depth=4, keeps_1=True, fill=5) == bytes((5, 5, 2))
