"""Revoking: audited, in the feed at once, forgotten when every token that was voided has run out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from rightcast.contract.catalogue import Kind
from rightcast.domain import revocation as domain
from rightcast.domain.errors import InvalidInputError
from rightcast.panel.audit.appending import hold_trail
from rightcast.panel.operation import operating
from rightcast.panel.publish.outbox import enqueue
from rightcast.panel.tracing.models import Revocation

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor

KEEP = timedelta(days=2)
"""Longer than any token lives (12 hours), also where a replica comes back late."""
_LONGEST_SID = 80


def revoke(
    actor: Actor, *, sid: str = "", line_id: int = 0, channel_id: int = 0, station: bool = False, why: str = ""
) -> Revocation:
    """Void a session by its id, or every token minted so far on a line, a channel or, on request, the whole station.

    Pictures that run on them stop within two seconds at every edge. Raises InvalidInputError.
    """
    if len(sid) > _LONGEST_SID or not (sid or line_id or channel_id or station):
        raise InvalidInputError(
            "It was not said what to revoke.", remedy="Name a session, a line, a channel, or the station.", field="sid"
        )
    with operating(actor, "tracing.add_revocation") as deed:
        domain.Revocation(id=0, at=deed.now, sid=sid, line_id=line_id, channel_id=channel_id).check()
        # An edge that knows number 8 mints tokens that 7 does not void: 7 must be in the feed by then.
        hold_trail(deed.now)
        row = Revocation(
            at=deed.now, sid=sid, line_id=line_id, channel_id=channel_id, by=actor.name, why=why.strip()[:2000]
        )
        row.save()
        detail = {"sid": sid, "line_id": line_id, "channel_id": channel_id, "why": row.why}
        person = ("line", line_id) if line_id else None
        deed.record_of(person, "token.revoke", row.id, f"revoked the tokens of {row}", **detail)
        deed.changed(Kind.REVOCATION, row.id)
    return row


def forget_revocations(now: datetime) -> None:
    """Let go of those that can void nothing any more; the station's stay, for the keys of tokens count them."""
    with transaction.atomic():
        old = Revocation.objects.filter(at__lt=now - KEEP).exclude(sid="", line_id=0, channel_id=0)
        keys = list(old.values_list("id", flat=True))
        if keys:
            enqueue(Kind.REVOCATION, *keys)
            old.delete()
