"""`rightcast channel start, stop, restart, drain, switch` and what keeps a channel on air; `rightcast schedule`."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import TYPE_CHECKING

import click

from rightcast.cli.channels import channel_group
from rightcast.cli.desk import station_command, table
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.failover import Failover
from rightcast.domain.life import Life, Running
from rightcast.domain.schedule import Schedule, Slot, days_named
from rightcast.domain.slate import Slate, SlateSound

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk
    from rightcast.domain.features import Feature

__all__ = ["channel_group", "schedule_group"]


@station_command(channel_group, "start")
@click.argument("channel")
def start_channel(desk: Desk, *, channel: str) -> None:
    """Let CHANNEL (name, number or id) run again after a stop or a drain."""
    _run(desk, channel, Running.ON, "{} runs.")


@station_command(channel_group, "stop")
@click.argument("channel")
def stop_channel(desk: Desk, *, channel: str) -> None:
    """End CHANNEL (name, number or id) and its viewers until it is started again; it stays published."""
    _run(desk, channel, Running.STOPPED, "{} is stopped.")


@station_command(channel_group, "drain")
@click.argument("channel")
def drain_channel(desk: Desk, *, channel: str) -> None:
    """Let no new viewer into CHANNEL (name, number or id); it ends when the last one leaves."""
    _run(desk, channel, Running.DRAINING, "{} takes no new viewers.")


@station_command(channel_group, "restart")
@click.argument("channel")
def restart_channel(desk: Desk, *, channel: str) -> None:
    """Begin CHANNEL (name, number or id) anew; viewers stay and see one discontinuity."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue import airing
    from rightcast.panel.catalogue.queries import find_channel

    found = airing.restart_channel(actor, find_channel(channel).pk)
    desk.answer({"id": found.pk, "name": found.name}, [f"{found} begins anew."])


@station_command(channel_group, "switch")
@click.argument("channel")
@click.argument("to", metavar="SOURCE|slate|auto")
def switch_channel(desk: Desk, *, channel: str, to: str) -> None:
    """Put a source of CHANNEL (by its number) or the slate on air, or with auto the best source again.

    The choice stays until it is changed, also over restarts. A source without a picture is waited for.
    """
    actor = open_to_write(desk)
    from rightcast.panel.catalogue import airing
    from rightcast.panel.catalogue.queries import find_channel

    found = airing.show_on_channel(actor, find_channel(channel).pk, to.lower())
    desk.answer({"id": found.pk, "name": found.name, "pick": to.lower()}, [f"{found} shows: {to.lower()}."])


@station_command(channel_group, "failover")
@click.argument("channel")
@click.option("--silence", "silence_s", type=float, metavar="S", help="Leave a source after so long without picture.")
@click.option("--errors", "errors_per_s", type=float, metavar="N", help="Continuity errors a second; 0: never for it.")
@click.option("--least", "least_bps", type=int, metavar="BPS", help="The least bitrate, in bits a second; 0: none.")
@click.option("--least-share", type=float, metavar="PART", help="The least part of the usual bitrate; 0: none.")
@click.option("--hold-down", "hold_down_s", type=float, metavar="S", help="Go back after so long without fault.")
@click.option("--returns/--no-returns", default=None, help="Whether to go back to a preferred source at all.")
@click.option("--standby/--no-standby", default=None, help="Whether the next source is received all the time.")
def set_failover(desk: Desk, *, channel: str, **given: float | bool | None) -> None:
    """Set when CHANNEL (name, number or id) turns to another source; without options, show it."""
    _set(desk, channel, Failover, {name: value for name, value in given.items() if value is not None})


@station_command(channel_group, "life")
@click.argument("channel")
@click.option("--warm", "warm_s", type=float, metavar="S", help="Run on for so long after the last viewer (on demand).")
@click.option("--neighbours", type=int, metavar="N", help="Keep so many channels to either side warm while watched.")
def set_life(desk: Desk, *, channel: str, **given: float | None) -> None:
    """Set how long CHANNEL (name, number or id) stays warm, and which neighbours with it; without options, show it."""
    _set(desk, channel, Life, {name: value for name, value in given.items() if value is not None})


@station_command(channel_group, "slate")
@click.argument("channel")
@click.option("--picture", metavar="FILE", help="An image on the headend's machine; '' for a card.")
@click.option("--text", metavar="TEXT", help="Words on it; '' for the channel's name.")
@click.option("--sound", type=click.Choice([one.value for one in SlateSound]), help="What is heard.")
@click.option("--shown/--not-shown", default=None, help="Whether a slate is shown at all.")
def set_slate(desk: Desk, *, channel: str, sound: str | None, **given: str | bool | None) -> None:
    """Set what CHANNEL (name, number or id) shows when no source has a picture; without options, show it."""
    values: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    _set(desk, channel, Slate, values | ({} if sound is None else {"sound": SlateSound(sound)}))


@click.group("schedule")
def schedule_group() -> None:
    """Put a source or the slate on air, or end a channel, at set times."""


@station_command(schedule_group, "add")
@click.argument("channel")
@click.argument("show", metavar="SOURCE|slate|auto|off")
@click.option("--days", metavar="DAYS", help="Days of the week, for example sun or mon,wed; daily for all.")
@click.option("--date", "on", metavar="DATE", help="One day instead, for example 2026-12-24.")
@click.option("--from", "start", metavar="HH:MM", required=True, help="When it begins, by the station's clock.")
@click.option("--until", "end", metavar="HH:MM", required=True, help="When it ends; not after the start: next day.")
@click.option("--name", default="", help="What it is, for example Service.")
def add_slot(
    desk: Desk, *, channel: str, show: str, days: str | None, on: str | None, start: str, end: str, name: str
) -> None:
    """Let CHANNEL (name, number or id) show something at set times: a source by its number, the slate, or off."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue import airing
    from rightcast.panel.catalogue.queries import find_channel

    slot = Slot(
        start=_clock(start, "start"),
        end=_clock(end, "end"),
        show=show.lower(),
        days=days_named(days) if days else (),
        on=_day(on) if on else None,
        name=name,
    )
    found = airing.add_slot(actor, find_channel(channel).pk, slot)
    desk.answer({"id": found.pk, "name": found.name, "slot": slot}, [f"{found}: {slot}"])


@station_command(schedule_group, "list")
@click.argument("channel")
def list_slots(desk: Desk, *, channel: str) -> None:
    """List the slots of CHANNEL (name, number or id) with their numbers."""
    open_to_read(desk)
    from rightcast.panel.catalogue.features import feature_of
    from rightcast.panel.catalogue.queries import find_channel

    found = find_channel(channel)
    slots = feature_of(found, Schedule).slots
    lines = table(((number, slot) for number, slot in enumerate(slots, 1)), ("NUMBER", "SLOT"))
    desk.answer({"id": found.pk, "name": found.name, "slots": slots}, lines or [f"{found} has no schedule."])


@station_command(schedule_group, "remove")
@click.argument("channel")
@click.argument("number", type=int)
def remove_slot(desk: Desk, *, channel: str, number: int) -> None:
    """Take slot NUMBER out of the schedule of CHANNEL (name, number or id)."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue import airing
    from rightcast.panel.catalogue.queries import find_channel

    found = airing.remove_slot(actor, find_channel(channel).pk, number)
    desk.answer({"id": found.pk, "name": found.name}, [f"Slot {number} of {found} is gone."])


def _run(desk: Desk, channel: str, running: Running, sentence: str) -> None:
    actor = open_to_write(desk)
    from rightcast.panel.catalogue import airing
    from rightcast.panel.catalogue.queries import find_channel

    found = airing.run_channel(actor, find_channel(channel).pk, running)
    desk.answer({"id": found.pk, "name": found.name, "running": running}, [sentence.format(found)])


def _set(desk: Desk, channel: str, kind: type[Failover | Life | Slate], values: dict[str, object]) -> None:
    """Change what is named of a feature, and answer with all of it."""
    actor = open_to_write(desk) if values else None
    if actor is None:
        open_to_read(desk)
    from rightcast.panel.catalogue import operations
    from rightcast.panel.catalogue.features import feature_of, name_of
    from rightcast.panel.catalogue.queries import find_channel

    found = find_channel(channel)
    record: Feature = replace(feature_of(found, kind), **values)  # type: ignore[arg-type]
    if actor is not None:
        operations.set_feature(actor, found.pk, record)
    lines = [f"  {name} = {getattr(record, name)}" for name in record.__slots__]
    desk.answer({"id": found.pk, "name": found.name, name_of(kind): record}, [f"{found}:", *lines])


def _clock(text: str, field: str) -> time:
    try:
        return time.fromisoformat(text.zfill(5))
    except ValueError as error:
        raise InvalidInputError(f"'{text[:20]}' is no time.", remedy="Write for example 09:30.", field=field) from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(
            f"'{text[:20]}' is no date.", remedy="Write for example 2026-12-24.", field="on"
        ) from error
