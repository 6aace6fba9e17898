"""Fields of channels and their sources as operators type them, checked and put in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.lineup import ChannelKind, SourceKind, StartMode
from rightcast.domain.sources import parse_source_url
from rightcast.panel.catalogue.models import DEFAULT_CATEGORY, Category, Source

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_NUMBER = 99_999_999
MAX_NAME = 200
MAX_URL = 2000


@dataclass(frozen=True, slots=True)
class SourceInput:
    """A source as given: `kind` None is read from the address."""

    url: str
    service_id: int | None = None
    kind: SourceKind | None = None


def check_source(given: SourceInput) -> SourceInput:
    """The source with its kind filled in; raises InvalidInputError (field `url` or `service_id`)."""
    url = given.url.strip()
    if len(url) > MAX_URL:
        raise InvalidInputError(
            f"The source address has {len(url)} letters; {MAX_URL} are the most.",
            remedy="Check that only one address was given.",
            field="url",
        )
    kind, _ = parse_source_url(url)
    if given.service_id is not None and not 0 < given.service_id <= 0xFFFF:
        raise InvalidInputError(
            f"{given.service_id} is not a service id.",
            remedy="`rightcast source probe URL` lists those of a multiplex.",
            field="service_id",
        )
    return SourceInput(url, given.service_id, SourceKind(given.kind) if given.kind else kind)


def check_channel_name(name: str) -> str:
    """The name without outer spaces; raises InvalidInputError."""
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > MAX_NAME or not cleaned.isprintable():
        raise InvalidInputError(
            f"A channel's name has 1 to {MAX_NAME} letters.", remedy="Write a name viewers will know.", field="name"
        )
    return cleaned


def check_number(number: int, *, field: str = "number") -> int:
    """The number; raises InvalidInputError."""
    if not 0 < number <= MAX_NUMBER:
        raise InvalidInputError(
            f"{number} is not a channel number.", remedy=f"Choose one from 1 to {MAX_NUMBER}.", field=field
        )
    return number


def check_logo(url: str) -> str:
    """The address of a logo, or nothing; raises InvalidInputError."""
    cleaned = url.strip()
    if cleaned and (urlsplit(cleaned).scheme not in {"http", "https"} or len(cleaned) > MAX_URL):
        raise InvalidInputError(
            "A logo needs an http or https address.", remedy="Leave it empty if there is none.", field="logo_url"
        )
    return cleaned


def check_kind(kind: str) -> str:
    """The kind of channel; raises InvalidInputError."""
    if kind not in set(ChannelKind):
        raise InvalidInputError(f"'{kind}' is no kind of channel.", remedy="Write tv or radio.", field="kind")
    return str(kind)


def check_start(start: str) -> str:
    """When the channel runs; raises InvalidInputError."""
    if start not in set(StartMode):
        raise InvalidInputError(f"'{start}' is no way to start.", remedy="Write always or on_demand.", field="start")
    return str(start)


def category_named(name: str) -> Category:
    """The category of this name, made when new; the default one for an empty name."""
    wanted = " ".join(name.split())[:80] or DEFAULT_CATEGORY
    category, _ = Category.objects.get_or_create(
        name=wanted, defaults={"position": Category.objects.count() + 1 if wanted != DEFAULT_CATEGORY else 0}
    )
    return category


def write_sources(channel_id: int, sources: Iterable[SourceInput]) -> None:
    """Replace the sources of a channel, the preferred one first. Unchanged ones keep their id."""
    wanted = [check_source(source) for source in sources]
    if not wanted:
        raise InvalidInputError(
            "A channel needs a source.", remedy="Give one, for example udp://239.1.1.1:5000.", field="sources"
        )
    present = {(row.url, row.service_id): row for row in Source.objects.filter(channel_id=channel_id)}
    kept: list[tuple[Source, SourceInput]] = []
    for source in dict.fromkeys(wanted):
        row = present.pop((source.url, source.service_id), None) or Source(channel_id=channel_id)
        kept.append((row, source))
    Source.objects.filter(id__in=[row.id for row in present.values()]).delete()
    highest = max((row.position for row, _ in kept if row.pk), default=0)
    for start in (highest + 1, 0):  # twice, so that no two rows share a position on the way
        for position, (row, source) in enumerate(kept, start):
            row.position, row.url, row.service_id = position, source.url, source.service_id
            row.kind = str(source.kind)
            row.save()
