"""`rightcast usage`: what was watched under each right, month by month."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import station_command, table
from rightcast.cli.moments import now_utc
from rightcast.cli.panel import open_to_read
from rightcast.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk
    from rightcast.panel.usage.models import MonthUsage


@click.group("usage")
def usage_group() -> None:
    """See what was watched under each right, and count it anew."""


@station_command(usage_group, "show")
@click.option("--month", default="", metavar="YYYY-MM", help="One month; otherwise all that were counted.")
@click.option("--right", default="", metavar="RIGHT", help="One right, by id or reference.")
@click.option(
    "--by",
    type=click.Choice(["right", "channel", "territory"]),
    default="right",
    show_default=True,
    help="What a line of the answer is about.",
)
def show_usage(desk: Desk, *, month: str, right: str, by: str) -> None:
    """Show sessions, viewer hours, the peak and different lines. For the station itself: nothing is hidden."""
    first = parse_month(month) if month else None
    open_to_read(desk)
    from rightcast.panel.rights.queries import find_right
    from rightcast.panel.usage.queries import months

    rows = months(month=first, right_id=find_right(right).pk if right else None, by=by)
    lines = table(
        (
            (f"{one.month:%Y-%m}", reference, name, one.sessions, f"{one.seconds / 3600:.1f}", one.peak, one.lines)
            for one, reference, name in rows
        ),
        ("MONTH", "RIGHT", by.upper() if by != "right" else "", "SESSIONS", "HOURS", "PEAK", "LINES"),
    )
    desk.answer([_value(one, reference, name) for one, reference, name in rows], lines or ["Nothing was counted yet."])


@station_command(usage_group, "count")
def count_now(desk: Desk) -> None:
    """Bring the figures up to date now; the station does it every five minutes."""
    open_to_read(desk)
    from rightcast.panel.usage.counting import count_usage

    days = count_usage(now_utc())
    desk.answer({"days": days}, [f"Counted {days} days." if days != 1 else "Counted a day."])


def parse_month(text: str) -> date:
    """The first day of a month written 2026-11. Raises InvalidInputError."""
    try:
        return date.fromisoformat(f"{text}-01" if len(text) == len("2026-11") else "")
    except ValueError as error:
        raise InvalidInputError(f"'{text}' is no month.", remedy="Write 2026-11.", field="month") from error


def _value(one: MonthUsage, reference: str, name: str) -> dict[str, object]:
    return {
        "month": f"{one.month:%Y-%m}",
        "right": reference,
        "right_id": one.right_id,
        "name": name,
        "sessions": one.sessions,
        "viewer_hours": round(one.seconds / 3600, 3),
        "peak": one.peak,
        "lines": one.lines,
    }
