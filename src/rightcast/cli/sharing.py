"""`rightcast sharing`: lines that seem to be shared, why, and what is done about it."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import station_command
from rightcast.cli.moments import shown
from rightcast.cli.panel import open_to_read, open_to_write

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.cli.desk import Desk
    from rightcast.panel.tracing.models import Suspect


@click.group("sharing")
def sharing_group() -> None:
    """Lines that seem to be shared: the grounds, and what is done. Nothing happens by itself."""


@station_command(sharing_group, "list")
def list_suspects(desk: Desk) -> None:
    """List lines that seem to be shared, those with the most points first."""
    open_to_read(desk)
    from rightcast.panel.tracing.models import Suspect

    rows = list(Suspect.objects.select_related("line"))
    desk.answer(
        [_value(row) for row in rows], [text for row in rows for text in _said(row)] or ["No line seems to be."]
    )


@station_command(sharing_group, "ask")
@click.argument("line")
@click.option("--why", default="", help="Why; kept in the trail.")
def ask(desk: Desk, *, line: str, why: str) -> None:
    """Refuse LINE until its customer confirms at /activate/confirm that only the household watches."""
    _do(desk, "ask_customer", line, why)


@station_command(sharing_group, "cap")
@click.argument("line")
@click.option("--why", default="", help="Why; kept in the trail.")
def cap(desk: Desk, *, line: str, why: str) -> None:
    """Let one screen of LINE watch at a time; `lift` gives it back those it had."""
    _do(desk, "cap", line, why)


@station_command(sharing_group, "dismiss")
@click.argument("line")
@click.option("--why", default="", help="Why; kept in the trail.")
def dismiss(desk: Desk, *, line: str, why: str) -> None:
    """Leave LINE alone for a month, or until much more speaks against it."""
    _do(desk, "dismiss", line, why)


@station_command(sharing_group, "lift")
@click.argument("line")
@click.option("--why", default="", help="Why; kept in the trail.")
def lift(desk: Desk, *, line: str, why: str) -> None:
    """Take back what was done to LINE."""
    _do(desk, "lift", line, why)


def _do(desk: Desk, deed: str, line: str, why: str) -> None:
    actor = open_to_write(desk)
    from rightcast.panel.lines.queries import find_line
    from rightcast.panel.tracing import sharing

    run: Callable[..., Suspect] = getattr(sharing, deed)
    row = run(actor, find_line(line).pk, why)
    desk.answer(_value(row), _said(row))


def _value(row: Suspect) -> dict[str, object]:
    return {
        "line": row.line.name,
        "line_id": row.line_id,
        "points": row.points,
        "grounds": [{"sign": sign, "points": points, "sentence": text} for sign, points, text in row.grounds],
        "state": row.state,
        "since": row.since,
        "by": row.by,
        "why": row.why,
    }


def _said(row: Suspect) -> list[str]:
    told = f", {row.by} {shown(row.decided)} UTC" if row.by else ""
    head = f"{row.line}  {row.points} points  {row.get_state_display()}{told}"
    return [head, *(f"  {points:>3}  {sentence}" for _, points, sentence in row.grounds)]
