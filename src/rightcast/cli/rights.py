"""`rightcast right`: recording the rights that channels are carried under, and ending them."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click
import msgspec

from rightcast.cli.channels import channel_ids
from rightcast.cli.desk import station_command, table
from rightcast.cli.moments import now_utc, optional_moment, parse_moment, shown
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.cli.right_terms import bounds_of, demand_options, terms_of
from rightcast.domain.rights import WORLDWIDE, Copies, Instrument, Later, RightStatus

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Unpack

    from rightcast.cli.desk import Desk
    from rightcast.cli.right_terms import Given
    from rightcast.panel.rights.models import CarriageRight

_COPIES = {"none": Copies.NONE, "private": Copies.PRIVATE, "shared": Copies.SHARED}
_INSTRUMENTS = [one.value.replace("_", "-") for one in Instrument]


class RightValue(msgspec.Struct, frozen=True, kw_only=True):
    """A right as it is answered."""

    id: int
    reference: str
    licensor: str
    instrument: str
    state: str
    territories: list[str]
    channels: list[int]
    collections: list[int]
    titles: list[int]
    starts: datetime
    ends: datetime | None
    start_over: bool
    catchup_h: int
    recordings: str
    recording_days: int
    download: bool


class InstrumentName(click.Choice[str]):
    """The name of an instrument, with '-' or '_'."""

    def __init__(self) -> None:
        super().__init__(_INSTRUMENTS, case_sensitive=False)

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name as the domain spells it."""
        return super().convert(value.replace("_", "-"), param, ctx).replace("-", "_")


@click.group("right")
def right_group() -> None:
    """Record, list, end and withdraw carriage rights."""


@station_command(right_group, "add")
@click.option("--channel", "channels", multiple=True, metavar="CHANNEL", help="Name, number or id; may be repeated.")
@click.option("--all", "all_channels", is_flag=True, help="Every channel the station has now.")
@click.option("--category", "categories", multiple=True, metavar="CATEGORY", help="Its channels of now.")
@click.option("--lineup", "lineups", multiple=True, metavar="LINEUP", help="Its channels of now.")
@click.option("--package", "packages", multiple=True, metavar="PACKAGE", help="Its channels of now.")
@click.option(
    "--collection", "collections", multiple=True, metavar="COLLECTION", help="All its titles; may be repeated."
)
@click.option("--title", "titles", multiple=True, metavar="TITLE", help="A film or series, by id; may be repeated.")
@click.option("--type", "instrument", type=InstrumentName(), required=True, help="What the right rests on.")
@click.option("--licensor", required=True, metavar="NAME", help="Who grants it.")
@click.option(
    "--reference", metavar="TEXT", show_default="made from licensor and date", help="The contract's own number."
)
@click.option(
    "--territory",
    "territories",
    multiple=True,
    metavar="CODE",
    show_default="the station's own",
    help="Two-letter country code, or worldwide; may be repeated.",
)
@click.option("--from", "starts", metavar="DATE", show_default="now", help="When it begins.")
@click.option(
    "--until", "ends", metavar="DATE", show_default="open-ended", help="When it ends, e.g. 2026-12-31 or 30d."
)
@click.option("--start-over", is_flag=True, help="The running programme may be begun anew, and paused.")
@click.option(
    "--catchup", "catchup_h", type=click.IntRange(0), default=0, metavar="HOURS", help="May be watched so long after."
)
@click.option(
    "--recordings",
    type=click.Choice(["none", "private", "shared"]),
    default="none",
    help="Whether lines may record, and whether each keeps a copy of its own.",
)
@click.option(
    "--recording-days", type=click.IntRange(0), default=0, metavar="DAYS", help="0: as long as the right lasts."
)
@click.option("--download", is_flag=True, help="Recordings may be taken away as files.")
@click.option("--notes", default="", help="Anything worth knowing.")
@click.option("--draft", is_flag=True, help="Only write it down; evidence and approval come later.")
@demand_options
def add_right(
    desk: Desk,
    *,
    channels: tuple[str, ...],
    all_channels: bool,
    categories: tuple[str, ...],
    lineups: tuple[str, ...],
    packages: tuple[str, ...],
    collections: tuple[str, ...],
    titles: tuple[str, ...],
    instrument: str,
    licensor: str,
    reference: str | None,
    territories: tuple[str, ...],
    starts: str | None,
    ends: str | None,
    start_over: bool,
    catchup_h: int,
    recordings: str,
    recording_days: int,
    download: bool,
    notes: str,
    draft: bool,
    **demands: Unpack[Given],
) -> None:
    """Record a right; channels it covers go on air while it is in force."""
    if bool(channels) and all_channels:
        raise click.UsageError("Name channels with --channel, or take all with --all.")
    if not (channels or all_channels or categories or lineups or packages or collections or titles):
        raise click.UsageError("Name what it covers: --channel, --package, --all, --collection or --title.")
    begin, end = optional_moment(starts, field="from"), optional_moment(ends, field="until")
    actor = open_to_write(desk)
    from rightcast.panel.library.queries import find_collection, find_title
    from rightcast.panel.rights import bouquets, operations
    from rightcast.panel.station.queries import station

    whole = (("category", categories), ("lineup", lineups), ("package", packages))
    ids = {*channel_ids(channels), *(one for kind, names in whole for one in bouquets.channels_of(kind, names))}
    right = operations.record_right(
        actor,
        reference=reference or _new_reference(licensor),
        licensor=licensor,
        instrument=Instrument(instrument),
        channel_ids=sorted(ids),
        all_channels=all_channels,
        territories=_territories(territories) or [station().territory],
        starts=begin,
        ends=end,
        notes=notes,
        later=Later(
            start_over=start_over,
            catchup_h=catchup_h,
            recordings=_COPIES[recordings],
            recording_days=recording_days,
            download=download,
        ),
        title_ids=[find_title(one).pk for one in titles],
        collection_ids=[find_collection(one).pk for one in collections],
        bounds=bounds_of(demands),
        terms=terms_of(demands),
        draft=draft,
    )
    desk.answer(
        value_of(right),
        [
            f"Recorded right {right.reference} (id {right.pk}) for {len(right.channels.all())} channels"
            f" in {_areas(right.territories)}, {shown(right.starts)} to {shown(right.ends, 'open end')} UTC.",
            _said_of(right),
        ],
    )


@station_command(right_group, "list")
def list_rights(desk: Desk) -> None:
    """List recorded rights and their state."""
    open_to_read(desk)
    from rightcast.panel.rights.models import CarriageRight

    values = [value_of(right) for right in CarriageRight.objects.prefetch_related("channels").order_by("id")]
    rows = (
        (
            value.id,
            value.reference,
            value.licensor,
            value.instrument,
            value.state,
            _areas(value.territories),
            len(value.channels),
            shown(value.starts),
            shown(value.ends, "open"),
        )
        for value in values
    )
    headings = ("ID", "REFERENCE", "LICENSOR", "TYPE", "STATE", "TERRITORY", "CHANNELS", "FROM", "UNTIL (UTC)")
    desk.answer(values, table(rows, headings) or ["No rights are recorded."])


@station_command(right_group, "end")
@click.argument("right")
@click.option("--at", default="now", show_default=True, metavar="DATE", help="When it ends.")
def end_right(desk: Desk, *, right: str, at: str) -> None:
    """End RIGHT (id or reference); what stands on it stops then."""
    moment = parse_moment(at, field="at")
    actor = open_to_write(desk)
    from rightcast.panel.rights import operations
    from rightcast.panel.rights.queries import find_right

    ended = operations.end_right(actor, find_right(right).pk, at=moment)
    desk.answer(value_of(ended), [f"Right {ended.reference} ends {shown(ended.ends)} UTC."])


@station_command(right_group, "withdraw")
@click.argument("right")
def withdraw_right(desk: Desk, *, right: str) -> None:
    """Withdraw RIGHT (id or reference) at once and for good."""
    actor = open_to_write(desk)
    from rightcast.panel.rights.queries import find_right
    from rightcast.panel.rights.steps import withdraw_right as withdraw

    withdrawn = withdraw(actor, find_right(right).pk)
    desk.answer(value_of(withdrawn), [f"Right {withdrawn.reference} is withdrawn."])


def _territories(given: tuple[str, ...]) -> list[str]:
    codes = [code.strip() for one in given for code in one.split(",") if code.strip()]
    return [WORLDWIDE if code.lower() == "worldwide" else code.upper() for code in codes]


def _areas(territories: Iterable[str]) -> str:
    return ", ".join("worldwide" if code == WORLDWIDE else code for code in territories)


def _said_of(right: CarriageRight) -> str:
    """What its standing means."""
    from rightcast.panel.rights.writing import lacking

    missing = ", ".join(lacking(right))
    if right.status == RightStatus.ACTIVE.value:
        told = "It is active at once: this station has one operator, so nobody else looked at it."
        return f"{told} Evidence is still missing: {missing}." if missing else told
    told = "It is a draft and allows nothing yet."
    return f"{told} Attach its evidence with `rightcast right evidence`: {missing}." if missing else told


def _new_reference(licensor: str) -> str:
    """Fine enough in time that a script may record one right after another."""
    return f"{licensor} {now_utc():%Y-%m-%d %H:%M:%S.%f}"[-120:]


def value_of(right: CarriageRight) -> RightValue:
    """The right as it is answered."""
    from rightcast.panel.rights.queries import state_of

    return RightValue(
        id=right.pk,
        reference=right.reference,
        licensor=right.licensor,
        instrument=right.instrument,
        state=state_of(right, now_utc()),
        territories=list(right.territories),
        channels=sorted(channel.pk for channel in right.channels.all()),
        collections=sorted(one.pk for one in right.collections.all()),
        titles=sorted(one.pk for one in right.titles.all()),
        starts=right.starts,
        ends=right.ends,
        start_over=right.start_over,
        catchup_h=right.catchup_h,
        recordings=right.recordings,
        recording_days=right.recording_days,
        download=right.download,
    )
