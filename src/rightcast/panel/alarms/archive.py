"""What may be wrong with the archive: its process, its disk, its room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.findings import Finding, Subject, SubjectKind
from rightcast.panel.alarms.growth import Growth

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rightcast.contract.reports import ArchivistReport

BUSY_S = 15.0
"""A thread that writes one batch for so long stands before a disk that does not answer."""
WINDOW_S = 60.0
EVICTED_S = 3600.0
SUBJECT = Subject(SubjectKind.ARCHIVE, "0", "Archive")


class ArchiveFacts:
    """Looks at the archivist's report; remembers whether there ever was one."""

    def __init__(self) -> None:
        self._seen = False
        self._missed = Growth()

    def look(self, archivists: Sequence[ArchivistReport], now: float) -> Iterator[Finding]:
        """What is wrong at `now`, unix seconds."""
        if self._seen and not archivists:
            yield Finding(subject=SUBJECT, kind="archive-missing", detail="It has stopped reporting.")
        self._seen = self._seen or bool(archivists)
        for report in archivists:
            yield from self._of(report, now)

    def _of(self, report: ArchivistReport, now: float) -> Iterator[Finding]:
        if report.trouble:
            yield Finding(subject=SUBJECT, kind="archive-failing", detail=f"{report.trouble}.")
        if report.moving_trouble:
            yield Finding(subject=SUBJECT, kind="archive-store-failing", detail=f"{report.moving_trouble}")
        missed = self._missed.seen(report.missed, now, WINDOW_S)
        if missed or (report.busy_since and now - report.busy_since > BUSY_S):
            detail = "Segments are lost: what falls off the ring is a gap." if missed else "The disk does not answer."
            yield Finding(subject=SUBJECT, kind="archive-behind", detail=detail)
        if report.evicted and now - report.evicted < EVICTED_S:
            yield Finding(subject=SUBJECT, kind="archive-full", detail="Hours that were to be kept are deleted.")
