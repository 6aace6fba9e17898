"""What headends heard of a broadcaster's own guide: the sections of one service, for the jobs process to read."""

from __future__ import annotations

import msgspec

PREFIX = "events-"
"""With it begin the names of these reports, and of no others."""
EXPIRES_S = 3600.0
"""An older report is of a service that is no longer heard."""


class EventsReport(msgspec.Struct, frozen=True, kw_only=True):
    """Sections of the event information tables of one service (ETSI EN 300 468 section 5.2.4), as they came.

    The service by network of origin, stream and id; `channels`: ids of those that carry it. `heard`: unix seconds,
    written again every few minutes while it is. A report is replaced whole when anything in it changes.
    """

    network_id: int
    stream_id: int
    service_id: int
    channels: list[int]
    heard: float
    sections: list[bytes]


def events_report(shard: int, network_id: int, stream_id: int, service_id: int) -> str:
    """The name of the report of one service, as headend process `shard` hears it."""
    return f"{PREFIX}{shard}-{network_id:04x}-{stream_id:04x}-{service_id:04x}"
