"""`rightcast recording`: what lines record, by hand and by rule, and how much they may keep."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
import msgspec

from rightcast.cli.desk import station_command, table
from rightcast.cli.moments import parse_moment, shown
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.recording_plans import Match, Rule
from rightcast.domain.recording_room import Allowance
from rightcast.domain.recordings import SENTENCES, Cause, Status
from rightcast.domain.schedule import days_named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightcast.cli.desk import Desk
    from rightcast.panel.recordings.models import Recording, RecordingRule


class RecordingValue(msgspec.Struct, frozen=True, kw_only=True):
    """A recording as it is answered."""

    id: int
    line: str
    channel: str
    title: str
    start: datetime
    stop: datetime
    status: str
    why: str
    copies: str
    priority: int
    locked: bool
    size_bytes: int
    expires: datetime | None
    rule: int | None


@click.group("recording")
def recording_group() -> None:
    """Order, list and remove recordings of lines; rules, and how much may be kept."""


@station_command(recording_group, "order")
@click.argument("line")
@click.argument("channel")
@click.argument("start")
@click.argument("stop", required=False, default="")
@click.option("--title", default="", help="For a stretch of time that is no show.")
@click.option("--priority", type=int, default=50, show_default=True, help="0 to 100; the higher one comes first.")
def order_recording(desk: Desk, *, line: str, channel: str, start: str, stop: str, title: str, priority: int) -> None:
    """Record for LINE what CHANNEL shows at START, or everything from START to STOP."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue.queries import find_channel
    from rightcast.panel.lines.queries import find_line
    from rightcast.panel.publish.publisher import station_feed
    from rightcast.panel.recordings.guide import PublishedGuide
    from rightcast.panel.recordings.operations import Order, order

    found, where = find_line(line), find_channel(channel)
    begin = int(parse_moment(start, field="start").timestamp())
    show = None if stop else PublishedGuide(station_feed()).show_at(where.pk, begin)
    if not stop and show is None:
        raise InvalidInputError("The guide has no show there.", remedy="Name a STOP as well.", field="stop")
    end = show.stop if show is not None else int(parse_moment(stop, field="stop").timestamp())
    wanted = Order(
        channel_id=where.pk,
        start=show.start if show is not None else begin,
        stop=end,
        title=title,
        show=show,
        priority=priority,
    )
    made = order(actor, found.pk, wanted)
    desk.answer(_value(made), [f"Recording {made.pk}, {made.title}, is {made.status}. {_why(made)}".strip()])


@station_command(recording_group, "list")
@click.option("--line", default="", help="Only those of a line.")
@click.option("--status", default="", type=click.Choice(["", *(one.value for one in Status)]), help="Only these.")
@click.option("--limit", type=int, default=100, show_default=True, help="The newest so many.")
def list_recordings(desk: Desk, *, line: str, status: str, limit: int) -> None:
    """List recordings, the newest first; removed ones only when asked for."""
    open_to_read(desk)
    from rightcast.panel.lines.queries import find_line
    from rightcast.panel.recordings.models import Recording

    rows = Recording.objects.select_related("line", "channel")
    rows = rows.filter(status=status) if status else rows.exclude(status=Status.REMOVED.value)
    if line:
        rows = rows.filter(line=find_line(line))
    values = [_value(row) for row in rows[:limit]]
    told = (
        (one.id, one.line, one.channel, shown(one.start), one.title[:40], one.status, one.why[:60]) for one in values
    )
    headings = ("ID", "LINE", "CHANNEL", "START (UTC)", "TITLE", "STATUS", "WHY")
    desk.answer(values, table(told, headings) or ["No recordings."])


@station_command(recording_group, "remove")
@click.argument("recording_id", type=int)
def remove_recording(desk: Desk, *, recording_id: int) -> None:
    """Cancel what has not begun; delete what is kept, with its files when nobody else plays them."""
    actor = open_to_write(desk)
    from rightcast.panel.recordings.operations import remove

    row = remove(actor, recording_id)
    desk.answer({"id": recording_id, "removed": True}, [f"Recording {recording_id}, {row.title}, is removed."])


@station_command(recording_group, "lock")
@click.argument("recording_id", type=int)
@click.option("--off", is_flag=True, help="Let it go again when room is made.")
def lock_recording(desk: Desk, *, recording_id: int, off: bool) -> None:
    """Keep a recording when room is made for newer ones."""
    actor = open_to_write(desk)
    from rightcast.panel.recordings.operations import lock

    row = lock(actor, recording_id, locked=not off)
    desk.answer(_value(row), [f"Recording {row.pk} is {'locked' if row.locked else 'not locked'}."])


@station_command(recording_group, "priority")
@click.argument("recording_id", type=int)
@click.argument("priority", type=int)
def prioritise_recording(desk: Desk, *, recording_id: int, priority: int) -> None:
    """Move a recording before or behind others of its line: 0 to 100, the higher one first."""
    actor = open_to_write(desk)
    from rightcast.panel.recordings.operations import prioritise

    row = prioritise(actor, recording_id, priority)
    desk.answer(_value(row), [f"Recording {row.pk} is {row.status}. {_why(row)}".strip()])


@station_command(recording_group, "rule")
@click.argument("line")
@click.argument("word", required=False, default="")
@click.option("--series", is_flag=True, help="WORD is the key of a series, not a title.")
@click.option("--channel", default="", show_default="any", help="Only on this channel.")
@click.option("--new-only", is_flag=True, help="Leave out what the guide calls a repeat.")
@click.option("--keep", type=int, default=0, show_default="all", help="Keep the newest so many.")
@click.option("--days", default="", help="A time of the week instead: mon,wed or daily.")
@click.option(
    "--at", "minute", default="", metavar="HH:MM", help="When it begins on those days, by the station's clock."
)
@click.option("--length", "length_min", type=int, default=0, help="For how many minutes.")
@click.option("--priority", type=int, default=50, show_default=True, help="0 to 100; the higher one comes first.")
def add_recording_rule(desk: Desk, *, line: str, word: str, channel: str, minute: str, days: str, **given: int) -> None:
    """Record for LINE every show whose title is WORD, a series, or a time of the week."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue.queries import find_channel
    from rightcast.panel.lines.queries import find_line
    from rightcast.panel.recordings.queries import policy
    from rightcast.panel.recordings.rules import add_rule

    padding = policy()
    match = Match.WEEKLY if days else Match.SERIES if given["series"] else Match.TITLE
    rule = Rule(
        id=0,
        line_id=find_line(line).pk,
        match=match,
        word=word,
        channel_id=find_channel(channel).pk if channel else 0,
        new_only=bool(given["new_only"]),
        keep=given["keep"],
        days=days_named(days) if days else (),
        minute=_minute(minute) if days else 0,
        length_min=given["length_min"],
        priority=given["priority"],
        before_s=0 if days else padding.before_s,
        after_s=0 if days else padding.after_s,
    )
    row = add_rule(actor, rule)
    desk.answer(_rule_value(row), [f"Rule {row.pk} of line {row.line} is planned within a minute."])


@station_command(recording_group, "rules")
@click.option("--line", default="", help="Only those of a line.")
def list_recording_rules(desk: Desk, *, line: str) -> None:
    """List recording rules."""
    open_to_read(desk)
    from rightcast.panel.lines.queries import find_line
    from rightcast.panel.recordings.models import RecordingRule

    rows = RecordingRule.objects.select_related("line", "channel")
    rows = rows.filter(line=find_line(line)) if line else rows
    values = [_rule_value(row) for row in rows]
    told = ((one["id"], one["line"], one["by"], one["word"], one["channel"], one["keep"] or "all") for one in values)
    desk.answer(values, table(told, ("ID", "LINE", "BY", "WORD", "CHANNEL", "KEEP")) or ["No rules."])


@station_command(recording_group, "unrule")
@click.argument("rule_id", type=int)
def remove_recording_rule(desk: Desk, *, rule_id: int) -> None:
    """Remove a rule and what it has planned; what is recorded stays."""
    actor = open_to_write(desk)
    from rightcast.panel.recordings.rules import remove_rule

    remove_rule(actor, rule_id)
    desk.answer({"id": rule_id, "removed": True}, [f"Rule {rule_id} is removed."])


@station_command(recording_group, "allow")
@click.option("--line", default="", help="For this line alone.")
@click.option("--package", default="", help="For the lines of this package.")
@click.option("--hours", type=int, default=20, show_default=True, help="0: no limit.")
@click.option("--gigabytes", type=int, default=0, show_default="no limit", help="10^9 bytes each.")
@click.option("--number", type=int, default=0, show_default="no limit", help="How many recordings.")
@click.option("--at-once", type=int, default=2, show_default=True, help="Private copies that may run at once.")
@click.option("--make-room", is_flag=True, help="The oldest that is not locked goes when a new one has no room.")
def set_recording_allowance(desk: Desk, *, line: str, package: str, **limits: int) -> None:
    """Set how much may be kept: by a line, by the lines of a package, or by everybody else."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue.queries import find_package
    from rightcast.panel.lines.queries import find_line
    from rightcast.panel.recordings.rules import set_allowance

    given = Allowance(
        hours=limits["hours"],
        gigabytes=limits["gigabytes"],
        number=limits["number"],
        at_once=limits["at_once"],
        make_room=bool(limits["make_room"]),
    )
    row = set_allowance(
        actor,
        given,
        line_id=find_line(line).pk if line else None,
        package_id=find_package(package).pk if package else None,
    )
    desk.answer(given, [f"The allowance of {row} is set."])


@station_command(recording_group, "settings")
@click.option("--disk", "disk_gigabytes", type=int, help="Room for all recordings in GB; 0: as much as there is.")
@click.option("--grace", "grace_h", type=int, help="Hours from a right's end until the files go.")
@click.option("--before", "before_s", type=int, help="Seconds recorded before a show.")
@click.option("--after", "after_s", type=int, help="Seconds recorded after a show.")
def set_recorder(desk: Desk, **given: int | None) -> None:
    """Set what holds for all recordings of the station; what is left out stays."""
    actor = open_to_write(desk)
    from rightcast.panel.recordings.queries import policy
    from rightcast.panel.recordings.rules import set_policy

    held = policy()
    row = set_policy(
        actor,
        disk_gigabytes=_or(given["disk_gigabytes"], held.disk_gigabytes),
        grace_h=_or(given["grace_h"], held.grace_h),
        before_s=_or(given["before_s"], held.before_s),
        after_s=_or(given["after_s"], held.after_s),
    )
    told = {"disk": row.disk_gigabytes, "grace": row.grace_h, "before": row.before_s, "after": row.after_s}
    desk.answer(told, [f"{key:<7} {value}" for key, value in told.items()])


def _or(given: int | None, held: int) -> int:
    return held if given is None else given


def _minute(text: str) -> int:
    hours, sign, minutes = text.partition(":")
    if not (sign and hours.isdecimal() and minutes.isdecimal() and int(hours) < 24 and int(minutes) < 60):
        raise InvalidInputError(f"'{text}' is no time of a day.", remedy="Write HH:MM, such as 20:15.", field="at")
    return int(hours) * 60 + int(minutes)


def _value(row: Recording) -> RecordingValue:
    return RecordingValue(
        id=row.pk,
        line=row.line.name,
        channel=row.channel.name,
        title=row.title,
        start=datetime.fromtimestamp(row.start, UTC),
        stop=datetime.fromtimestamp(row.stop, UTC),
        status=row.status,
        why=_why(row),
        copies=row.copies,
        priority=row.priority,
        locked=row.locked,
        size_bytes=row.size_bytes,
        expires=datetime.fromtimestamp(row.expires, UTC) if row.expires else None,
        rule=row.rule_id,
    )


def _why(row: Recording) -> str:
    return " ".join(_parts(SENTENCES[Cause(row.cause)], row.detail))


def _parts(*texts: str) -> Iterable[str]:
    return (text for text in texts if text)


def _rule_value(row: RecordingRule) -> dict[str, object]:
    return {
        "id": row.pk,
        "line": row.line.name,
        "by": row.match,
        "word": row.word,
        "channel": row.channel.name if row.channel is not None else "any",
        "new_only": row.new_only,
        "keep": row.keep,
        "priority": row.priority,
    }
