"""Forgets who sent a notice, once nothing is owed on it any more; what was decided, and why, stays.

Article 20(1) DSA leaves a decision open to complaints for six months; before that, and while what was taken down stands
or a hold names the notice, nothing of the sender goes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from rightcast.domain.errors import ConflictError, NotFoundError
from rightcast.domain.notice_deadlines import may_complain
from rightcast.domain.notices import Side, State
from rightcast.panel.audit.operations import Actor
from rightcast.panel.notices import course
from rightcast.panel.notices.models import Notice, NoticeStep
from rightcast.panel.operation import operating
from rightcast.panel.privacy.queries import retention
from rightcast.panel.takedowns.queries import standing_holds

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from rightcast.panel.operation import Deed

PERMISSION = "notices.change_notice"
_OVER = frozenset({State.REJECTED.value, State.STATED.value, State.RESTORED.value, State.UPHELD.value})
_STEP = 200
_SIDES = [one.value for one in Side]


def forget_senders(now: datetime) -> int:
    """Forget the senders of notices that came in before the time the station keeps them; returns how many."""
    before = now - timedelta(days=retention().notice_days)
    old = Notice.objects.filter(received__lt=before, erased=None, state__in=_OVER).order_by("id")
    gone = [one for one in old[: 10 * _STEP] if why_kept(one, now) is None][:_STEP]
    if not gone:
        return 0
    with operating(Actor.system(), "") as deed:
        for one in gone:
            _forget(deed, one)
    return len(gone)


def erase_sender(actor: Actor, notice_id: int) -> Notice:
    """The same at once, of one notice, for a sender who asks for it. Raises ConflictError, NotFoundError."""
    with operating(actor, PERMISSION) as deed:
        row = Notice.objects.filter(id=notice_id).first()
        if row is None:
            raise NotFoundError("There is no such notice.", remedy="List them with `rightcast notice list`.")
        if row.erased is not None:
            raise ConflictError("The sender's data was erased already.", remedy="Nothing is left to do.")
        kept = why_kept(row, deed.now)
        if kept is not None:
            raise ConflictError(kept, remedy="Erase it when that is over; the law asks for it until then.")
        _forget(deed, row)
    return row


def why_kept(row: Notice, now: datetime) -> str | None:
    """Why the sender's data must stay, as a sentence; None when it need not."""
    if row.state not in _OVER:
        return f"Notice {row.reference} is not finished."
    disputable = row.state in {State.REJECTED.value, State.STATED.value}
    if disputable and may_complain(course.course_of(row), now, course.days()):
        return f"The decision on notice {row.reference} may still be disputed."
    if standing_holds(now).filter(case=row.reference).exists():
        return f"What notice {row.reference} took down is still dark, or a hold names it."
    return None


def _forget(deed: Deed, row: Notice) -> None:
    originals = {row.sha256, *(one[2] for one in row.attachments), *row.steps.values_list("sha256", flat=True)}
    row.sender = row.email = row.contact = row.signature = row.reasons = row.affected_email = ""
    row.addresses, row.attachments, row.erased = [], [], deed.now
    row.save()
    row.steps.filter(by__in=_SIDES).update(text="")
    row.letters.update(to="", text="")
    deed.record("notice.erase", row.pk, f"erased the sender's data of notice {row.reference}")
    transaction.on_commit(lambda: _let_go(originals - {""}))


def _let_go(originals: Collection[str]) -> None:
    """Remove originals that no other notice needs."""
    needed = set(Notice.objects.filter(erased=None, sha256__in=originals).values_list("sha256", flat=True))
    others = Q(notice__erased=None, sha256__in=originals)
    needed.update(NoticeStep.objects.filter(others).values_list("sha256", flat=True))
    box = course.box()
    for one in originals:
        attached = Notice.objects.filter(erased=None, attachments__icontains=one).exists()
        if one not in needed and not attached:
            box.forget(one)
