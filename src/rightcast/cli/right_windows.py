"""`rightcast right calendar, odrl, ...`: agreements for other programs."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import station_command, table, to_json
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.cli.right_steps import right_group
from rightcast.domain import eidr

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk

__all__ = ["right_group"]


@station_command(right_group, "odrl")
@click.argument("right")
def odrl_command(desk: Desk, *, right: str) -> None:
    """Print RIGHT (id or reference) as an ODRL 2.2 agreement in JSON-LD."""
    open_to_read(desk)
    from rightcast.panel.rights.queries import find_right
    from rightcast.panel.rights.windows import odrl_of

    value = odrl_of(find_right(right))
    desk.answer(value, [to_json(value)])


@station_command(right_group, "eidr")
@click.argument("number")
def eidr_command(desk: Desk, *, number: str) -> None:
    """Check the EIDR NUMBER of a film or episode by its check sign."""
    value = eidr.check(number)
    desk.answer({"eidr": value}, [f"{value} is written correctly."])


@station_command(right_group, "calendar")
def calendar_command(desk: Desk) -> None:
    """Print when rights begin and end, and when notice must be given, as an iCalendar file."""
    open_to_read(desk)
    from rightcast.panel.rights.windows import calendar_text

    text = calendar_text()
    desk.answer({"calendar": text}, text.splitlines())


@station_command(right_group, "calendar-open")
@click.argument("name")
def open_calendar(desk: Desk, *, name: str) -> None:
    """Open an address at the console for the calendar, for NAME to read; its secret is shown once."""
    actor = open_to_write(desk)
    from rightcast.panel.rights.windows import add_calendar

    made = add_calendar(actor, name)
    path = f"/agreements/calendar/{made.secret}.ics"
    desk.answer(
        {"id": made.row.pk, "name": made.row.name, "path": path},
        [f"Calendar {made.row.pk} for {made.row.name}: at the console's address, {path}", "It is shown this once."],
    )


@station_command(right_group, "calendars")
def list_calendars(desk: Desk) -> None:
    """List who may read the calendar."""
    open_to_read(desk)
    from rightcast.panel.rights.models import CalendarRow

    rows = [(one.pk, one.name, f"{one.created:%Y-%m-%d}") for one in CalendarRow.objects.order_by("id")]
    value = [{"id": number, "name": name, "created": created} for number, name, created in rows]
    desk.answer(
        value, table(rows, ("ID", "FOR", "SINCE")) or ["Nobody; open one with `rightcast right calendar-open`."]
    )


@station_command(right_group, "calendar-revoke")
@click.argument("calendar", type=int)
def revoke_command(desk: Desk, *, calendar: int) -> None:
    """Close the address of CALENDAR (id) at once."""
    actor = open_to_write(desk)
    from rightcast.panel.rights.windows import revoke_calendar

    revoke_calendar(actor, calendar)
    desk.answer({"revoked": calendar}, [f"Calendar {calendar} is revoked."])
