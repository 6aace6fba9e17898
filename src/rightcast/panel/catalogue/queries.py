"""Reading the catalogue: as domain records for the feed, as rows for lists, by what people type."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Max

from rightcast.domain import lineup as domain
from rightcast.domain.errors import ConflictError, NotFoundError
from rightcast.domain.sources import redact
from rightcast.panel.catalogue.features import features_of
from rightcast.panel.catalogue.models import Channel, Lineup, Package, Source
from rightcast.panel.rights.queries import covered_ids

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class ChannelState(enum.StrEnum):
    """What an operator sees of a channel's way to the viewers."""

    WAITING = "waiting for a right"
    HELD = "held"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """One channel in a list; source addresses are redacted."""

    id: int
    number: int
    name: str
    kind: str
    category: str
    start: str
    state: ChannelState
    sources: tuple[str, ...]


def state_of(channel: Channel, covered: Collection[int]) -> ChannelState:
    """The state of a channel, given the ids that have a right recorded."""
    if not channel.wanted:
        return ChannelState.HELD
    return ChannelState.PUBLISHED if channel.id in covered else ChannelState.WAITING


def channel_rows(state: ChannelState | None = None) -> list[ChannelRow]:
    """All channels in order of number, or those in one state."""
    covered = covered_ids()
    rows = [
        ChannelRow(
            id=channel.id,
            number=channel.number,
            name=channel.name,
            kind=channel.kind,
            category=channel.category.name,
            start=channel.start,
            state=state_of(channel, covered),
            sources=tuple(redact(source.url) for source in channel.sources.all()),
        )
        for channel in Channel.objects.select_related("category").prefetch_related("sources")
    ]
    return [row for row in rows if state is None or row.state is state]


def find_channel(named: str | int) -> Channel:
    """The channel of this name, id or number; `id:7` and `number:7` say which is meant.

    Raises NotFoundError, or ConflictError when the words fit several channels.
    """
    text = str(named).strip()
    prefix, sign, rest = text.partition(":")
    if sign and prefix in {"id", "number"} and rest.isdecimal():
        found = list(Channel.objects.filter(**{prefix: int(rest)}))
    else:
        found = list(Channel.objects.filter(name__iexact=text)) or _by_digits(text)
    if not found:
        raise NotFoundError(f"There is no channel '{text}'.", remedy="List them with `rightcast channel list`.")
    if len(found) > 1:
        choices = ", ".join(f"id:{channel.id} ({channel})" for channel in found)
        raise ConflictError(f"'{text}' fits several channels: {choices}.", remedy="Name one of these ids.")
    return found[0]


def _by_digits(text: str) -> list[Channel]:
    if not text.isdecimal():
        return []
    value = int(text)
    matches = [*Channel.objects.filter(id=value), *Channel.objects.filter(number=value)]
    return list({channel.id: channel for channel in matches}.values())


def find_package(named: str | int) -> Package:
    """The package of this name or id. Raises NotFoundError."""
    text = str(named).strip()
    package = Package.objects.filter(name__iexact=text).first()
    if package is None and text.isdecimal():
        package = Package.objects.filter(id=int(text)).first()
    if package is None:
        raise NotFoundError(f"There is no package '{text}'.", remedy="List them with `rightcast package list`.")
    return package


def find_lineup(named: str | int) -> Lineup:
    """The lineup of this name or id. Raises NotFoundError."""
    text = str(named).strip()
    lineup = Lineup.objects.filter(name__iexact=text).first()
    if lineup is None and text.isdecimal():
        lineup = Lineup.objects.filter(id=int(text)).first()
    if lineup is None:
        raise NotFoundError(f"There is no lineup '{text}'.", remedy="The console lists them under Lineups.")
    return lineup


def next_number() -> int:
    """The first number above every channel's."""
    return int(Channel.objects.aggregate(highest=Max("number"))["highest"] or 0) + 1


def services_taken(url: str) -> set[int]:
    """Service ids of the multiplex at `url` that channels have as a source."""
    rows = Source.objects.filter(url=url, service_id__isnull=False).values_list("service_id", flat=True)
    return {service_id for service_id in rows if service_id is not None}


def to_record(channel: Channel) -> domain.Channel:
    """The channel as every plane knows it; prefetch `sources` when reading many.

    One without a guide id gets a stable one, so that lists and guides agree on every channel.
    """
    return domain.Channel(
        id=channel.id,
        number=channel.number,
        name=channel.name,
        kind=domain.ChannelKind(channel.kind),
        sources=tuple(
            domain.Source(
                id=source.id, kind=domain.SourceKind(source.kind), url=source.url, service_id=source.service_id
            )
            for source in channel.sources.all()
        ),
        added=channel.added,
        start=domain.StartMode(channel.start),
        logo_url=channel.logo_url,
        guide_id=guide_id_of(channel),
        adult=channel.adult,
        features=features_of(channel),
    )


def guide_id_of(channel: Channel) -> str:
    """Under which id lists and guides name a channel."""
    return channel.guide_id or f"channel-{channel.id}.rightcast"


def published_channel_records(keys: Sequence[int]) -> dict[int, domain.Channel]:
    """Records of those channels that are wanted and have a right recorded."""
    covered = covered_ids(keys)
    wanted = Channel.objects.filter(id__in=covered, wanted=True).prefetch_related("sources")
    return {channel.id: to_record(channel) for channel in wanted}


def published_channel_ids() -> list[int]:
    """Ids of all channels that belong in the feed."""
    wanted = Channel.objects.filter(wanted=True).order_by("number").values_list("id", flat=True)
    covered = covered_ids()
    return [channel_id for channel_id in wanted if channel_id in covered]


def lineup_record(lineup: Lineup) -> domain.Lineup:
    """The lineup as every plane knows it; prefetch `entries__category` when reading many."""
    return domain.Lineup(
        id=lineup.id,
        name=lineup.name,
        entries=tuple(
            domain.LineupEntry(
                channel_id=entry.channel_id,
                number=entry.number,
                category_id=entry.category_id,
                category_name=entry.category.name,
            )
            for entry in lineup.entries.all()
        ),
    )


def lineup_records(keys: Sequence[int]) -> dict[int, domain.Lineup]:
    """Records of those lineups that exist."""
    found = Lineup.objects.filter(id__in=keys).prefetch_related("entries__category")
    return {lineup.id: lineup_record(lineup) for lineup in found}


def lineup_ids() -> list[int]:
    """All lineups, oldest first."""
    return list(Lineup.objects.order_by("id").values_list("id", flat=True))


def package_record(package: Package) -> domain.Package:
    """The package as every plane knows it."""
    return domain.Package(
        id=package.id,
        name=package.name,
        lineup_ids=tuple(sorted(lineup.id for lineup in package.lineups.all())),
        collection_ids=tuple(sorted(collection.id for collection in package.collections.all())),
    )


def package_records(keys: Sequence[int]) -> dict[int, domain.Package]:
    """Records of those packages that exist."""
    found = Package.objects.filter(id__in=keys).prefetch_related("lineups", "collections")
    return {package.id: package_record(package) for package in found}


def package_ids() -> list[int]:
    """All packages, oldest first."""
    return list(Package.objects.order_by("id").values_list("id", flat=True))
