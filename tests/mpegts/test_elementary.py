"""Elementary streams out of packets: payload in one piece, PES headers left out, starts where they were."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats.mpegts.elementary import Pes, stretch
from rightcast.formats.mpegts.psi import Pat, Pmt, Stream, build_pat, build_pmt
from rightcast.formats.mpegts.sections import packetise
from tests.headend.signals import edited, packet, pes, tables

PID = 0x123


def packets_of(units: list[bytes], *, pid: int = PID) -> bytes:
    """Each unit in packets of its own."""
    made, counter = [], 0
    for unit in units:
        for at in range(0, len(unit), 184):
            made.append(packet(pid, counter, unit[at : at + 184], start=not at))
            counter += 1
    return b"".join(made)


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=700), st.integers(0, (1 << 33) - 1)), min_size=1, max_size=8))
def test_payload_comes_back_as_it_was_sent(units: list[tuple[bytes, int]]) -> None:
    found = stretch(packets_of([pes(0xE0, time, body) for body, time in units])).elementary(PID)
    assert found.data == b"".join(body for body, _ in units)
    assert [(start.pts, start.dts) for start in found.starts] == [(time, time) for _, time in units]
    places = [sum(len(body) for body, _ in units[:index]) for index in range(len(units))]
    assert [start.place for start in found.starts] == places


def test_decoding_times_are_read_where_they_are_sent() -> None:
    found = stretch(packets_of([pes(0xE0, 9000, b"one", dts=5400)])).elementary(PID)
    assert found.starts == (Pes(0, 9000, 5400),)


def test_a_packet_without_times_has_none() -> None:
    found = stretch(packets_of([b"\0\0\1\xe0\0\0\x80\0\0" + b"body"])).elementary(PID)
    assert (found.data, found.starts) == (b"body", (Pes(0, None, None),))


def test_a_long_header_may_go_on_in_the_next_packet() -> None:
    head = b"\0\0\1\xe0\0\0\x80\0" + bytes((230,)) + b"\xff" * 230
    assert stretch(packets_of([head + b"body" * 40])).elementary(PID).data == b"body" * 40


def test_packets_of_adaptation_field_only_hold_nothing() -> None:
    data = packets_of([pes(0xE0, 1, b"a" * 300)])
    assert stretch(data[:188] + packet(PID, 0, pcr=4) + data[188:]).elementary(PID).data == b"a" * 300


def test_a_start_without_a_header_is_passed_over() -> None:
    data = packets_of([pes(0xE0, 1, b"good"), b"no header at all", pes(0xE0, 2, b"again")])
    assert stretch(data).elementary(PID).data == b"goodagain"


def test_damaged_and_scrambled_packets_are_passed_over() -> None:
    data = packets_of([pes(0xE0, 1, b"a" * 170), pes(0xE0, 2, b"b" * 170), pes(0xE0, 3, b"c" * 170)])

    def spoil(index: int, one: bytearray) -> bytearray:
        one[1] |= 0x80 * (index == 0)
        one[3] |= 0x80 * (index == 1)
        return one

    found = stretch(edited(data, spoil))
    assert found.elementary(PID).data == b"c" * 170
    assert found.scrambled(PID)


def test_garbage_between_packets_is_passed_over() -> None:
    data = packets_of([pes(0xE0, 1, b"a" * 3000)])
    assert stretch(b"junk" + data[:940] + b"more junk" + data[940:]).elementary(PID).data == b"a" * 3000


def test_earlier_bytes_end_at_the_border() -> None:
    now, before = (stretch(packets_of([pes(0xC0, 1, body)])).elementary(PID) for body in (b"now", b"before"))
    joined = now.behind(before)
    assert joined.data == b"beforenow"
    assert joined.border == 6
    assert [start.place for start in joined.starts] == [0, 6]


def test_the_programme_is_the_last_one_told() -> None:
    first, second = tables(video=0x200), tables(video=0x201, version=1, counter=1)
    programme = stretch(first * 3 + second).programme
    assert programme is not None
    assert programme.streams[0].pid == 0x201


def test_a_long_map_is_read_from_several_packets() -> None:
    streams = tuple(Stream(0x200 + number, 0x0F, ((0x0A, b"deu\0"),)) for number in range(60))
    pmt = packetise(build_pmt(Pmt(1, 0, 0x200, streams)), 0x1000, 0)
    assert len(pmt) > 2 * 188
    programme = stretch(packetise(build_pat(Pat(1, 0, ((1, 0x1000),))), 0, 0) + pmt).programme
    assert programme is not None
    assert programme.streams == streams


def test_nothing_is_found_in_nothing() -> None:
    assert stretch(b"").programme is None
    assert stretch(b"").elementary(PID).data == b""
