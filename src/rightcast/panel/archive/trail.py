"""Writes into the audit trail what the archivist deleted, from its ledger; each entry once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from rightcast.domain.retention import Deleted
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.audit.operations import Actor
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.console.numbers import size
from rightcast.panel.operation import operating
from rightcast.state.archive.ledger import settled

if TYPE_CHECKING:
    from rightcast.state.archive.ledger import Deletion

DELETED = "archive.delete"


def note_deletions() -> int:
    """Write what was settled since the last row of its kind; returns how many rows."""
    last = AuditRow.objects.filter(action=DELETED).order_by("-id").first()
    after = int(last.detail.get("until", 0)) if last is not None else 0
    found = settled(settings.STATION.archive_root, after, timezone.now().timestamp())
    if not found:
        return 0
    names = dict(Channel.objects.filter(id__in={one.channel_id for one in found}).values_list("id", "name"))
    with operating(Actor.system(), "") as deed:
        for one in found:
            name = names.get(one.channel_id, f"channel {one.channel_id}")
            deed.record(
                DELETED,
                one.channel_id,
                _sentence(one, name),
                cause=one.cause,
                files=one.files,
                bytes=one.bytes,
                start=one.start,
                stop=one.stop,
                until=one.until,
            )
    return len(found)


def _sentence(one: Deletion, name: str) -> str:
    start, stop = (datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M") for moment in (one.start, one.stop))
    try:
        why = Deleted(one.cause).in_words
    except ValueError:  # of a newer archivist
        why = one.cause
    return f"deleted {size(one.bytes)} of the archive of {name}, {start} to {stop} UTC: {why}"
