"""Importing playlists of any length: batches in short transactions, flat memory, one audit row.

Imported channels wait for a right; what cannot be imported is listed with its line and reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.lineup import StartMode
from rightcast.panel.catalogue.channels import (
    MAX_NUMBER,
    SourceInput,
    category_named,
    check_channel_name,
    check_kind,
    check_logo,
    check_source,
)
from rightcast.panel.catalogue.models import Channel, Source
from rightcast.panel.catalogue.queries import next_number
from rightcast.panel.operation import operating

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rightcast.panel.audit.operations import Actor

BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportEntry:
    """One entry of a playlist; `line_number` is where it stood. An unfit logo is left out."""

    name: str
    url: str
    number: int | None = None
    category: str = ""
    logo_url: str = ""
    guide_id: str = ""
    line_number: int = 0
    kind: str = "tv"
    service_id: int | None = None


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """How many channels were added, and what was skipped: (line number, reason)."""

    added: int
    skipped: list[tuple[int, str]]


@dataclass(slots=True)
class _Import:
    """The running state of one import."""

    start: str
    next_number: int
    added: int = 0
    skipped: list[tuple[int, str]] = field(default_factory=list)
    categories: dict[str, int] = field(default_factory=dict)


def import_channels(
    actor: Actor,
    entries: Iterable[ImportEntry],
    *,
    progress: Callable[[int], None] = lambda _seen: None,
    start: str = StartMode.ON_DEMAND.value,
) -> ImportOutcome:
    """Add a channel for each entry; `progress` is told how many entries were seen so far.

    Channels start with their first viewer unless said otherwise: thousands of sources are not
    to be opened at once. Raises PermissionDeniedError.
    """
    actor.require("catalogue.add_channel")
    state = _Import(start, next_number())
    seen = 0
    try:
        for batch in _batches(entries):
            with transaction.atomic():
                _import_batch(batch, state)
            seen += len(batch)
            progress(seen)
    finally:
        with operating(actor, "catalogue.add_channel") as deed:
            sentence = f"imported {state.added} channels, skipped {len(state.skipped)} of {seen} entries"
            deed.record("channel.import", None, sentence, skipped=[list(one) for one in state.skipped[:200]])
    return ImportOutcome(state.added, state.skipped)


def _batches(entries: Iterable[ImportEntry]) -> Iterator[list[ImportEntry]]:
    source = iter(entries)
    while batch := list(islice(source, BATCH)):
        yield batch


def _import_batch(batch: list[ImportEntry], state: _Import) -> None:
    now = timezone.now()
    addresses = [entry.url.strip() for entry in batch]
    known = set(Source.objects.filter(url__in=addresses).values_list("url", "service_id"))
    asked = [entry.number for entry in batch if entry.number is not None and 0 < entry.number <= MAX_NUMBER]
    taken = set(Channel.objects.filter(number__in=asked).values_list("number", flat=True))
    channels: list[Channel] = []
    sources: list[SourceInput] = []
    for entry in batch:
        try:
            source = check_source(SourceInput(entry.url, service_id=entry.service_id))
            name, kind = check_channel_name(entry.name[:200]), check_kind(entry.kind)
        except InvalidInputError as error:
            state.skipped.append((entry.line_number, error.sentence))
            continue
        if (source.url, source.service_id) in known:
            state.skipped.append((entry.line_number, "A channel with this address exists already."))
            continue
        known.add((source.url, source.service_id))
        number = _number_for(entry, taken, state)
        taken.add(number)
        sources.append(source)
        channels.append(
            Channel(
                number=number,
                name=name,
                kind=kind,
                category_id=_category_id(entry.category, state),
                logo_url=_logo(entry.logo_url),
                guide_id=entry.guide_id.strip()[:200],
                start=state.start,
                added=now,
            )
        )
    written = Channel.objects.bulk_create(channels, batch_size=BATCH)
    Source.objects.bulk_create(
        [
            Source(
                channel_id=channel.id,
                position=0,
                kind=str(source.kind),
                url=source.url,
                service_id=source.service_id,
            )
            for channel, source in zip(written, sources, strict=True)
        ],
        batch_size=BATCH,
    )
    state.added += len(written)


def _number_for(entry: ImportEntry, taken: set[int], state: _Import) -> int:
    """The number asked for when it is free, else the next above all others."""
    number = entry.number
    if number is None or not 0 < number < MAX_NUMBER - 1_000_000 or number in taken:
        number = state.next_number
    state.next_number = max(state.next_number, number + 1)
    return number


def _category_id(name: str, state: _Import) -> int:
    if name not in state.categories:
        state.categories[name] = category_named(name).id
    return state.categories[name]


def _logo(url: str) -> str:
    try:
        return check_logo(url)
    except InvalidInputError:
        return ""
