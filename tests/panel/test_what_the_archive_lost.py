"""What the archivist deleted is in the audit trail once, in a sentence; what is wrong with it is an alarm."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.reports import ArchivistReport
from rightcast.domain.retention import Deleted
from rightcast.panel.alarms.archive import ArchiveFacts
from rightcast.panel.archive.trail import note_deletions
from rightcast.panel.audit.models import AuditRow
from rightcast.state.archive.ledger import Ledger
from rightcast.state.archive.records import KeptFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightcast.contract.station import StationSettings
    from rightcast.panel.catalogue.models import Channel

HOUR_S = 3600.0


@pytest.fixture
def ledger(station: StationSettings) -> Iterator[Ledger]:
    ledger = Ledger(station.archive_root)
    yield ledger
    ledger.close()


def file(hour: int, size: int = 1_000_000) -> KeptFile:
    start = hour * HOUR_S
    return KeptFile(file=hour, first=1, start=start, stop=start + 600, bytes=size, place=0)


def test_a_deletion_is_told_once_and_in_words(ledger: Ledger, channel: Channel) -> None:
    now = time.time()
    ledger.note(channel.pk, Deleted.RIGHT, [file(450_000), file(450_001)], now - 100)
    assert note_deletions() == 1
    assert note_deletions() == 0
    row = AuditRow.objects.get(action="archive.delete")
    assert row.sentence == (
        "deleted 2.0\N{NO-BREAK SPACE}MB of the archive of One, 2021-05-03 00:00 to 2021-05-03 01:10 UTC:"
        " the right grants less, or has ended"
    )
    assert (row.subject_id, row.detail["files"], row.detail["cause"]) == (channel.pk, 2, "right")


def test_what_grows_old_is_told_once_a_day(ledger: Ledger, channel: Channel) -> None:
    day_s = 86_400
    morning = (time.time() // day_s - 2) * day_s
    for hour in range(24):
        ledger.note(channel.pk, Deleted.AGE, [file(450_000 + hour)], morning + hour * HOUR_S)
    ledger.note(channel.pk, Deleted.AGE, [file(450_024)], time.time())
    assert note_deletions() == 1
    assert AuditRow.objects.get(action="archive.delete").detail["files"] == 24


@pytest.mark.django_db
def test_an_archive_that_never_lost_anything_is_silent() -> None:
    assert note_deletions() == 0


def report(now: float, **figures: object) -> ArchivistReport:
    return ArchivistReport(pid=1, at=now, started=now, **figures)  # type: ignore[arg-type]  # of any name


def test_what_is_wrong_with_the_archive_is_found() -> None:
    facts = ArchiveFacts()

    def kinds(*reports: ArchivistReport) -> list[str]:
        return [one.kind for one in facts.look(reports, 100.0)]

    assert kinds() == []
    assert kinds(report(100)) == []
    assert kinds(report(100, trouble="No space left on device")) == ["archive-failing"]
    assert kinds(report(100, missed=3)) == ["archive-behind"]
    assert ArchiveFacts().look([report(100, busy_since=50)], 100.0).__next__().kind == "archive-behind"
    assert "archive-full" in kinds(report(100, missed=3, evicted=90))
    assert kinds() == ["archive-missing"]
