"""`rightcast alarm rule` and `rightcast alarm quiet`: kinds of alarms that are to be otherwise, and quiet times."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

import click
import msgspec

from rightcast.cli.alarms import SEVERITIES, alarm_group
from rightcast.cli.desk import station_command, table
from rightcast.cli.moments import optional_moment, shown
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.findings import Severity

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk
    from rightcast.panel.alarms.models import AlarmRule, QuietRow

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SECONDS = click.FloatRange(0)


class RuleValue(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as it is answered; null keeps what the kind has, no channels means everywhere."""

    id: int
    kind: str
    channels: list[str]
    enabled: bool
    severity: str | None
    raise_after_s: float | None
    clear_after_s: float | None


class QuietValue(msgspec.Struct, frozen=True, kw_only=True):
    """A quiet time as it is answered; no channels means the whole station, no kinds all of them."""

    id: int
    name: str
    channels: list[str]
    kinds: list[str]
    days: list[str]
    begins: time | None
    ends: time | None
    not_before: datetime | None
    not_after: datetime | None


@alarm_group.group("rule")
def rule_group() -> None:
    """Raise a kind of alarm sooner, later, otherwise or not at all."""


@alarm_group.group("quiet")
def quiet_group() -> None:
    """Times in which alarms are shown and nobody is told."""


@station_command(rule_group, "add")
@click.argument("kind")
@click.option("--channel", "channels", multiple=True, metavar="CHANNEL", help="Only for this one; may be repeated.")
@click.option("--never", is_flag=True, help="Do not raise it at all.")
@click.option("--severity", type=SEVERITIES, help="As severe as this.")
@click.option("--raise-after", type=_SECONDS, metavar="SECONDS", help="Raise it once it has lasted so long.")
@click.option("--clear-after", type=_SECONDS, metavar="SECONDS", help="Clear it once it has been away so long.")
def add_rule(
    desk: Desk,
    *,
    kind: str,
    channels: tuple[str, ...],
    never: bool,
    severity: str | None,
    raise_after: float | None,
    clear_after: float | None,
) -> None:
    """Add a rule for KIND, a word such as channel-silent."""
    actor = open_to_write(desk)
    from rightcast.panel.alarms import operations

    row = operations.add_rule(
        actor,
        kind=kind,
        channel_ids=_ids(channels),
        enabled=not never,
        severity=Severity.of_word(severity).value if severity else None,
        raise_after_s=raise_after,
        clear_after_s=clear_after,
    )
    desk.answer(_rule(row), [f"Added rule {row.id} for {row.kind}."])


@station_command(rule_group, "list")
def list_rules(desk: Desk) -> None:
    """List rules."""
    open_to_read(desk)
    from rightcast.panel.alarms.models import AlarmRule

    values = [_rule(row) for row in AlarmRule.objects.prefetch_related("channels")]
    rows = (
        (
            one.id,
            one.kind,
            ", ".join(one.channels) or "everywhere",
            (one.severity or "as the kind") if one.enabled else "never",
            "as the kind" if one.raise_after_s is None else f"{one.raise_after_s:g} s",
            "as the kind" if one.clear_after_s is None else f"{one.clear_after_s:g} s",
        )
        for one in values
    )
    headings = ("ID", "KIND", "CONCERNS", "SEVERITY", "RAISED AFTER", "CLEARED AFTER")
    desk.answer(values, table(rows, headings) or ["No rules: every kind is as it is."])


@station_command(rule_group, "remove")
@click.argument("rule", type=int)
def remove_rule(desk: Desk, *, rule: int) -> None:
    """Let the kind of RULE, a number of the list, be as it is again."""
    actor = open_to_write(desk)
    from rightcast.panel.alarms import operations

    operations.remove_rule(actor, rule)
    desk.answer({"removed": rule}, [f"Removed rule {rule}."])


@station_command(quiet_group, "add")
@click.argument("name")
@click.option("--channel", "channels", multiple=True, metavar="CHANNEL", help="Only for this one; may be repeated.")
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only alarms of this kind; may be repeated.")
@click.option("--day", "days", multiple=True, type=click.Choice(_DAYS), help="Only on this day; may be repeated.")
@click.option("--daily", metavar="HH:MM-HH:MM", help="Only between these, on the station's clock.")
@click.option("--from", "begins", metavar="DATE", help="Not before: a date, or a span from now.")
@click.option("--until", metavar="DATE", help="Not after: a date, or a span from now such as 2h.")
def add_quiet(
    desk: Desk,
    *,
    name: str,
    channels: tuple[str, ...],
    kinds: tuple[str, ...],
    days: tuple[str, ...],
    daily: str | None,
    begins: str | None,
    until: str | None,
) -> None:
    """Add a quiet time; every limit that is given must hold."""
    actor = open_to_write(desk)
    from rightcast.panel.alarms import operations

    first, last = _daily(daily) if daily else (None, None)
    row = operations.add_quiet(
        actor,
        name=name,
        channel_ids=_ids(channels),
        kinds=kinds,
        days=[_DAYS.index(day) for day in days],
        begins=first,
        ends=last,
        not_before=optional_moment(begins, field="from"),
        not_after=optional_moment(until, field="until"),
    )
    desk.answer(_quiet(row), [f"Added quiet time {row.name}."])


@station_command(quiet_group, "list")
def list_quiet(desk: Desk) -> None:
    """List quiet times."""
    open_to_read(desk)
    from rightcast.panel.alarms.models import QuietRow

    values = [_quiet(row) for row in QuietRow.objects.prefetch_related("channels")]
    rows = (
        (
            one.name,
            ", ".join(one.channels) or "the whole station",
            ", ".join(one.kinds) or "all",
            " ".join(one.days) or "every day",
            f"{one.begins:%H:%M} to {one.ends:%H:%M}" if one.begins and one.ends else "-",
            shown(one.not_before),
            shown(one.not_after),
        )
        for one in values
    )
    headings = ("NAME", "CONCERNS", "KINDS", "DAYS", "DAILY", "FROM (UTC)", "UNTIL (UTC)")
    desk.answer(values, table(rows, headings) or ["No quiet times."])


@station_command(quiet_group, "remove")
@click.argument("name")
def remove_quiet(desk: Desk, *, name: str) -> None:
    """Tell again in the quiet time NAME."""
    actor = open_to_write(desk)
    from rightcast.panel.alarms import operations
    from rightcast.panel.alarms.queries import find_quiet

    row = find_quiet(name)
    operations.remove_quiet(actor, row.id)
    desk.answer({"removed": row.name}, [f"Removed quiet time {row.name}."])


def _ids(channels: tuple[str, ...]) -> list[int]:
    from rightcast.panel.catalogue.queries import find_channel

    return [find_channel(one).pk for one in channels]


def _daily(text: str) -> tuple[time, time]:
    first, _, last = text.partition("-")
    try:
        return time.fromisoformat(first.strip()), time.fromisoformat(last.strip())
    except ValueError as error:
        raise InvalidInputError(f"'{text}' is no time of day.", remedy="Write 01:00-05:30.", field="daily") from error


def _rule(row: AlarmRule) -> RuleValue:
    return RuleValue(
        id=row.id,
        kind=row.kind,
        channels=[one.name for one in row.channels.all()],
        enabled=row.enabled,
        severity=None if row.severity is None else Severity(row.severity).word,
        raise_after_s=row.raise_after_s,
        clear_after_s=row.clear_after_s,
    )


def _quiet(row: QuietRow) -> QuietValue:
    return QuietValue(
        id=row.id,
        name=row.name,
        channels=[one.name for one in row.channels.all()],
        kinds=[*row.kinds],
        days=[_DAYS[one] for one in row.days],
        begins=row.begins,
        ends=row.ends,
        not_before=row.not_before,
        not_after=row.not_after,
    )
