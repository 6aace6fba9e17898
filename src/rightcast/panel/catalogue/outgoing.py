"""Checks of a channel's outputs against all other channels: what is sent must not come back in, or meet another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.errors import ConflictError
from rightcast.domain.outputs import Outputs, collision
from rightcast.panel.catalogue.features import feature_of
from rightcast.panel.catalogue.models import Channel, Source

if TYPE_CHECKING:
    from rightcast.domain.features import Feature


def check_among_others(channel_id: int, record: Feature) -> None:
    """Raises ConflictError when an address to send to is one that a channel is received from or sent to already."""
    if not isinstance(record, Outputs) or not record.urls:
        return
    rows = Source.objects.filter(url__regex=r"^(udp|rtp)://").values_list("channel__name", "url")
    sources = list(rows)
    others = {
        output.target: other
        for other in Channel.objects.exclude(id=channel_id).exclude(features={})
        for output in feature_of(other, Outputs).read()
    }
    for output in record.read():
        name = collision(output, sources)
        if name is not None:
            raise ConflictError(
                f"{output.url} is where channel {name} is received from: it would hear this one instead.",
                remedy="Choose another group or port.",
                field="urls",
            )
        if output.target in others:
            raise ConflictError(
                f"{output.url} is where channel {others[output.target]} is sent already.",
                remedy="Choose another group or port; receivers would get both mixed.",
                field="urls",
            )
