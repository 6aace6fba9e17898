"""Storing what a source tells: the shows of a guide channel, day by day, written only where they changed.

Every importer ends here. A day is one transaction. What channels have of a guide channel, and what is published of
them, is `publication`'s.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.db import transaction

from rightcast.domain.guide import Show, day_of
from rightcast.panel.guide.bodies import packed, unpacked
from rightcast.panel.guide.models import Assignment, GuideChannel, SourceDay
from rightcast.panel.guide.publication import BREATH_S, publish_channels

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def know_channel(source_id: int, guide_id: str, names: Sequence[str] = (), icon_url: str = "") -> GuideChannel:
    """The guide channel of a source under this id, made or brought up to date. Names left out stay."""
    row, made = GuideChannel.objects.get_or_create(
        source_id=source_id, guide_id=guide_id, defaults={"names": list(names), "icon_url": icon_url}
    )
    if not made and ((names and list(names) != row.names) or (icon_url and icon_url != row.icon_url)):
        row.names, row.icon_url = list(names) or row.names, icon_url or row.icon_url
        row.save(update_fields=["names", "icon_url"])
    return row


def store_day(source_id: int, guide_id: str, day: int, shows: Sequence[Show]) -> bool:
    """Let a source's guide channel have these shows on one day, none others, and publish what follows.

    `shows` start on that day of UTC, oldest first, without overlaps (`guide_order.in_order` sees to that); their `id`
    and `guide_id` do not matter. Returns whether anything changed.
    """
    row = know_channel(source_id, guide_id)
    had = SourceDay.objects.filter(channel=row, day=day).first()
    changed = _write(row.id, day, shows, bytes(had.digest) if had else None)
    if changed:
        publish_channels(channels_with(row.id), [day])
    return changed


def store_shows(row: GuideChannel, shows: Sequence[Show], since: int) -> list[int]:
    """Let a guide channel have these shows from unix second `since` on; what it had before stays. Publishes nothing.

    `shows` are in order and free of overlaps. Returns the days that changed; hand them to `publish_channels`.
    """
    had = {one.day: bytes(one.digest) for one in SourceDay.objects.filter(channel=row).only("day", "digest")}
    by_day: dict[int, list[Show]] = {}
    for one in shows:
        by_day.setdefault(day_of(one.start), []).append(one)
    first = day_of(since)
    if first in had:
        by_day[first] = [*_before(row.id, first, since), *by_day.get(first, [])]
    changed = []
    for day in sorted({*by_day, *(day for day in had if day >= first)}):
        if _write(row.id, day, by_day.get(day, []), had.get(day)):
            changed.append(day)
            time.sleep(BREATH_S)
    return changed


def channels_with(guide_channel_id: int) -> list[int]:
    """Channels that have a guide channel."""
    rows = Assignment.objects.filter(guide_channel_id=guide_channel_id, refused=False)
    return list(rows.values_list("channel_id", flat=True))


def _before(guide_channel_id: int, day: int, since: int) -> Iterable[Show]:
    """Shows of a day that ended before `since`: a guide that begins at noon does not take away the morning."""
    body = SourceDay.objects.get(channel_id=guide_channel_id, day=day).body
    return (one for one in unpacked(body) if one.stop <= since)


def _write(guide_channel_id: int, day: int, shows: Sequence[Show], had: bytes | None) -> bool:
    if not shows and had is None:
        return False
    digest, body = packed(shows)
    if digest == had:
        return False
    with transaction.atomic():
        if shows:
            SourceDay.objects.update_or_create(
                channel_id=guide_channel_id, day=day, defaults={"digest": digest, "body": body, "count": len(shows)}
            )
        else:
            SourceDay.objects.filter(channel_id=guide_channel_id, day=day).delete()
    return True
