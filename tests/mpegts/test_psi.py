"""Programme tables are read as they were written, and nonsense is refused without failing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats.mpegts.psi import Pat, Pmt, Stream, build_pat, build_pmt, parse_pat, parse_pmt
from rightcast.formats.mpegts.sections import build_section

PIDS = st.integers(0x10, 0x1FFE)
DESCRIPTORS = st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=20)), max_size=3).map(tuple)
STREAMS = st.lists(st.builds(Stream, PIDS, st.integers(0, 255), DESCRIPTORS), max_size=8).map(tuple)
PROGRAMMES = st.lists(st.tuples(st.integers(1, 0xFFFF), PIDS), max_size=40).map(tuple)


@given(st.builds(Pat, st.integers(0, 0xFFFF), st.integers(0, 31), PROGRAMMES))
def test_an_association_table_is_read_as_written(pat: Pat) -> None:
    assert parse_pat([build_pat(pat)]) == pat


@given(st.builds(Pmt, st.integers(1, 0xFFFF), st.integers(0, 31), PIDS, STREAMS, DESCRIPTORS))
def test_a_map_is_read_as_written(pmt: Pmt) -> None:
    assert parse_pmt(build_pmt(pmt)) == pmt


@given(st.sampled_from((0, 2)), st.binary(max_size=120))
def test_no_body_makes_it_fail(table: int, body: bytes) -> None:
    section = build_section(table, 1, 0, body)
    parse_pat([section])
    parse_pmt(section)


def test_the_network_entry_is_no_programme() -> None:
    section = build_section(0, 1, 0, bytes.fromhex("0000e0100001e100"))
    assert parse_pat([section]).programmes == ((1, 0x100),)


def test_pids_of_access_control_are_found_on_both_levels() -> None:
    stream = Stream(0x100, 2, ((9, bytes.fromhex("0500e201")),))
    pmt = Pmt(1, 0, 0x100, (stream,), ((9, bytes.fromhex("0500e200")),))
    assert pmt.access_control_pids() == {0x200, 0x201}
