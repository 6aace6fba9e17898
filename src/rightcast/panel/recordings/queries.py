"""Reading recordings: as records for recorder and edges, as lists, and what a line has room for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.utils import timezone

from rightcast.contract.reports import RecorderReport
from rightcast.domain import recordings as domain
from rightcast.domain.errors import NotFoundError
from rightcast.domain.lineup import LineStatus
from rightcast.domain.recording_plans import Match, Planned, Rule
from rightcast.domain.recording_room import Allowance, Item
from rightcast.domain.recordings import KEPT, Cause, Status
from rightcast.domain.rights import Copies
from rightcast.panel.catalogue.models import LineupEntry
from rightcast.panel.recordings.models import AllowanceRow, RecorderPolicy, Recording, RecordingRule, TakeRow
from rightcast.panel.takedowns.holding import held_take
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.panel.lines.models import Line

POLICY_ID = 1
GUESSED_BPS = 6_000_000
"""What a channel is taken to have while nothing of it is kept yet."""
REPORT_AGE_S = 10.0


def to_record(row: Recording) -> domain.Recording:
    """The recording as edges know it."""
    return domain.Recording(
        id=row.pk,
        line_id=row.line_id,
        channel_id=row.channel_id,
        start=row.start,
        stop=row.stop,
        title=row.title,
        status=Status(row.status),
        copies=Copies(row.copies),
        take_id=row.take_id or 0,
        before_s=row.before_s,
        after_s=row.after_s,
        subtitle=row.subtitle,
        description=row.description,
        season=row.season,
        episode=row.episode,
        icon_url=row.icon_url,
        genre=row.genre,
        age=row.age,
        rule_id=row.rule_id or 0,
        cause=Cause(row.cause),
        detail=row.detail,
        expires=row.expires,
        locked=row.locked,
        size_bytes=row.size_bytes,
    )


def recording_records(keys: Sequence[int]) -> dict[int, domain.Recording]:
    """Records of those that are not removed."""
    found = Recording.objects.filter(id__in=keys).exclude(status=Status.REMOVED.value)
    return {row.pk: to_record(row) for row in found}


def recording_ids() -> list[int]:
    """All that are not removed, oldest first."""
    kept = Recording.objects.exclude(status=Status.REMOVED.value)
    return list(kept.order_by("id").values_list("id", flat=True))


def take_records(keys: Sequence[int]) -> dict[int, domain.Take]:
    """Records of those takes whose files shall be there."""
    return {
        row.pk: domain.Take(
            id=row.pk, channel_id=row.channel_id, start=row.start, stop=row.stop, settled=row.settled or row.leaving
        )
        for row in TakeRow.objects.filter(id__in=keys)
        if not row.leaving or _is_held(row)
    }


def _is_held(row: TakeRow) -> bool:
    lines = frozenset(Recording.objects.filter(take=row).values_list("line_id", flat=True))
    return held_take(row.channel_id, row.start, row.stop, lines)


def take_ids() -> list[int]:
    """All takes whose files shall be there."""
    rows = TakeRow.objects.all()
    return [row.pk for row in rows if not row.leaving or _is_held(row)]


def to_rule(row: RecordingRule) -> Rule:
    """The rule as planning knows it."""
    return Rule(
        id=row.pk,
        line_id=row.line_id,
        match=Match(row.match),
        word=row.word,
        channel_id=row.channel_id or 0,
        new_only=row.new_only,
        keep=row.keep,
        days=tuple(row.days),
        minute=row.minute,
        length_min=row.length_min,
        priority=row.priority,
        before_s=row.before_s,
        after_s=row.after_s,
    )


def to_planned(row: Recording) -> Planned:
    """The recording as planning knows it."""
    return Planned(
        id=row.pk,
        channel_id=row.channel_id,
        start=row.start,
        stop=row.stop,
        episode=row.episode_key,
        show_id=row.show_id,
        title=row.title,
        waits=row.status in {Status.PLANNED, Status.REFUSED, Status.RECORDING},
    )


def to_item(row: Recording) -> Item:
    """The recording as room is counted, padding included."""
    start, stop = row.start - row.before_s, row.stop + row.after_s
    kept = Status(row.status) in KEPT
    return Item(
        id=row.pk,
        start=start,
        stop=stop,
        priority=row.priority,
        private=row.copies == Copies.PRIVATE.value,
        fixed=kept or row.status == Status.RECORDING,
        locked=row.locked or not kept,
        size_bytes=row.size_bytes or (0 if kept else guessed_bytes(start, stop)),
    )


def guessed_bytes(start: int, stop: int) -> int:
    """What a stretch of a channel is taken to need."""
    return (stop - start) * GUESSED_BPS // 8


def allowance_of(line_id: int) -> Allowance:
    """What a line may keep: by its own allowance, else the largest of its packages, else that of everybody."""
    rows = list(AllowanceRow.objects.filter(Q(line=line_id) | Q(package__lines=line_id) | Q(line=None, package=None)))
    own = [row for row in rows if row.line_id == line_id]
    packaged = [row for row in rows if row.package_id is not None]
    chosen = own or packaged or rows
    if not chosen:
        return Allowance()
    best = max(chosen, key=lambda row: (row.hours or 10**9, row.gigabytes or 10**9, row.at_once))
    return Allowance(
        hours=best.hours,
        gigabytes=best.gigabytes,
        number=best.number,
        at_once=best.at_once,
        make_room=best.make_room,
    )


def subscribes(line: Line, channel_id: int, moment: float) -> bool:
    """Whether a line may watch a channel at a moment as far as it is up to the line: status, expiry, packages."""
    expires = line.expires
    if line.status != LineStatus.ACTIVE.value or (expires is not None and expires.timestamp() <= moment):
        return False
    return LineupEntry.objects.filter(lineup__packages__lines=line.pk, channel=channel_id).exists()


def policy() -> RecorderPolicy:
    """The station's row; its defaults when nothing was set."""
    return RecorderPolicy.objects.filter(id=POLICY_ID).first() or RecorderPolicy(id=POLICY_ID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a line keeps and has ordered, beside its allowance."""

    allowance: Allowance
    number: int
    seconds: int
    size_bytes: int

    @property
    def sentence(self) -> str:
        """In words."""
        most = self.allowance
        parts = [
            f"{self.seconds / 3600:.1f} of {most.hours} h" if most.hours else f"{self.seconds / 3600:.1f} h",
            f"{self.size_bytes / 1e9:.1f} of {most.gigabytes} GB"
            if most.gigabytes
            else f"{self.size_bytes / 1e9:.1f} GB",
            f"{self.number} of {most.number} recordings" if most.number else f"{self.number} recordings",
        ]
        return ", ".join(parts)


def usage_of(line_id: int) -> Usage:
    """What a line keeps and has ordered."""
    wanted = [Status.PLANNED.value, Status.RECORDING.value, *(one.value for one in KEPT)]
    items = [to_item(row) for row in Recording.objects.filter(line=line_id, status__in=wanted)]
    return Usage(
        allowance=allowance_of(line_id),
        number=len(items),
        seconds=sum(one.length_s for one in items),
        size_bytes=sum(one.size_bytes for one in items),
    )


def station_bytes() -> int:
    """What all takes hold, and what those that are not complete are taken to need."""
    held = TakeRow.objects.filter(leaving=False, settled=True).aggregate(total=Sum("size_bytes"))["total"] or 0
    waiting = TakeRow.objects.filter(leaving=False, settled=False).values_list("start", "stop")
    return int(held) + sum(guessed_bytes(start, stop) for start, stop in waiting)


def by_status() -> dict[str, int]:
    """How many recordings there are of each status."""
    return dict(Recording.objects.order_by().values_list("status").annotate(count=Count("id")))


def recorder_report() -> RecorderReport | None:
    """What the recorder said last; None while it does not run."""
    now = timezone.now().timestamp()
    found = FileReports(settings.STATION.reports).fetch("recorder", RecorderReport)
    return next((one for one in found if now - one.at < REPORT_AGE_S), None)


def find_recording(recording_id: int) -> Recording:
    """The one of an id. Raises NotFoundError."""
    found = Recording.objects.select_related("line", "channel").filter(id=recording_id).first()
    if found is None:
        raise NotFoundError(
            f"There is no recording of id {recording_id}.", remedy="List them with `rightcast recording list`."
        )
    return found


def find_rule(rule_id: int) -> RecordingRule:
    """The rule of an id. Raises NotFoundError."""
    found = RecordingRule.objects.filter(id=rule_id).first()
    if found is None:
        raise NotFoundError(
            f"There is no recording rule of id {rule_id}.", remedy="List them with `rightcast recording rules`."
        )
    return found
