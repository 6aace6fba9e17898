"""Times of pictures and sound are read from their headers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats.mpegts.units import WRAP, parse_pcr, parse_unit_start, step
from tests.headend.signals import packet, pes

TIMES = st.integers(0, WRAP - 1)


@given(TIMES)
def test_a_presentation_time_is_read_as_written(time: int) -> None:
    unit = parse_unit_start(packet(0x100, 0, pes(0xE0, time, b"x" * 20), start=True))
    assert unit is not None
    assert (unit.time, unit.random_access) == (time, False)


@given(TIMES, TIMES)
def test_a_decoding_time_is_preferred(pts: int, dts: int) -> None:
    unit = parse_unit_start(packet(0x100, 0, pes(0xE0, pts, b"x", dts=dts), start=True, random_access=True))
    assert unit is not None
    assert (unit.time, unit.random_access) == (dts, True)


def test_the_payload_begins_behind_the_header() -> None:
    one = packet(0x100, 0, pes(0xE0, 5, b"picture"), start=True)
    unit = parse_unit_start(one)
    assert unit is not None
    assert one[unit.payload :] == b"picture"


@given(TIMES)
def test_a_clock_is_read_as_written(clock: int) -> None:
    assert parse_pcr(packet(0x100, 0, pcr=clock)) == clock


@given(TIMES, st.integers(-(1 << 31), 1 << 31))
def test_a_step_across_the_wrap_is_a_small_step(time: int, ticks: int) -> None:
    assert step(time, (time + ticks) % WRAP) == ticks


@given(st.binary(min_size=188, max_size=188))
def test_no_packet_makes_it_fail(one: bytes) -> None:
    parse_unit_start(one)
    parse_pcr(one)
