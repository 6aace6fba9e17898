"""Events as broadcasters send them, for tests: descriptors, and whole streams of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.formats.mpegts.dvb_text import encode_text
from rightcast.formats.mpegts.eit import EIT_PID, PRESENT_ACTUAL, ServiceKey, build_event, build_events
from rightcast.formats.mpegts.sections import packetise

if TYPE_CHECKING:
    from collections.abc import Iterable

Descriptor = tuple[int, bytes]
RAI = ServiceKey(0x13E, 0x4800, 0xD49)


def short(title: str | bytes, text: str | bytes = "", language: str = "ita") -> Descriptor:
    name, told = (one if isinstance(one, bytes) else encode_text(one) for one in (title, text))
    return 0x4D, language.encode() + bytes((len(name),)) + name + bytes((len(told),)) + told


def extended(
    number: int, last: int, text: bytes, items: Iterable[tuple[bytes, bytes]] = (), language: str = "ita"
) -> Descriptor:
    rows = b"".join(bytes((len(what),)) + what + bytes((len(which),)) + which for what, which in items)
    return 0x4E, bytes((number << 4 | last,)) + language.encode() + bytes((len(rows),)) + rows + bytes(
        (len(text),)
    ) + text


def present(service: ServiceKey, version: int, *events: bytes, table_id: int = PRESENT_ACTUAL) -> list[bytes]:
    """The two sections of what is on now and next."""
    rows = [*events, b"", b""][:2]
    return [
        build_events(table_id, service, version, [row] if row else [], number=number, last=1)
        for number, row in enumerate(rows)
    ]


def event(number: int, start: int, duration_s: int | None, title: str, *more: Descriptor) -> bytes:
    return build_event(number, start, duration_s, [short(title), *more])


def packets(sections: Iterable[bytes], counter: int = 0) -> bytes:
    """Their packets, one section after the other."""
    stream = b""
    for section in sections:
        stream += packetise(section, EIT_PID, counter + len(stream) // 188)
    return stream
