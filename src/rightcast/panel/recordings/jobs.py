"""What the jobs process does about recordings, one function for each job."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.conf import settings

from rightcast.panel.recordings.ending import ask_again, follow_rights, forget_over, remove_of_gone_lines, settle_soon
from rightcast.panel.recordings.guide import PublishedGuide
from rightcast.panel.recordings.keeping import end_refused, give_up_late, hear
from rightcast.panel.recordings.planning import Planning
from rightcast.panel.recordings.queries import recorder_report
from rightcast.panel.recordings.wishes import settle_wishes
from rightcast.state.feed import FileFeed
from rightcast.state.recording_wishes import RecordingWishes

if TYPE_CHECKING:
    from collections.abc import Callable

WISHES_S = 0.5
HEAR_S = 1.0
PLAN_S = 2.0
TIDY_S = 60.0
FORGET_AFTER_S = 90 * 86_400.0


class RecordingJobs:
    """The jobs with what they keep in mind, for a thread of their own: a guide may move thousands of recordings.

    `due` lists each with its seconds.
    """

    def __init__(self) -> None:
        self._guide: PublishedGuide | None = None
        self._planning: Planning | None = None
        self._wishes = RecordingWishes(settings.STATION.recording_wishes)

    @property
    def due(self) -> list[tuple[float, Callable[[], object]]]:
        """Every job with how often it runs."""
        return [(WISHES_S, self.wishes), (HEAR_S, self.listen), (PLAN_S, self.plan), (TIDY_S, self.tidy)]

    def wishes(self) -> None:
        """Do what viewers wished."""
        settle_wishes(self._wishes, self._published(), time.time())

    def listen(self) -> None:
        """Take over what the recorder says."""
        report = recorder_report()
        if report is not None:
            hear(report)

    def plan(self) -> None:
        """Follow the guide, plan rules that are new, and follow rights that changed."""
        if self._planning is None:
            self._planning = Planning(self._published())
        now, guide = time.time(), self._published()
        self._planning.look(now)
        if guide.rights_changed:
            guide.rights_changed = False
            follow_rights(now)

    def tidy(self) -> None:
        """End what time and rights have ended."""
        now = time.time()
        settle_soon(now)
        follow_rights(now)
        remove_of_gone_lines()
        give_up_late(now, recorder_runs=recorder_report() is not None)
        end_refused(now)
        ask_again()
        forget_over(now - FORGET_AFTER_S)
        self._wishes.sweep(now)

    def _published(self) -> PublishedGuide:
        if self._guide is None:
            self._guide = PublishedGuide(FileFeed(settings.STATION.feed))
        return self._guide
