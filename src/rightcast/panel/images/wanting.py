"""What guides and lists say of pictures: the station's own address where it keeps them, else the one they came with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from rightcast.domain.images import HOPELESS, Images, image_address, image_id
from rightcast.panel.catalogue import queries
from rightcast.panel.guide import publication
from rightcast.panel.images.models import Picture
from rightcast.panel.station.models import StationRow
from rightcast.panel.station.queries import ROW_ID

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rightcast.contract.guide_bodies import WrittenDay
    from rightcast.domain.guide import GuideDay, Show
    from rightcast.domain.lineup import Channel

FOREVER = 99_999
_KEPT_DAYS = 7
_BATCH = 400
_LONGEST_URL = 2000


def mode() -> Images:
    """Which pictures the station keeps."""
    found = StationRow.objects.filter(id=ROW_ID).values_list("images", flat=True).first()
    return Images(found or Images.OFF)


def guide_records(keys: Sequence[int]) -> Mapping[int, GuideDay | WrittenDay]:
    """Published days, with pictures at the station's own address when all are kept; they are fetched soon.

    Pictures that could not be had several times keep the address they came with.
    """
    if mode() is not Images.ALL:
        return publication.written_days(keys)
    days = publication.guide_records(keys)
    urls = {one.icon_url: day.day for day in days.values() for one in day.shows if _is_fit(one.icon_url)}
    if not urls:
        return days
    want(urls.items(), logo=False)
    ours = _addresses(urls, _hopeless(urls))
    return {key: replace(day, shows=tuple(_told(one, ours) for one in day.shows)) for key, day in days.items()}


def channel_records(keys: Sequence[int]) -> dict[int, Channel]:
    """Published channels, with those logos at the station's own address that are here already."""
    channels = queries.published_channel_records(keys)
    urls = {one.logo_url for one in channels.values() if _is_fit(one.logo_url)}
    if not urls or mode() is Images.OFF:
        return channels
    here = _rows(urls, fetched_at__isnull=False)
    ours = _addresses((url for url in urls if image_id(url) in here), set())
    return {number: replace(one, logo_url=ours.get(one.logo_url, one.logo_url)) for number, one in channels.items()}


def _told(show: Show, ours: dict[str, str]) -> Show:
    found = ours.get(show.icon_url)
    return show if found is None else replace(show, icon_url=found)


def _addresses(urls: Iterable[str], without: set[str]) -> dict[str, str]:
    """Without a public address the path alone: edges put before it where each viewer reaches them."""
    base = settings.STATION.public_url
    return {url: image_address(base, url) for url in urls if image_id(url) not in without}


def want(urls: Iterable[tuple[str, int]], *, logo: bool) -> None:
    """Pictures are wanted until some days after a day; those known already are only wanted for longer."""
    now = timezone.now()
    Picture.objects.bulk_create(
        [
            Picture(
                digest=image_id(url), url=url, wanted_until=min(day + _KEPT_DAYS, FOREVER), next_at=now, is_logo=logo
            )
            for url, day in urls
        ],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["digest"],
        update_fields=["wanted_until", "is_logo"] if logo else ["wanted_until"],
    )


def _hopeless(urls: Iterable[str]) -> set[str]:
    return _rows(urls, fetched_at__isnull=True, failures__gte=HOPELESS)


def _rows(urls: Iterable[str], **conditions: object) -> set[str]:
    names = [image_id(url) for url in urls]
    found: set[str] = set()
    for start in range(0, len(names), _BATCH):
        rows = Picture.objects.filter(digest__in=names[start : start + _BATCH], **conditions)
        found.update(rows.values_list("digest", flat=True))
    return found


def _is_fit(url: str) -> bool:
    return url.startswith(("http://", "https://")) and len(url) <= _LONGEST_URL
