"""Reading revocations, as domain records and as lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain import revocation as domain
from rightcast.panel.tracing.models import Revocation

if TYPE_CHECKING:
    from collections.abc import Sequence


def revocation_records(keys: Sequence[int]) -> dict[int, domain.Revocation]:
    """Records of those revocations that are kept."""
    return {row.id: to_record(row) for row in Revocation.objects.filter(id__in=keys)}


def revocation_ids() -> list[int]:
    """All of them, oldest first."""
    return list(Revocation.objects.order_by("id").values_list("id", flat=True))


def to_record(row: Revocation) -> domain.Revocation:
    """The revocation as every plane knows it."""
    return domain.Revocation(id=row.id, at=row.at, sid=row.sid, line_id=row.line_id, channel_id=row.channel_id)
