"""Columns of a channel that say what the machine sees of it: its thumbnail, and words about picture and sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.html import format_html

from rightcast.panel.console.live import live
from rightcast.panel.console.pictures import picture_words, thumbnail_image
from rightcast.panel.desk import column

if TYPE_CHECKING:
    from rightcast.panel.catalogue.models import Channel


class SeenColumns:
    """For the channels' list and page."""

    @column("Picture")
    def thumbnail(self, channel: Channel) -> str:
        """What it shows now, small."""
        return thumbnail_image(live().channels.get(channel.id))

    @column("Seen")
    def seen(self, channel: Channel) -> str:
        """What the machine that watches saw and heard last."""
        report = live().channels.get(channel.id)
        if report is None or report.picture is None:
            return "—"
        words = picture_words(report.picture, timezone.now().timestamp())
        return format_html('{}<div class="rc-quiet">{}</div>', thumbnail_image(report), words)
