"""Reading notices: the inbox in the order in which to work, one notice by its number, a statement to begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.utils import timezone

from rightcast.domain import statements
from rightcast.domain.errors import NotFoundError
from rightcast.domain.findings import Finding, Subject, SubjectKind
from rightcast.domain.notices import Way
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.notices.models import Letter, LetterState, Notice
from rightcast.panel.notices.words import DUE_WORDS

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

_MOST_ALARMS = 20


def find_notice(reference: str) -> Notice:
    """The notice of this number, in letters of either case. Raises NotFoundError."""
    row = Notice.objects.select_related("flagger").filter(reference=reference.strip().upper()).first()
    if row is None:
        raise NotFoundError(
            f"There is no notice '{reference.strip()[:40]}'.", remedy="List them with `rightcast notice list`."
        )
    return row


def ours() -> QuerySet[Notice]:
    """Those that wait for us: trusted flaggers first, then by what is due first."""
    return Notice.objects.filter(ours=True).order_by("-trusted", F("due").asc(nulls_last=True), "received", "id")


def theirs() -> QuerySet[Notice]:
    """Those that wait for somebody else, or for nobody, the newest first."""
    return Notice.objects.filter(ours=False).order_by("-received", "-id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody looks for in the inbox; empty is all. `late`: only what we owe and is overdue."""

    words: str = ""
    state: str = ""
    way: str = ""
    kind: str = ""
    trusted: bool = False
    late: bool = False

    def __bool__(self) -> bool:
        return self != Wish()


def found(wish: Wish | str, now: datetime | None = None) -> QuerySet[Notice]:
    """Those that somebody looks for, the newest first; words are looked for in all that a notice says."""
    if isinstance(wish, str):
        wish = Wish(words=wish)
    words = wish.words.strip()[:100]
    rows = Notice.objects.order_by("-received", "-id")
    if words:
        rows = rows.filter(
            Q(reference__icontains=words) | Q(sender__icontains=words) | Q(work__icontains=words)
            | Q(email__icontains=words) | Q(reasons__icontains=words) | Q(own_id=words)
        )  # fmt: skip
    equal = {name: value for name, value in (("state", wish.state), ("way", wish.way), ("kind", wish.kind)) if value}
    rows = rows.filter(**equal)
    if wish.trusted:
        rows = rows.filter(trusted=True)
    return rows.filter(ours=True, due__lt=now or timezone.now()) if wish.late else rows


def overdue_findings(now: datetime) -> tuple[Finding, ...]:
    """What the watch is told of notices: what we owe on each and did not do in time."""
    late = Notice.objects.filter(ours=True, due__lt=now).order_by("due", "id")[:_MOST_ALARMS]
    return tuple(
        Finding(
            subject=Subject(SubjectKind.NOTICE, one.reference, f"Notice {one.reference}"),
            kind="notice-overdue",
            detail=f"{DUE_WORDS.get(one.due_what, one.due_what)}, owed by {one.due:%Y-%m-%d %H:%M} UTC",
            since=one.due.timestamp(),
        )
        for one in late
        if one.due is not None
    )


def letters_by_hand() -> int:
    """Letters that nobody has sent."""
    return Letter.objects.filter(state=LetterState.KEPT).count()


def statement_of(row: Notice) -> statements.Statement:
    """What a statement of reasons says before somebody has looked at it. Nothing of the sender goes in."""
    today = timezone.now().date()
    added = Channel.objects.filter(id__in=row.targets).order_by("added").values_list("added", flat=True).first()
    applied = row.acted.date() if row.acted else today
    source = statements.Source.ARTICLE_16
    if row.trusted:
        source = statements.Source.TRUSTED_FLAGGER
    elif row.kind != "dsa-16":
        source = statements.Source.OTHER_NOTIFICATION
    return statements.Statement(
        puid=row.reference,
        territorial_scope=statements.COUNTRIES,
        content_date=min(added.date(), applied) if added else applied,
        application_date=applied,
        source_type=source,
        automated_detection=row.way == Way.API.value,
    )
