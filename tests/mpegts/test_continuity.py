"""Continuity errors are counted for whole blocks as a packet-by-packet reading would."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from rightcast.formats.mpegts.continuity import ContinuityCheck
from rightcast.formats.mpegts.packets import Packets, headers_of
from tests.headend.signals import packet, packets_of, pid_of

NULL = 0x1FFF


def block(data: bytes) -> Packets:
    view = memoryview(data)
    return Packets(view, headers_of(view, len(data) // 188), 0x00800000)


def count(*parts: bytes) -> int:
    check = ContinuityCheck()
    return sum(check.count_errors(block(part)) for part in parts if part)


def naive(data: bytes) -> int:
    """The standard's rules, one packet after the other."""
    last: dict[int, tuple[int, bool]] = {}
    errors = 0
    for one in packets_of(data):
        pid, counter, has_payload = pid_of(one), one[3] & 15, bool(one[3] & 0x10)
        if pid == NULL or one[1] & 0x80:
            continue
        announced = bool(one[3] & 0x20 and one[4] and one[5] & 0x80)
        doubled = False
        if pid in last and not announced:
            before, was_doubled = last[pid]
            if has_payload and counter == before:
                doubled = True
                errors += was_doubled
            else:
                errors += counter != (before + has_payload) & 15
        last[pid] = (counter, doubled)
    return errors


def run(*counters: int, pid: int = 0x100) -> bytes:
    return b"".join(packet(pid, counter, bytes(184)) for counter in counters)


def test_counters_in_order_are_no_error() -> None:
    assert count(run(*range(14, 50))) == 0


def test_a_lost_packet_is_one_error() -> None:
    assert count(run(1, 2, 4, 5)) == 1


def test_a_loss_between_blocks_is_seen() -> None:
    assert count(run(1, 2), run(4, 5)) == 1


def test_one_duplicate_is_allowed_and_a_second_is_not() -> None:
    assert count(run(1, 2, 2, 3)) == 0
    assert count(run(1, 2, 2, 2, 3)) == 1
    assert count(run(1, 2), run(2), run(2, 3)) == 1


def test_an_announced_discontinuity_is_no_error() -> None:
    assert count(run(1, 2) + packet(0x100, 9, bytes(100), discontinuity=True) + run(10)) == 0


def test_packets_without_payload_do_not_count_up() -> None:
    assert count(run(1) + packet(0x100, 1, pcr=5) + run(2)) == 0


def test_null_packets_are_left_out() -> None:
    assert count(run(0, 0, 0, 7, pid=NULL)) == 0


def test_damaged_packets_are_left_out() -> None:
    damaged = bytearray(run(9))
    damaged[1] |= 0x80
    assert count(run(1, 2) + bytes(damaged) + run(3)) == 0


ONE = st.builds(
    lambda pid, counter, kind: packet(
        pid, counter, b"" if kind == 2 else bytes(150), discontinuity=kind == 1, pcr=0 if kind == 2 else None
    ),
    st.sampled_from((0x0, 0x100, 0x101, NULL)),
    st.integers(0, 3),
    st.sampled_from((0, 0, 0, 0, 1, 2)),
)


@settings(max_examples=300)
@given(st.lists(ONE, min_size=1, max_size=40), st.integers(0, 40))
def test_it_agrees_with_a_reading_packet_by_packet(packets: list[bytes], border: int) -> None:
    data = b"".join(packets)
    assert count(b"".join(packets[:border]), b"".join(packets[border:])) == naive(data)
