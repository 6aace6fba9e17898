"""`rightcast hold`: keep evidence for a case out of eviction, retention and erasure."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import station_command, table
from rightcast.cli.moments import optional_moment, shown
from rightcast.cli.panel import open_to_read, open_to_write

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk
    from rightcast.panel.takedowns.models import Hold


@click.group("hold")
def hold_group() -> None:
    """Place legal holds: what they name is neither evicted nor erased until they are lifted."""


@station_command(hold_group, "place")
@click.argument("case")
@click.option("--channel", "channels", multiple=True, help="A channel; may be repeated.")
@click.option("--title", "titles", multiple=True, help="A title of the library; may be repeated.")
@click.option("--line", "lines", multiple=True, help="What is known of a line; may be repeated.")
@click.option("--from", "since", metavar="WHEN", help="Only what the channels show from this moment on.")
@click.option("--until", metavar="WHEN", help="Only what they show before this moment.")
@click.option("--note", default="", help="For colleagues.")
def place(
    desk: Desk,
    *,
    case: str,
    channels: tuple[str, ...],
    titles: tuple[str, ...],
    lines: tuple[str, ...],
    since: str | None,
    until: str | None,
    note: str,
) -> None:
    """Keep for CASE what is named: the archive and recordings of channels, titles, records of lines."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue.queries import find_channel
    from rightcast.panel.library.queries import find_title
    from rightcast.panel.lines.queries import find_line
    from rightcast.panel.takedowns.hold_operations import place_hold
    from rightcast.panel.takedowns.orders import Order

    row = place_hold(
        actor,
        Order(
            case=case,
            note=note,
            channel_ids=tuple(find_channel(one).pk for one in channels),
            title_ids=tuple(find_title(one).pk for one in titles),
            line_ids=tuple(find_line(one).pk for one in lines),
            shown_from=optional_moment(since, field="from"),
            shown_until=optional_moment(until, field="until"),
        ),
    )
    desk.answer(_value(row), [f"Placed hold {row.pk} for case {row.case}."])


@station_command(hold_group, "lift")
@click.argument("number")
@click.option("--why", default="", help="Why it is needed no more; kept in the trail.")
def lift(desk: Desk, *, number: str, why: str) -> None:
    """Let go of what a hold kept; retention goes on from there."""
    actor = open_to_write(desk)
    from rightcast.panel.takedowns.hold_operations import lift_hold

    row = lift_hold(actor, number, why)
    desk.answer(_value(row), [f"Lifted hold {row.pk} of case {row.case}."])


@station_command(hold_group, "list")
@click.option("--all", "everything", is_flag=True, help="Lifted ones too.")
def list_holds(desk: Desk, *, everything: bool) -> None:
    """List the holds that stand, those of takedowns among them."""
    open_to_read(desk)
    from rightcast.panel.takedowns.models import Hold
    from rightcast.panel.takedowns.queries import standing_holds

    rows = list(Hold.objects.all() if everything else standing_holds())
    cells = [
        (
            row.pk,
            row.case or "-",
            f"takedown {row.takedown_id}" if row.takedown_id else "-",
            len(row.channel_ids),
            len(row.title_ids),
            len(row.line_ids),
            shown(row.shown_from, "ever"),
            shown(row.shown_until, "ever"),
        )
        for row in rows
    ]
    lines = table(cells, ("NO", "CASE", "OF", "CHANNELS", "TITLES", "LINES", "FROM (UTC)", "UNTIL"))
    desk.answer([_value(row) for row in rows], lines or ["Nothing is held."])


def _value(row: Hold) -> dict[str, object]:
    return {
        "id": row.pk,
        "case": row.case,
        "takedown": row.takedown_id,
        "channels": row.channel_ids,
        "titles": row.title_ids,
        "lines": row.line_ids,
        "from": row.shown_from,
        "until": row.shown_until,
        "by": row.by,
        "at": row.at,
        "lifted": row.lifted,
    }
