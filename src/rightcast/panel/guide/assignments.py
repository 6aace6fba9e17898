"""Channels whose guide id is that of a guide channel have it, without anybody's doing; and stop having it when not."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from rightcast.panel.catalogue.models import Channel
from rightcast.panel.guide.models import Assignment, GuideChannel, Who


def settle_ids() -> list[int]:
    """Bring the assignments by id up to date; returns the channels for which that changed something.

    What an operator or the search by name assigned, or an operator refused, is left alone, and a channel gets no second
    guide channel of one source.
    """
    wanted: dict[str, list[int]] = {}
    for channel_id, guide_id in Channel.objects.exclude(guide_id="").values_list("id", "guide_id"):
        wanted.setdefault(guide_id, []).append(channel_id)
    known = [one for one in GuideChannel.objects.values_list("id", "source_id", "guide_id") if one[2] in wanted]
    rows = list(
        Assignment.objects.values_list("id", "channel_id", "guide_channel_id", "guide_channel__source_id", "who")
    )
    right = {(channel_id, row_id) for row_id, _, guide_id in known for channel_id in wanted[guide_id]}
    stale = [row for row in rows if row[4] == Who.ID and (row[1], row[2]) not in right]
    stale_ids = {row[0] for row in stale}
    taken = {(row[1], row[3]) for row in rows if row[0] not in stale_ids}
    missing = [
        (channel_id, row_id)
        for row_id, source_id, guide_id in known
        for channel_id in wanted[guide_id]
        if (channel_id, source_id) not in taken
    ]
    if not stale and not missing:
        return []
    with transaction.atomic():
        Assignment.objects.filter(id__in=stale_ids).delete()
        made = timezone.now()
        Assignment.objects.bulk_create(
            [
                Assignment(channel_id=one, guide_channel_id=row, who=Who.ID, score=100, made=made)
                for one, row in missing
            ],
            ignore_conflicts=True,
            batch_size=500,
        )
    return list(dict.fromkeys([*(row[1] for row in stale), *(one for one, _ in missing)]))
