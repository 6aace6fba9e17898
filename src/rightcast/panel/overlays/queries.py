"""Reading overlays, as domain records and with how they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from rightcast.contract.reports import HeadendReport
from rightcast.domain import overlay as domain
from rightcast.panel.overlays.models import Overlay
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORDS = {"starting": "Begins", "on_air": "On the picture", "failed": "Failed: the ordinary picture goes on",
          "left_out": "Cannot be made: the ordinary picture goes on"}  # fmt: skip


def overlay_records(keys: Sequence[int]) -> dict[int, domain.Overlay]:
    """Records of those overlays that are not over."""
    rows = Overlay.objects.filter(id__in=keys, ends__gt=timezone.now())
    return {row.id: to_record(row) for row in rows}


def overlay_ids() -> list[int]:
    """Those that are not over."""
    return list(Overlay.objects.filter(ends__gt=timezone.now()).order_by("id").values_list("id", flat=True))


def to_record(row: Overlay) -> domain.Overlay:
    """The overlay as every plane knows it."""
    return domain.Overlay(
        id=row.id, sid=row.sid, channel_id=row.channel_id, slot=row.slot, starts=row.starts, ends=row.ends
    )


def how_they_do() -> dict[tuple[int, int], tuple[str, str]]:
    """By channel and slot: a tone and a sentence, from what headends report."""
    found: dict[tuple[int, int], tuple[str, str]] = {}
    for headend in FileReports(settings.STATION.reports).fetch("headend-", HeadendReport):
        for channel in headend.channels:
            for one in channel.renditions:
                if domain.is_overlay(one.rendition):
                    tone = {"on_air": "good", "starting": "calm"}.get(one.state, "bad")
                    words = " ".join(filter(None, (_WORDS.get(one.state, one.state) + ".", one.note)))
                    found[channel.id, one.rendition - domain.OVERLAY] = (tone, words)
    return found
