"""`rightcast trace`: from a captured file to the session that it came from."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import station_command, table
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.domain.errors import InvalidInputError
from rightcast.formats.marks import strength, whose
from rightcast.headend.ffmpeg import find_ffmpeg
from rightcast.headend.marks_reader import grey_pictures, seen_by

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk
    from rightcast.panel.tracing.leaks import Named

_SHOWN = 5


@click.group("trace")
def trace_group() -> None:
    """Trace a leak to the session that it came from."""


@station_command(trace_group, "detect")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--channel", required=True, metavar="CHANNEL", help="What it shows.")
@click.option("--session", "sids", multiple=True, metavar="SID", help="Only these; the last week's otherwise.")
@click.option("--with", "program", type=click.Path(path_type=Path), help="The detector of another marker.")
@click.option("--lasting", type=float, default=0.0, help="How long its segments really last, in seconds.")
def detect(
    desk: Desk, *, file: Path, channel: str, sids: tuple[str, ...], program: Path | None, lasting: float
) -> None:
    """Look in FILE for the marks of sessions that watched CHANNEL on a marked rung."""
    if lasting and not 0.5 <= lasting <= 30:
        raise InvalidInputError(
            f"Segments do not last {lasting:g} s.", remedy="Write 0.5 to 30, as EXTINF says.", field="lasting"
        )
    actor = open_to_write(desk)
    from rightcast.panel.catalogue.queries import find_channel
    from rightcast.panel.tracing import leaks

    channel_id = find_channel(channel).pk
    codes = leaks.candidate_codes(channel_id, sids)
    if not codes:
        raise InvalidInputError(
            "Nobody was seen on this channel in the last week.", remedy="Name sessions with --session.", field="session"
        )
    seen = seen_by(program, file) if program else strength(grey_pictures(find_ffmpeg(desk.settings.ffmpeg), file))
    found = whose(seen, codes, segment_s=desk.settings.segment_s, lasting_s=lasting)
    if not found:
        raise InvalidInputError("The file is too short.", remedy="A minute or more is needed.", field="file")
    with file.open("rb") as data:
        digest = hashlib.file_digest(data, "sha256").hexdigest()
    named = leaks.note_search(actor, channel_id, digest, found[:_SHOWN])
    value = {"sha256": digest, "asked": len(codes), "found": [_value(one) for one in named]}
    desk.answer(value, _said(named, len(codes)))


def _value(one: Named) -> dict[str, object]:
    finding = one.finding
    return {
        "session": finding.sid,
        "line": one.line,
        "line_id": one.line_id,
        "share": round(finding.share, 4),
        "segments": finding.windows,
        "odds": finding.odds,
        "proven": one.is_proven,
    }


def _said(named: list[Named], asked: int) -> list[str]:
    proven = [one for one in named if one.is_proven]
    head = (
        [f"Session {one.finding.sid}{f' of line {one.line}' if one.line else ''}." for one in proven]
        if proven
        else ["No session is found: what fits best fits by chance."]
    )
    told = [
        f"  {one.finding.sid}  fits {one.finding.share:.0%} of {one.finding.windows} segments,"
        f" by chance {min(one.finding.odds, asked):.2g} of {asked}"
        for one in named
    ]
    return [*head, *told]


@station_command(trace_group, "overlay")
@click.argument("session")
@click.option("--why", required=True, help="What made it suspect; stands in the audit trail.")
@click.option("--minutes", type=int, default=15, show_default=True, help="For how long, at most 120.")
def overlay(desk: Desk, *, session: str, why: str, minutes: int) -> None:
    """Burn a running session's number into the picture that it alone sees, for a while."""
    actor = open_to_write(desk)
    from rightcast.panel.overlays.operations import lay_overlay

    row = lay_overlay(actor, sid=session, why=why, minutes=minutes)
    desk.answer(
        {"id": row.id, "session": row.sid, "ends": row.ends},
        [f"Overlay {row.id}: the picture of {row} shows its number until {row.ends:%H:%M} UTC."],
    )


@station_command(trace_group, "overlays")
def overlays(desk: Desk) -> None:
    """List the overlays that run, and whether each is on the picture."""
    open_to_read(desk)
    from django.utils import timezone

    from rightcast.panel.overlays.models import Overlay
    from rightcast.panel.overlays.queries import how_they_do

    states = how_they_do()
    rows = list(Overlay.objects.filter(ends__gt=timezone.now()))
    words = {row.id: states.get((row.channel_id, row.slot), ("", "Waits for the headend."))[1] for row in rows}
    values = [
        {"id": row.id, "session": row.sid, "channel": row.channel_id, "ends": row.ends, "state": words[row.id]}
        for row in rows
    ]
    cells = [(row.id, row.sid, row.channel_id, f"{row.ends:%H:%M}", words[row.id]) for row in rows]
    desk.answer(values, table(cells, ("ID", "SESSION", "CHANNEL", "UNTIL (UTC)", "STATE")) or ["There is no overlay."])


@station_command(trace_group, "overlay-end")
@click.argument("number", type=int)
def overlay_end(desk: Desk, *, number: int) -> None:
    """Take an overlay off before its time."""
    actor = open_to_write(desk)
    from rightcast.panel.overlays.operations import end_overlay

    row = end_overlay(actor, number)
    desk.answer({"id": row.id, "session": row.sid}, [f"The overlay of {row} is taken off."])
