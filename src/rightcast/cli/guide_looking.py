"""`rightcast guide now|day|search`: what is on, what a channel shows on a day, and when something is on."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import station_command, table
from rightcast.cli.panel import open_to_read
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.guide import DAY_S
from rightcast.domain.schedule import moment_of, zone_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

    from rightcast.cli.desk import Desk
    from rightcast.domain.guide import Show

_AHEAD_DAYS = 14
_ZONE = click.option("--zone", metavar="NAME", help="Show times in this zone, such as Europe/Rome.  [the station's]")

looking_group = click.Group("looking")


@station_command(looking_group, "now")
@click.argument("channels", nargs=-1, metavar="[CHANNEL]...")
@_ZONE
def now(desk: Desk, *, channels: Sequence[str], zone: str | None) -> None:
    """Show what is on and what comes next on each CHANNEL (ids or names), or on all."""
    open_to_read(desk)
    from rightcast.panel.catalogue.models import Channel
    from rightcast.panel.catalogue.queries import find_channel
    from rightcast.panel.guide import looking

    wanted = [find_channel(one) for one in channels] or list(Channel.objects.order_by("number"))
    found = looking.now_next([one.id for one in wanted], int(time.time()))
    clock = _zone(zone)
    rows = [(one.number, one.name, *_now_and_next(found.get(one.id, ()), clock)) for one in wanted]
    value = [
        {"channel": one.id, "name": one.name, "shows": [_record(show) for show in found.get(one.id, ())]}
        for one in wanted
    ]
    desk.answer(value, table(rows, ("No.", "Channel", f"Now ({clock.key})", "Next")) or ["There are no channels."])


@station_command(looking_group, "day")
@click.argument("channel")
@click.option("--date", "day", metavar="YYYY-MM-DD", help="Another day than today.")
@_ZONE
def day(desk: Desk, *, channel: str, day: str | None, zone: str | None) -> None:
    """Show what CHANNEL (id or name) shows on a day of the station's zone."""
    open_to_read(desk)
    from rightcast.panel.catalogue.queries import find_channel
    from rightcast.panel.guide import looking

    clock, wanted = _zone(zone), find_channel(channel)
    chosen = _date(day) if day else datetime.now(clock).date()
    start, stop = (int(moment_of(one, _MIDNIGHT, clock).timestamp()) for one in (chosen, chosen + timedelta(days=1)))
    shows = looking.grid([wanted.id], start, stop).get(wanted.id, [])
    rows = [(_time(one.start, clock), _time(one.stop, clock), _title(one)) for one in shows]
    lines = table(rows, (f"From ({clock.key})", "To", "Show")) or [f"Nothing is known of {wanted.name} on {chosen}."]
    desk.answer({"channel": wanted.id, "date": chosen, "shows": [_record(one) for one in shows]}, lines)


@station_command(looking_group, "search")
@click.argument("words", nargs=-1, required=True)
@click.option("--past", metavar="DAYS", type=click.IntRange(0, 90), default=0, help="Also so many days back.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="The most to show.")
@_ZONE
def search(desk: Desk, *, words: Sequence[str], past: int, limit: int, zone: str | None) -> None:
    """Show when shows are on whose titles have these WORDS; a word may be begun only."""
    open_to_read(desk)
    from rightcast.panel.guide import looking

    clock, at = _zone(zone), int(time.time())
    found = looking.search(" ".join(words), at - past * DAY_S, at + _AHEAD_DAYS * DAY_S, most=limit)
    rows = [(_moment(one.show.start, clock), one.channel_name, _title(one.show)) for one in found]
    value = [{"channel": one.channel_id, "name": one.channel_name, **_record(one.show)} for one in found]
    desk.answer(value, table(rows, (f"When ({clock.key})", "Channel", "Show")) or ["No show has these words."])


_MIDNIGHT = datetime.min.time()


def _zone(named: str | None) -> ZoneInfo:
    from rightcast.panel.station.queries import station

    clock = zone_named(named or station().timezone)
    if named and clock.key != named:
        raise InvalidInputError(f"There is no zone {named}.", remedy="Write one such as Europe/Rome.", field="zone")
    return clock


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(f"'{text}' is no date.", remedy="Write 2026-12-31.", field="date") from error


def _now_and_next(shows: Iterable[Show], clock: ZoneInfo) -> tuple[str, str]:
    told = [f"{_time(one.start, clock)} {_title(one)}" for one in shows][:2]
    first, second = (*told, "-", "-")[:2]
    return first, second


def _title(one: Show) -> str:
    return f"{one.title}: {one.subtitle}" if one.subtitle else one.title or "-"


def _time(unix_s: int, clock: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(unix_s, clock):%H:%M}"


def _moment(unix_s: int, clock: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(unix_s, clock):%a %d %b %H:%M}"


def _record(one: Show) -> dict[str, object]:
    """A show for scripts: moments in UTC, whatever the zone."""
    return {
        "start": datetime.fromtimestamp(one.start, UTC),
        "stop": datetime.fromtimestamp(one.stop, UTC),
        "title": one.title,
        "subtitle": one.subtitle,
        "description": one.description,
        "season": one.season,
        "episode": one.episode,
    }
