"""Whose guide a channel has, in a line on its page, and the ways to another one and to a week of its own."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html

from rightcast.panel.guide.models import Assignment, SourceKind

_WORDS = {
    SourceKind.EIT: "the guide in its own stream",
    SourceKind.GRID: "a week of its own",
    SourceKind.ICS: "a calendar of its own",
}


def guide_link(channel_id: int) -> str:
    """The line."""
    rows = Assignment.objects.filter(channel_id=channel_id, refused=False).select_related("guide_channel__source")
    told = [
        _WORDS.get(SourceKind(row.guide_channel.source.kind))
        or f"{next(iter(row.guide_channel.names), row.guide_channel.guide_id)} of {row.guide_channel.source}"
        for row in rows.order_by("guide_channel__source__position")
    ]
    return format_html(
        '<div><a class="rc-link" href="{}">Guide</a> <span class="rc-quiet">{}</span></div>'
        '<div><a class="rc-link" href="{}">Week</a> <span class="rc-quiet">Typed in by hand, or imported.</span></div>',
        reverse("matching-choose", args=[channel_id]),
        f"Has {', '.join(told)}." if told else "None yet.",
        reverse("week", args=[channel_id]),
    )
