"""`rightcast harvest`: stretches of the archive become clips, or titles of the library."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click
import msgspec

from rightcast.cli.desk import station_command, table
from rightcast.cli.moments import parse_moment, shown
from rightcast.cli.panel import open_to_read, open_to_write

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk
    from rightcast.panel.library.models import Harvest


class HarvestValue(msgspec.Struct, frozen=True, kw_only=True):
    """A harvest as it is answered; `progress` from 0.0 to 1.0."""

    id: int
    name: str
    channel: str
    start: datetime
    stop: datetime
    exact: bool
    collection: str
    state: str
    progress: float
    detail: str
    title: int | None
    file: str


@click.group("harvest")
def harvest_group() -> None:
    """Cut stretches of the archive into clips and titles."""


@station_command(harvest_group, "order")
@click.argument("channel")
@click.argument("name")
@click.option("--from", "start", required=True, metavar="MOMENT", help="UTC, e.g. 2026-11-24T20:30.")
@click.option("--until", "stop", required=True, metavar="MOMENT", help="UTC.")
@click.option("--collection", metavar="COLLECTION", help="Make it a title there; without one it is a clip.")
@click.option("--exact", is_flag=True, help="Re-encode the edges instead of cutting on key frames.")
def order_harvest(
    desk: Desk, *, channel: str, name: str, start: str, stop: str, collection: str | None, exact: bool
) -> None:
    """Cut a stretch of CHANNEL's archive and call it NAME; the station on air does it."""
    begin, end = parse_moment(start, field="from"), parse_moment(stop, field="until")
    actor = open_to_write(desk)
    from rightcast.panel.catalogue.queries import find_channel
    from rightcast.panel.library.harvesting import order_harvest as order
    from rightcast.panel.library.queries import find_collection

    harvest = order(
        actor,
        channel_id=find_channel(channel).pk,
        name=name,
        start=begin,
        stop=end,
        collection_id=find_collection(collection).pk if collection else None,
        exact=exact,
    )
    desk.answer(_value(harvest), [f"Ordered harvest {harvest.name} (id {harvest.pk}).", "  rightcast harvest list"])


@station_command(harvest_group, "list")
def list_harvests(desk: Desk) -> None:
    """List harvests, the newest first."""
    open_to_read(desk)
    from rightcast.panel.library.models import Harvest

    values = [_value(one) for one in Harvest.objects.select_related("collection")]
    rows = (
        (
            one.id,
            one.name,
            one.channel,
            shown(one.start),
            shown(one.stop),
            one.state,
            f"{one.progress * 100:.0f} %",
            one.collection or "clip",
            one.detail,
        )
        for one in values
    )
    headings = ("ID", "NAME", "CHANNEL", "FROM (UTC)", "UNTIL", "STATE", "DONE", "INTO", "DETAIL")
    desk.answer(values, table(rows, headings) or ["No harvests."])


@station_command(harvest_group, "cancel")
@click.argument("harvest", type=int)
def cancel_harvest(desk: Desk, *, harvest: int) -> None:
    """Stop HARVEST (id)."""
    actor = open_to_write(desk)
    from rightcast.panel.library.harvesting import cancel_harvest as cancel

    found = cancel(actor, harvest)
    desk.answer(_value(found), [f"Harvest {found.name} is cancelled."])


@station_command(harvest_group, "retry")
@click.argument("harvest", type=int)
def retry_harvest(desk: Desk, *, harvest: int) -> None:
    """Try HARVEST (id) again that failed or was cancelled."""
    actor = open_to_write(desk)
    from rightcast.panel.library.harvesting import retry_harvest as retry

    found = retry(actor, harvest)
    desk.answer(_value(found), [f"Harvest {found.name} is tried again."])


def _value(harvest: Harvest) -> HarvestValue:
    return HarvestValue(
        id=harvest.pk,
        name=harvest.name,
        channel=harvest.channel_name,
        start=harvest.start,
        stop=harvest.stop,
        exact=harvest.exact,
        collection=harvest.collection.name if harvest.collection is not None else "",
        state=str(harvest.state),
        progress=harvest.progress,
        detail=harvest.detail,
        title=harvest.title_id,
        file=harvest.file_name,
    )
