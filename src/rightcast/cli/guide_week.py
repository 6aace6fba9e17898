"""`rightcast guide week`: the week of a station as rows, as a table (CSV) and as a calendar (ICS), in and out."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import station_command, table
from rightcast.cli.guide import guide_group
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.domain.errors import InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk

_CALENDAR = b"BEGIN:VCALENDAR"


@guide_group.group("week")
def week_group() -> None:
    """The week of a station that no guide knows."""


@station_command(week_group, "import")
@click.argument("channel", metavar="CHANNEL")
@click.argument("file", metavar="FILE")
@click.option("--add", is_flag=True, help="Add the rows to those that are there.")
@click.option("--only-good", is_flag=True, help="Take the good lines even if some cannot be read.")
def import_week(desk: Desk, *, channel: str, file: str, add: bool, only_good: bool) -> None:
    """Let the week of CHANNEL be the table (CSV) or calendar (ICS) in FILE; - is standard input."""
    data = _read(file)
    actor = open_to_write(desk)
    from rightcast.panel.catalogue.queries import find_channel
    from rightcast.panel.grids import operations
    from rightcast.panel.publish import publisher

    found = find_channel(channel)
    if data.lstrip(b"\xef\xbb\xbf \r\n")[: len(_CALENDAR)].upper() == _CALENDAR:
        remarks = operations.set_calendar(actor, found.id, data)
        publisher.drain()
        desk.answer({"remarks": remarks}, ["The calendar is set.", *remarks])
        return
    done = operations.import_table(actor, found.id, data, add=add, only_good=only_good)
    publisher.drain()
    if not done.stored:
        raise InvalidInputError(
            "\n".join(["Nothing was changed.", *map(str, done.complaints)]),
            remedy="Correct these lines, or take the good ones with --only-good.",
            field="file",
        )
    complaints = [str(one) for one in done.complaints]
    desk.answer(
        {"rows": done.rows, "complaints": complaints, "remarks": done.remarks},
        [f"{done.rows} rows imported.", *complaints, *done.remarks],
    )


@station_command(week_group, "show")
@click.argument("channel", metavar="CHANNEL")
def show_week(desk: Desk, *, channel: str) -> None:
    """Show the rows of CHANNEL's week, and what is remarkable about the next seven days."""
    open_to_read(desk)
    from rightcast.formats.grid_csv import write_row
    from rightcast.panel.catalogue.queries import find_channel
    from rightcast.panel.grids import operations, planning

    rows = planning.rows_of(operations.source_of(find_channel(channel).id))
    week = planning.week_of(rows, planning.today(planning.zone()))
    told = [write_row(row) for row in rows]
    remarks = [f"{one.day}: {one.sentence}" for one in week.remarks]
    shown = [(row["days"], row["start"], row["end"], row["title"] or f"as {row['repeats']}") for row in told]
    desk.answer(
        {"rows": told, "remarks": remarks},
        [*table(shown, ("Days", "Start", "End", "Title")), *remarks] or ["The channel has no week of its own."],
    )


@station_command(week_group, "export")
@click.argument("channel", metavar="CHANNEL")
@click.option("--ics", is_flag=True, help="As a calendar instead of a table.")
def export_week(desk: Desk, *, channel: str, ics: bool) -> None:
    """Write the week of CHANNEL as a table that imports again, or as a calendar."""
    open_to_read(desk)
    from rightcast.formats.grid_csv import write_grid
    from rightcast.formats.grid_ics import write_calendar
    from rightcast.panel.catalogue.queries import find_channel
    from rightcast.panel.grids import operations, planning

    found = find_channel(channel)
    rows = planning.rows_of(operations.source_of(found.id))
    zone = planning.zone()
    text = write_calendar(rows, zone, found.name, planning.today(zone)).decode() if ics else write_grid(rows)
    desk.answer({"text": text}, [text.replace("\r\n", "\n").rstrip("\n")])


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    path = Path(file)
    if not path.is_file():
        raise NotFoundError(f"There is no file {file}.", remedy="Check its name.", field="file")
    return path.read_bytes()
