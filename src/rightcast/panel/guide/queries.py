"""Reading about the guide's sources, and how much of the past is kept."""

from __future__ import annotations

from rightcast.panel.catalogue.models import Channel

LEAST_DAYS = 1


def kept_days() -> int:
    """For how many days back the guide is kept: as far as any channel's archive reaches, at least one."""
    features = Channel.objects.values_list("features", flat=True)
    longest = max((int((one.get("archive") or {}).get("hours", 0)) for one in features if one), default=0)
    return max(LEAST_DAYS, -(-longest // 24))
