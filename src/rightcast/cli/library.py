"""`rightcast library`: collections, films and series of the station."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from rightcast.cli.desk import station_command, table
from rightcast.cli.panel import open_to_read, open_to_write

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk
    from rightcast.panel.library.files import Progress
    from rightcast.panel.library.models import Title

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class CollectionValue(msgspec.Struct, frozen=True, kw_only=True):
    """A collection as it is answered."""

    id: int
    name: str
    titles: int
    packages: list[str]


class TitleValue(msgspec.Struct, frozen=True, kw_only=True):
    """A title as it is answered; lengths in seconds, sizes in bytes."""

    id: int
    name: str
    kind: str
    collection: str
    wanted: bool
    episodes: int
    length_s: float
    size_bytes: int


@click.group("library")
def library_group() -> None:
    """Films and series: collections, titles and their files."""


@station_command(library_group, "add-collection")
@click.argument("name")
@click.option("--package", "packages", multiple=True, metavar="PACKAGE", help="Lines of it may watch; may be repeated.")
@click.option("--adult", is_flag=True, help="Apps ask for a code before they show it.")
def add_collection(desk: Desk, *, name: str, packages: tuple[str, ...], adult: bool) -> None:
    """Add collection NAME, a category of titles in apps."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue.queries import find_package
    from rightcast.panel.library import operations

    found = [find_package(one) for one in packages]
    made = operations.create_collection(actor, name=name, adult=adult, package_ids=[one.pk for one in found])
    value = CollectionValue(id=made.pk, name=made.name, titles=0, packages=[one.name for one in found])
    desk.answer(
        value,
        [f"Added collection {made.name} (id {made.pk}).", f"  rightcast library add FILE --collection '{made.name}'"],
    )


@station_command(library_group, "collections")
def list_collections(desk: Desk) -> None:
    """List collections, what they hold and who may watch them."""
    open_to_read(desk)
    from django.db.models import Count

    from rightcast.panel.library.models import Collection

    found = Collection.objects.annotate(count=Count("titles")).prefetch_related("packages")
    values = [
        CollectionValue(id=one.pk, name=one.name, titles=one.count, packages=[row.name for row in one.packages.all()])
        for one in found
    ]
    rows = ((one.id, one.name, one.titles, ", ".join(one.packages) or "none") for one in values)
    desk.answer(values, table(rows, ("ID", "NAME", "TITLES", "PACKAGES")) or ["No collections."])


@station_command(library_group, "add")
@click.argument("file", type=_FILE)
@click.option("--collection", required=True, metavar="COLLECTION", help="Name or id of its collection.")
@click.option("--name", metavar="TEXT", show_default="the file's name", help="What apps call it.")
@click.option("--year", default="", metavar="YYYY", help="When it was made.")
@click.option("--description", default="", metavar="TEXT", help="What it is about.")
@click.option("--genre", "genres", multiple=True, metavar="WORD", help="May be repeated.")
@click.option("--age", type=click.IntRange(0, 21), default=0, metavar="YEARS", help="From which it is suitable.")
def add_film(
    desk: Desk,
    *,
    file: Path,
    collection: str,
    name: str | None,
    year: str,
    description: str,
    genres: tuple[str, ...],
    age: int,
) -> None:
    """Take FILE into the library as a film; its streams are copied into MP4."""
    actor = open_to_write(desk)
    from rightcast.domain.library import TitleKind
    from rightcast.panel.library import operations
    from rightcast.panel.library.queries import find_collection

    details: operations.TitleChanges = {
        "name": name or file.stem.replace("_", " "),
        "collection_id": find_collection(collection).pk,
        "year": year,
        "description": description,
        "genres": genres,
        "age": age,
    }
    title = operations.create_title(actor, TitleKind.FILM, details)
    try:
        title = operations.set_film(actor, title.pk, file, _progress(desk, file.name))
    except BaseException:
        operations.remove_title(actor, title.pk)
        raise
    lines = [f"Added film {title.name} (id {title.pk}), {title.length_s / 60:.1f} minutes, {title.codecs}."]
    desk.answer(_value(title), [*lines, f"  rightcast right add --title {title.pk} --type … --licensor …"])


@station_command(library_group, "add-series")
@click.argument("name")
@click.option("--collection", required=True, metavar="COLLECTION", help="Name or id of its collection.")
@click.option("--description", default="", metavar="TEXT", help="What it is about.")
def add_series(desk: Desk, *, name: str, collection: str, description: str) -> None:
    """Add series NAME; apps show it once it has an episode."""
    actor = open_to_write(desk)
    from rightcast.domain.library import TitleKind
    from rightcast.panel.library import operations
    from rightcast.panel.library.queries import find_collection

    details: operations.TitleChanges = {
        "name": name,
        "collection_id": find_collection(collection).pk,
        "description": description,
    }
    title = operations.create_title(actor, TitleKind.SERIES, details)
    desk.answer(_value(title), [f"Added series {title.name} (id {title.pk})."])


@station_command(library_group, "add-episode")
@click.argument("series")
@click.argument("file", type=_FILE)
@click.option("--season", type=click.IntRange(0), default=1, show_default=True, metavar="N", help="0 holds specials.")
@click.option("--number", type=click.IntRange(1), required=True, metavar="N", help="Of the episode.")
@click.option("--name", default="", metavar="TEXT", help="What the episode is called.")
def add_episode(desk: Desk, *, series: str, file: Path, season: int, number: int, name: str) -> None:
    """Take FILE into the library as an episode of SERIES (id or name)."""
    actor = open_to_write(desk)
    from rightcast.panel.library import operations
    from rightcast.panel.library.queries import find_title

    title = find_title(series)
    episode = operations.add_episode(
        actor, title.pk, file, season=season, number=number, name=name, progress=_progress(desk, file.name)
    )
    desk.answer(_value(title), [f"Added {episode} to {title.name}, {episode.length_s / 60:.1f} minutes."])


@station_command(library_group, "list")
def list_titles(desk: Desk) -> None:
    """List films and series."""
    open_to_read(desk)
    from rightcast.panel.library.models import Title

    values = [_value(one) for one in Title.objects.select_related("collection").prefetch_related("episodes")]
    rows = (
        (
            one.id,
            one.name,
            one.kind,
            one.collection,
            "yes" if one.wanted else "no",
            one.episodes or "",
            _length(one.length_s),
        )
        for one in values
    )
    headings = ("ID", "NAME", "KIND", "COLLECTION", "WANTED", "EPISODES", "LENGTH")
    desk.answer(values, table(rows, headings) or ["The library is empty."])


@station_command(library_group, "remove")
@click.argument("title")
def remove_title(desk: Desk, *, title: str) -> None:
    """Remove TITLE (id or name) with its files."""
    actor = open_to_write(desk)
    from rightcast.panel.library import operations
    from rightcast.panel.library.queries import find_title

    found = find_title(title)
    value = _value(found)
    operations.remove_title(actor, found.pk)
    desk.answer(value, [f"Removed {value.kind} {value.name} and its files."])


def _progress(desk: Desk, name: str) -> Progress | None:
    """Tells on a terminal how far a file is."""
    if desk.as_json:
        return None
    told = [-1]

    def tell(part: float) -> None:
        percent = round(part * 100)
        if percent != told[0] and percent % 10 == 0:
            told[0] = percent
            click.echo(f"{name}: {percent} %", err=True)

    return tell


def _value(title: Title) -> TitleValue:
    episodes = list(title.episodes.all())
    return TitleValue(
        id=title.pk,
        name=title.name,
        kind=title.kind,
        collection=title.collection.name,
        wanted=title.wanted,
        episodes=len(episodes),
        length_s=title.length_s or sum(one.length_s for one in episodes),
        size_bytes=title.file_bytes or sum(one.file_bytes for one in episodes),
    )


def _length(seconds: float) -> str:
    if not seconds:
        return "no file"
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"
