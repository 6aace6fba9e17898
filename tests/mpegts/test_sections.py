"""Sections survive the way into packets and back, and nothing damaged gets through."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats.mpegts.sections import SectionAssembler, TableCollector, build_section, crc32, packetise
from tests.headend.signals import packets_of


def assemble(data: bytes) -> list[bytes]:
    assembler = SectionAssembler()
    return [section for packet in packets_of(data) for section in assembler.feed(packet)]


def test_the_checksum_is_the_one_of_the_standard() -> None:
    assert crc32(b"123456789") == 0x0376E6E7


@given(st.binary(max_size=1000), st.integers(0, 15))
def test_a_section_of_any_length_comes_back(body: bytes, counter: int) -> None:
    section = build_section(0x02, 7, 3, body)
    assert assemble(packetise(section, 0x20, counter)) == [section]


@given(st.lists(st.binary(max_size=400), min_size=1, max_size=4))
def test_sections_that_share_packets_come_back(bodies: list[bytes]) -> None:
    sections = [build_section(0x42, 1, 0, body) for body in bodies]
    assert assemble(packetise(b"".join(sections), 0x11, 0)) == sections


def test_a_section_may_start_behind_the_end_of_another() -> None:
    first, second = build_section(2, 1, 0, bytes(300)), build_section(2, 2, 0, bytes(20))
    packets = packets_of(packetise(first, 0x20, 0))
    rest = first[183:]
    shared = bytes((0x47, 0x40, 0x20, 0x11, len(rest))) + rest + second
    assert assemble(packets[0] + shared.ljust(188, b"\xff")) == [first, second]


def test_a_section_with_a_lost_packet_is_dropped() -> None:
    packets = packets_of(packetise(build_section(2, 1, 0, bytes(500)), 0x20, 0))
    assert assemble(packets[0] + packets[2]) == []


def test_a_duplicated_packet_does_no_harm() -> None:
    section = build_section(2, 1, 0, bytes(range(200)) * 2)
    packets = packets_of(packetise(section, 0x20, 0))
    assert assemble(packets[0] + packets[1] + packets[1] + packets[2]) == [section]


def test_a_damaged_section_is_dropped() -> None:
    packets = bytearray(packetise(build_section(2, 1, 0, bytes(50)), 0x20, 0))
    packets[30] ^= 1
    assert assemble(bytes(packets)) == []


def test_what_most_damaged_copies_say_is_believed_when_the_checksum_agrees() -> None:
    section = build_section(2, 1, 0, bytes(range(100)))
    noise = random.Random(4)
    assembler = SectionAssembler()
    found: list[bytes] = []
    for copy in range(5):
        packet = bytearray(packetise(section, 0x20, copy))
        packet[noise.randrange(20, 100)] ^= 0xFF
        found += assembler.feed(bytes(packet))
    assert found
    assert set(found) == {section}


@given(st.lists(st.binary(min_size=188, max_size=188), max_size=6))
def test_no_packet_makes_it_fail(packets: list[bytes]) -> None:
    assembler = SectionAssembler()
    for packet in packets:
        assembler.feed(packet)


def test_a_table_is_whole_when_all_its_sections_came() -> None:
    parts = [build_section(0x42, 1, 5, bytes((number,)), number=number, last=2) for number in range(3)]
    collector = TableCollector()
    assert collector.feed(parts[2]) is None
    assert collector.feed(parts[0]) is None
    assert collector.feed(parts[1]) == parts


def test_another_version_starts_the_table_anew() -> None:
    collector = TableCollector()
    collector.feed(build_section(0x42, 1, 5, b"", number=0, last=1))
    assert collector.feed(build_section(0x42, 1, 6, b"", number=1, last=1)) is None
