"""From outbox to feed: reads the present record of each noted key and publishes it.

A drain holds the database's write lock, so nothing older can overtake something newer; a crash
between feed and commit publishes the same records again, which is harmless.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Case, When

from rightcast.contract.catalogue import Change, Kind
from rightcast.panel.publish import records
from rightcast.panel.publish.models import OutboxRow
from rightcast.panel.publish.outbox import enqueue_all
from rightcast.state.feed import FileFeed

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.state.feed import Feed

_log = logging.getLogger(__name__)
_BATCH = 500
_GUIDE_BATCH = 60
"""Days of guides in one batch: their records are large, and the write lock is held while they are read."""
_PAUSE_S = 0.02
# A right that ended or a line that was disabled does not wait behind an import of thousands.
_URGENT = (Kind.TAKEDOWN, Kind.HOLD, Kind.RIGHT, Kind.LINE, Kind.REVOCATION)
_URGENT_FIRST = Case(
    When(kind__in=[one.value for one in _URGENT], then=0),
    When(kind=Kind.GUIDE.value, then=2),
    default=1,
)
_feeds: dict[Path, FileFeed] = {}


def station_feed() -> Feed:
    """The feed of this process's station, opened once."""
    path = settings.STATION.feed
    if path not in _feeds:
        _feeds[path] = FileFeed(path)
    return _feeds[path]


def drain(feed: Feed | None = None, *, guides: bool = True) -> int:
    """Publish everything in the outbox, days of guides too unless said otherwise; returns how many records."""
    published = 0
    waiting = OutboxRow.objects.all() if guides else OutboxRow.objects.exclude(kind=Kind.GUIDE.value)
    while waiting.exists():
        if published:
            time.sleep(_PAUSE_S)  # so that a waiting operation gets its turn between two batches
        published += _drain_batch(feed or station_feed())
    return published


def drain_after_commit() -> None:
    """Publish as soon as the running transaction is committed. A failure is logged; jobs try again."""
    transaction.on_commit(drain_quietly, robust=True)


def drain_quietly() -> None:
    """A drain as a callback. Thousands of guide days are left to the jobs: whoever saved a form does not wait."""
    drain(guides=False)


def republish_all(feed: Feed | None = None) -> int:
    """Publish every record, and remove from the feed what no longer exists."""
    target = feed or station_feed()
    with transaction.atomic():
        wanted = records.all_keys()
        stale = _keys_in(target) - set(wanted)
        enqueue_all([*wanted, *sorted(stale)])
    return drain(target)


def _drain_batch(feed: Feed) -> int:
    with transaction.atomic():
        rows = _without_many_guides(list(OutboxRow.objects.order_by(_URGENT_FIRST, "id")[:_BATCH]))
        if not rows:
            return 0
        keys = list(dict.fromkeys((Kind(row.kind), row.key) for row in rows))
        found = records.load(keys)
        feed.publish([Change(kind, key, found.get((kind, key))) for kind, key in keys])
        OutboxRow.objects.filter(id__in=[row.id for row in rows]).delete()
    _log.debug("published %d records", len(keys))
    return len(keys)


def _without_many_guides(rows: list[OutboxRow]) -> list[OutboxRow]:
    others = sum(row.kind != Kind.GUIDE.value for row in rows)
    return rows[: max(others, _GUIDE_BATCH)]


def _keys_in(feed: Feed) -> set[tuple[Kind, int]]:
    keys: set[tuple[Kind, int]] = set()
    after = 0
    while batch := feed.read(after):
        keys.update((revision.kind, revision.key) for revision in batch if revision.body is not None)
        after = batch[-1].number
    return keys
