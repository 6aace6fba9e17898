"""What a notice's addresses point to among channels and titles, and making that dark and light again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.domain.notice_addresses import PointsTo, pointed
from rightcast.domain.takedown import Cause
from rightcast.panel.audit.operations import Actor
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.library.models import Episode, Title
from rightcast.panel.takedowns.operations import lift, take_down
from rightcast.panel.takedowns.orders import Order

if TYPE_CHECKING:
    from collections.abc import Iterable


def channels_in(addresses: Iterable[str]) -> list[Channel]:
    """The channels that addresses name, in the order of their numbers."""
    found = {one.number for one in map(pointed, addresses) if one.kind in {PointsTo.CHANNEL, PointsTo.PAST}}
    return list(Channel.objects.filter(id__in=found))


def titles_in(addresses: Iterable[str]) -> list[Title]:
    """The films that addresses name, and the series whose episodes they name."""
    found = [pointed(address) for address in addresses]
    films = {one.number for one in found if one.kind is PointsTo.MOVIE}
    episodes = {one.number for one in found if one.kind is PointsTo.EPISODE}
    series = Episode.objects.filter(id__in=episodes).values_list("title", flat=True)
    return list(Title.objects.filter(id__in={*films, *series}))


def moments_in(addresses: Iterable[str]) -> list[str]:
    """What addresses of the past say of when something was shown: unix seconds as a moment, others as written."""
    found = dict.fromkeys(one.moment for one in map(pointed, addresses) if one.moment)
    return [_in_words(one) for one in found]


def _in_words(moment: str) -> str:
    if moment.isascii() and moment.isdigit() and len(moment) <= 10:
        return f"{datetime.fromtimestamp(int(moment), UTC):%Y-%m-%d %H:%M}"
    return moment


def check(channel_ids: Iterable[int], title_ids: Iterable[int]) -> tuple[list[int], list[int]]:
    """Ids of what a notice is about, in order. Raises InvalidInputError when there is nothing, or something is gone."""
    channels, titles = sorted(set(channel_ids)), sorted(set(title_ids))
    there = Channel.objects.filter(id__in=channels).count() + Title.objects.filter(id__in=titles).count()
    if not there or there < len(channels) + len(titles):
        raise InvalidInputError(
            "Some of it is gone." if channels or titles else "It was not said which channels or titles are meant.",
            remedy="Choose what the notice is about.",
            field="channels",
        )
    return channels, titles


Shown = tuple[datetime | None, datetime | None]
"""From when to when something was or will be on air; None: open to that side."""
WHOLE: Shown = (None, None)


def darken(  # noqa: PLR0917 - what a takedown is made of
    actor: Actor, reference: str, channel_ids: list[int], title_ids: list[int], why: str, shown: Shown = WHOLE
) -> int:
    """Take down, of channels only what they show in a span; the takedown's number.

    Raises InvalidInputError, NotFoundError.
    """
    order = Order(
        cause=Cause.NOTICE.value,
        case=reference,
        note=why,
        channel_ids=tuple(channel_ids),
        title_ids=tuple(title_ids),
        shown_from=shown[0],
        shown_until=shown[1],
    )
    return take_down(_for(actor, reference), order).pk


def lighten(actor: Actor, reference: str, numbers: Iterable[int], why: str) -> list[str]:
    """Lift takedowns; sentences on those that cannot be."""
    left = []
    for number in numbers:
        try:
            lift(_for(actor, reference), number, why)
        except (ConflictError, NotFoundError) as error:
            left.append(error.sentence)
    return left


def _for(actor: Actor, reference: str) -> Actor:
    """Who decides on notices answers to the rules of notices; the trail names both."""
    return Actor("system", f"{actor.name} for notice {reference}")
