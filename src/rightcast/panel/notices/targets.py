"""What a notice's addresses point to among the channels, and making them dark and light again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.domain.notice_addresses import PointsTo, pointed
from rightcast.panel.audit.operations import Actor
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.catalogue.operations import hold_channel, publish_channel

if TYPE_CHECKING:
    from collections.abc import Iterable


def channels_in(addresses: Iterable[str]) -> list[Channel]:
    """The channels that addresses name, in the order of their numbers."""
    found = {one.number for one in map(pointed, addresses) if one.kind in {PointsTo.CHANNEL, PointsTo.PAST}}
    return list(Channel.objects.filter(id__in=found))


def channels(ids: Iterable[int]) -> list[Channel]:
    """Channels by id. Raises InvalidInputError when there are none, or one is gone."""
    wanted = set(ids)
    found = list(Channel.objects.filter(id__in=wanted))
    if not found or len(found) < len(wanted):
        raise InvalidInputError(
            "It was not said which channels are meant." if not wanted else "One of these channels is gone.",
            remedy="Choose the channels that the notice is about.",
            field="channels",
        )
    return found


def darken(actor: Actor, reference: str, ids: Iterable[int]) -> list[int]:
    """Take channels off the air; those that were on it, to be restored later. Raises InvalidInputError."""
    dark = []
    for channel in channels(ids):
        if channel.wanted:
            hold_channel(_for(actor, reference), channel.pk)
            dark.append(channel.pk)
    return dark


def lighten(actor: Actor, reference: str, ids: Iterable[int]) -> list[str]:
    """Want channels on air again; sentences on those that cannot be."""
    left = []
    for number in ids:
        try:
            publish_channel(_for(actor, reference), number)
        except (ConflictError, NotFoundError) as error:
            left.append(error.sentence)
    return left


def _for(actor: Actor, reference: str) -> Actor:
    """Who decides on notices need not be allowed to run channels; the trail names both."""
    return Actor("system", f"{actor.name} for notice {reference}")
