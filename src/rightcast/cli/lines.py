"""`rightcast line`: customers' accesses."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click
import msgspec

from rightcast.cli.desk import station_command, table
from rightcast.cli.moments import optional_moment, shown
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.serve.addresses import guide_url, playlist_url, viewers_url

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk
    from rightcast.panel.lines.models import Line


class LineValue(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it is answered."""

    id: int
    name: str
    status: str
    packages: list[str]
    max_sessions: int
    territory: str
    expires: datetime | None
    trial: bool


@click.group("line")
def line_group() -> None:
    """Add, list, disable, enable and kick lines."""


@station_command(line_group, "add")
@click.argument("name", required=False)
@click.option("--password", show_default="made up", help="3 to 64 letters, digits, '-' or '_'.")
@click.option(
    "--package", "packages", multiple=True, required=True, metavar="PACKAGE", help="Name or id; may be repeated."
)
@click.option("--max-sessions", type=int, metavar="N", default=1, show_default=True, help="Screens at once.")
@click.option("--expires", metavar="DATE", show_default="never", help="For example 2026-12-31 or 30d.")
@click.option("--territory", metavar="CODE", show_default="the station's own", help="Where the customer lives.")
@click.option("--trial", is_flag=True, help="Mark it as a trial.")
@click.option("--note", default="", help="Anything worth knowing.")
def add_line(
    desk: Desk,
    *,
    name: str | None,
    password: str | None,
    packages: tuple[str, ...],
    max_sessions: int,
    expires: str | None,
    territory: str | None,
    trial: bool,
    note: str,
) -> None:
    """Add a line and print its password, this once, and its addresses."""
    moment = optional_moment(expires, field="expires")
    actor = open_to_write(desk)
    from rightcast.panel.catalogue.queries import find_package
    from rightcast.panel.lines import operations

    made = operations.create_line(
        actor,
        name=name,
        secret=password,
        package_ids=[find_package(one).pk for one in packages],
        max_sessions=max_sessions,
        expires=moment,
        territory=territory.upper() if territory else None,
        trial=trial,
        note=note,
    )
    base = viewers_url(desk.settings)
    playlist = playlist_url(base, made.line.name, made.secret)
    guide = guide_url(base, made.line.name, made.secret)
    desk.answer(
        {
            **msgspec.structs.asdict(_value(made.line)),
            "password": made.secret,
            "m3u": playlist,
            "xmltv": guide,
            "xtream": {"server": base, "username": made.line.name, "password": made.secret},
        },
        [
            f"Added line {made.line.name}; its password is shown only now.",
            "",
            f"  Password  {made.secret}",
            f"  M3U       {playlist}",
            f"  Guide     {guide}",
            f"  Xtream    {base}   {made.line.name} / {made.secret}",
        ],
    )


@station_command(line_group, "list")
def list_lines(desk: Desk) -> None:
    """List lines by name."""
    open_to_read(desk)
    from rightcast.panel.lines.models import Line

    values = [_value(line) for line in Line.objects.prefetch_related("packages").order_by("name")]
    rows = (
        (
            value.id,
            value.name,
            value.status,
            ", ".join(value.packages),
            value.max_sessions,
            value.territory,
            shown(value.expires, "never"),
        )
        for value in values
    )
    headings = ("ID", "NAME", "STATUS", "PACKAGES", "SCREENS", "TERRITORY", "EXPIRES (UTC)")
    desk.answer(values, table(rows, headings) or ["No lines."])


@station_command(line_group, "disable")
@click.argument("line")
def disable_line(desk: Desk, *, line: str) -> None:
    """Refuse LINE until it is enabled; its pictures stop."""
    actor = open_to_write(desk)
    from rightcast.panel.lines import operations
    from rightcast.panel.lines.queries import find_line

    found = operations.disable_line(actor, find_line(line).pk)
    desk.answer(_value(found), [f"Line {found.name} is disabled."])


@station_command(line_group, "enable")
@click.argument("line")
def enable_line(desk: Desk, *, line: str) -> None:
    """Let LINE watch again."""
    actor = open_to_write(desk)
    from rightcast.panel.lines import operations
    from rightcast.panel.lines.queries import find_line

    found = operations.enable_line(actor, find_line(line).pk)
    desk.answer(_value(found), [f"Line {found.name} is enabled."])


@station_command(line_group, "kick")
@click.argument("line")
def kick_line(desk: Desk, *, line: str) -> None:
    """End what LINE watches now; its players may come back."""
    actor = open_to_write(desk)
    from rightcast.panel.lines import operations
    from rightcast.panel.lines.queries import find_line

    found = operations.kick_line(actor, find_line(line).pk)
    desk.answer(_value(found), [f"The sessions of line {found.name} are ended."])


def _value(line: Line) -> LineValue:
    return LineValue(
        id=line.pk,
        name=line.name,
        status=line.status,
        packages=[package.name for package in line.packages.all()],
        max_sessions=line.max_sessions,
        territory=line.territory,
        expires=line.expires,
        trial=line.trial,
    )
