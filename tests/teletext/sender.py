"""A small teletext sender for tests: pages into packets, packets into PES, PES into transport stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.formats.teletext.characters import character_set
from rightcast.formats.teletext.coding import REVERSED, hamming_8_4, hamming_24_18, with_parity
from tests.headend.signals import packet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PID = 0x123
PAGE = 0x777
ENGLISH, GERMAN, SWEDISH, ITALIAN, FRENCH, SPANISH, CZECH = range(7)


def header(page: int = PAGE, *, option: int = ENGLISH, serial: bool = False, erase: bool = True) -> bytes:
    """A page header with subtitle flag."""
    digits = [page & 15, page >> 4 & 15, 0, 8 if erase else 0, 0, 8, 3]
    digits.append(int(serial) | (option >> 2 & 1) << 1 | (option >> 1 & 1) << 2 | (option & 1) << 3)
    return _packet(page >> 8, 0, bytes(map(hamming_8_4, digits)) + bytes(map(with_parity, b" " * 32)))


def row(number: int, codes: bytes, page: int = PAGE) -> bytes:
    """A row of seven-bit codes."""
    return _packet(page >> 8, number, bytes(map(with_parity, codes.ljust(40))))


def triplets(entries: Sequence[tuple[int, int, int]], page: int = PAGE) -> bytes:
    """A packet X/26 of (address, mode, data), ended by a termination marker."""
    whole = [*entries, *[(0x3F, 0x1F, 0x7F)] * (13 - len(entries))]
    coded = b"".join(hamming_24_18(address | mode << 6 | data << 11) for address, mode, data in whole)
    return _packet(page >> 8, 26, bytes((hamming_8_4(0),)) + coded)


def region(number: int, page: int = PAGE) -> bytes:
    """A packet M/29 that names the character region of the magazine."""
    return _packet(page >> 8, 29, bytes((hamming_8_4(0),)) + hamming_24_18(number << 10) + hamming_24_18(0) * 12)


def codes(text: str, *, option: int = ENGLISH, in_region: int = 0) -> bytes:
    """Text as boxed codes of a character set."""
    known = character_set(in_region, option)
    return b"\x0b\x0b" + bytes(known.index(letter) + 0x20 for letter in text) + b"\x0a\x0a"


def page(rows: Mapping[int, bytes], *, option: int = ENGLISH, number: int = PAGE, serial: bool = False) -> bytes:
    """A whole page, and the header of the next one that ends it."""
    body = b"".join(row(place, text, number) for place, text in rows.items())
    ending = header((number & 0x700) | 0xFF, option=option, serial=serial)
    return header(number, option=option, serial=serial) + body + ending


def pes(pts: int, packets: bytes) -> bytes:
    """One PES packet of EN 300 472 with the packets as data units."""
    units = b"".join(
        b"\x03\x2c\xe8\xe4" + packets[start : start + 42].translate(REVERSED) for start in range(0, len(packets), 42)
    )
    payload = b"\x10" + units
    padding = -(len(payload) + 45) % 184
    payload += b"\xff\x2c" * (padding // 2) + b"\xff" * (padding % 2)
    head = bytes((
        0x21 | pts >> 29 & 0x0E, pts >> 22 & 0xFF, pts >> 14 & 0xFE | 1, pts >> 7 & 0xFF, pts << 1 & 0xFE | 1,
    ))  # fmt: skip
    inside = b"\x84\x80\x24" + head + b"\xff" * 31 + payload
    return b"\0\0\1\xbd" + len(inside).to_bytes(2, "big") + inside


class Sender:
    """Puts PES packets into transport stream packets with counters."""

    def __init__(self, pid: int = PID) -> None:
        self.pid = pid
        self._counter = 0

    def send(self, pts: int, packets: bytes) -> bytes:
        data = pes(pts % (1 << 33), packets)
        found = []
        for start in range(0, len(data), 184):
            found.append(packet(self.pid, self._counter, data[start : start + 184], start=start == 0))
            self._counter = (self._counter + 1) & 15
        return b"".join(found)


def _packet(magazine: int, number: int, data: bytes) -> bytes:
    address = magazine & 7 | number << 3
    return bytes((hamming_8_4(address & 15), hamming_8_4(address >> 4))) + data
