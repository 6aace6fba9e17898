"""Writes down every session of this edge: when it begins, when its right changes, when and why it ends.

On the way of a viewer this costs a few entries in memory; once a second a thread brings them to disk.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.contract.session_records import EdgeStarted, RefusalCount, SessionRecord, Written
from rightcast.edge.viewings import Viewing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rightcast.contract.reports import EdgeReport
    from rightcast.edge.viewings import Viewings
    from rightcast.state.session_spool import SpoolWriter

WRITE_S = 1.0
COUNT_S = 60.0
"""Refusals are counted over so long before they are written."""
MOST_COUNTED = 5_000
"""Channels and reasons counted apart between two writings; whoever asks for numbers at random fills no memory."""
MOST_UNWRITTEN = 50_000
"""Sessions that wait in memory while the disk takes nothing; beyond that the oldest are lost, and it is logged."""

_RECORDS_PER_STEP = 250

EDGE_STOPPED = "edge_stopped"

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Course:
    """A session as far as it is known. `ended` 0 while it runs."""

    viewing: Viewing
    began: float
    rights: list[tuple[int, float]]
    country: str
    device_class: str
    ended: float = 0.0
    reason: str = ""


class SessionLog:
    """The sessions of one edge, as its viewings tell of them. `whence`: the country and device class of a viewing."""

    def __init__(
        self,
        spool: SpoolWriter,
        edge: int,
        viewings: Viewings,
        *,
        whence: Callable[[Viewing], tuple[str, str]] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._spool = spool
        self._edge = edge
        self._whence = whence or _unknown
        self._clock = clock
        self._running: dict[Viewing, Course] = {}
        self._unwritten: dict[Course, None] = {}
        self._refusals: Counter[tuple[int, str]] = Counter()
        self._counted_from = clock()
        self._others: list[Written] = []
        self._writing = asyncio.Lock()
        viewings.log = self

    # Told by viewings and the gate; no I/O

    def began(self, viewing: Viewing) -> None:
        """A viewing began."""
        now = self._clock()
        country, device_class = self._whence(viewing)
        course = Course(viewing, now, [(viewing.right_id, now)], country, device_class)
        self._running[viewing] = course
        self._unwritten[course] = None

    def rests_on(self, viewing: Viewing, right_id: int) -> None:
        """A decision that was taken again may have found another right."""
        course = self._running.get(viewing)
        if course is not None and course.rights[-1][0] != right_id:
            course.rights.append((right_id, self._clock()))
            self._unwritten[course] = None

    def ended(self, viewing: Viewing, reason: str) -> None:
        """A viewing ended; what its sockets still send meanwhile is counted when it is written."""
        course = self._running.pop(viewing, None)
        if course is not None:
            course.ended, course.reason = self._clock(), reason
            self._unwritten[course] = None

    def refused(self, channel_id: int, reason: str) -> None:
        """A request was refused."""
        if (channel_id, reason) in self._refusals or len(self._refusals) < MOST_COUNTED:
            self._refusals[channel_id, reason] += 1

    # Written beside it

    async def begin(self, before: Sequence[EdgeReport]) -> None:
        """Say that this process began, and what the one before it was seen doing last."""
        now = self._clock()
        last = next((one for one in before if one.edge == self._edge), None)
        sent = {one.sid: one.bytes_sent for one in last.sessions} if last is not None else {}
        alive = min(last.at, now) if last is not None else now
        self._others.append(EdgeStarted(edge=self._edge, at=now, alive=alive, bytes_sent=sent))
        try:
            await asyncio.to_thread(self._spool.adopt)
        except OSError as error:
            _log.warning("Session records of the process before cannot be handed over: %s", error)
        await self.write()

    async def keep(self) -> None:
        """Write once a second."""
        while True:
            await asyncio.sleep(WRITE_S)
            await self.write()

    async def close(self) -> None:
        """End what still runs, and write it."""
        for viewing in list(self._running):
            self.ended(viewing, EDGE_STOPPED)
        self._count(self._clock())
        await self.write()

    async def write(self) -> None:
        """Bring to disk what came since; what the disk does not take is tried again."""
        async with self._writing:
            now = self._clock()
            if now - self._counted_from >= COUNT_S:
                self._count(now)
            courses, self._unwritten = self._unwritten, {}
            others, self._others = self._others, []
            records = list(others)
            for course in courses:
                records.append(self._record(course))
                if len(records) % _RECORDS_PER_STEP == 0:
                    await asyncio.sleep(0)  # a takedown ends thousands at once; viewers of other channels go on
            if not records:
                return
            try:
                await asyncio.to_thread(self._spool.append, records)
            except OSError as error:
                _log.warning("Session records cannot be written, they wait in memory: %s", error)
                self._put_back(courses, others)

    def _put_back(self, courses: dict[Course, None], others: list[Written]) -> None:
        waiting = courses | self._unwritten
        lost = len(waiting) - MOST_UNWRITTEN
        if lost > 0:
            _log.error("%d session records are lost: the disk has taken none for too long", lost)
            waiting = dict.fromkeys(list(waiting)[lost:])
        self._unwritten = waiting
        self._others = [*others, *self._others][-MOST_COUNTED:]

    def _count(self, now: float) -> None:
        counted, self._refusals = self._refusals, Counter()
        began, self._counted_from = self._counted_from, now
        for (channel_id, reason), count in counted.items():
            name = f"e{self._edge}.{int(began * 1000)}.{channel_id}.{reason}"
            self._others.append(
                RefusalCount(id=name, channel_id=channel_id, reason=reason, began=began, until=now, count=count)
            )

    def _record(self, course: Course) -> SessionRecord:
        one = course.viewing
        return SessionRecord(
            id=f"{one.sid}@{self._edge}.{int(course.began * 1000)}",
            sid=one.sid,
            edge=self._edge,
            line_id=one.line_id,
            line=one.line_name,
            channel_id=one.channel_id,
            kind=one.kind,
            began=course.began,
            rights=list(course.rights),
            address=one.address,
            player=one.player,
            credential_id=one.credential_id,
            recording_id=one.recording_id,
            past=one.past,
            country=course.country,
            device_class=course.device_class,
            ended=course.ended,
            reason=course.reason,
            bytes_sent=one.bytes_sent + sum(viewer.bytes_sent for viewer in one.viewers),
        )


def _unknown(_viewing: Viewing) -> tuple[str, str]:
    """Nobody knows."""
    return "", ""
