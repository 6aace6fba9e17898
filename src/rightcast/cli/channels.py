"""`rightcast channel`: adding, listing, publishing, holding and removing channels."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import station_command, table
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.domain.errors import NotFoundError

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk
    from rightcast.headend.probe import ProbedService

_STATES = ("waiting", "held", "published")


@click.group("channel")
def channel_group() -> None:
    """Add, list, publish, hold and remove channels."""


@station_command(channel_group, "add")
@click.argument("name")
@click.argument("url")
@click.option("--fallback", "fallbacks", multiple=True, metavar="URL", help="A further source, in order of preference.")
@click.option("--service-id", type=int, metavar="N", help="The service of a multiplex; `source probe` lists them.")
@click.option("--number", type=int, metavar="N", show_default="the next free one", help="Its number in the station.")
@click.option("--category", default="", help="What apps group it by; made when new.")
@click.option("--radio", is_flag=True, help="It is a radio programme.")
@click.option("--on-demand", is_flag=True, help="Start it with its first viewer instead of at once.")
@click.option("--logo", default="", metavar="URL", help="Its logo, for apps.")
@click.option("--guide-id", default="", help="Its id in XMLTV guides.")
@click.option("--adult", is_flag=True, help="Mark it as for adults.")
@click.option("--unchecked", is_flag=True, help="Do not look at the source first.")
def add_channel(
    desk: Desk,
    *,
    name: str,
    url: str,
    fallbacks: tuple[str, ...],
    service_id: int | None,
    number: int | None,
    category: str,
    radio: bool,
    on_demand: bool,
    logo: str,
    guide_id: str,
    adult: bool,
    unchecked: bool,
) -> None:
    """Add a channel NAME with its signal at URL. It goes on air once a right is recorded for it."""
    from rightcast.cli.looking import check_source

    addresses = (url, *fallbacks)
    remarks = [] if unchecked else [remark for one in addresses for remark in check_source(one, desk.settings)]
    actor = open_to_write(desk)
    from rightcast.panel.catalogue import operations

    channel = operations.create_channel(
        actor,
        name=name,
        sources=[operations.SourceInput(url=one, service_id=service_id) for one in addresses],
        number=number,
        kind="radio" if radio else "tv",
        category=category,
        logo_url=logo,
        guide_id=guide_id,
        start="on_demand" if on_demand else "always",
        adult=adult,
    )
    desk.answer(
        {"id": channel.pk, "number": channel.number, "name": channel.name, "state": "waiting for a right"},
        [
            f"Added channel {channel.number} {channel.name} (id {channel.pk}). It waits for a right:",
            f"  rightcast right add --channel id:{channel.pk} --type own-production --licensor NAME",
            *(f"  ! {remark}" for remark in remarks),
        ],
    )


@station_command(channel_group, "add-services")
@click.argument("url")
@click.option("--service-id", "wanted", type=int, multiple=True, metavar="N", help="Only this service; repeatable.")
@click.option("--category", default="", help="What apps group them by; made when new.")
@click.option("--on-demand", is_flag=True, help="Start each with its first viewer instead of at once.")
@click.option("--seconds", type=click.FloatRange(0.5, 60), default=4.0, show_default=True, help="How long to look.")
def add_services(
    desk: Desk, *, url: str, wanted: tuple[int, ...], category: str, on_demand: bool, seconds: float
) -> None:
    """Add the services of the multiplex at URL as channels under the names it announces.

    Scrambled services, those without picture or sound and those that are channels already are left out.
    """
    from rightcast.headend.probe import probe

    found = asyncio.run(probe(url, settings=desk.settings, seconds=seconds))
    chosen = [service for service in found.services if not wanted or service.service_id in wanted]
    missing = set(wanted) - {service.service_id for service in chosen}
    if missing:
        raise NotFoundError(
            f"The multiplex has no service {', '.join(map(str, sorted(missing)))}.",
            remedy="`rightcast source probe URL` lists its services.",
            field="service_id",
        )
    actor = open_to_write(desk)
    from rightcast.panel.catalogue import operations
    from rightcast.panel.catalogue.queries import services_taken

    taken = services_taken(url)
    rows: list[dict[str, object]] = []
    for service in chosen:
        left_out = "is a channel already" if service.service_id in taken else _unfit(service)
        row: dict[str, object] = {"service_id": service.service_id, "name": _name_of(service)}
        if left_out:
            rows.append({**row, "id": None, "left_out": left_out})
            continue
        channel = operations.create_channel(
            actor,
            name=_name_of(service),
            sources=[operations.SourceInput(url=url, service_id=service.service_id)],
            kind="tv" if _has(service, "video") else "radio",
            category=category,
            start="on_demand" if on_demand else "always",
        )
        rows.append({**row, "id": channel.pk, "number": channel.number, "left_out": ""})
    lines = table(
        (
            (
                row["service_id"],
                row["name"],
                row["id"] or "",
                f"left out: {row['left_out']}" if row["left_out"] else "waits for a right",
            )
            for row in rows
        ),
        ("SERVICE", "NAME", "ID", "STATE"),
    )
    desk.answer(rows, lines)


def _has(service: ProbedService, kind: str) -> bool:
    return any(stream.kind == kind for stream in service.streams)


def _name_of(service: ProbedService) -> str:
    return service.name or f"Service {service.service_id}"


def _unfit(service: ProbedService) -> str:
    """Why a service makes no channel; empty when it does."""
    if service.scrambled:
        return "is scrambled"
    return "" if _has(service, "video") or _has(service, "audio") else "has neither picture nor sound"


@station_command(channel_group, "list")
@click.option("--state", type=click.Choice(_STATES), help="Only those waiting for a right, held, or published.")
def list_channels(desk: Desk, *, state: str | None) -> None:
    """List channels in order of number."""
    open_to_read(desk)
    from rightcast.panel.catalogue.queries import ChannelState, channel_rows

    rows = channel_rows(ChannelState[state.upper()] if state else None)
    lines = table(
        ((row.id, row.number, row.name, row.category, row.state, " ".join(row.sources)) for row in rows),
        ("ID", "NUMBER", "NAME", "CATEGORY", "STATE", "SOURCE"),
    )
    desk.answer(rows, lines or ["No channels." if state is None else f"No channels are {state}."])


@station_command(channel_group, "publish")
@click.argument("channel")
def publish_channel(desk: Desk, *, channel: str) -> None:
    """Want CHANNEL (name, number or id) on air, under a right in force."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue import operations
    from rightcast.panel.catalogue.queries import find_channel

    found = operations.publish_channel(actor, find_channel(channel).pk)
    desk.answer({"id": found.pk, "name": found.name, "wanted": True}, [f"{found} is published."])


@station_command(channel_group, "hold")
@click.argument("channel")
def hold_channel(desk: Desk, *, channel: str) -> None:
    """Take CHANNEL (name, number or id) off the air until it is published again."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue import operations
    from rightcast.panel.catalogue.queries import find_channel

    found = operations.hold_channel(actor, find_channel(channel).pk)
    desk.answer({"id": found.pk, "name": found.name, "wanted": False}, [f"{found} is held off the air."])


@station_command(channel_group, "remove")
@click.argument("channel")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove_channel(desk: Desk, *, channel: str, yes: bool) -> None:
    """Remove CHANNEL (name, number or id) for ever; viewers' favourites of it will point nowhere."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue import operations
    from rightcast.panel.catalogue.queries import find_channel

    found = find_channel(channel)
    channel_id, shown = found.pk, str(found)
    if not yes:
        click.confirm(f"Remove channel {shown} for ever?", abort=True, err=True)
    operations.remove_channel(actor, channel_id)
    desk.answer({"id": channel_id, "removed": True}, [f"Removed channel {shown}."])


def channel_ids(named: tuple[str, ...]) -> list[int]:
    """The ids behind what was typed. Raises NotFoundError, ConflictError."""
    from rightcast.panel.catalogue.queries import find_channel

    return [find_channel(one).pk for one in named]


def every_channel_id() -> list[int]:
    """All channels by number. Raises NotFoundError when there is none."""
    from rightcast.panel.catalogue.models import Channel

    found = list(Channel.objects.order_by("number").values_list("pk", flat=True))
    if not found:
        raise NotFoundError("The station has no channels.", remedy="Add one with `rightcast channel add NAME URL`.")
    return found
