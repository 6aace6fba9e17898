"""What is published of a channel: the days of its guide channels merged, offsets applied, numbered.

A day is written and sent to the edges only where it changed, each in a transaction of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from rightcast.contract.catalogue import Kind
from rightcast.contract.guide_bodies import WrittenDay
from rightcast.domain.guide import DAY_S, GuideDay, Show, day_of, guide_key, of_guide_key
from rightcast.domain.guide_merge import merged, with_numbers
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.catalogue.queries import guide_id_of
from rightcast.panel.guide.bodies import NO_SHOWS, digest_of, given_to, numbered, plain_of, unpacked
from rightcast.panel.guide.models import Assignment, ChannelDay, SourceDay
from rightcast.panel.guide.pacing import Pace
from rightcast.panel.guide.rows import packed_days, write_channel_day
from rightcast.panel.publish.outbox import enqueue

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class _Layer:
    """A guide channel of a channel, and by how much its shows are moved."""

    guide_channel_id: int
    offset_s: int


def publish_channels(
    channel_ids: Iterable[int],
    days: Collection[int] | None = None,
    *,
    fresh: Mapping[int, bytes] | None = None,
    pace: Pace | None = None,
) -> int:
    """Merge and publish channels anew: all days, or those that changed at their sources.

    Returns how many days were written. Call it after any change of shows, assignments, offsets or priorities. `fresh`
    are days of the only changed guide channel as they were just stored, so that they need not be read again.
    """
    return sum(_publish_channel(one, days, fresh or {}, pace or Pace()) for one in dict.fromkeys(channel_ids))


def _publish_channel(channel_id: int, days: Collection[int] | None, fresh: Mapping[int, bytes], pace: Pace) -> int:
    channel = Channel.objects.filter(id=channel_id).only("id", "guide_id").first()
    layers = [] if channel is None else _layers(channel_id)
    had = {row.day: bytes(row.digest) for row in ChannelDay.objects.filter(channel_id=channel_id).only("day", "digest")}
    reach = _reach(layers)
    if days is None:
        wanted = set(had) | {day + step for day in _known_days(layers) for step in reach}
    else:
        wanted = {day + step for day in days for step in reach}
    guide_id = "" if channel is None else guide_id_of(channel)
    changed: dict[int, bytes] = {}
    for day in sorted(wanted):
        if day in fresh and day not in had and reach == (0,):
            plain = given_to(fresh[day], channel_id, guide_id)
        else:
            plain = numbered(_merged_day(channel_id, guide_id, day, layers))
        if (plain != NO_SHOWS) if day not in had else (digest_of(plain) != had[day]):
            changed[day] = plain
    for day, plain, body in packed_days(changed):
        write_channel_day(channel_id, guide_id, day, plain, body)
        pace.breathe()
    return len(changed)


def _layers(channel_id: int) -> list[_Layer]:
    rows = (
        Assignment.objects.filter(channel_id=channel_id, refused=False, guide_channel__source__enabled=True)
        .select_related("guide_channel__source")
        .order_by("guide_channel__source__position", "guide_channel__source_id", "id")
    )
    return [_Layer(row.guide_channel_id, 60 * (row.offset_min + row.guide_channel.source.offset_min)) for row in rows]


def _known_days(layers: Sequence[_Layer]) -> set[int]:
    ids = [layer.guide_channel_id for layer in layers]
    return set(SourceDay.objects.filter(channel_id__in=ids).values_list("day", flat=True))


def _reach(layers: Sequence[_Layer]) -> tuple[int, ...]:
    """Which days a change of one day touches: with one source and no offset that day alone."""
    return (0,) if len(layers) == 1 and layers[0].offset_s == 0 else (-1, 0, 1)


def _merged_day(channel_id: int, guide_id: str, day: int, layers: Sequence[_Layer]) -> list[Show]:
    near = [day + step for step in _reach(layers)]
    bodies: dict[int, list[Show]] = {}
    ids = [layer.guide_channel_id for layer in layers]
    for row in SourceDay.objects.filter(channel_id__in=ids, day__in=near).order_by("day"):
        bodies.setdefault(row.channel_id, []).extend(unpacked(row.body))
    shows = merged(_moved(bodies.get(layer.guide_channel_id, []), layer.offset_s) for layer in layers)
    before = _published(channel_id, near)
    return with_numbers([one for one in shows if day_of(one.start) == day], channel_id, guide_id, before)


def _moved(shows: Sequence[Show], offset_s: int) -> Sequence[Show]:
    if not offset_s:
        return shows
    return [replace(one, start=one.start + offset_s, stop=one.stop + offset_s) for one in shows]


def _published(channel_id: int, days: Sequence[int]) -> list[Show]:
    rows = ChannelDay.objects.filter(channel_id=channel_id, day__in=days).order_by("day")
    return [one for row in rows for one in unpacked(row.body)]


def guide_records(keys: Sequence[int]) -> dict[int, GuideDay]:
    """The published days of those keys that exist."""
    return {
        guide_key(row.channel_id, row.day): GuideDay(channel_id=row.channel_id, day=row.day, shows=unpacked(row.body))
        for row in _rows(keys)
    }


def written_days(keys: Sequence[int]) -> dict[int, WrittenDay]:
    """The same as they are stored, no show decoded."""
    return {
        guide_key(row.channel_id, row.day): WrittenDay(row.channel_id, row.day, plain_of(row.body))
        for row in _rows(keys)
    }


def _rows(keys: Sequence[int]) -> list[ChannelDay]:
    wanted = set(map(of_guide_key, keys))
    rows = ChannelDay.objects.filter(channel_id__in={one for one, _ in wanted}, day__in={day for _, day in wanted})
    return [row for row in rows if (row.channel_id, row.day) in wanted]


def guide_keys() -> list[int]:
    """Keys of all published days."""
    return [guide_key(*one) for one in ChannelDay.objects.order_by("id").values_list("channel_id", "day")]


def renamed_channels() -> list[int]:
    """Channels whose guide id changed since their days were published."""
    told = dict(ChannelDay.objects.order_by().values_list("channel_id", "guide_id").distinct())
    channels = Channel.objects.filter(id__in=told).only("id", "guide_id")
    return [channel.id for channel in channels if guide_id_of(channel) != told[channel.id]]


def today() -> int:
    """The day of UTC that it is."""
    return day_of(timezone.now().timestamp())


def prune(kept_days: int) -> int:
    """Forget days further back than `kept_days`, and those of channels that are gone; returns how many went."""
    first = today() - kept_days
    SourceDay.objects.filter(day__lt=first - 1).delete()
    rows = list(ChannelDay.objects.filter(day__lt=first).values_list("id", "channel_id", "day"))
    pace = Pace()
    present = set(Channel.objects.values_list("id", flat=True))
    rows += list(
        ChannelDay.objects.filter(day__gte=first).exclude(channel_id__in=present).values_list("id", "channel_id", "day")
    )
    for start in range(0, len(rows), 200):
        batch = rows[start : start + 200]
        with transaction.atomic():
            ChannelDay.objects.filter(id__in=[row[0] for row in batch]).delete()
            enqueue(Kind.GUIDE, *(guide_key(channel_id, day) for _, channel_id, day in batch))
        pace.breathe()
    return len(rows)


def clock_of(day: int) -> tuple[int, int]:
    """Where a day begins and ends, in unix seconds."""
    return day * DAY_S, (day + 1) * DAY_S
