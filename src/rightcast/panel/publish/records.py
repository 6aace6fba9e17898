"""What belongs in the feed at this moment: the domain record behind each key, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.panel.blackouts import queries as blackouts
from rightcast.panel.catalogue import queries as catalogue
from rightcast.panel.guide import publication as guide
from rightcast.panel.images import wanting as images
from rightcast.panel.library import queries as library
from rightcast.panel.lines import queries as lines
from rightcast.panel.overlays import queries as overlays
from rightcast.panel.recordings import queries as recordings
from rightcast.panel.rights import queries as rights
from rightcast.panel.station import queries as station
from rightcast.panel.takedowns import queries as takedowns
from rightcast.panel.tracing import queries as tracing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from rightcast.contract.catalogue import Record
    from rightcast.contract.guide_bodies import WrittenDay

_LOADERS: dict[Kind, Callable[[Sequence[int]], Mapping[int, Record | WrittenDay]]] = {
    Kind.STATION: station.station_records,
    Kind.CHANNEL: images.channel_records,
    Kind.LINEUP: catalogue.lineup_records,
    Kind.PACKAGE: catalogue.package_records,
    Kind.RIGHT: rights.right_records,
    Kind.LINE: lines.line_records,
    Kind.GUIDE: images.guide_records,
    Kind.COLLECTION: library.collection_records,
    Kind.TITLE: library.title_records,
    Kind.TAKE: recordings.take_records,
    Kind.RECORDING: recordings.recording_records,
    Kind.REVOCATION: tracing.revocation_records,
    Kind.BLACKOUT: blackouts.blackout_records,
    Kind.TAKEDOWN: takedowns.takedown_records,
    Kind.HOLD: takedowns.hold_records,
    Kind.OVERLAY: overlays.overlay_records,
}
_KEYS: dict[Kind, Callable[[], list[int]]] = {
    Kind.TAKEDOWN: takedowns.takedown_ids,
    Kind.HOLD: takedowns.hold_ids,
    Kind.OVERLAY: overlays.overlay_ids,
    Kind.REVOCATION: tracing.revocation_ids,
    Kind.BLACKOUT: blackouts.blackout_ids,
    Kind.STATION: station.station_keys,
    Kind.CHANNEL: catalogue.published_channel_ids,
    Kind.RIGHT: rights.right_ids,
    Kind.LINEUP: catalogue.lineup_ids,
    Kind.PACKAGE: catalogue.package_ids,
    Kind.LINE: lines.line_ids,
    Kind.GUIDE: guide.guide_keys,
    Kind.COLLECTION: library.collection_ids,
    Kind.TITLE: library.title_ids,
    Kind.TAKE: recordings.take_ids,
    Kind.RECORDING: recordings.recording_ids,
}


def load(keys: Iterable[tuple[Kind, int]]) -> dict[tuple[Kind, int], Record | WrittenDay]:
    """The records of those keys that belong in the feed."""
    by_kind: dict[Kind, list[int]] = {}
    for kind, key in keys:
        by_kind.setdefault(kind, []).append(key)
    return {(kind, key): record for kind, wanted in by_kind.items() for key, record in _LOADERS[kind](wanted).items()}


def all_keys() -> list[tuple[Kind, int]]:
    """Every key that belongs in the feed, what others stand on first."""
    return [(kind, key) for kind, listed in _KEYS.items() for key in listed()]
