"""Listens to a broadcaster's own guide in the stream, and leaves what changed for the jobs process to read.

Repetitions, which are nearly all there is, cost a checksum and a comparison.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

from rightcast.contract.events import EventsReport, events_report
from rightcast.formats.mpegts.eit import (
    PRESENT_ACTUAL,
    SCHEDULE_ACTUAL,
    EventTables,
    ServiceKey,
    is_event_section,
    service_of,
)
from rightcast.formats.mpegts.sections import SectionAssembler

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightcast.state.reports import Reports

MOST_SERVICES = 1000
MOST_BYTES = 32 << 20
"""Of one stream; a whole network for two weeks is about 10 MB."""
TOLD_EVERY_S = 2.0
HEARD_EVERY_S = 300.0
MOST_PER_LOOK = 8
"""Reports written at once, so that a tick never waits for a whole network's."""

_log = logging.getLogger(__name__)


class EventListener:
    """The event tables of every service that one stream tells of, its own and others."""

    def __init__(self) -> None:
        self.changed: dict[ServiceKey, None] = {}
        self.heard: dict[ServiceKey, float] = {}
        self.own: set[ServiceKey] = set()
        self._assembler = SectionAssembler()
        self._tables: dict[ServiceKey, EventTables] = {}
        self._bytes = 0

    def feed(self, packet: bytes, now: float) -> None:
        """One packet of the PID of these tables."""
        for section in self._assembler.feed(packet):
            if is_event_section(section):
                self._take(section, now)

    def sections(self, service: ServiceKey) -> list[bytes]:
        """What is in force of a service."""
        found = self._tables.get(service)
        return [] if found is None else found.sections

    def _take(self, section: bytes, now: float) -> None:
        service = service_of(section)
        tables = self._tables.get(service)
        if tables is None:
            if len(self._tables) >= MOST_SERVICES or self._bytes >= MOST_BYTES:
                return
            tables = self._tables[service] = EventTables()
        if section[0] == PRESENT_ACTUAL or section[0] in SCHEDULE_ACTUAL:
            self.own.add(service)
        self.heard[service] = now
        if tables.feed(section):
            self.changed[service] = None
            self._bytes += len(section)  # what it replaced is found out when the reports are written

    def settle(self) -> None:
        """Count again how much is held."""
        self._bytes = sum(tables.bytes_held for tables in self._tables.values())


class Heard(NamedTuple):
    """A listener, and which channels carry the stream's services; None stands for its only one."""

    listener: EventListener
    channels: dict[int, list[int]]


class _Telling(NamedTuple):
    """All that tell of one service, and the channels that carry it."""

    listeners: list[EventListener]
    channels: list[int]


class EventReports:
    """Writes what listeners heard, each service at most every two seconds."""

    def __init__(self, reports: Reports, shard: int) -> None:
        self._reports = reports
        self._shard = shard
        self._told: dict[ServiceKey, tuple[float, list[int]]] = {}

    def tell(self, heard: Iterable[Heard], now: float) -> None:
        """About once a second: write some of the reports that are due. Never raises what the disk raises."""
        telling: dict[ServiceKey, _Telling] = {}
        for listener, channels in heard:
            for service in listener.heard:
                one = telling.setdefault(service, _Telling([], []))
                one.listeners.append(listener)
                one.channels.extend(_carriers(listener, channels, service))
        due = [service for service, one in telling.items() if self._is_due(service, one, now)]
        # What is on the station's own channels is told first.
        for service in sorted(due, key=lambda service: not telling[service].channels)[:MOST_PER_LOOK]:
            self._write(service, telling[service], now)

    def _is_due(self, service: ServiceKey, one: _Telling, now: float) -> bool:
        told, before = self._told.get(service, (0.0, []))
        if now - told < TOLD_EVERY_S:
            return False
        lives = now - told >= HEARD_EVERY_S and any(listener.heard[service] > told for listener in one.listeners)
        return lives or before != sorted(one.channels) or any(service in listener.changed for listener in one.listeners)

    def _write(self, service: ServiceKey, one: _Telling, now: float) -> None:
        """Of several streams that tell of the service the one that has most of its tables is believed."""
        report = EventsReport(
            network_id=service.network_id,
            stream_id=service.stream_id,
            service_id=service.service_id,
            channels=sorted(one.channels),
            heard=now,
            sections=max((listener.sections(service) for listener in one.listeners), key=len),
        )
        try:
            self._reports.put(events_report(self._shard, *service), report)
        except OSError as error:
            _log.warning("The guide of %s could not be left: %s", service, error)
        self._told[service] = now, report.channels
        for listener in one.listeners:
            if listener.changed.pop(service, 0) is None:
                listener.settle()


def _carriers(listener: EventListener, channels: dict[int, list[int]], service: ServiceKey) -> list[int]:
    return channels.get(service.service_id, []) if service in listener.own else []
