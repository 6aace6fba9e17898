"""Writes down when signals in the stream had blackouts in force, from what headends report of cues.

Edges obey signals at once and by themselves; what is written here is for those that start later, and for the past.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from rightcast.contract.reports import HeadendReport
from rightcast.domain.errors import BadCueError
from rightcast.domain.signalled_blackouts import spells
from rightcast.formats.mpegts.scte35.section import decode
from rightcast.formats.mpegts.scte35.words import sightings_of
from rightcast.panel.audit.operations import Actor
from rightcast.panel.blackouts.models import Blackout
from rightcast.panel.blackouts.operations import note_spells
from rightcast.panel.blackouts.queries import to_record

if TYPE_CHECKING:
    from rightcast.domain.segment_marks import Sighting
    from rightcast.state.reports import FileReports

_BEFORE = timedelta(hours=1)


def note_signals(reports: FileReports) -> int:
    """Compare what headends heard lately with what blackouts wait for; how many were written."""
    waiting = Blackout.objects.exclude(begins_by=None, ends_by=None).prefetch_related("channels")
    now = timezone.now()
    rows = list(waiting.filter(Q(ends=None) | Q(ends__gt=now - _BEFORE), starts__lte=now + _BEFORE))
    if not rows:
        return 0
    heard = _heard(reports)
    written = 0
    for row in rows:
        record = to_record(row)
        seen = sorted((one for key in record.channel_ids for one in heard.get(key, ())), key=lambda one: one.at)
        found = spells(record, [one for one in seen if one.at <= time.time()])
        if record.begins_by is not None and found != record.spells:
            note_spells(Actor.system(), row.id, found)
            written += 1
    return written


def _heard(reports: FileReports) -> dict[int, list[Sighting]]:
    found: dict[int, list[Sighting]] = {}
    for headend in reports.fetch("headend-", HeadendReport):
        for channel in headend.channels:
            for cue in channel.cues:
                try:
                    found.setdefault(channel.id, []).extend(sightings_of(decode(cue.section), cue.at))
                except BadCueError:
                    continue
    return found
