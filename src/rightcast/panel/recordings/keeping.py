"""What the recorder brings: takes that began, ended, or whose files are gone; and what it never took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.domain.recording_room import surplus
from rightcast.domain.recordings import KEPT, Cause, Outcome, Status, gaps_in_words, judge
from rightcast.domain.schedule import zone_named
from rightcast.panel.audit.operations import Actor
from rightcast.panel.operation import operating
from rightcast.panel.recordings.models import Recording, TakeRow
from rightcast.panel.recordings.room import lines_of, settle_line, store, take_away
from rightcast.panel.station.queries import station

if TYPE_CHECKING:
    from rightcast.contract.reports import RecorderReport, TakeReport
    from rightcast.panel.operation import Deed

LATE_S = 300
"""After so long without a word from the recorder, what should have been taken is given up."""
_BATCH = 500


def hear(report: RecorderReport) -> int:
    """Take over what the recorder says of its takes; returns how many changed."""
    told = {one.id: one for one in report.takes}
    begun = [number for number, one in told.items() if one.spans and not one.over]
    waiting = Recording.objects.filter(status=Status.PLANNED.value, take__in=begun).values_list("take", flat=True)
    news = {*waiting, *(number for number, one in told.items() if one.over or one.deleted)}
    count = 0
    for row in TakeRow.objects.filter(id__in=news):
        one = told[row.pk]
        if row.leaving and one.deleted:
            count += _gone(row)
        elif not row.leaving and not row.settled and (one.over or one.spans):
            count += _went(row, one)
    return count


def _gone(take: TakeRow) -> int:
    with operating(Actor.system(), "") as deed:
        sentence = f"deleted the files of {take}, {take.size_bytes / 1e6:.0f} MB"
        deed.record("take.delete", take.pk, sentence, channel=take.channel_id, start=take.start, stop=take.stop)
        take.delete()
    return 1


def _went(take: TakeRow, told: TakeReport) -> int:
    rows = list(Recording.objects.filter(take=take))
    if not told.over:
        rows = [row for row in rows if row.status == Status.PLANNED]
        if not rows:
            return 0
    with operating(Actor.system(), "") as deed:
        for row in rows:
            if told.over:
                _ended(deed, row, take, told)
            else:
                row.status = Status.RECORDING.value
                store(deed, row)
        if told.over:
            take.settled, take.size_bytes = True, told.size_bytes
            take.save(update_fields=["settled", "size_bytes"])
            deed.changed(Kind.TAKE, take.pk)
            for line_id in lines_of(rows):
                settle_line(deed, line_id)
    return 1


def _ended(deed: Deed, row: Recording, take: TakeRow, told: TakeReport) -> None:
    """A take is over: each recording that plays it is judged by its own show."""
    zone = zone_named(station().timezone)
    start, stop = row.start, min(row.stop, take.stop)
    outcome = judge(start, stop, told.spans, disk_full=told.disk_full)
    row.status, row.cause = outcome.status.value, _cause(outcome, take, start).value
    row.detail = gaps_in_words(outcome.gaps, zone)[:300] if outcome.status is Status.PARTIAL else ""
    row.size_bytes = told.size_bytes
    store(deed, row)
    deed.record_of(
        ("line", row.line_id),
        "recording.end",
        row.pk,
        f"{row.title} of line {row.line_id} is {outcome.status}",
        detail=row.detail,
    )
    if outcome.status is Status.FAILED:
        row.take = None
        row.save(update_fields=["take"])
        _leave(deed, take)
    elif row.rule_id is not None:
        _keep_newest(deed, row)


def _cause(outcome: Outcome, take: TakeRow, start: int) -> Cause:
    late = take.start > start and all(end <= take.start + 10 for _, end in outcome.gaps)
    return Cause.ORDERED_LATE if late and outcome.status is Status.PARTIAL else outcome.cause


def _leave(deed: Deed, take: TakeRow) -> None:
    if not Recording.objects.filter(take=take).exists():
        take.leaving, take.asked = True, deed.now
        take.save(update_fields=["leaving", "asked"])
        deed.changed(Kind.TAKE, take.pk)


def _keep_newest(deed: Deed, row: Recording) -> None:
    rule = row.rule
    if rule is None or not rule.keep:
        return
    made = Recording.objects.filter(rule=rule, status__in=[one.value for one in KEPT])
    old = set(surplus(rule.keep, list(made.values_list("id", "start", "locked"))))
    for one in made.select_related("take").filter(id__in=old):
        take_away(deed, one, Cause.NEWER_KEPT)


def give_up_late(now: float, *, recorder_runs: bool) -> int:
    """What should have been taken and was not, for the recorder did not run, has failed. Returns how many."""
    if recorder_runs:
        return 0
    over = Recording.objects.select_related("take").filter(
        status__in=[Status.PLANNED.value, Status.RECORDING.value], take__stop__lt=now - LATE_S
    )
    rows = list(over.filter(status=Status.PLANNED.value)[:_BATCH])
    with operating(Actor.system(), "") as deed:
        for row in rows:
            take_away(deed, row, Cause.NOT_TAKEN)
            row.status = Status.FAILED.value
            store(deed, row)
    return len(rows)


def end_refused(now: float) -> int:
    """What found no room until it was over has failed for good. Returns how many."""
    rows = list(Recording.objects.filter(status=Status.REFUSED.value, stop__lt=now)[:_BATCH])
    with operating(Actor.system(), "") as deed:
        for row in rows:
            row.status = Status.FAILED.value
            store(deed, row)
    return len(rows)
