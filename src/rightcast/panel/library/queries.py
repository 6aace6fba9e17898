"""Reading the library: as records for the feed, and by what people type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain import library as domain
from rightcast.domain.errors import NotFoundError
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.library.models import Collection, Title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.panel.library.models import Episode, Filed

HD_LINES = 720


def collection_records(keys: Sequence[int]) -> dict[int, domain.Collection]:
    """Records of those collections that exist."""
    return {
        one.id: domain.Collection(id=one.id, name=one.name, position=one.position, adult=one.adult)
        for one in Collection.objects.filter(id__in=keys)
    }


def collection_ids() -> list[int]:
    """All collections, oldest first."""
    return list(Collection.objects.order_by("id").values_list("id", flat=True))


def title_records(keys: Sequence[int]) -> dict[int, domain.Holding]:
    """Records of those titles that are wanted in apps and have a file."""
    found = Title.objects.filter(id__in=keys, wanted=True).select_related("collection").prefetch_related("episodes")
    holdings = {title.id: holding_of(title) for title in found}
    return {key: one for key, one in holdings.items() if one.file is not None or one.episodes}


def title_ids() -> list[int]:
    """All titles that are wanted in apps, oldest first."""
    return list(Title.objects.filter(wanted=True).order_by("id").values_list("id", flat=True))


def holding_of(title: Title) -> domain.Holding:
    """The title as edges know it; prefetch `episodes` when reading many."""
    episodes = [_held(one) for one in title.episodes.all() if one.file_name]
    newest = max((one.episode.added for one in episodes), default=0)
    file = _file_of(title)
    return domain.Holding(
        title=domain.Title(
            id=title.id,
            kind=domain.TitleKind(title.kind),
            name=title.name,
            category_id=title.collection_id,
            original_name=title.original_name,
            description=title.description,
            directors=tuple(title.directors),
            actors=tuple(title.actors),
            genres=tuple(title.genres),
            countries=tuple(title.countries),
            year=title.year,
            added=newest or int(title.added.timestamp()),
            length_s=int(title.length_s or max((one.file.length_s for one in episodes), default=0)),
            hd=title.height >= HD_LINES,
            age=title.age,
            stars=title.stars,
            trailer=title.trailer,
            extension=file.extension if file is not None else "mp4",
            bitrate_bps=file.bitrate_bps if file is not None else 0,
            adult=title.collection.adult,
        ),
        file=file,
        episodes=tuple(episodes),
        poster=title.poster,
        until=title.until,
    )


def find_collection(named: str | int) -> Collection:
    """The collection of this name or id. Raises NotFoundError."""
    text = str(named).strip()
    found = Collection.objects.filter(name__iexact=text).first()
    if found is None and text.isdecimal():
        found = Collection.objects.filter(id=int(text)).first()
    if found is None:
        raise NotFoundError(
            f"There is no collection '{text}'.", remedy="List them with `rightcast library collections`."
        )
    return found


def find_title(named: str | int) -> Title:
    """The title of this id or name. Raises NotFoundError."""
    text = str(named).strip()
    found = Title.objects.filter(id=int(text)).first() if text.isdecimal() else None
    if found is None:
        found = Title.objects.filter(name__iexact=text).first()
    if found is None:
        raise NotFoundError(f"There is no title '{text}'.", remedy="List them with `rightcast library list`.")
    return found


def watched_names(numbers: Sequence[int]) -> dict[int, str]:
    """What is watched under these numbers: names of channels by their id, of titles by theirs."""
    found = dict(Channel.objects.filter(id__in=[one for one in numbers if one > 0]).values_list("id", "name"))
    titles = {title: one for one in numbers if (title := domain.watched_title(one)) is not None}
    found.update((titles[key], name) for key, name in Title.objects.filter(id__in=titles).values_list("id", "name"))
    return found


def _held(episode: Episode) -> domain.HeldEpisode:
    file = domain.MediaFile(name=episode.file_name, size_bytes=episode.file_bytes, length_s=episode.length_s)
    return domain.HeldEpisode(
        episode=domain.Episode(
            id=episode.id,
            season=episode.season,
            number=episode.number,
            name=episode.name,
            added=int(episode.added.timestamp()),
            extension=file.extension,
            description=episode.description,
            length_s=int(episode.length_s),
            bitrate_bps=file.bitrate_bps,
        ),
        file=file,
    )


def _file_of(record: Filed) -> domain.MediaFile | None:
    if not record.file_name:
        return None
    return domain.MediaFile(name=record.file_name, size_bytes=record.file_bytes, length_s=record.length_s)
