"""Reading about the guide's sources: how they are, what their last import told, what goes with one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Max, Min, Sum

from rightcast.domain.errors import NotFoundError
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.guide.models import Assignment, GuideChannel, GuideSource, SourceDay, SourceKind

if TYPE_CHECKING:
    from datetime import datetime

    from rightcast.panel.guide.importing import Outcome

LEAST_DAYS = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source is, in a word for colour (ok, warning, error, idle, busy) and a sentence."""

    word: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a source holds, and what goes with it: its channels, their days and shows, and channels of ours using it."""

    channels: int
    days: int
    shows: int
    first_day: int | None
    last_day: int | None
    used_by: int
    only_by: int


def kept_days() -> int:
    """For how many days back the guide is kept: as far as any channel's archive reaches, at least one."""
    features = Channel.objects.values_list("features", flat=True)
    longest = max((int((one.get("archive") or {}).get("hours", 0)) for one in features if one), default=0)
    return max(LEAST_DAYS, -(-longest // 24))


def source_of(source_id: int) -> GuideSource:
    """The source of this id. Raises NotFoundError."""
    found = GuideSource.objects.filter(id=source_id).first()
    if found is None:
        raise NotFoundError("The guide source is gone.", remedy="List them with `rightcast guide sources`.")
    return found


def find_source(named: str) -> GuideSource:
    """The source of this name or id. Raises NotFoundError."""
    text = named.strip()
    found = GuideSource.objects.filter(name__iexact=text).first()
    if found is None and text.isdecimal():
        found = GuideSource.objects.filter(id=int(text)).first()
    if found is None:
        raise NotFoundError(f"There is no guide source '{text}'.", remedy="List them with `rightcast guide sources`.")
    return found


def standing(source: GuideSource, now: datetime) -> Standing:
    """How a source is at this moment."""
    if source.running_since is not None or source.asked:
        return Standing("busy", source.progress or "Is refreshed in a moment.")
    if not source.enabled:
        return Standing("idle", "Switched off; channels have nothing of it.")
    if source.last_at is None:
        fed = source.kind == SourceKind.XMLTV and not source.address
        return Standing("idle", "Waits for its first guide to be uploaded." if fed else "Has not told anything yet.")
    age = now - source.last_at
    if source.address and (source.every_h or source.at_local) and age > timedelta(hours=source.every_h or 24) * 2:
        return Standing("warning", f"Has not been refreshed for {age.days} days {age.seconds // 3600} hours.")
    if source.last_ok and source.report.get("kept") == 0:
        return Standing("warning", "Its guide has no show of the days that are kept; the report says why.")
    return Standing("error" if source.last_ok is False else "ok", source.last_result)


def holdings(source_id: int) -> Holdings:
    """What goes when a source is removed; `only_by` counts our channels that have no other source."""
    days = SourceDay.objects.filter(channel__source_id=source_id)
    sums = days.aggregate(shows=Sum("count"), first=Min("day"), last=Max("day"))
    mine = Assignment.objects.filter(guide_channel__source_id=source_id, refused=False)
    using = set(mine.values_list("channel_id", flat=True))
    others = Assignment.objects.filter(refused=False).exclude(guide_channel__source_id=source_id)
    shared = set(others.filter(channel_id__in=using).values_list("channel_id", flat=True))
    return Holdings(
        channels=GuideChannel.objects.filter(source_id=source_id).count(),
        days=days.count(),
        shows=sums["shows"] or 0,
        first_day=sums["first"],
        last_day=sums["last"],
        used_by=len(using),
        only_by=len(using - shared),
    )


def report_of(outcome: Outcome) -> dict[str, object]:
    """What an import did, as it is kept on its source."""
    return {
        "channels": outcome.channels,
        "shows": outcome.shows,
        "kept": outcome.kept,
        "days_written": outcome.days_written,
        "days_published": outcome.days_published,
        "seconds": round(outcome.seconds, 2),
        "oddities": [
            {
                "kind": one.kind,
                "verdict": one.verdict.value,
                "sentence": one.sentence,
                "count": one.count,
                "examples": [[line, words] for line, words in one.examples],
            }
            for one in outcome.findings.listed()
        ],
    }


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 show, 2,000 shows."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
