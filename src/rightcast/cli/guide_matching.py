"""`rightcast guide match`: which channel of a guide a channel is; found, accepted, refused, undone."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from rightcast.cli import guide_week
from rightcast.cli.desk import station_command, table
from rightcast.cli.guide import guide_group
from rightcast.cli.panel import open_to_read, open_to_write

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk

__all__ = ["guide_group", "guide_week"]


@guide_group.group("match")
def match_group() -> None:
    """Which channel of a guide each channel is."""


@station_command(match_group, "search")
def search(desk: Desk) -> None:
    """Look for guides of channels that have none. Certain ones are assigned, others are proposed."""
    actor = open_to_write(desk)
    from rightcast.panel.matching import operations, steps

    outcome = operations.search(actor)
    steps.publish_waiting()
    _drain()
    desk.answer(
        {"assigned": outcome.assigned, "proposed": outcome.proposed},
        [f"{outcome.assigned:,} found by their names, {outcome.proposed:,} to review."],
    )


@station_command(match_group, "list")
@click.option("--show", "which", default="review", show_default=True, metavar="WHICH", help="review, automatic, ...")
@click.option("--most", default=50, show_default=True, type=click.IntRange(1, 5000), help="So many channels at most.")
def list_matches(desk: Desk, *, which: str, most: int) -> None:
    """List channels with what they have and may be: review, automatic, operator, nothing or without."""
    open_to_read(desk)
    from rightcast.panel.matching import queries

    lines = queries.lines(list(queries.channels_of(which)[:most]), time.time())
    rows: list[tuple[object, ...]] = [
        (
            line.channel.number,
            line.channel.name,
            one.row,
            one.name,
            one.guide_id,
            one.source,
            f"{one.words} {one.score}",
        )
        for line in lines
        for one in line.choices
    ]
    rows += [
        (line.channel.number, line.channel.name, one.row, one.name, "", one.source, one.why)
        for line in lines
        for one in line.has
    ]
    rows += [
        (line.channel.number, line.channel.name, "", "", "", "", "no guide wanted" if line.without else "nothing found")
        for line in lines
        if not line.choices and not line.has
    ]
    desk.answer(
        [dict(zip(_KEYS, row, strict=True)) for row in rows],
        table(rows, ("No.", "Channel", "Row", "Guide channel", "Id", "Source", "How sure")) or ["No channel is here."],
    )


_KEYS = ("number", "channel", "row", "guide_channel", "guide_id", "source", "how")


@station_command(match_group, "accept")
@click.argument("channel", metavar="[CHANNEL]", required=False)
@click.argument("row", metavar="[ROW]", required=False, type=int)
@click.option("--above", type=float, metavar="SCORE", help="Accept the best proposal of every channel that is as good.")
@click.option("--offset", "offset_min", type=int, metavar="MINUTES", help="Move its shows by so many minutes.")
def accept(desk: Desk, *, channel: str | None, row: int | None, above: float | None, offset_min: int | None) -> None:
    """Let CHANNEL have the guide channel ROW, or with --above many channels their best proposals."""
    if (above is None) == (channel is None or row is None):
        raise click.UsageError("Name a channel and a row, or a score with --above.")
    actor = open_to_write(desk)
    from rightcast.panel.catalogue.queries import find_channel
    from rightcast.panel.matching import operations, steps

    if above is not None:
        step = operations.accept_above(actor, above)
    else:
        step = operations.accept(actor, find_channel(channel or "").id, row or 0, offset_min)
    steps.publish_waiting()
    _drain()
    count = 0 if step is None else len(step.changes)
    desk.answer(
        {"step": None if step is None else step.id, "changed": count},
        [f"{count:,} changed; undo it with `rightcast guide match undo {step.id}`." if step else "Nothing changed."],
    )


@station_command(match_group, "refuse")
@click.argument("channel", metavar="CHANNEL")
@click.argument("row", metavar="[ROW]", required=False, type=int)
def refuse(desk: Desk, *, channel: str, row: int | None) -> None:
    """Say that CHANNEL is not the guide channel ROW, or without ROW that no guide has it."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue.queries import find_channel
    from rightcast.panel.matching import operations

    found = find_channel(channel)
    step = operations.leave_without(actor, found.id) if row is None else operations.refuse(actor, found.id, row)
    _drain()
    desk.answer(
        {"step": None if step is None else step.id},
        [f"Done; undo it with `rightcast guide match undo {step.id}`." if step else "Nothing changed."],
    )


@station_command(match_group, "undo")
@click.argument("step", metavar="STEP", type=int)
def undo(desk: Desk, *, step: int) -> None:
    """Let everything that STEP changed be as it was, except what was changed again since."""
    actor = open_to_write(desk)
    from rightcast.panel.matching import operations, steps

    undone = operations.undo(actor, step)
    steps.publish_waiting()
    _drain()
    desk.answer({"undone": undone.id, "sentence": undone.sentence}, [f"Undone: {undone.sentence}."])


def _drain() -> None:
    from rightcast.panel.publish import publisher

    publisher.drain()
