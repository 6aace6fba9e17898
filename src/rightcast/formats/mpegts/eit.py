"""The event information table: what is on each service, out of sections, and sections out of events.

ETSI EN 300 468 section 5.2.4 and annex C (times); sections of a segment as in ETSI TS 101 211 section 4.1.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rightcast.formats.mpegts.psi import parse_descriptors
from rightcast.formats.mpegts.sections import build_section

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

EIT_PID = 0x0012
PRESENT_ACTUAL, PRESENT_OTHER = 0x4E, 0x4F
SCHEDULE_ACTUAL, SCHEDULE_OTHER = range(0x50, 0x60), range(0x60, 0x70)
TABLES = range(0x4E, 0x70)

SEGMENT_SECTIONS = 8
_HEAD_BYTES = 14
_LEAST_BYTES = _HEAD_BYTES + 4
_EVENT_BYTES = 12
_MJD_OF_1970 = 40_587
_DAY_S = 86_400
_UNDEFINED = b"\xff" * 5


class ServiceKey(NamedTuple):
    """A service among all of the world: network of origin, stream, service."""

    network_id: int
    stream_id: int
    service_id: int

    def __str__(self) -> str:
        """As a locator of DVB (ETSI TS 102 851): dvb://1.22a.3."""
        return f"dvb://{self.network_id:x}.{self.stream_id:x}.{self.service_id:x}"


@dataclass(frozen=True, slots=True)
class Event:
    """One event as sent. `start` in unix seconds; `duration_s` None: not known yet. `running`: running_status."""

    event_id: int
    start: int
    duration_s: int | None
    running: int
    descriptors: tuple[tuple[int, bytes], ...]


def is_event_section(section: bytes) -> bool:
    """Whether it is a whole section of any of these tables that is in force now."""
    return len(section) >= _LEAST_BYTES and section[0] in TABLES and bool(section[5] & 1)


def service_of(section: bytes) -> ServiceKey:
    """The service that a section tells of."""
    return ServiceKey(section[10] << 8 | section[11], section[8] << 8 | section[9], section[3] << 8 | section[4])


def is_present(section: bytes) -> bool:
    """Whether it tells of what is on now and next, not of a schedule."""
    return section[0] in {PRESENT_ACTUAL, PRESENT_OTHER}


def parse_events(section: bytes) -> Iterator[Event]:
    """Events of a section; those without a start (references of near video on demand) and broken ones are left out."""
    position, end = _HEAD_BYTES, len(section) - 4
    while position + _EVENT_BYTES <= end:
        after = position + _EVENT_BYTES + ((section[position + 10] & 0x0F) << 8 | section[position + 11])
        if after > end:
            return
        start = read_time(section[position + 2 : position + 7])
        if start is not None:
            yield Event(
                section[position] << 8 | section[position + 1],
                start,
                read_duration(section[position + 7 : position + 10]),
                section[position + 10] >> 5,
                parse_descriptors(section[position + _EVENT_BYTES : after]),
            )
        position = after


def read_time(data: bytes) -> int | None:
    """A day in MJD and a time in BCD as unix seconds; None where it is undefined or no time at all."""
    if data == _UNDEFINED:
        return None
    time_s = read_duration(data[2:5])
    if time_s is None or time_s > _DAY_S:
        return None
    return ((data[0] << 8 | data[1]) - _MJD_OF_1970) * _DAY_S + time_s


def read_duration(data: bytes) -> int | None:
    """Hours, minutes and seconds in BCD as seconds; None where it is undefined or no number."""
    digits = [nibble for byte in data for nibble in (byte >> 4, byte & 0x0F)]
    if max(digits) > 9:
        return None
    hours, minutes, seconds = (10 * digits[place] + digits[place + 1] for place in (0, 2, 4))
    return hours * 3600 + minutes * 60 + seconds if minutes < 60 and seconds < 60 else None


class SubTable:
    """The sections of one table of one service: those of a new version replace old ones as they come.

    Until the new version is whole, an old section stands where none has come; so nothing known is lost in between.
    """

    def __init__(self) -> None:
        self._version = -1
        self._sections: dict[int, bytes] = {}
        self._before: dict[int, bytes] = {}

    def feed(self, section: bytes) -> bool:
        """Take in a section; whether it told something new."""
        version, number, last = section[5] >> 1 & 31, section[6], section[7]
        if version != self._version:
            self._before = {found: kept for found, kept in self.sections.items() if found <= last}
            self._sections, self._version = {}, version
        if self._sections.get(number) == section:
            return False
        changed = self._before.get(number) != section
        self._sections[number] = section
        if self._before and self.is_complete:
            changed |= any(found not in self._sections for found in self._before)
            self._before = {}
        return changed

    @property
    def sections(self) -> dict[int, bytes]:
        """What is in force, by number."""
        return {**self._before, **self._sections}

    @property
    def is_complete(self) -> bool:
        """Whether all sections of the version have come: of each segment of eight as many as it says it has."""
        if not self._sections:
            return False
        last = next(iter(self._sections.values()))[7]
        present = is_present(next(iter(self._sections.values())))
        if present:
            return self._sections.keys() >= {*range(last + 1)}
        for first in range(0, last + 1, SEGMENT_SECTIONS):
            of_segment = [self._sections[number] for number in range(first, first + 8) if number in self._sections]
            if not of_segment or len(of_segment) < of_segment[0][12] - first + 1:
                return False
        return True


class EventTables:
    """All sections of one service in force, of every table."""

    def __init__(self) -> None:
        self._tables: dict[int, SubTable] = {}

    def feed(self, section: bytes) -> bool:
        """Take in a section of the service; whether it told something new."""
        return self._tables.setdefault(section[0], SubTable()).feed(section)

    @property
    def sections(self) -> list[bytes]:
        """In order of tables and numbers: present and following first."""
        return [
            section for table in sorted(self._tables) for _, section in sorted(self._tables[table].sections.items())
        ]

    @property
    def bytes_held(self) -> int:
        """How much that is."""
        return sum(map(len, self.sections))


def build_event(event_id: int, start: int, duration_s: int | None, descriptors: Iterable[tuple[int, bytes]]) -> bytes:
    """One event as a section carries it, not running."""
    loop = b"".join(bytes((tag, len(data))) + data for tag, data in descriptors)
    return (
        event_id.to_bytes(2, "big")
        + write_time(start)
        + (b"\xff" * 3 if duration_s is None else _bcd(duration_s))
        + len(loop).to_bytes(2, "big")
        + loop
    )


def build_events(
    table_id: int,
    service: ServiceKey,
    version: int,
    events: Sequence[bytes],
    *,
    number: int = 0,
    last: int = 0,
    segment_last: int | None = None,
    last_table: int | None = None,
) -> bytes:
    """One section with events made by `build_event`; no more than 4,000 bytes of them fit."""
    body = (
        service.stream_id.to_bytes(2, "big")
        + service.network_id.to_bytes(2, "big")
        + bytes((last if segment_last is None else segment_last, table_id if last_table is None else last_table))
        + b"".join(events)
    )
    return build_section(table_id, service.service_id, version, body, number=number, last=last)


def write_time(unix_s: int) -> bytes:
    """A day in MJD and a time in BCD."""
    day, second = divmod(unix_s, _DAY_S)
    return (day + _MJD_OF_1970).to_bytes(2, "big") + _bcd(second)


def _bcd(seconds: int) -> bytes:
    return bytes.fromhex(f"{seconds // 3600:02}{seconds // 60 % 60:02}{seconds % 60:02}")
