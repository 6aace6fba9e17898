"""Reading alarms: as the engine's records, as lists for people; and the intent that findings are compared to."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cryptography import x509
from django.conf import settings
from django.db.models import Count, Q

from rightcast.domain.alarms import Acknowledgement, Alarm, Policy, Rule
from rightcast.domain.errors import ConflictError, NotFoundError
from rightcast.domain.findings import Key, Severity, Subject, SubjectKind, kind_of
from rightcast.domain.lineup import StartMode
from rightcast.domain.quiet import QuietTime
from rightcast.panel.alarms.ends import EndingRight, Expiry
from rightcast.panel.alarms.facts import FailingGuide, FailingNotifier, Intent, Wanted
from rightcast.panel.alarms.models import AlarmRow, AlarmRule, NotifierRow, QuietRow
from rightcast.panel.audit.queries import proof_findings
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.guide.models import GuideSource
from rightcast.panel.notices.queries import overdue_findings
from rightcast.panel.rights.queries import ending_before, in_force_ids
from rightcast.panel.station.queries import station

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta
    from pathlib import Path

    from django.db.models import QuerySet

GUIDE_FAILURES = 3
"""Refreshes of a guide in a row that failed: about a quarter of an hour."""
FAILING_FOR_S = 300.0
"""A notifier that has failed for so long is itself an alarm."""


def open_rows() -> QuerySet[AlarmRow]:
    """Open alarms, the worst and newest first."""
    return AlarmRow.objects.filter(cleared=None).select_related("cause").order_by("-severity", "-raised", "-id")


def counts() -> dict[Severity, int]:
    """How many open alarms of each severity want somebody: not hidden, not acknowledged, not quiet."""
    rows = AlarmRow.objects.filter(cleared=None, cause=None, seen_at=None, quiet=False)
    found = {row["severity"]: row["many"] for row in rows.values("severity").order_by().annotate(many=Count("id"))}
    return {one: int(found.get(one.value, 0)) for one in sorted(Severity, reverse=True)}


def of_channel(channel_id: int) -> QuerySet[AlarmRow]:
    """Open alarms of a channel."""
    return open_rows().filter(subject_kind=SubjectKind.CHANNEL.value, subject_id=str(channel_id))


def find_alarm(named: str | int) -> AlarmRow:
    """The alarm of this number. Raises NotFoundError."""
    text = str(named).strip().removeprefix("#")
    row = AlarmRow.objects.filter(id=int(text)).first() if text.isdecimal() and len(text) < 18 else None
    if row is None:
        raise NotFoundError(f"There is no alarm '{text}'.", remedy="List them with `rightcast alarm list`.")
    return row


def find_notifier(named: str | int) -> NotifierRow:
    """The notifier of this name or id. Raises NotFoundError."""
    text = str(named).strip()
    row = NotifierRow.objects.filter(name__iexact=text).first()
    if row is None and text.isdecimal():
        row = NotifierRow.objects.filter(id=int(text)).first()
    if row is None:
        raise NotFoundError(f"There is no notifier '{text}'.", remedy="List them with `rightcast notify list`.")
    return row


def find_quiet(named: str | int) -> QuietRow:
    """The quiet time of this name or id. Raises NotFoundError."""
    text = str(named).strip()
    row = QuietRow.objects.filter(name__iexact=text).first()
    if row is None and text.isdecimal():
        row = QuietRow.objects.filter(id=int(text)).first()
    if row is None:
        raise NotFoundError(f"There is no quiet time '{text}'.", remedy="List them with `rightcast alarm quiet list`.")
    return row


def key_of(row: AlarmRow) -> Key:
    """What identifies the alarm among the open ones."""
    return Key(Subject(SubjectKind(row.subject_kind), row.subject_id, row.subject_name), row.kind)


def acknowledgement_of(row: AlarmRow) -> Acknowledgement | None:
    """Who has seen it; None when nobody has."""
    if row.seen_at is None or row.seen_severity is None:
        return None
    return Acknowledgement(
        by=row.seen_by,
        at=row.seen_at.timestamp(),
        severity=Severity(row.seen_severity),
        note=row.seen_note,
        until=row.seen_until.timestamp() if row.seen_until else None,
    )


def to_record(row: AlarmRow) -> Alarm:
    """The alarm as the engine knows it."""
    return Alarm(
        key=key_of(row),
        severity=Severity(row.severity),
        detail=row.detail,
        since=row.since.timestamp(),
        raised=row.raised.timestamp(),
        cause=key_of(row.cause) if row.cause is not None else None,
        told=Severity(row.told) if row.told else None,
        acknowledged=acknowledgement_of(row),
        quiet=row.quiet,
        flaps=row.flaps,
        cleared=row.cleared.timestamp() if row.cleared else None,
    )


def policy() -> Policy:
    """Rules and quiet times as the engine knows them."""
    rules: list[Rule] = []
    for row in AlarmRule.objects.prefetch_related("channels"):
        subjects: list[Subject | None] = [Subject(SubjectKind.CHANNEL, str(one.id)) for one in row.channels.all()]
        rules += [
            Rule(
                kind=row.kind,
                subject=subject,
                enabled=row.enabled,
                severity=Severity(row.severity) if row.severity else None,
                raise_after_s=row.raise_after_s,
                clear_after_s=row.clear_after_s,
            )
            for subject in subjects or [None]
        ]
    return Policy(tuple(rules), tuple(quiet_time(row) for row in QuietRow.objects.prefetch_related("channels")))


def quiet_time(row: QuietRow) -> QuietTime:
    """One quiet time as the engine knows it."""
    return QuietTime(
        channels=frozenset(str(one.id) for one in row.channels.all()),
        kinds=frozenset(row.kinds),
        days=frozenset(row.days),
        begins=row.begins,
        ends=row.ends,
        not_before=row.not_before,
        not_after=row.not_after,
    )


def zone() -> ZoneInfo:
    """The station's time zone, in which quiet times are meant."""
    return ZoneInfo(station().timezone)


def intent(now: datetime, soon: timedelta) -> Intent:
    """What the records want now; rights that end within `soon` are named."""
    carried = in_force_ids(now)
    wanted = Channel.objects.filter(wanted=True, start=StartMode.ALWAYS.value).prefetch_related("sources")
    failing = NotifierRow.objects.filter(enabled=True, failing_since__isnull=False)
    rights = ending_before(now + soon, now)
    covered = dict(
        Channel.objects.filter(rights__in=rights).values_list("rights").annotate(many=Count("id")).order_by()
    )
    return Intent(
        headends=settings.STATION.headends,
        edges=settings.STATION.edges,
        wanted={
            one.id: Wanted(id=one.id, name=one.name, sources=tuple(source.url for source in one.sources.all()))
            for one in wanted
            if one.id in carried
        },
        carried=frozenset(carried),
        rights=tuple(
            EndingRight(
                id=one.id,
                reference=one.reference,
                licensor=one.licensor,
                ends=one.ends.timestamp(),
                channels=covered.get(one.id, 0),
            )
            for one in rights
            if one.ends is not None
        ),
        certificates=tuple(_expiries()),
        guides=tuple(
            FailingGuide(id=one.pk, name=one.name, failures=one.failures, result=one.last_result)
            for one in GuideSource.objects.filter(enabled=True, failures__gte=GUIDE_FAILURES)
        ),
        proof=proof_findings(),
        notices=overdue_findings(now),
        failing=tuple(
            FailingNotifier(id=one.id, name=one.name, since=one.failing_since.timestamp(), result=one.last_result)
            for one in failing
            if one.failing_since is not None and (now - one.failing_since).total_seconds() > FAILING_FOR_S
        ),
        replica_max_age_s=station().replica_max_age_s,
    )


def titled(row: AlarmRow) -> str:
    """What is wrong, in words."""
    return kind_of(row.kind).title


def hidden_names(ids: Iterable[int]) -> dict[int, list[str]]:
    """For each alarm the names of what it explains now."""
    found: dict[int, list[str]] = {number: [] for number in ids}
    rows = AlarmRow.objects.filter(cause_id__in=list(found), cleared=None).order_by("id")
    for cause, name in rows.values_list("cause_id", "subject_name"):
        if cause is not None:
            found[cause].append(name)
    return found


def history(
    *, text: str = "", severity: Severity | None = None, opened: bool | None = None, before: int | None = None
) -> QuerySet[AlarmRow]:
    """Alarms newest first; `text` is looked for in subject, kind and detail, `before` is the number to go on from."""
    rows = AlarmRow.objects.select_related("cause").order_by("-id")
    if text:
        rows = rows.filter(Q(subject_name__icontains=text) | Q(kind__icontains=text) | Q(detail__icontains=text))
    if severity is not None:
        rows = rows.filter(severity=severity.value)
    if opened is not None:
        rows = rows.filter(cleared__isnull=opened)
    return rows.filter(id__lt=before) if before is not None else rows


def open_alarm(named: str | int) -> AlarmRow:
    """The open alarm of this number. Raises NotFoundError, ConflictError when it has cleared."""
    row = find_alarm(named)
    if row.cleared is not None:
        raise ConflictError(f"Alarm {row.id} has cleared.", remedy="Only open alarms are acknowledged.")
    return row


def _expiries() -> Iterable[Expiry]:
    path: Path | None = settings.STATION.tls_certificate
    if settings.STATION.tls_listen is None or path is None:
        return
    try:
        ends = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc.timestamp()
    except (OSError, ValueError):
        return
    yield Expiry(name="Certificate of the viewers' side", ends=ends)
