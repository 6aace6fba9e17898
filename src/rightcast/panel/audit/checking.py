"""Verifies the station's own trail from end to end, and keeps what came of it: a trail that holds ends the alarm."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.utils import timezone

from rightcast.panel.audit.models import Anchoring
from rightcast.panel.audit.queries import ANCHORING_ID, anchoring
from rightcast.state.signing import public_key
from rightcast.state.trail import DatabaseTrail
from rightcast.state.verifying import verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rightcast.domain.chain import Row
    from rightcast.state.verifying import Verdict

EVERY = timedelta(days=1)
STRIDE, PAUSE_S = 500, 0.02
"""After so many rows the jobs' other threads get their turn: a million rows then take about a minute."""


class _GentleTrail(DatabaseTrail):
    """Read beside other work of the same process."""

    def rows(self) -> Iterator[Row]:
        """With pauses."""
        for number, row in enumerate(super().rows()):
            if number % STRIDE == STRIDE - 1:
                time.sleep(PAUSE_S)
            yield row


def check_due() -> Verdict | None:
    """Verify once a day; at every look while something is wrong."""
    last, now = anchoring(), timezone.now()
    if last.verified_at is not None and not last.check_trouble and now - last.verified_at < EVERY:
        return None
    return check_whole(now)


def check_whole(now: datetime) -> Verdict | None:
    """Verify the whole trail as it lies in the database file; None where the database is no file."""
    if connection.vendor != "sqlite" or not settings.STATION.database.is_file():
        return None
    found = verify(_GentleTrail(settings.STATION.database), public=public_key(settings.STATION.keys))
    remember(found, now)
    return found


def remember(found: Verdict, now: datetime) -> None:
    """Keep a verdict on the station's own trail. What is wrong is told from when it was first seen."""
    words = ""
    if found.faults:
        sentence = found.faults[0].sentence
        words = f"{sentence[:1].upper()}{sentence[1:]}."[:300]
    kept, _ = Anchoring.objects.get_or_create(id=ANCHORING_ID)
    if not words or not kept.check_trouble:
        kept.checked_at = now
    kept.check_trouble, kept.verified_at, kept.verified_rows = words, now, found.rows
    kept.save(update_fields=["check_trouble", "checked_at", "verified_at", "verified_rows"])
