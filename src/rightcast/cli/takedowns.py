"""`rightcast takedown`: make something dark at once, watch every edge say so, and let it come back."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import station_command, table
from rightcast.cli.moments import optional_moment, parse_moment, shown
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.domain.takedown import Cause

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rightcast.cli.desk import Desk
    from rightcast.panel.takedowns.clock import Standing
    from rightcast.panel.takedowns.models import Takedown
    from rightcast.panel.takedowns.orders import Order
    from rightcast.panel.takedowns.preview import Touched

WAIT_S = 4.0
_STEP_S = 0.1


class _Default(click.Group):
    """`takedown CHANNEL` takes the channel down; `takedown lift 12` and the like are commands."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is named; what names none is meant for `now`."""
        if args and args[0] not in self.commands:
            return super().resolve_command(ctx, ["now", *args])
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options that are the group's none belong to `now` too."""
        if args and args[0].startswith("-") and args[0] != "--help":
            args = ["now", *args]
        return super().parse_args(ctx, args)


@click.group("takedown", cls=_Default)
def takedown_group() -> None:
    """Take down a channel, programme, title, line or territory (`takedown CHANNEL`), see it go dark, and lift it."""


@station_command(takedown_group, "now")
@click.argument("channels", nargs=-1, metavar="[CHANNEL]...")
@click.option("--title", "titles", multiple=True, help="A title of the library; may be repeated.")
@click.option("--line", "lines", multiple=True, help="For this line only; may be repeated.")
@click.option("--territory", "territories", multiple=True, help="For who lives or is there only; may be repeated.")
@click.option("--from", "since", metavar="WHEN", help="Only what the channels show from this moment on.")
@click.option("--until", metavar="WHEN", help="Only what they show before this moment.")
@click.option("--cause", type=click.Choice([one.value for one in Cause]), default=Cause.OTHER.value, help="Why.")
@click.option("--case", default="", help="The number of the case.")
@click.option("--ordered-by", default="", help="Who demands it: a court, a licensor.")
@click.option("--begins", metavar="WHEN", help="When it takes effect; now when left out.")
@click.option("--expires", metavar="WHEN", help="When it ends by itself, such as 30d; never when left out.")
@click.option("--note", default="", help="For colleagues.")
@click.option("--preview", "only_preview", is_flag=True, help="Show what it would touch, and do nothing.")
def take_down_now(
    desk: Desk,
    *,
    channels: tuple[str, ...],
    titles: tuple[str, ...],
    lines: tuple[str, ...],
    territories: tuple[str, ...],
    since: str | None,
    until: str | None,
    cause: str,
    case: str,
    ordered_by: str,
    begins: str | None,
    expires: str | None,
    note: str,
    only_preview: bool,
) -> None:
    """Make what is named dark at every edge; with --preview only tell what that would touch."""
    if not (channels or titles or lines or territories):
        raise click.UsageError("Name a channel, a --title, a --line or a --territory.")
    actor = open_to_write(desk)
    from rightcast.panel.catalogue.queries import find_channel
    from rightcast.panel.library.queries import find_title
    from rightcast.panel.lines.queries import find_line
    from rightcast.panel.takedowns.operations import take_down
    from rightcast.panel.takedowns.orders import Order

    order = Order(
        cause=cause,
        case=case,
        ordered_by=ordered_by,
        note=note,
        begins=optional_moment(begins, field="begins"),
        expires=optional_moment(expires, field="expires"),
        channel_ids=tuple(find_channel(one).pk for one in channels),
        title_ids=tuple(find_title(one).pk for one in titles),
        line_ids=tuple(find_line(one).pk for one in lines),
        territories=territories,
        shown_from=optional_moment(since, field="from"),
        shown_until=optional_moment(until, field="until"),
    )
    if only_preview:
        _preview(desk, order)
        return
    row = take_down(actor, order)
    _tell(desk, row, _waited(row))


@station_command(takedown_group, "lift")
@click.argument("number")
@click.option("--why", default="", help="Why it may come back; kept in the trail.")
@click.option("--rehearse", is_flag=True, help="Show what would come back, and do nothing.")
def lift_takedown(desk: Desk, *, number: str, why: str, rehearse: bool) -> None:
    """Let come back what a takedown made dark and no other one keeps dark."""
    actor = open_to_write(desk)
    from rightcast.panel.takedowns.operations import lift
    from rightcast.panel.takedowns.preview import coming_back
    from rightcast.panel.takedowns.queries import find_takedown, to_record

    row = find_takedown(number)
    if rehearse:
        touched, staying = coming_back(to_record(row))
        lines = [*_lines(touched), *(f"Stays dark in part by {one}." for one in staying)]
        desk.answer({"comes_back": touched, "kept_dark_by": staying}, ["Would come back:", *lines])
        return
    row = lift(actor, row.pk, why)
    desk.answer(_value(row, []), [f"Lifted takedown {row.pk}: {row.names} may be watched again where rights let it."])


@station_command(takedown_group, "list")
@click.option("--all", "everything", is_flag=True, help="Lifted and expired ones too.")
def list_takedowns(desk: Desk, *, everything: bool) -> None:
    """List the takedowns that stand, newest first."""
    open_to_read(desk)
    from rightcast.panel.takedowns.models import Takedown
    from rightcast.panel.takedowns.queries import standing

    now = parse_moment("now", field="now")
    rows = list(Takedown.objects.all() if everything else standing(now))
    cells = [
        (row.pk, row.state(now), row.names, row.case or "-", shown(row.begins), shown(row.expires)) for row in rows
    ]
    lines = table(cells, ("NO", "STATE", "WHAT", "CASE", "SINCE (UTC)", "UNTIL")) or ["Nothing is taken down."]
    desk.answer([_value(row, []) for row in rows], lines)


@station_command(takedown_group, "show")
@click.argument("number")
def show_takedown(desk: Desk, *, number: str) -> None:
    """Show one takedown, and what every edge said of it."""
    open_to_read(desk)
    from rightcast.panel.takedowns.clock import standings
    from rightcast.panel.takedowns.queries import find_takedown

    row = find_takedown(number)
    _tell(desk, row, standings(row))


def _preview(desk: Desk, order: Order) -> None:
    from rightcast.panel.takedowns.orders import in_words
    from rightcast.panel.takedowns.preview import preview

    wanted = order.record(parse_moment("now", field="now"))
    touched = preview(wanted)
    desk.answer(
        {"what": in_words(wanted), "touched": touched}, [f"Would take down {in_words(wanted)}:", *_lines(touched)]
    )


def _waited(row: Takedown) -> list[Standing]:
    """What edges said within a few seconds; those that said nothing are among them."""
    from rightcast.panel.takedowns.clock import standings
    from rightcast.panel.takedowns.operations import note_acknowledgements

    deadline = time.monotonic() + WAIT_S
    while True:
        found = standings(row)
        if all(one.after_s is not None for one in found) or time.monotonic() > deadline:
            note_acknowledgements()
            return found
        time.sleep(_STEP_S)


def _tell(desk: Desk, row: Takedown, found: Sequence[Standing]) -> None:
    now: datetime = parse_moment("now", field="now")
    lines = [f"Takedown {row.pk}, {row.state(now)}: {row.names}."]
    lines += [f"  {one.who}: {one.in_words}" for one in found]
    if not found:
        lines.append("  No edge is on air; each takes it from the feed before it serves anybody.")
    desk.answer(_value(row, found), lines)


def _lines(touched: Touched) -> list[str]:
    return [f"  {name}: {words}" for name, words in touched.lines()]


def _value(row: Takedown, found: Sequence[Standing]) -> dict[str, object]:
    return {
        "id": row.pk,
        "state": row.state(parse_moment("now", field="now")),
        "what": row.names,
        "cause": row.cause,
        "case": row.case,
        "ordered_by": row.ordered_by,
        "by": row.by,
        "at": row.at,
        "begins": row.begins,
        "expires": row.expires,
        "lifted": row.lifted,
        "touched": row.touched,
        "edges": list(found),
    }
