"""Streams made by hand for tests of CMAF: H.264 coded in fields, MPEG audio and LATM in PES packets of any shape."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from tests.headend.signals import VIDEO_PID, packet, pes, tables

if TYPE_CHECKING:
    from collections.abc import Iterator


def code(value: int) -> str:
    """An unsigned Exp-Golomb code."""
    bits = f"{value + 1:b}"
    return "0" * (len(bits) - 1) + bits


def packed(bits: str) -> bytes:
    """Bits with the trailing one and zeros."""
    whole = bits + "1"
    whole += "0" * (-len(whole) % 8)
    return int(whole, 2).to_bytes(len(whole) // 8, "big")


def interlaced_sets() -> bytes:
    """Parameter sets of 720x576 that allow fields."""
    size = code(44) + code(17)
    sps = f"{77:08b}{0:08b}{30:08b}" + code(0) + code(0) + code(2) + code(1) + "0" + size + "0" + "0" + "1" + "0" + "0"
    pps = code(0) + code(0) + "00" + code(0) + code(0) + code(0) + "000" + code(0) * 3 + "000"
    return b"\0\0\0\1\x67" + packed(sps) + b"\0\0\0\1\x68" + packed(pps)


def field_slice(frame: int, *, bottom: bool, key: bool) -> bytes:
    """A slice that codes one field; what follows its header is no picture."""
    kind = 7 if key else 5
    head = code(0) + code(kind) + code(0) + f"{frame & 15:04b}" + "1" + str(int(bottom)) + (code(0) if key else "")
    return b"\0\0\1" + (b"\x65" if key else b"\x41") + packed(head) + bytes((frame + 1, 17 + bottom)) * 30


def in_fields(frames: int, *, start: int = 900_000, together: bool = False) -> Iterator[bytes]:
    """A PES packet for each field (or both fields in one), tables before the first."""
    counter = count()
    yield tables(audio=None)
    for frame in range(frames):
        key = frame == 0
        fields = []
        for bottom in (False, True):
            head = b"\0\0\0\1\x09\xf0" + (interlaced_sets() if key and not bottom else b"")
            fields.append(head + field_slice(frame, bottom=bottom, key=key and not bottom))
        units = [b"".join(fields)] if together else fields
        for index, unit in enumerate(units):
            data = pes(0xE0, start + 3600 * frame + 1800 * index, unit)
            chunks = [data[at : at + 184] for at in range(0, len(data), 184)]
            yield b"".join(
                packet(VIDEO_PID, next(counter), chunk, start=not at, random_access=key and not at and not index)
                for at, chunk in enumerate(chunks)
            )


def pictures_in_packets(shape: list[int], *, start: int = 900_000, torn: bool = False) -> Iterator[bytes]:
    """PES packets with so many pictures each, 25 a second, told one time per packet; `torn`: each packet in two."""
    counter, done = count(), 0
    sets = interlaced_sets()
    yield tables(audio=None)
    for pictures in shape:
        units = []
        for number in range(done, done + pictures):
            kind = "1100101" if number == 0 else "1000001"
            head = packed(code(0) + code(7) + code(0) + f"{number & 15:04b}" + "0" + (code(0) if number == 0 else ""))
            slices = b"\0\0\1" + int(kind, 2).to_bytes(1, "big") + head + bytes((number + 1, 99)) * 200
            units.append(b"\0\0\0\1\x09\xf0" + (sets if number == 0 else b"") + slices)
        data = b"".join(units)
        packets = [pes(0xE0, start + 3600 * done, data[: 300 if torn else None])]
        if torn:
            packets.append(b"\0\0\1\xe0\0\0\x80\0\0" + data[300:])
        for one in packets:
            chunks = [one[at : at + 184] for at in range(0, len(one), 184)]
            yield b"".join(packet(VIDEO_PID, next(counter), chunk, start=not at) for at, chunk in enumerate(chunks))
        done += pictures
