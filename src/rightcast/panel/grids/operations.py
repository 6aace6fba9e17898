"""Writing the week of a channel: rows one by one, a whole table, a calendar. Each is audited and planned at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from rightcast.domain.errors import InvalidInputError, NotFoundError
from rightcast.domain.grid import check_rows
from rightcast.domain.schedule import Day
from rightcast.formats.grid_csv import Complaint, read_grid
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.grids import planning
from rightcast.panel.guide.models import Assignment, GuideSource, SourceKind, Who
from rightcast.panel.guide.publication import publish_channels
from rightcast.panel.guide.store import channels_with, know_channel
from rightcast.panel.operation import operating

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.domain.grid import GridRow
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.operation import Deed

PERMISSION = "guide.change_guidesource"
_FIRST = 0
"""What a station typed in itself comes before every guide."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a table brought: how many rows, and what could not be read. `stored`: whether the week is as the table."""

    rows: int
    complaints: tuple[Complaint, ...]
    remarks: tuple[str, ...]
    stored: bool


def source_of(channel_id: int, kind: str = SourceKind.GRID) -> GuideSource | None:
    """The week (or the calendar) of a channel; None where it has none."""
    return GuideSource.objects.filter(kind=kind, settings__channel=channel_id).first()


def set_rows(actor: Actor, channel_id: int, rows: Sequence[GridRow], sentence: str = "") -> GuideSource:
    """Let a channel's week be these rows, in the order of days and times. Raises InvalidInputError, NotFoundError."""
    channel = _channel(channel_id)
    check_rows(rows)
    with operating(actor, PERMISSION) as deed:
        source = source_of(channel_id) or _made(deed, channel, SourceKind.GRID, f"Week of {channel.name}")
        ordered = sorted(rows, key=_order)
        source.settings = {"channel": channel.id, "rows": msgspec.to_builtins(ordered)}
        source.save(update_fields=["settings"])
        deed.record("guide.week", source.id, sentence or f"set the week of {channel}: {len(rows)} rows")
    planning.plan(source)
    return source


def add_row(actor: Actor, channel_id: int, row: GridRow) -> GuideSource:
    """Add a row."""
    rows = planning.rows_of(source_of(channel_id))
    return set_rows(actor, channel_id, [*rows, row], f"added “{row.title or row.repeats}” to a week")


def change_row(actor: Actor, channel_id: int, before: GridRow, after: GridRow | None) -> GuideSource:
    """Let a row be another one, or none. Raises NotFoundError when somebody changed it meanwhile."""
    rows = list(planning.rows_of(source_of(channel_id)))
    if before not in rows:
        raise NotFoundError("This show is no longer in the week.", remedy="Load the page again.")
    place = rows.index(before)
    rows[place : place + 1] = [] if after is None else [after]
    deed = "took" if after is None else "changed"
    return set_rows(actor, channel_id, rows, f"{deed} “{before.title or before.repeats}” in a week")


def import_table(actor: Actor, channel_id: int, data: bytes, *, add: bool = False, only_good: bool = False) -> Imported:
    """Let a channel's week be what a CSV table says, or add it. A table with complaints changes nothing.

    `only_good` takes the good lines all the same. Lines that name another channel are told and left out. Raises
    InvalidInputError.
    """
    channel = _channel(channel_id)
    actor.require(PERMISSION)
    found = read_grid(data)
    names = {"", channel.name.casefold(), str(channel.number), channel.guide_id.casefold()}
    rows = [row for name, row in found.rows if name.casefold() in names]
    remarks = list(found.remarks)
    if len(rows) < len(found.rows):
        remarks.append(f"{len(found.rows) - len(rows)} lines are of other channels and were left out.")
    if found.complaints and not only_good:
        return Imported(len(rows), found.complaints, tuple(remarks), stored=False)
    kept = planning.rows_of(source_of(channel_id)) if add else ()
    wanted = [*kept, *(row for row in rows if row not in kept)]
    set_rows(actor, channel_id, wanted, f"imported a week of {len(rows)} rows for {channel}")
    return Imported(len(rows), found.complaints, tuple(remarks), stored=True)


def set_calendar(actor: Actor, channel_id: int, data: bytes) -> tuple[str, ...]:
    """Let a channel have the events of a calendar (ICS); returns remarks. Raises InvalidInputError."""
    channel = _channel(channel_id)
    clock = planning.zone()
    first = planning.today(clock)
    from rightcast.formats.grid_ics import read_calendar  # noqa: PLC0415 - it loads for a second

    found = read_calendar(data, first, first, clock)
    with operating(actor, PERMISSION) as deed:
        source = source_of(channel_id, SourceKind.ICS)
        source = source or _made(deed, channel, SourceKind.ICS, f"Calendar of {channel.name}")
        source.settings = {"channel": channel.id, "calendar": data.decode("utf_8", "replace")}
        source.save(update_fields=["settings"])
        deed.record("guide.calendar", source.id, f"set the calendar of {channel}")
    planning.plan(source)
    return found.remarks


def remove(actor: Actor, channel_id: int, kind: str = SourceKind.GRID) -> None:
    """Take a channel's week (or calendar) away, with all its shows. Raises NotFoundError."""
    source = source_of(channel_id, kind)
    if source is None:
        raise NotFoundError("The channel has none.")
    with operating(actor, PERMISSION) as deed:
        channels = [one for row in source.channels.all() for one in channels_with(row.id)]
        deed.record("guide.week", source.id, f"took away {source}")
        source.delete()
    publish_channels(channels)


def _made(deed: Deed, channel: Channel, kind: str, name: str) -> GuideSource:
    """A source of one channel, assigned to it."""
    free = name[:80]
    if GuideSource.objects.filter(name__iexact=free).exists():
        free = f"{name[:60]} ({channel.id})"
    source = GuideSource.objects.create(
        name=free, kind=kind, position=_FIRST, added=deed.now, settings={"channel": channel.id}
    )
    row = know_channel(source.id, f"{kind}-{channel.id}", [source.name])
    Assignment.objects.create(channel=channel, guide_channel=row, who=Who.OPERATOR, score=100, made=deed.now)
    return source


def _order(row: GridRow) -> tuple[bool, str, int, str]:
    return row.on is not None, str(row.on or ""), min(row.days, default=int(Day.MON)), f"{row.start}"


def _channel(channel_id: int) -> Channel:
    found = Channel.objects.filter(id=channel_id).first()
    if found is None:
        raise InvalidInputError(f"There is no channel with the id {channel_id}.", field="channel")
    return found
