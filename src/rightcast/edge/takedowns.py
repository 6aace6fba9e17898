"""Carries takedowns out at this edge, and tells with times: when it was heard, what was stopped, when all was dark.

The decision refuses from the moment a takedown is in the replica; here what runs is asked again, and the panel told.
"""

from __future__ import annotations

import asyncio
import logging
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.contract.reports import DarkenedReport, DarkReport
from rightcast.domain.library import watched_as
from rightcast.domain.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rightcast.domain.takedown import Takedown
    from rightcast.edge.admission import Admission
    from rightcast.edge.viewings import Viewing, Viewings
    from rightcast.state.reports import FileReports

_AT_ONCE = 1000
"""So many sessions are ended before others have their turn: what must be dark in two seconds goes before pictures."""
_log = logging.getLogger(__name__)


class Dimming:
    """Every takedown this edge has heard of, and what came of it."""

    def __init__(
        self,
        index: int,
        reports: FileReports,
        admission: Admission,
        viewings: Viewings,
        *,
        clock: Callable[[], float],
    ) -> None:
        self._index = index
        self._reports = reports
        self._replica = admission.asking.replica
        self._admission = admission
        self._viewings = viewings
        self._clock = clock
        self._heard: dict[int, float] = {}
        self._done: dict[int, DarkenedReport] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._gone = False

    def changed(self, records: Sequence[tuple[Kind, int]]) -> None:
        """Records are in the replica: what runs under a takedown among them ends now."""
        keys = [key for kind, key in records if kind is Kind.TAKEDOWN]
        for key in keys:
            takedown = self._replica.takedowns.get(key)
            if takedown is None:
                self._forget(key)
                self._begin(key, self._viewings.all())  # what was hidden of a running past may be seen again
            else:
                self._heard.setdefault(key, self._clock())
                self._begin(key, self._concerned(takedown))

    def tick(self) -> None:
        """To be called about once a second: what was known from the file, or begins by the clock, is told too."""
        now = datetime.fromtimestamp(self._clock(), UTC)
        for takedown in self._replica.takedowns.all():
            if takedown.id not in self._done and takedown.stands(now) and not self._running:
                self._heard.setdefault(takedown.id, self._clock())
                self._begin(takedown.id, self._concerned(takedown))
        if self._gone:
            self._gone = False
            self._tell()

    def report(self) -> DarkReport:
        """What this edge says of takedowns."""
        return DarkReport(
            who=f"edge {self._index}", pid=os.getpid(), at=self._clock(), takedowns=[*self._done.values()]
        )

    def _forget(self, key: int) -> None:
        self._heard.pop(key, None)
        self._gone |= self._done.pop(key, None) is not None

    def _begin(self, key: int, viewings: Sequence[Viewing]) -> None:
        task = asyncio.get_running_loop().create_task(self._carry_out(key, viewings))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _carry_out(self, key: int, viewings: Sequence[Viewing]) -> None:
        await self._admission.ask_again(viewings, _AT_ONCE)
        takedown = self._replica.takedowns.get(key)
        now = self._clock()
        if takedown is None or not takedown.stands(datetime.fromtimestamp(now, UTC)):
            return
        stopped = sum(1 for one in viewings if one.ended and one.refused is Reason.TAKEN_DOWN)
        known = self._done.get(key)
        self._done[key] = DarkenedReport(
            id=key,
            heard=self._heard.get(key, now) if known is None else known.heard,
            dark=now if known is None else known.dark,
            stopped=stopped + (0 if known is None else known.stopped),
        )
        _log.info("Takedown %d is carried out, %d sessions ended", key, stopped)
        self._tell()

    def _tell(self) -> None:
        try:
            self._reports.put(f"takedowns-edge-{self._index}", self.report())
        except OSError as error:
            _log.warning("What became of a takedown could not be written: %s", error)

    def _concerned(self, takedown: Takedown) -> list[Viewing]:
        """Those that run and may fall under it."""
        if takedown.line_ids:
            return [one for key in takedown.line_ids for one in self._viewings.of_line(key)]
        if not (takedown.channel_ids or takedown.title_ids):
            return self._viewings.all()
        keys = [*takedown.channel_ids, *(watched_as(key) for key in takedown.title_ids)]
        return [one for key in keys for one in self._viewings.of_channel(key)]
