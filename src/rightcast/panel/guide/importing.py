"""Importing an XMLTV guide into a source: read wholly first, then written channel by channel where it changed.

A file that cannot be read leaves everything as it was. No transaction is longer than a day of a channel, and others get
to write between two of them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from rightcast.domain.guide import DAY_S, day_of
from rightcast.formats.xmltv_elements import ReadChannel
from rightcast.formats.xmltv_oddities import Findings
from rightcast.panel.guide.assignments import settle_ids
from rightcast.panel.guide.models import GuideChannel, SourceDay
from rightcast.panel.guide.pacing import Pace
from rightcast.panel.guide.publication import publish_channels
from rightcast.panel.guide.reading import GuideReading
from rightcast.panel.guide.spool import Spool
from rightcast.panel.guide.store import channels_with, store_days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from rightcast.panel.guide.models import GuideSource
    from rightcast.panel.guide.spool import Told, Window

    Progress = Callable[[str], None]

_STEP_S = 0.5


@dataclass(slots=True)
class Outcome:
    """What an import did: shows and channels read, days written at the source and published, and what was odd."""

    channels: int = 0
    shows: int = 0
    kept: int = 0
    days_written: int = 0
    days_published: int = 0
    seconds: float = 0.0
    findings: Findings = field(default_factory=Findings)


def import_xmltv(
    source: GuideSource,
    blocks: Iterable[bytes],
    window: Window,
    folder: Path,
    *,
    whole: bool = False,
    progress: Progress = lambda _words: None,
) -> Outcome:
    """Read a guide and store what changed. `folder` takes what is put aside. Raises GuideUnreadableError.

    `whole`: channels that are not in it have no shows to come any more.
    """
    began = time.monotonic()
    outcome = Outcome()
    with Spool(folder) as spool:
        channels = _read(source, blocks, spool, outcome, progress)
        rows = _known(source, channels, spool, outcome.findings)
        anew = set(settle_ids())
        pace = Pace()
        said = time.monotonic()
        for number, guide_id in enumerate(spool.guide_ids(), 1):
            _store(rows[guide_id], spool.told(guide_id, window, outcome.findings), outcome, anew, pace)
            if time.monotonic() - said > _STEP_S:
                said = time.monotonic()
                progress(f"{number} of {len(rows)} channels written")
        if whole and outcome.kept:
            _end_absent(rows, spool.guide_ids(), outcome, pace)
        outcome.days_published += publish_channels(anew, pace=pace)
    outcome.seconds = time.monotonic() - began
    return outcome


def _read(
    source: GuideSource, blocks: Iterable[bytes], spool: Spool, outcome: Outcome, progress: Progress
) -> dict[str, ReadChannel]:
    reading = GuideReading(source.zone, spool, outcome.findings, progress)
    reading.read(blocks)
    outcome.shows = reading.shows
    channels: dict[str, ReadChannel] = {}
    for one in reading.channels:
        channels[one.guide_id] = _joined(channels.get(one.guide_id), one, outcome.findings)
    return channels


def _joined(before: ReadChannel | None, one: ReadChannel, findings: Findings) -> ReadChannel:
    if before is None:
        return one
    findings.note("double-channel", 0, one.guide_id)
    names = tuple(dict.fromkeys([*before.names, *one.names]))
    return ReadChannel(one.guide_id, names, before.icon_url or one.icon_url, before.url or one.url)


def _known(
    source: GuideSource, channels: dict[str, ReadChannel], spool: Spool, findings: Findings
) -> dict[str, GuideChannel]:
    """The rows of all channels of a file, made or brought up to date in short transactions."""
    for guide_id in spool.guide_ids():
        if guide_id not in channels:
            findings.note("undeclared-channel", 0, guide_id)
            channels[guide_id] = ReadChannel(guide_id, ())
    rows = {row.guide_id: row for row in GuideChannel.objects.filter(source=source)}
    changed = []
    for one in channels.values():
        row = rows.get(one.guide_id)
        if row is not None and one.names and (row.names, row.icon_url) != (list(one.names), one.icon_url):
            row.names, row.icon_url = list(one.names), one.icon_url
            changed.append(row)
    made = [
        GuideChannel(source=source, guide_id=one.guide_id, names=list(one.names), icon_url=one.icon_url)
        for one in channels.values()
        if one.guide_id not in rows
    ]
    with transaction.atomic():
        GuideChannel.objects.bulk_create(made, batch_size=500)
        GuideChannel.objects.bulk_update(changed, ["names", "icon_url"], batch_size=200)
    return {row.guide_id: row for row in GuideChannel.objects.filter(source=source)}


def _store(row: GuideChannel, told: Told, outcome: Outcome, anew: set[int], pace: Pace) -> None:
    """Write one channel's days, and publish them on the channels that have it."""
    outcome.channels += 1
    outcome.kept += told.count
    if not told.days:
        return
    changed = store_days(row, told.days, told.since, pace)
    outcome.days_written += len(changed)
    having = set(channels_with(row.id)) if changed else set()
    outcome.days_published += publish_channels(having - anew, changed, fresh=changed, pace=pace)
    outcome.days_published += publish_channels(having & anew, fresh=changed, pace=pace)
    anew -= having


def _end_absent(rows: dict[str, GuideChannel], present: Iterable[str], outcome: Outcome, pace: Pace) -> None:
    """Take the days to come from channels that the guide knows no more; today and what has been stay."""
    now = (day_of(timezone.now().timestamp()) + 1) * DAY_S
    gone = [row for guide_id, row in rows.items() if guide_id not in set(present)]
    ahead = SourceDay.objects.filter(channel__in=gone, day__gte=day_of(now)).values_list("channel_id", flat=True)
    having = set(ahead)
    for row in gone:
        if row.id in having and (changed := store_days(row, {}, now, pace)):
            outcome.days_written += len(changed)
            outcome.days_published += publish_channels(channels_with(row.id), changed, pace=pace)
