"""Reading about matching: which channels wait for a decision, what they may be, and what is on now on both."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from rightcast.domain.guide import day_of
from rightcast.domain.schedule import zone_named
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.guide.bodies import unpacked
from rightcast.panel.guide.models import Assignment, ChannelDay, GuideChannel, SourceDay, SourceKind, Who
from rightcast.panel.matching.finding import words_of
from rightcast.panel.matching.models import MatchStep, Proposal, WithoutGuide
from rightcast.panel.station.queries import station

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

    from django.db.models import QuerySet

    from rightcast.domain.guide import Show

FILTERS = {
    "review": "To review",
    "automatic": "Found by itself",
    "operator": "Decided",
    "nothing": "Nothing found",
    "without": "Without a guide",
}
_WHO = {
    Who.ID: "has the same id",
    Who.AUTOMATIC: "found by its name",
    Who.OPERATOR: "decided by an operator",
}
FOUND = 12


@dataclass(frozen=True, slots=True)
class OnAir:
    """What is on, and what comes next; clock in the station's zone."""

    now: str = ""
    since: str = ""
    next: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A guide channel to choose. `score` 0: nobody compared it. `on_air` of the guide channel."""

    row: int
    name: str
    other_names: str
    guide_id: str
    source: str
    score: int
    words: str
    offset_min: int
    on_air: OnAir


@dataclass(frozen=True, slots=True)
class Has:
    """A guide channel that a channel has, and why."""

    row: int
    name: str
    source: str
    why: str
    offset_min: int
    own: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A channel on the review page."""

    channel: Channel
    on_air: OnAir
    choices: list[Choice]
    has: list[Has]
    without: bool


def channels_of(which: str, text: str = "") -> QuerySet[Channel]:
    """Channels of a filter, by number; `text` narrows by name or number."""
    with_proposals = Exists(Proposal.objects.filter(channel=OuterRef("id")))
    assigned = Assignment.objects.filter(
        channel=OuterRef("id"), refused=False, guide_channel__source__kind__in=[SourceKind.XMLTV, SourceKind.CSV]
    )
    without = Exists(WithoutGuide.objects.filter(channel=OuterRef("id")))
    rows = Channel.objects.order_by("number")
    match which:
        case "automatic":
            rows = rows.filter(Exists(assigned.exclude(who=Who.OPERATOR)))
        case "operator":
            rows = rows.filter(Exists(assigned.filter(who=Who.OPERATOR)))
        case "nothing":
            rows = rows.filter(~with_proposals, ~Exists(assigned), ~without)
        case "without":
            rows = rows.filter(without)
        case _:
            rows = rows.filter(with_proposals)
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(number=int(text) if text.isdecimal() and len(text) < 9 else -1))
    return rows


def counts() -> dict[str, int]:
    """How many channels each filter has."""
    return {which: channels_of(which).count() for which in FILTERS}


def lines(channels: Sequence[Channel], now: float) -> list[Line]:
    """Channels with what they have and may be."""
    ids = [one.id for one in channels]
    proposals: dict[int, list[Proposal]] = defaultdict(list)
    for one in Proposal.objects.filter(channel_id__in=ids).select_related("guide_channel__source"):
        proposals[one.channel_id].append(one)
    had: dict[int, list[Assignment]] = defaultdict(list)
    for row in Assignment.objects.filter(channel_id__in=ids, refused=False).select_related("guide_channel__source"):
        had[row.channel_id].append(row)
    without = set(WithoutGuide.objects.filter(channel_id__in=ids).values_list("channel_id", flat=True))
    zone = zone_named(station().timezone)
    on_ours = _on_air(_days_of_channels(ids, now), now, zone)
    wanted = [one.guide_channel_id for rows in proposals.values() for one in rows]
    on_theirs = _on_air(_days_of_guides(wanted, now), now, zone)
    return [
        Line(
            channel=one,
            on_air=on_ours.get(one.id, OnAir()),
            choices=[_choice(row, on_theirs) for row in proposals[one.id]],
            has=[_has(row) for row in had[one.id]],
            without=one.id in without,
        )
        for one in channels
    ]


def named(text: str, now: float) -> list[Choice]:
    """Guide channels whose name or id contains a text, the shortest id first."""
    wanted = text.strip()
    if not wanted:
        return []
    rows = list(
        GuideChannel.objects.filter(Q(guide_id__icontains=wanted) | Q(names__icontains=wanted))
        .exclude(source__kind__in=[SourceKind.GRID, SourceKind.ICS])
        .select_related("source")
        .order_by("guide_id")[:FOUND]
    )
    on_air = _on_air(_days_of_guides([row.id for row in rows], now), now, zone_named(station().timezone))
    return [_told(row, 0, 0, on_air.get(row.id, OnAir())) for row in rows]


def last_steps(most: int = 5) -> list[MatchStep]:
    """What was done last and can be undone."""
    return list(MatchStep.objects.filter(undone=False)[:most])


def _choice(one: Proposal, on_air: dict[int, OnAir]) -> Choice:
    return _told(one.guide_channel, one.score, one.offset_min, on_air.get(one.guide_channel_id, OnAir()))


def _told(row: GuideChannel, score: float, offset_min: int, on_air: OnAir) -> Choice:
    names = [str(name) for name in row.names] or [row.guide_id]
    return Choice(
        row=row.id,
        name=names[0],
        other_names=", ".join(names[1:4]),
        guide_id=row.guide_id,
        source=row.source.name,
        score=round(score),
        words=words_of(score) if score else "",
        offset_min=offset_min,
        on_air=on_air,
    )


def _has(row: Assignment) -> Has:
    theirs = row.guide_channel
    why = _WHO[Who(row.who)]
    if theirs.source.kind == SourceKind.EIT:
        why = "the guide in its own stream"
    elif theirs.source.kind in {SourceKind.GRID, SourceKind.ICS}:
        why = "a week of its own" if theirs.source.kind == SourceKind.GRID else "a calendar of its own"
    return Has(
        row=theirs.id,
        name=str(theirs.names[0]) if theirs.names else theirs.guide_id,
        source=theirs.source.name,
        why=why,
        offset_min=row.offset_min,
        own=theirs.source.kind in {SourceKind.EIT, SourceKind.GRID, SourceKind.ICS},
    )


def _days_of_channels(ids: Sequence[int], now: float) -> Iterable[tuple[int, bytes | memoryview]]:
    day = day_of(now)
    rows = ChannelDay.objects.filter(channel_id__in=ids, day__in=[day - 1, day, day + 1]).order_by("day")
    return ((row.channel_id, row.body) for row in rows)


def _days_of_guides(ids: Sequence[int], now: float) -> Iterable[tuple[int, bytes | memoryview]]:
    day = day_of(now)
    rows = SourceDay.objects.filter(channel_id__in=ids, day__in=[day - 1, day, day + 1]).order_by("day")
    return ((row.channel_id, row.body) for row in rows)


def _on_air(bodies: Iterable[tuple[int, bytes | memoryview]], now: float, zone: ZoneInfo) -> dict[int, OnAir]:
    shows: dict[int, list[Show]] = defaultdict(list)
    for number, body in bodies:
        shows[number] += (one for one in unpacked(body) if one.stop > now)
    return {number: _told_air(rows[:2], now, zone) for number, rows in shows.items()}


def _told_air(rows: Sequence[Show], now: float, zone: ZoneInfo) -> OnAir:
    if not rows:
        return OnAir()
    first = rows[0]
    if first.start > now:
        return OnAir(next=first.title, at=_clock(first.start, zone))
    second = rows[1] if len(rows) > 1 else None
    return OnAir(
        now=first.title,
        since=_clock(first.start, zone),
        next=second.title if second else "",
        at=_clock(second.start, zone) if second else "",
    )


def _clock(moment: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(moment, UTC).astimezone(zone):%H:%M}"
