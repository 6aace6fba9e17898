"""The options of `rightcast serve` that say where channels are kept, and how much."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import click

from rightcast.domain.errors import InvalidInputError
from rightcast.state.archive.store import StoreAddress

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.contract.station import StationSettings

_GB = 1_000_000_000
_HOURS = click.IntRange(1, 24 * 90)
_FOLDER = click.Path(path_type=Path)

_OPTIONS = (
    click.option(
        "--archive",
        envvar="RIGHTCAST_ARCHIVE",
        metavar="DIR",
        type=_FOLDER,
        show_default="archive in the data folder",
        help="Where channels are kept for catch-up, and recordings; a disk of its own is best.",
    ),
    click.option(
        "--archive-budget",
        envvar="RIGHTCAST_ARCHIVE_BUDGET",
        type=click.FloatRange(0),
        default=0,
        metavar="GB",
        show_default="half of what its disk can give",
        help="Gigabytes that kept channels and recordings may take there; the oldest hours of channels go first.",
    ),
    click.option(
        "--archive-second",
        envvar="RIGHTCAST_ARCHIVE_SECOND",
        metavar="DIR",
        type=_FOLDER,
        show_default="none",
        help="A second disk, for what is older.",
    ),
    click.option(
        "--archive-second-after",
        envvar="RIGHTCAST_ARCHIVE_SECOND_AFTER",
        type=_HOURS,
        default=24,
        show_default=True,
        metavar="HOURS",
        help="The age from which it lies there.",
    ),
    click.option(
        "--archive-s3-url",
        envvar="RIGHTCAST_ARCHIVE_S3_URL",
        default="",
        metavar="URL",
        show_default="none",
        help="An S3-compatible store for what is older still: https://HOST/BUCKET/PREFIX or s3://BUCKET/PREFIX."
        " Its keys are those of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or of keys/archive-s3 in the data folder.",
    ),
    click.option(
        "--archive-s3-after",
        envvar="RIGHTCAST_ARCHIVE_S3_AFTER",
        type=_HOURS,
        default=48,
        show_default=True,
        metavar="HOURS",
        help="The age from which it lies there.",
    ),
)


class ArchiveChoice(TypedDict):
    """What the options said."""

    archive: Path | None
    archive_budget: float
    archive_second: Path | None
    archive_second_after: int
    archive_s3_url: str
    archive_s3_after: int


def archive_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def with_archive(settings: StationSettings, choice: ArchiveChoice) -> StationSettings:
    """The settings with the archive as it was chosen. Raises InvalidInputError."""
    first, second, url = choice["archive"], choice["archive_second"], choice["archive_s3_url"]
    if url:
        StoreAddress.parse(url)
    chosen = replace(
        settings,
        archive=first.absolute() if first else None,
        archive_budget_bytes=int(choice["archive_budget"] * _GB),
        archive_second=second.absolute() if second else None,
        archive_second_after_h=choice["archive_second_after"],
        archive_s3_url=url,
        archive_s3_after_h=choice["archive_s3_after"],
    )
    if chosen.archive_second is not None and chosen.archive_second.is_relative_to(chosen.archive_root):
        raise InvalidInputError(
            "The second disk of the archive lies within the first folder.",
            remedy="Name a folder on another disk.",
            field="archive-second",
        )
    return chosen
