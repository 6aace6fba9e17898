"""What every command shares: its station, --data and --json, and how it answers.

A command is a function of a Desk and its own options; `station_command` adds the rest.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from rightcast.contract.station import StationSettings
from rightcast.serve.lock import remembered_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

DATA_VARIABLE = "RIGHTCAST_DATA"


@dataclass(frozen=True, slots=True)
class Desk:
    """The station that a command is about, and the form of its answer."""

    settings: StationSettings
    as_json: bool

    def answer(self, value: object, lines: Iterable[str]) -> None:
        """Print `value` as JSON when asked for, otherwise `lines`."""
        if self.as_json:
            click.echo(to_json(value))
            return
        for line in lines:
            click.echo(line)


def to_json(value: object) -> str:
    """Readable JSON of records, dataclasses and plain values; times as ISO 8601, paths as text."""
    return msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2).decode()


def data_option(function: Callable[..., None]) -> Callable[..., None]:
    """The option that names the station's data folder."""
    return click.option(
        "--data",
        envvar=DATA_VARIABLE,
        default="data",
        show_default="./data",
        metavar="DIR",
        type=click.Path(path_type=Path),
        help="The station's data folder.",
    )(function)


def json_option(function: Callable[..., None]) -> Callable[..., None]:
    """The option that asks for JSON."""
    return click.option("--json", "as_json", is_flag=True, help="Answer in JSON, errors too.")(function)


def station_command(group: click.Group, name: str) -> Callable[[Callable[..., None]], click.Command]:
    """Register a function as command `name` of `group`, with --data and --json; it gets a Desk first."""

    def register(function: Callable[..., None]) -> click.Command:
        @functools.wraps(function)
        def run(*, data: Path, as_json: bool, **values: object) -> None:
            function(Desk(remembered_settings(data.absolute()), as_json), **values)

        return group.command(name)(json_option(data_option(run)))

    return register


def table(rows: Iterable[Iterable[object]], headings: Iterable[str]) -> list[str]:
    """Rows as aligned columns under headings; empty when there are no rows."""
    cells = [[str(cell) for cell in row] for row in rows]
    if not cells:
        return []
    cells.insert(0, list(headings))
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
