"""`rightcast alarm`: what is wrong, since when and why, and who has seen it."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click
import msgspec

from rightcast.cli.desk import station_command, table
from rightcast.cli.moments import now_utc, optional_moment, shown, span_words
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.domain.findings import Severity, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightcast.cli.desk import Desk
    from rightcast.panel.alarms.models import AlarmRow

SEVERITIES = click.Choice([one.word for one in sorted(Severity, reverse=True)])


class AlarmValue(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm as it is answered."""

    id: int
    severity: str
    kind: str
    title: str
    subject_kind: str
    subject_id: str
    subject: str
    detail: str
    since: datetime
    raised: datetime
    cleared: datetime | None
    cause: int | None
    hides: list[str]
    quiet: bool
    flaps: int
    acknowledged_by: str
    acknowledged: datetime | None
    acknowledged_until: datetime | None


@click.group("alarm")
def alarm_group() -> None:
    """See, acknowledge and annotate alarms."""


@station_command(alarm_group, "list")
@click.option("--severity", type=SEVERITIES, help="Those of at least this severity.")
@click.option("--all", "everything", is_flag=True, help="Those too that a cause explains.")
def list_alarms(desk: Desk, *, severity: str | None, everything: bool) -> None:
    """List open alarms, the worst first."""
    open_to_read(desk)
    from rightcast.panel.alarms.queries import open_rows

    rows = open_rows() if everything else open_rows().filter(cause=None)
    if severity is not None:
        rows = rows.filter(severity__gte=Severity.of_word(severity).value)
    values = _values(rows)
    desk.answer(values, _table(values) or ["No alarm is open."])


@station_command(alarm_group, "history")
@click.option("--find", "text", default="", metavar="WORDS", help="Only those with these words in them.")
@click.option("--severity", type=SEVERITIES, help="Those of this severity.")
@click.option("--last", type=click.IntRange(1, 10_000), default=50, show_default=True, metavar="N", help="How many.")
def alarm_history(desk: Desk, *, text: str, severity: str | None, last: int) -> None:
    """List alarms, open and cleared, the newest first."""
    open_to_read(desk)
    from rightcast.panel.alarms.queries import history

    values = _values(history(text=text, severity=Severity.of_word(severity) if severity else None)[:last])
    desk.answer(values, _table(values) or ["No alarm was raised."])


@station_command(alarm_group, "ack")
@click.argument("alarm")
@click.option("--note", default="", metavar="TEXT", help="What is known, who is on it.")
@click.option("--until", metavar="DATE", help="Remind then if it is still open: a date or a span such as 8h.")
def acknowledge_alarm(desk: Desk, *, alarm: str, note: str, until: str | None) -> None:
    """Say that somebody has seen ALARM; nobody is told of it again unless it becomes worse."""
    actor = open_to_write(desk)
    from rightcast.panel.alarms import operations
    from rightcast.panel.alarms.queries import find_alarm

    moment = optional_moment(until, field="until")
    row = operations.acknowledge(actor, find_alarm(alarm).id, note=note, until=moment)
    words = f" until {shown(moment)} UTC" if moment else ""
    desk.answer(_values([row])[0], [f"Alarm {row.id} ({row.subject_name}) is acknowledged{words}."])


@station_command(alarm_group, "reopen")
@click.argument("alarm")
def reopen_alarm(desk: Desk, *, alarm: str) -> None:
    """Take the acknowledgement of ALARM back."""
    actor = open_to_write(desk)
    from rightcast.panel.alarms import operations
    from rightcast.panel.alarms.queries import find_alarm

    row = operations.withdraw_acknowledgement(actor, find_alarm(alarm).id)
    desk.answer(_values([row])[0], [f"Alarm {row.id} ({row.subject_name}) wants somebody again."])


@station_command(alarm_group, "note")
@click.argument("alarm")
@click.argument("text")
def note_alarm(desk: Desk, *, alarm: str, text: str) -> None:
    """Write TEXT to ALARM, open or cleared."""
    actor = open_to_write(desk)
    from rightcast.panel.alarms import operations
    from rightcast.panel.alarms.queries import find_alarm

    note = operations.add_note(actor, find_alarm(alarm).id, text)
    desk.answer({"alarm": note.alarm_id, "text": note.text}, [f"Noted at alarm {note.alarm_id}."])


def _values(rows: Iterable[AlarmRow]) -> list[AlarmValue]:
    from rightcast.panel.alarms.queries import hidden_names

    listed = list(rows)
    hidden = hidden_names(row.id for row in listed)
    return [
        AlarmValue(
            id=row.id,
            severity=Severity(row.severity).word,
            kind=row.kind,
            title=kind_of(row.kind).title,
            subject_kind=row.subject_kind,
            subject_id=row.subject_name if row.subject_kind == "multiplex" else row.subject_id,
            subject=row.subject_name,
            detail=row.detail,
            since=row.since,
            raised=row.raised,
            cleared=row.cleared,
            cause=row.cause_id,
            hides=hidden[row.id],
            quiet=row.quiet,
            flaps=row.flaps,
            acknowledged_by=row.seen_by,
            acknowledged=row.seen_at,
            acknowledged_until=row.seen_until,
        )
        for row in listed
    ]


def _table(values: list[AlarmValue]) -> list[str]:
    now = now_utc()
    rows = (
        (
            one.id,
            one.severity if one.cleared is None else "cleared",
            one.subject,
            one.title,
            span_words(((one.cleared or now) - one.since).total_seconds()),
            one.acknowledged_by or ("quiet" if one.quiet else "-"),
            one.detail + (f" Explains {len(one.hides)} more." if one.hides else ""),
        )
        for one in values
    )
    return table(rows, ("ID", "SEVERITY", "SUBJECT", "ALARM", "FOR", "SEEN BY", "DETAIL"))
