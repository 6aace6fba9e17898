"""The aligner finds packets in any byte stream.

Garbage costs what it covers; how bytes are cut into blocks changes nothing.
"""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats.mpegts.packets import Aligner
from tests.headend.signals import packet, packets_of

CLEAN = b"".join(packet(0x100, number, bytes((number,)) * 184) for number in range(40))


def align(*blocks: bytes) -> list[bytes]:
    aligner = Aligner()
    found = [aligner.feed(block) for block in blocks]
    return [one for packets in found if packets is not None for one in packets_of(bytes(packets.data))]


def chop(data: bytes, borders: list[int]) -> list[bytes]:
    places = sorted({border % (len(data) + 1) for border in borders} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(places)]


def test_a_clean_stream_comes_out_whole() -> None:
    assert b"".join(align(CLEAN)) == CLEAN


def test_a_clean_block_is_not_copied() -> None:
    aligner = Aligner()
    aligner.feed(CLEAN)
    found = aligner.feed(CLEAN)
    assert found is not None
    assert found.data.obj is CLEAN


def test_garbage_before_the_first_packet_is_skipped() -> None:
    assert b"".join(align(b"\x00\x47\x13" * 50 + CLEAN)) == CLEAN


def test_one_bad_sync_byte_costs_one_packet() -> None:
    damaged = bytearray(CLEAN)
    damaged[188 * 10] = 0x48
    assert align(bytes(damaged)) == packets_of(CLEAN[: 188 * 10] + CLEAN[188 * 11 :])


def test_neighbouring_bad_sync_bytes_cost_their_packets_only() -> None:
    damaged = bytearray(CLEAN)
    damaged[188 * 10] = damaged[188 * 11] = 0
    assert align(bytes(damaged)) == packets_of(CLEAN[: 188 * 10] + CLEAN[188 * 12 :])


def test_bytes_lost_within_a_packet_cost_that_packet() -> None:
    found = align(CLEAN[: 188 * 10 + 50] + CLEAN[188 * 11 :])
    assert found[:10] == packets_of(CLEAN)[:10]
    assert found[-28:] == packets_of(CLEAN)[-28:]
    assert len(found) <= 39


def test_nothing_comes_out_of_garbage() -> None:
    assert align(b"\x47" + bytes(300) + b"\x47" * 20 + bytes(4000)) == []


@given(garbage=st.binary(max_size=700), place=st.integers(0, len(CLEAN)), borders=st.lists(st.integers(0, 20_000)))
def test_blocks_change_nothing(garbage: bytes, place: int, borders: list[int]) -> None:
    stream = CLEAN[:place] + garbage + CLEAN[place:]
    assert align(*chop(stream, borders)) == align(stream)


@given(st.lists(st.binary(max_size=600), max_size=12))
def test_no_bytes_make_it_fail(blocks: list[bytes]) -> None:
    assert all(one[0] == 0x47 for one in align(*blocks))
