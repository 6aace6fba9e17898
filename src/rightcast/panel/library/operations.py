"""Writing collections, titles and episodes. Each is one audited transaction; edges follow within moments."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from django.conf import settings

from rightcast.contract.catalogue import Kind
from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.domain.library import TitleKind
from rightcast.panel.library.files import discard
from rightcast.panel.library.models import Collection, Episode, Title
from rightcast.panel.operation import operating
from rightcast.panel.takedowns.holding import require_free_title

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Unpack

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.library.files import Progress, TakenIn
    from rightcast.panel.library.models import Filed

MAX_NAME = 200
MAX_COLLECTION = 80
OLDEST = 21
"""No rating of suitability goes beyond."""


class TitleChanges(TypedDict, total=False):
    """What of a title may change; what is left out stays."""

    name: str
    collection_id: int
    original_name: str
    description: str
    year: str
    genres: Sequence[str]
    directors: Sequence[str]
    actors: Sequence[str]
    countries: Sequence[str]
    age: int
    stars: str
    trailer: str
    wanted: bool


def create_collection(
    actor: Actor, *, name: str, position: int = 0, adult: bool = False, package_ids: Sequence[int] = ()
) -> Collection:
    """Add a collection to the packages named. Raises InvalidInputError."""
    with operating(actor, "library.add_collection") as deed:
        collection = Collection.objects.create(name=_free_name(name), position=position, adult=adult)
        collection.packages.set(package_ids)
        deed.record("collection.create", collection.id, f"added collection {collection.name}")
        deed.changed(Kind.COLLECTION, collection.id)
        deed.changed_all(Kind.PACKAGE, package_ids)
    return collection


def update_collection(
    actor: Actor, collection_id: int, *, name: str, position: int, adult: bool, package_ids: Sequence[int]
) -> Collection:
    """Change a collection and the packages that hold it. Raises InvalidInputError, NotFoundError."""
    with operating(actor, "library.change_collection") as deed:
        collection = _collection(collection_id)
        before = set(collection.packages.values_list("id", flat=True))
        collection.name = _free_name(name, collection_id)
        collection.position, collection.adult = position, adult
        collection.save()
        collection.packages.set(package_ids)
        deed.record("collection.update", collection_id, f"changed collection {collection.name}")
        deed.changed(Kind.COLLECTION, collection_id)
        deed.changed_all(Kind.PACKAGE, sorted(before ^ set(package_ids)))
    return collection


def remove_collection(actor: Actor, collection_id: int) -> None:
    """Remove an empty collection. Raises ConflictError while titles are in it, NotFoundError."""
    with operating(actor, "library.delete_collection") as deed:
        collection = _collection(collection_id)
        count = collection.titles.count()
        if count:
            raise ConflictError(
                f"Collection {collection.name} still holds {count} titles.",
                remedy="Move them to another collection, or remove them, first.",
            )
        deed.changed_all(Kind.PACKAGE, collection.packages.values_list("id", flat=True))
        deed.changed(Kind.COLLECTION, collection_id)
        collection.delete()
        deed.record("collection.remove", collection_id, f"removed collection {collection.name}")


def create_title(actor: Actor, kind: TitleKind | str, details: TitleChanges) -> Title:
    """Add a title; a film is offered once it has a file, a series once it has an episode.

    `details` names it and its collection. Raises InvalidInputError.
    """
    with operating(actor, "library.add_title") as deed:
        title = Title(kind=TitleKind(kind).value, added=deed.now)
        _apply(title, details)
        title.save()
        deed.record("title.create", title.id, f"added {title.kind} {title.name}")
        deed.changed(Kind.TITLE, title.id)
    return title


def update_title(actor: Actor, title_id: int, **changes: Unpack[TitleChanges]) -> Title:
    """Change what is named. Raises InvalidInputError, NotFoundError."""
    with operating(actor, "library.change_title") as deed:
        title = _title(title_id)
        _apply(title, changes)
        title.save()
        deed.record("title.update", title_id, f"changed {title.kind} {title.name}")
        deed.changed(Kind.TITLE, title_id)
    return title


def remove_title(actor: Actor, title_id: int) -> None:
    """Remove a title with its files. Raises NotFoundError, and ConflictError while a hold keeps it."""
    with operating(actor, "library.delete_title") as deed:
        title = _title(title_id)
        require_free_title(title_id)
        names = [title.file_name, title.poster, *title.episodes.values_list("file_name", flat=True)]
        deed.record("title.remove", title_id, f"removed {title.kind} {title.name} and its files")
        deed.changed(Kind.TITLE, title_id)
        title.delete()
    discard(settings.STATION.library, names)


def set_film(actor: Actor, title_id: int, source: Path, progress: Progress | None = None) -> Title:
    """Take a file in as the film; the one before goes.

    Raises InvalidInputError, NotFoundError, and ConflictError while a hold keeps the one before.
    """
    title = _title(title_id)
    _require_replaceable(title)
    if title.kind != TitleKind.FILM.value:
        raise ConflictError(f"{title.name} is a series.", remedy="Add the file as one of its episodes.")
    from rightcast.panel.library.taking import take_in  # noqa: PLC0415 - heavy, and needed by no other command

    taken = take_in(settings.STATION.library, source, f"film-{title_id}", progress)
    return attach_film(actor, title_id, taken)


def attach_film(actor: Actor, title_id: int, taken: TakenIn) -> Title:
    """Make a file that lies in the library's folder the film's.

    Raises NotFoundError, and ConflictError while a hold keeps the one before; the file is then gone again.
    """
    with operating(actor, "library.change_title") as deed:
        title = _title(title_id)
        try:
            _require_replaceable(title)
        except ConflictError:
            discard(settings.STATION.library, [taken.name, taken.poster])
            raise
        before = [title.file_name, title.poster]
        _file(title, taken)
        title.poster, title.height = taken.poster or title.poster, taken.height
        title.save()
        deed.record("title.file", title_id, f"gave film {title.name} its file of {taken.length_s / 60:.0f} minutes")
        deed.changed(Kind.TITLE, title_id)
    discard(settings.STATION.library, [name for name in before if name not in {title.file_name, title.poster}])
    return title


def add_episode(
    actor: Actor,
    title_id: int,
    source: Path,
    *,
    season: int,
    number: int,
    name: str = "",
    description: str = "",
    progress: Progress | None = None,
) -> Episode:
    """Take a file in as an episode. Raises InvalidInputError, ConflictError, NotFoundError."""
    title = _title(title_id)
    if title.kind != TitleKind.SERIES.value:
        raise ConflictError(f"{title.name} is a film.", remedy="Give it the file itself.")
    if title.episodes.filter(season=season, number=number).exists():
        raise ConflictError(
            f"{title.name} has an episode {number} in season {season} already.", remedy="Remove that one first."
        )
    from rightcast.panel.library.taking import take_in  # noqa: PLC0415 - heavy, and needed by no other command

    taken = take_in(settings.STATION.library, source, f"series-{title_id}-{season}x{number}", progress)
    with operating(actor, "library.add_episode") as deed:
        episode = Episode(title=title, season=season, number=number, name=name, description=description, added=deed.now)
        _file(episode, taken)
        episode.save()
        if not title.poster:
            title.poster = taken.poster
            title.save(update_fields=["poster"])
        deed.record("title.episode", title_id, f"added {episode} to {title.name}")
        deed.changed(Kind.TITLE, title_id)
    return episode


def remove_episode(actor: Actor, episode_id: int) -> None:
    """Remove an episode with its file. Raises NotFoundError, and ConflictError while a hold keeps its title."""
    with operating(actor, "library.delete_episode") as deed:
        episode = Episode.objects.filter(id=episode_id).select_related("title").first()
        if episode is None:
            raise NotFoundError(f"There is no episode of id {episode_id}.", remedy="It may be gone already.")
        require_free_title(episode.title_id)
        deed.record("title.episode.remove", episode.title_id, f"removed {episode} of {episode.title.name}")
        deed.changed(Kind.TITLE, episode.title_id)
        name = episode.file_name
        episode.delete()
    discard(settings.STATION.library, [name])


def _require_replaceable(title: Title) -> None:
    """Raise ConflictError when the title has a file that a hold, or a takedown that stands, keeps as it is."""
    if title.file_name:
        require_free_title(title.pk)


def _apply(title: Title, changes: TitleChanges) -> None:
    if "name" in changes:
        title.name = _text(changes["name"])
    if "collection_id" in changes:
        title.collection = _collection(changes["collection_id"])
    for name in ("original_name", "description", "year", "stars", "trailer"):
        if name in changes:
            setattr(title, name, str(changes[name]).strip())
    for name in ("genres", "directors", "actors", "countries"):
        if name in changes:
            setattr(title, name, [one.strip() for one in changes[name] if one.strip()])  # type: ignore[literal-required]
    title.age = changes.get("age", title.age)
    title.wanted = changes.get("wanted", title.wanted)
    _check(title)


def _check(title: Title) -> None:
    if title.year and not (title.year.isdecimal() and len(title.year) == 4):
        raise InvalidInputError(f"'{title.year}' is no year.", remedy="Write four digits, or nothing.", field="year")
    if not 0 <= title.age <= OLDEST:
        raise InvalidInputError("That is no age of suitability.", remedy=f"Write 0 (for all) to {OLDEST}.", field="age")
    if title.stars:
        try:
            inside = 0 <= float(title.stars.partition("/")[0]) <= 10
        except ValueError:
            inside = False
        if not inside:
            raise InvalidInputError("Stars are a number of ten.", remedy="Write for example 7.5.", field="stars")


def _file(record: Filed, taken: TakenIn) -> None:
    record.file_name, record.file_bytes = taken.name, taken.size_bytes
    record.length_s, record.codecs = taken.length_s, taken.codecs


def _text(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > MAX_NAME:
        raise InvalidInputError(f"A title has a name of 1 to {MAX_NAME} letters.", remedy="Write it.", field="name")
    return cleaned


def _free_name(name: str, own_id: int | None = None) -> str:
    wanted = " ".join(name.split())
    if not wanted or len(wanted) > MAX_COLLECTION:
        raise InvalidInputError(
            f"A collection has a name of 1 to {MAX_COLLECTION} letters.", remedy="Write one.", field="name"
        )
    if Collection.objects.filter(name__iexact=wanted).exclude(id=own_id or 0).exists():
        raise InvalidInputError(
            f"There is a collection '{wanted}' already.", remedy="Choose another name.", field="name"
        )
    return wanted


def _collection(collection_id: int) -> Collection:
    found = Collection.objects.filter(id=collection_id).first()
    if found is None:
        raise NotFoundError(f"There is no collection of id {collection_id}.", remedy="It may be gone already.")
    return found


def _title(title_id: int) -> Title:
    found = Title.objects.filter(id=title_id).first()
    if found is None:
        raise NotFoundError(f"There is no title of id {title_id}.", remedy="It may be gone already.")
    return found
