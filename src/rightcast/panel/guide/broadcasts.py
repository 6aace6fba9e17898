"""The guide in the stream (EIT): what headends heard, made shows of the one source of that kind.

Reports are read as they change. A channel that carries a service has its guide channel by itself, last of all sources.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from rightcast.contract import codec
from rightcast.contract.events import EXPIRES_S, PREFIX, EventsReport
from rightcast.domain.errors import ContractError
from rightcast.domain.guide import day_of
from rightcast.formats.mpegts.eit import ServiceKey
from rightcast.formats.mpegts.eit_shows import guide_of
from rightcast.panel.audit.operations import Actor
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.guide import operations
from rightcast.panel.guide.bodies import unpacked
from rightcast.panel.guide.models import Assignment, GuideChannel, GuideSource, SourceDay, SourceKind, Who
from rightcast.panel.guide.publication import publish_channels
from rightcast.panel.guide.store import channels_with, know_channel, store_shows

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from rightcast.domain.guide import Show

NAME = "Guide in the stream"
MOST_PER_LOOK = 20
"""Reports taken in at once, so that other jobs have their turn."""

_log = logging.getLogger(__name__)


class Broadcasts:
    """Follows the folder of reports; `look` is called every few seconds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[str, int] = {}
        self._carried: dict[str, tuple[ServiceKey, list[int]]] = {}

    def look(self, now: float) -> int:
        """Take in what changed; returns how many reports that were."""
        present = {path.name: path for path in sorted(self._folder.glob(f"{PREFIX}*.json"))}
        reports: list[EventsReport] = []
        for name, path in present.items():
            report = self._changed(path) if len(reports) < MOST_PER_LOOK else None
            if report is not None and now - report.heard > EXPIRES_S:
                path.unlink(missing_ok=True)
            elif report is not None:
                self._carried[name] = _service(report), report.channels
                reports.append(report)
        self._seen = {name: written for name, written in self._seen.items() if name in present}
        self._carried = {name: told for name, told in self._carried.items() if name in present}
        for report in reports:
            take_report(report, self._carriers(report))
        return len(reports)

    def _changed(self, path: Path) -> EventsReport | None:
        """A report that was not read yet as it is."""
        try:
            written = path.stat().st_mtime_ns
            if self._seen.get(path.name) == written:
                return None
            self._seen[path.name] = written
            return codec.decode(path.read_bytes(), EventsReport)
        except FileNotFoundError:
            return None
        except ContractError as error:
            _log.warning("A report of a guide in the stream cannot be read: %s", error)
            return None

    def _carriers(self, report: EventsReport) -> list[int]:
        """Channels that carry the service, at all headends: each tells of its own."""
        service = _service(report)
        return sorted({one for found, channels in self._carried.values() if found == service for one in channels})


def _service(report: EventsReport) -> ServiceKey:
    return ServiceKey(report.network_id, report.stream_id, report.service_id)


def take_report(report: EventsReport, channels: Collection[int]) -> list[int]:
    """Store what a service's tables tell and publish it where it changed; returns the days that did.

    `channels` are all that carry the service.
    """
    source = _source()
    if not source.enabled:
        return []
    guide_id = str(_service(report))
    guide = guide_of(report.sections)
    if guide.compressed:
        _note(source, f"{guide_id}: {guide.compressed} texts are compressed and were left out")
    if not guide.shows:
        return []
    row = know_channel(source.id, guide_id)
    first, last = guide.shows[0], guide.shows[-1]
    days = store_shows(row, [*guide.shows, *_later(row.id, last.stop)], first.start)
    anew = _assign(row, channels)
    publish_channels(channels_with(row.id), days)
    publish_channels(anew)
    return days


def _later(guide_channel_id: int, since: int) -> list[Show]:
    """What was known already of the time behind what a report tells: a schedule comes piece by piece."""
    days = SourceDay.objects.filter(channel_id=guide_channel_id, day__gte=day_of(since)).order_by("day")
    return [one for row in days for one in unpacked(row.body) if one.start >= since]


def _assign(row: GuideChannel, channels: Collection[int]) -> list[int]:
    """Let channels that carry the service have its guide, and those that no longer do lose it; who changed."""
    rows = Assignment.objects.filter(guide_channel__source_id=row.source_id)
    had = {one.channel_id: one for one in rows.filter(guide_channel=row)}
    decided = set(rows.filter(channel_id__in=channels, who=Who.OPERATOR).values_list("channel_id", flat=True))
    present = set(Channel.objects.filter(id__in=channels).values_list("id", flat=True))
    wanted = present - decided - had.keys()
    lost = [one for one in had.values() if one.who == Who.AUTOMATIC and one.channel_id not in channels]
    # A channel without a source of its own here (it failed over, or rests) keeps what it had.
    lost = lost if channels else []
    if not wanted and not lost:
        return []
    with transaction.atomic():
        Assignment.objects.filter(id__in=[one.id for one in lost]).delete()
        rows.filter(channel_id__in=wanted, who=Who.AUTOMATIC).delete()
        Assignment.objects.bulk_create(
            Assignment(channel_id=one, guide_channel=row, who=Who.AUTOMATIC, score=100, made=timezone.now())
            for one in sorted(wanted)
        )
    return sorted({*wanted, *(one.channel_id for one in lost)})


def _source() -> GuideSource:
    found = GuideSource.objects.filter(kind=SourceKind.EIT).first()
    return found or operations.add_source(Actor.system(), name=NAME, kind=SourceKind.EIT)


def _note(source: GuideSource, words: str) -> None:
    if source.last_result != words:
        GuideSource.objects.filter(id=source.id).update(last_at=timezone.now(), last_ok=True, last_result=words[:500])
