"""`rightcast blackout`: keep a programme from some of the viewers for a while, list what is kept from whom, end it."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import station_command, table
from rightcast.cli.moments import now_utc, optional_moment, shown
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.domain.blackouts import Audience, Instead, Match, Term, Trait
from rightcast.domain.errors import FolderNotWritableError, InvalidInputError, NotFoundError
from rightcast.domain.rights import DeviceClass
from rightcast.domain.segment_marks import read_mark

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk

_FILE = click.Path(path_type=Path, dir_okay=False)
_SIGNAL = "'upid=ABC123 type=0x10 event=4711', at least one of them."
_WHEN = "2026-05-01T20:00 (UTC), a span from now such as 10min, or now."


@click.group("blackout")
def blackout_group() -> None:
    """Keep channels from some of their viewers for a while, as a provider demands."""


@station_command(blackout_group, "add")
@click.argument("name")
@click.option("--channel", "channels", multiple=True, required=True, help="A channel it concerns; may be repeated.")
@click.option("--from", "since", metavar="WHEN", help=f"First moment, now when left out: {_WHEN}")
@click.option("--until", metavar="WHEN", help=f"End, until it is ended by hand when left out: {_WHEN}")
@click.option("--present", multiple=True, metavar="CC", help="Who is in this country now; may be repeated.")
@click.option("--living", multiple=True, metavar="CC", help="Whose line lives in this country; may be repeated.")
@click.option("--network", multiple=True, metavar="CIDR", help="Who comes from these addresses; may be repeated.")
@click.option(
    "--device",
    type=click.Choice([one.value for one in DeviceClass if one is not DeviceClass.UNKNOWN]),
    multiple=True,
    help="Who watches with such a device; may be repeated.",
)
@click.option(
    "--match",
    type=click.Choice([one.value.lower() for one in Match]),
    default="all",
    show_default=True,
    help="How many kinds of the options above must hold: all, any, or none of them.",
)
@click.option("--max-height", type=int, default=0, metavar="LINES", help="Pictures of up to so many lines stay.")
@click.option("--slate", is_flag=True, help="Show them the station's slate.")
@click.option("--begin-signal", metavar="SIGNAL", help=f"It waits for a signal in the stream: {_SIGNAL}")
@click.option("--end-signal", metavar="SIGNAL", help="The signal that ends it, written alike.")
@click.option("--lasts", type=int, default=0, metavar="SECONDS", help="How long it lasts from its signal.")
@click.option("--only-past", is_flag=True, help="Live stays; catch-up, start-over and recordings are dark.")
@click.option("--instead", metavar="CHANNEL", help="Show them another channel, if they may watch it; else the slate.")
def add_blackout(
    desk: Desk,
    *,
    name: str,
    channels: tuple[str, ...],
    since: str | None,
    until: str | None,
    present: tuple[str, ...],
    living: tuple[str, ...],
    network: tuple[str, ...],
    device: tuple[str, ...],
    match: str,
    max_height: int,
    slate: bool,
    instead: str | None,
    begin_signal: str | None,
    end_signal: str | None,
    lasts: int,
    only_past: bool,
) -> None:
    """Keep channels from viewers; without a word on whom, from everybody. It is dark within two seconds."""
    if slate and instead:
        raise InvalidInputError("Show a slate or a channel.", remedy="Leave one out.", field="instead")
    begins_by, ends_by = read_mark(begin_signal or ""), read_mark(end_signal or "")
    kinds = (Trait.PRESENCE, present), (Trait.RESIDENCE, living), (Trait.NETWORK, network), (Trait.DEVICE_CLASS, device)
    countries = {Trait.PRESENCE, Trait.RESIDENCE}
    terms = tuple(
        Term(trait, tuple(one.upper() if trait in countries else one for one in values))
        for trait, values in kinds
        if values
    )
    if match != "all" and not terms:
        raise InvalidInputError("There is nothing to match.", remedy="Say whom it concerns.", field="match")
    actor = open_to_write(desk)
    from rightcast.panel.blackouts import operations
    from rightcast.panel.blackouts.queries import to_record
    from rightcast.panel.catalogue.queries import find_channel

    row = operations.add_blackout(
        actor,
        name=name,
        channel_ids=[find_channel(one).id for one in channels],
        starts=optional_moment(since, field="from"),
        ends=optional_moment(until, field="until"),
        audience=Audience(match=Match(match.upper()), terms=terms),
        instead=Instead.SLATE if slate else Instead.CHANNEL if instead else Instead.NOTHING,
        instead_id=find_channel(instead).id if instead else None,
        max_height=max_height,
        begins_by=begins_by,
        ends_by=ends_by,
        lasts_s=float(lasts),
        only_past=only_past,
    )
    words = to_record(row).in_words
    desk.answer(
        {"id": row.id, "name": row.name},
        [f"Recorded blackout {row.id}: {words}, from {shown(row.starts)} UTC until {shown(row.ends, 'it is ended')}."],
    )


@station_command(blackout_group, "list")
@click.option("--all", "everything", is_flag=True, help="Those that are over too.")
def list_blackouts(desk: Desk, *, everything: bool) -> None:
    """List blackouts that run or are to come."""
    open_to_read(desk)
    from rightcast.panel.blackouts.queries import listed

    now = now_utc()
    rows = [one for one in listed() if everything or one.ends is None or one.ends > now]
    values = [
        {
            "id": one.id,
            "name": one.name,
            "state": one.state(now),
            "channels": list(one.channel_ids),
            "starts": one.starts,
            "ends": one.ends,
            "audience": one.audience.in_words,
            "max_height": one.max_height,
            "instead": one.instead,
            "instead_channel": one.instead_id or None,
            "source": one.source,
        }
        for one in rows
    ]
    cells = [
        (
            one.id,
            one.state(now),
            shown(one.starts),
            shown(one.ends, "lifted"),
            " ".join(map(str, one.channel_ids)),
            one.in_words,
        )
        for one in rows
    ]
    lines = table(cells, ("ID", "STATE", "FROM (UTC)", "UNTIL", "CHANNELS", "NAME, KEPT FROM"))
    desk.answer(values, lines or ["There is no blackout."])


@station_command(blackout_group, "end")
@click.argument("blackout", type=int)
def end_blackout(desk: Desk, *, blackout: int) -> None:
    """End a blackout now; what was on air during it stays dark. One that has not begun is removed."""
    actor = open_to_write(desk)
    from rightcast.panel.blackouts.operations import lift_blackout

    row = lift_blackout(actor, blackout)
    desk.answer({"id": blackout, "name": row.name}, [f"Ended {row.name}."])


@station_command(blackout_group, "import")
@click.argument("document", type=_FILE)
@click.option(
    "--map", "maps", multiple=True, metavar="MEDIA=CHANNEL", help="Which channel a Media is; may be repeated."
)
@click.option("--dry-run", is_flag=True, help="Show what it would do, and change nothing.")
def import_schedule(desk: Desk, *, document: Path, maps: tuple[str, ...], dry_run: bool) -> None:
    """Take in a provider's schedule (SCTE 224), whole or not at all. The same document changes nothing twice."""
    channels = {}
    for one in maps:
        name, sign, channel = one.rpartition("=")
        if not sign or not name.strip() or not channel.strip():
            raise InvalidInputError(f"'{one}' is no MEDIA=CHANNEL.", remedy="Write C7=Canale 7.", field="map")
        channels[name.strip()] = channel.strip()
    try:
        data = document.read_bytes()
    except OSError as error:
        raise NotFoundError(f"{document}: {error.strerror}.", remedy="Name another file.", field="file") from error
    actor = open_to_write(desk)
    from rightcast.panel.blackouts import schedules

    plan = schedules.plan_import(data, channels) if dry_run else schedules.import_schedule(actor, data, channels)
    values = {
        "dry_run": dry_run,
        "blackouts": [
            {
                "step": one.step,
                "name": one.kept.name,
                "channel": one.channel_id,
                "starts": one.kept.starts,
                "ends": one.kept.ends,
                "audience": one.kept.audience.in_words,
                "max_height": one.kept.max_height,
                "instead": one.instead,
                "source": one.source,
            }
            for one in plan.planned
        ],
        "notes": plan.notes,
    }
    cells = [
        (one.step, one.channel, shown(one.kept.starts), shown(one.kept.ends, "open"), one.kept.name, one.words)
        for one in plan.planned
    ]
    lines = table(cells, ("STEP", "CHANNEL", "FROM (UTC)", "UNTIL", "NAME", "KEPT FROM")) or ["It keeps nobody out."]
    lines += ["", *plan.notes] if plan.notes else []
    desk.answer(values, [*lines, "", "Nothing was changed."] if dry_run else lines)


@station_command(blackout_group, "export")
@click.option("--all", "everything", is_flag=True, help="Those that are over too.")
@click.option("--imported", type=int, metavar="ID", help="A provider's document as it was taken in.")
@click.option("--out", type=_FILE, required=True, metavar="FILE", help="Where to write the document.")
def export_schedule(desk: Desk, *, everything: bool, imported: int | None, out: Path) -> None:
    """Write blackouts as a document of SCTE 224."""
    open_to_read(desk)
    from rightcast.panel.blackouts import schedules

    data = schedules.export_blackouts(everything=everything) if imported is None else schedules.document(imported)
    try:
        out.write_bytes(data)
    except OSError as error:
        raise FolderNotWritableError(
            f"{out} cannot be written: {error.strerror}.", remedy="Name another file.", field="out"
        ) from error
    desk.answer({"file": out, "bytes": len(data)}, [f"Wrote {out}."])
