"""`rightcast guide`: what is on when, from guides in XMLTV."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import station_command
from rightcast.cli.guide_looking import looking_group
from rightcast.cli.panel import open_to_write
from rightcast.domain.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightcast.cli.desk import Desk

_BLOCK_BYTES = 256 * 1024


@click.group("guide")
def guide_group() -> None:
    """What is on when: guide sources and imports."""


for _command in looking_group.commands.values():
    guide_group.add_command(_command)


@station_command(guide_group, "import")
@click.argument("file", metavar="FILE")
@click.option(
    "--source", "name", metavar="NAME", show_default="the file's name", help="The guide source it belongs to."
)
def import_file(desk: Desk, *, file: str, name: str | None) -> None:
    """Import the XMLTV guide in FILE; channels with the same guide id have its shows at once."""
    path = Path(file)
    if not path.is_file():
        raise NotFoundError(f"There is no file {file}.", remedy="Check its name.", field="file")
    actor = open_to_write(desk)
    from rightcast.panel.guide import operations
    from rightcast.panel.guide.models import GuideSource
    from rightcast.panel.publish import publisher

    wanted = name or path.name
    source = GuideSource.objects.filter(name=wanted).first() or operations.add_source(actor, name=wanted)
    outcome = operations.import_guide(actor, source, _blocks(path))
    publisher.drain()
    desk.answer(
        {"channels": outcome.channels, "shows": outcome.kept, "days_written": outcome.days_written},
        [
            f"{outcome.kept:,} shows of {outcome.channels:,} channels; {outcome.days_written:,} days changed, "
            f"{outcome.days_published:,} published.",
            *(f"  {one.count:,} {one.sentence} ({one.verdict})" for one in outcome.findings.listed()),
        ],
    )


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            yield block
