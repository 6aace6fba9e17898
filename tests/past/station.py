"""An edge with a reel of a clock, a right that grants the past, and a guide."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.domain.guide import GuideDay, Show, day_of
from rightcast.domain.rights import Later
from rightcast.state.archive.reel import channel_reel
from tests.edge.station import TestStation, eventually
from tests.past.clock import SEGMENT_S, write_clock

if TYPE_CHECKING:
    from collections.abc import Iterable

WEEK_H = 7 * 24


def now_s() -> int:
    """Now, at the beginning of a segment."""
    return int(time.time()) // SEGMENT_S * SEGMENT_S


def keep(station: TestStation, stretches: Iterable[tuple[int, int]], *, segment_s: int = SEGMENT_S) -> None:
    """Write a reel of a clock for channel 1."""
    write_clock(channel_reel(station.settings.archive_root, 1), stretches, segment_s=segment_s)


async def grant(station: TestStation, later: Later | None = None, **changes: object) -> None:
    """Let the right grant this much later, and wait until the edge knows."""
    granted = Later(catchup_h=WEEK_H) if later is None else later
    station.right = replace(station.right, later=granted, **changes)  # type: ignore[arg-type]  # names of its fields
    await applied(station, station.publish(Kind.RIGHT, 5, station.right))


async def applied(station: TestStation, revision: int) -> None:
    """Wait until the edge knows a revision."""
    await eventually(lambda: station.edge.replica.revision >= revision)


def show(start: int, stop: int, **changes: object) -> Show:
    """A programme of channel 1."""
    made = Show(id=start, guide_id="uno.it", start=start, stop=stop, title=f"At {start}")
    return replace(made, **changes)  # type: ignore[arg-type]  # names of its fields


async def tell(station: TestStation, *shows: Show) -> None:
    """Publish the programmes of channel 1, day by day."""
    revision = 0
    for day in sorted({day_of(one.start) for one in shows}):
        of_day = tuple(one for one in shows if day_of(one.start) == day)
        record = GuideDay(channel_id=1, day=day, shows=of_day)
        revision = station.publish(Kind.GUIDE, record.key, record)
    await applied(station, revision)
