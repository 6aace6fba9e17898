"""Datagrams leave when the stream's own clock says so, a bounded moment after they came."""

from __future__ import annotations

import itertools

import pytest

from rightcast.headend.output.pacing import DATAGRAM_BYTES, RESERVE_S, Pacer

PACKET = bytes((0x47, 0x01, 0x00, 0x10)).ljust(188, b"\0")


def clock_packet(seconds: float) -> bytes:
    ticks = int(seconds * 27_000_000) % ((1 << 33) * 300)
    base, extension = divmod(ticks, 300)
    upper = bytes((base >> 25, base >> 17 & 255, base >> 9 & 255, base >> 1 & 255))
    field = upper + bytes(((base & 1) << 7 | 0x7E | extension >> 8, extension & 0xFF))
    return (bytes((0x47, 0x01, 0x00, 0x20, 183, 0x10)) + field).ljust(188, b"\xff")


def part(start_s: float, *, clocks: int = 6, interval_s: float = 0.04, packets: int = 70) -> bytes:
    """A part in which a clock reference comes before every `packets` packets."""
    return b"".join(clock_packet(start_s + n * interval_s) + PACKET * (packets - 1) for n in range(clocks))


def taken(pacer: Pacer) -> list[tuple[float, float]]:
    return [(one.due, one.media_s) for one in pacer.due(float("inf"), 1 << 20)]


def fed(*starts: float, pacer: Pacer | None = None) -> list[float]:
    pacer = pacer or Pacer()
    for number, start in enumerate(starts):
        pacer.feed(part(start), 0.24, 100.0 + 0.24 * number)
    return [due for due, _ in taken(pacer)]


def test_datagrams_are_spread_evenly_between_clock_references() -> None:
    due = fed(5.0, 5.24, 5.48)
    steps = [after - before for before, after in itertools.pairwise(due)]
    assert max(steps) == pytest.approx(0.004, abs=0.0003)
    assert min(steps) == pytest.approx(0.004, abs=0.0003)
    assert due[0] == pytest.approx(100.0 + RESERVE_S, abs=0.001)


def test_every_byte_leaves_once_and_in_order() -> None:
    pacer = Pacer()
    whole = b"".join(part(5 + 0.24 * number) for number in range(4))
    for number in range(4):
        pacer.feed(part(5 + 0.24 * number), 0.24, 100 + 0.24 * number)
    sent = b"".join(one.payload for one in pacer.due(float("inf"), 1 << 20))
    assert whole.startswith(sent)
    assert len(whole) - len(sent) < 71 * 188 + DATAGRAM_BYTES


def test_the_wrap_of_the_clock_is_no_jump() -> None:
    wrap = (1 << 33) / 90_000
    assert fed(wrap - 0.3, wrap - 0.06, wrap + 0.18) == pytest.approx(fed(5.0, 5.24, 5.48), abs=0.0001)


@pytest.mark.parametrize("jump", [-4.0, 7.0, 40_000.0])
def test_where_the_clock_jumps_time_goes_on_at_the_last_rate(jump: float) -> None:
    assert fed(5.0, 5.24 + jump, 5.48 + jump) == pytest.approx(fed(5.0, 5.24, 5.48), abs=0.0001)


def test_a_stream_without_a_clock_is_spread_over_its_parts() -> None:
    pacer = Pacer()
    for number in range(3):
        pacer.feed(PACKET * 420, 0.24, 100 + 0.24 * number)
    due = [moment for moment, _ in taken(pacer)]
    assert [after - before for before, after in itertools.pairwise(due)] == pytest.approx(
        [0.004] * (len(due) - 1), abs=0.0002
    )


def test_a_part_that_comes_late_moves_all_behind_it_and_is_counted() -> None:
    pacer = Pacer()
    pacer.feed(part(5.0), 0.24, 100.0)
    pacer.feed(part(5.24), 0.24, 103.0)
    due = [moment for moment, _ in taken(pacer)]
    assert pacer.late == 1
    assert max(due) > 103.0
    assert sorted(due) == due


def test_a_source_whose_clock_runs_fast_is_followed() -> None:
    """100 ppm fast: after an hour a third of a second would be missing."""
    pacer = Pacer()
    reserves = []
    for number in range(15_000):
        now = 100 + 0.24 * number * (1 - 100e-6)
        pacer.feed(part(5 + 0.24 * number, packets=7), 0.24, now)
        reserves.append(taken(pacer)[-1][0] - now)
    assert pacer.late == 0
    assert max(reserves) - min(reserves) < 0.1


def test_after_a_stall_datagrams_leave_a_few_at_a_time() -> None:
    pacer = Pacer()
    pacer.feed(part(5.0), 0.24, 100.0)
    assert len(list(pacer.due(1000.0, 16))) == 16
