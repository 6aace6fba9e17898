"""Blackouts as a document of SCTE 224: one Media for each channel, one MediaPoint with its policy for each blackout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.blackouts import Blackout, Instead
from rightcast.formats.scte224.audiences import write_audience
from rightcast.formats.scte224.elements import ACTION, CORE, Element
from rightcast.formats.scte224.schedules import BLACKOUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta

SLATE = "slate"
"""The content that stands for the station's slate."""


def write_schedule(blackouts: Iterable[Blackout], names: Mapping[int, str], *, issuer: str, now: datetime) -> Element:
    """A document of blackouts. `names` are those of channels by id, `issuer` the beginning of every id."""
    of_channel: dict[int, list[Blackout]] = {}
    for one in blackouts:
        for channel_id in one.channel_ids:
            of_channel.setdefault(channel_id, []).append(one)
    stamp = {"lastUpdated": _when(now)}
    media = []
    for channel_id, ones in sorted(of_channel.items()):
        name = names.get(channel_id, str(channel_id))
        attributes = {"id": f"{issuer}/media/{channel_id}", "description": name, "source": name, **stamp}
        points = tuple(_point(one, channel_id, names, issuer, stamp) for one in ones)
        media.append(Element(f"{{{CORE}}}Media", attributes, "", points))
    return Element(f"{{{CORE}}}Results", {}, "", tuple(media))


def _point(one: Blackout, channel_id: int, names: Mapping[int, str], issuer: str, stamp: Mapping[str, str]) -> Element:
    viewing = Element(
        f"{{{CORE}}}ViewingPolicy",
        {"id": f"{issuer}/viewingpolicy/{one.id}", **stamp},
        "",
        (write_audience(one.audience), _action(one, names)),
    )
    policy = Element(f"{{{CORE}}}Policy", {"id": f"{issuer}/policy/{one.id}", **stamp}, "", (viewing,))
    lasts = {} if one.ends is None else {"duration": _span(one.ends - one.starts)}
    apply = Element(f"{{{CORE}}}Apply", lasts, "", (policy,))
    attributes = {
        "id": f"{issuer}/media/{channel_id}/point/{one.id}",
        "description": one.name,
        "matchTime": _when(one.starts),
        **stamp,
    }
    return Element(f"{{{CORE}}}MediaPoint", attributes, "", (apply,))


def _action(one: Blackout, names: Mapping[int, str]) -> Element:
    if one.max_height:
        return Element(f"{{{ACTION}}}MaxResolution", text=str(one.max_height))
    content = {Instead.NOTHING: BLACKOUT, Instead.SLATE: SLATE}.get(one.instead)
    return Element(f"{{{ACTION}}}Content", text=content or names.get(one.instead_id, SLATE))


def _when(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _span(lasts: timedelta) -> str:
    days = f"{lasts.days}D" if lasts.days else ""
    digits = f".{lasts.microseconds:06d}".rstrip("0").rstrip(".") if lasts.microseconds else ""
    return f"P{days}T{lasts.seconds}{digits}S"
