"""Looking things up in the published guide: what is on, a day, a grid, and when something is on.

Everything is asked and answered in unix seconds; the station's zone is a matter of those who show it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.domain.guide import DAY_S, Show, day_of
from rightcast.domain.guide_words import folded, found_in, wanted_words
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.guide.bodies import unpacked
from rightcast.panel.guide.models import ChannelDay, DayTitles

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

MOST_FOUND = 200
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A show and the channel that it is on."""

    channel_id: int
    channel_name: str
    number: int
    show: Show


def now_next(channel_ids: Iterable[int], now: int, count: int = 2) -> dict[int, list[Show]]:
    """What is on and what comes on these channels, so many shows of each; the first may be still to come."""
    found: dict[int, list[Show]] = {}
    missing = list(dict.fromkeys(channel_ids))
    reach = 0
    while missing and reach <= 1:
        shows = grid(missing, now, (day_of(now) + 1 + reach) * DAY_S)
        found.update({key: rows[:count] for key, rows in shows.items()})
        missing = [key for key in missing if len(found.get(key, ())) < count]
        reach += 1
    return found


def grid(channel_ids: Iterable[int], start: int, stop: int) -> dict[int, list[Show]]:
    """What runs on these channels in some of the time from `start` to `stop`, oldest first."""
    days = range(day_of(start) - 1, day_of(max(start, stop - 1)) + 1)
    found: defaultdict[int, list[Show]] = defaultdict(list)
    rows = ChannelDay.objects.filter(channel_id__in=list(channel_ids), day__range=(days[0], days[-1])).order_by("day")
    for channel_id, body in rows.values_list("channel_id", "body").iterator(_BATCH):
        found[channel_id] += [one for one in unpacked(body) if one.start < stop and one.stop > start]
    return dict(found)


def show_at(channel_id: int, start: int) -> Show | None:
    """The show of a channel that begins at a moment."""
    row = ChannelDay.objects.filter(channel_id=channel_id, day=day_of(start)).first()
    return None if row is None else next((one for one in unpacked(row.body) if one.start == start), None)


def search(
    text: str, start: int, stop: int, *, channel_ids: Collection[int] | None = None, most: int = MOST_FOUND
) -> list[Found]:
    """When something is on, by beginnings of the words of titles, the soonest first."""
    words = wanted_words(text)
    if not words:
        return []
    note_titles()
    rows = DayTitles.objects.filter(day__range=(day_of(start) - 1, day_of(max(start, stop - 1))))
    for word in words:
        rows = rows.filter(titles__contains=f" {word}")
    if channel_ids is not None:
        rows = rows.filter(channel_id__in=list(channel_ids))
    channels = {one.id: one for one in Channel.objects.only("id", "name", "number")}
    found: list[Found] = []
    for channel_id, day in rows.order_by("day", "channel_id").values_list("channel_id", "day").iterator(_BATCH):
        if len(found) >= most and day_of(found[most - 1].show.start) < day:
            break
        channel = channels.get(channel_id)
        if channel is not None:
            found += [
                Found(channel.id, channel.name, channel.number, one)
                for one in _shows_of(channel_id, day)
                if one.start < stop and one.stop > start and found_in(words, _folded(one))
            ]
    return sorted(found, key=lambda one: (one.show.start, one.number))[:most]


def note_titles(most: int | None = None) -> int:
    """Bring the titles that searches go through up to date with what is published; returns how many days were read.

    At most `most` days, when it is given: the rest the next time.
    """
    noted = {
        (channel_id, day): bytes(digest)
        for channel_id, day, digest in DayTitles.objects.values_list("channel_id", "day", "digest").iterator()
    }
    stale: list[int] = []
    for key, channel_id, day, digest in ChannelDay.objects.values_list("id", "channel_id", "day", "digest").iterator():
        if noted.pop((channel_id, day), None) != bytes(digest):
            stale.append(key)
    for channel_id, day in noted:
        DayTitles.objects.filter(channel_id=channel_id, day=day).delete()
    wanted = stale if most is None else stale[:most]
    for begin in range(0, len(wanted), _BATCH):
        _note(wanted[begin : begin + _BATCH])
    return len(wanted)


def _note(keys: Sequence[int]) -> None:
    rows = [
        DayTitles(
            channel_id=row.channel_id,
            day=row.day,
            digest=row.digest,
            titles="\n".join([f" {_folded(one)}" for one in unpacked(row.body)]),
        )
        for row in ChannelDay.objects.filter(id__in=keys)
    ]
    DayTitles.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["channel_id", "day"], update_fields=["digest", "titles"]
    )


def _shows_of(channel_id: int, day: int) -> Sequence[Show]:
    row = ChannelDay.objects.filter(channel_id=channel_id, day=day).first()
    return () if row is None else unpacked(row.body)


def _folded(one: Show) -> str:
    return folded(f"{one.title} {one.subtitle}")
