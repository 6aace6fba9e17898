"""Reading blackouts, as domain records and as lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from rightcast.domain import blackouts as domain
from rightcast.domain.segment_marks import Mark
from rightcast.panel.blackouts.models import Blackout

if TYPE_CHECKING:
    from collections.abc import Sequence


def blackout_records(keys: Sequence[int]) -> dict[int, domain.Blackout]:
    """Records of those blackouts that are kept."""
    rows = Blackout.objects.filter(id__in=keys).prefetch_related("channels")
    return {row.id: to_record(row) for row in rows}


def blackout_ids() -> list[int]:
    """All of them, past ones too."""
    return list(Blackout.objects.order_by("id").values_list("id", flat=True))


def of_channel(channel_id: int) -> list[domain.Blackout]:
    """The blackouts of one channel."""
    return [to_record(row) for row in Blackout.objects.filter(channels=channel_id).prefetch_related("channels")]


def listed() -> list[domain.Blackout]:
    """All of them, the newest first."""
    return [to_record(row) for row in Blackout.objects.prefetch_related("channels")]


def to_record(row: Blackout) -> domain.Blackout:
    """The blackout as every plane knows it."""
    return domain.Blackout(
        id=row.id,
        name=row.name,
        channel_ids=tuple(sorted(one.id for one in row.channels.all())),
        starts=row.starts,
        ends=row.ends,
        audience=msgspec.convert(row.audience, domain.Audience),
        instead=domain.Instead(row.instead),
        instead_id=row.instead_channel_id or 0,
        max_height=row.max_height,
        source=row.source,
        begins_by=_mark(row.begins_by),
        ends_by=_mark(row.ends_by),
        lasts_s=row.lasts_s,
        latest=row.latest,
        spells=tuple((float(start), float(end)) for start, end in row.spells),
        only_past=row.only_past,
        kept_from=row.kept_from,
        kept_until=row.kept_until,
    )


def _mark(value: object) -> Mark | None:
    return None if value is None else msgspec.convert(value, Mark)
