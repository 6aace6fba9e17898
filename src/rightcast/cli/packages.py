"""`rightcast package`: what lines are entitled to."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from rightcast.cli.channels import channel_ids, every_channel_id
from rightcast.cli.desk import station_command, table
from rightcast.cli.panel import open_to_read, open_to_write

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk
    from rightcast.panel.catalogue.models import Package


class PackageValue(msgspec.Struct, frozen=True, kw_only=True):
    """A package as it is answered."""

    id: int
    name: str
    lineups: list[str]
    channels: int
    lines: int


@click.group("package")
def package_group() -> None:
    """Add and list packages."""


@station_command(package_group, "add")
@click.argument("name")
@click.option("--channel", "channels", multiple=True, metavar="CHANNEL", help="Name, number or id; may be repeated.")
@click.option("--all", "all_channels", is_flag=True, help="Every channel the station has now.")
@click.option("--lineup", "lineups", multiple=True, metavar="LINEUP", help="A lineup that exists; may be repeated.")
def add_package(
    desk: Desk, *, name: str, channels: tuple[str, ...], all_channels: bool, lineups: tuple[str, ...]
) -> None:
    """Add package NAME; channels named here become a lineup of the same name."""
    if sum(map(bool, (channels, all_channels, lineups))) != 1:
        raise click.UsageError("Name what it holds: either --channel, or --all, or --lineup.")
    actor = open_to_write(desk)
    from rightcast.panel.catalogue import operations
    from rightcast.panel.catalogue.queries import find_lineup

    package = operations.create_package(
        actor,
        name=name,
        lineup_ids=[find_lineup(one).pk for one in lineups],
        channel_ids=every_channel_id() if all_channels else channel_ids(channels),
    )
    desk.answer(
        _value(package),
        [f"Added package {package.name} (id {package.pk}).", f"  rightcast line add NAME --package '{package.name}'"],
    )


@station_command(package_group, "list")
def list_packages(desk: Desk) -> None:
    """List packages, their lineups, channels and lines."""
    open_to_read(desk)
    from rightcast.panel.catalogue.models import Package

    packages = Package.objects.prefetch_related("lineups__entries", "lines").order_by("name")
    values = [_value(package) for package in packages]
    rows = ((one.id, one.name, ", ".join(one.lineups), one.channels, one.lines) for one in values)
    desk.answer(values, table(rows, ("ID", "NAME", "LINEUPS", "CHANNELS", "LINES")) or ["No packages."])


def _value(package: Package) -> PackageValue:
    lineups = list(package.lineups.all())
    return PackageValue(
        id=package.pk,
        name=package.name,
        lineups=[lineup.name for lineup in lineups],
        channels=len({entry.channel_id for lineup in lineups for entry in lineup.entries.all()}),
        lines=len(package.lines.all()),
    )
