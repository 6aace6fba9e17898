"""What the jobs do for the guide, in a thread of their own: refresh what is due, publish what waits, forget the old.

A refresh runs in a child process, one at a time: a guide of any size holds up nobody.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.db.models import F, Q
from django.utils import timezone

from rightcast.contract.station import HANDOVER_VARIABLE
from rightcast.panel.guide import publication
from rightcast.panel.guide.assignments import settle_ids
from rightcast.panel.guide.models import GuideSource, PendingChannel
from rightcast.panel.guide.queries import kept_days

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

TURN_S = 1.0
SETTLE_S = 10.0
PRUNE_S = 1800.0
LONGEST_S = 3600.0
END_S = 5.0
PENDING_BATCH = 20

_log = logging.getLogger(__name__)
Start = "Callable[[int], subprocess.Popen[bytes]]"


class GuideWork:
    """Works until told to stop."""

    def __init__(
        self,
        start: Callable[[int], subprocess.Popen[bytes]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._start = start or started
        self._clock = clock
        self._child: subprocess.Popen[bytes] | None = None
        self._source_id = 0
        self._since = 0.0
        self._due: dict[Callable[[], object], float] = {}

    def run(self, stop: threading.Event) -> None:
        """One turn a second. A turn that fails is logged; the next one tries again."""
        while not stop.wait(TURN_S):
            try:
                self.turn()
            except DatabaseError:
                _log.exception("the guide's work failed on the database; trying again")
                close_old_connections()
            except Exception:  # noqa: BLE001 - the supervisor of this thread: the next turn tries again
                _log.exception("the guide's work failed; trying again")
        self.end()

    def turn(self) -> None:
        """Everything that is due."""
        self._look_after_child()
        if self._child is None and (source_id := due_source()) is not None:
            self._child, self._source_id, self._since = self._start(source_id), source_id, self._clock()
        publish_pending()
        self._every(SETTLE_S, _settle)
        self._every(PRUNE_S, _prune)

    def end(self) -> None:
        """Take a running child along."""
        if self._child is None:
            return
        self._child.terminate()
        try:
            self._child.wait(END_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait(END_S)
        self._child = None

    def _every(self, seconds: float, job: Callable[[], object]) -> None:
        if self._clock() >= self._due.get(job, 0.0):
            self._due[job] = self._clock() + seconds
            job()

    def _look_after_child(self) -> None:
        if self._child is None:
            return
        if self._child.poll() is None:
            if self._clock() - self._since > LONGEST_S:
                self._child.kill()
            return
        left = GuideSource.objects.filter(id=self._source_id).exclude(running_since=None)
        now = timezone.now()
        left.update(
            running_since=None,
            progress="",
            last_at=now,
            last_ok=False,
            last_result="The import's process died; the guide that was there before stands.",
            failures=F("failures") + 1,
            next_at=now + timedelta(minutes=15),
        )
        self._child = None


def started(source_id: int) -> subprocess.Popen[bytes]:
    """A child process that refreshes a source."""
    environment = {**os.environ, HANDOVER_VARIABLE: settings.STATION.handover()}
    return subprocess.Popen(  # noqa: S603 - our own program and a number
        [sys.executable, "-m", "rightcast.panel.guide.child", str(source_id)],
        env=environment,
        stdin=subprocess.DEVNULL,
    )


def due_source() -> int | None:
    """The source that has waited longest for a refresh; what somebody asked for comes first."""
    now = timezone.now()
    due = Q(asked=True) | Q(enabled=True, next_at__lte=now)
    found = GuideSource.objects.filter(due, running_since=None).order_by("-asked", "next_at", "position").first()
    return None if found is None else found.id


def publish_pending() -> int:
    """Merge and publish some of the channels that wait for it; how many."""
    waiting = list(PendingChannel.objects.order_by("id").values_list("id", "channel_id")[:PENDING_BATCH])
    for _, channel_id in waiting:
        publication.publish_channels([channel_id])
    PendingChannel.objects.filter(id__in=[one for one, _ in waiting]).delete()
    return len(waiting)


def _settle() -> None:
    publication.publish_channels([*settle_ids(), *publication.renamed_channels()])


def _prune() -> None:
    publication.prune(kept_days())
