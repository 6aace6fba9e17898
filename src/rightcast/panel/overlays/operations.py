"""Laying an overlay on one session and taking it off: audited, for a given time, a few at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.domain import overlay as domain
from rightcast.domain.errors import InvalidInputError, NotFoundError
from rightcast.domain.marking import check_sid
from rightcast.panel.lines.queries import edge_reports
from rightcast.panel.operation import operating
from rightcast.panel.overlays.models import Overlay

if TYPE_CHECKING:
    from rightcast.contract.reports import SessionReport
    from rightcast.panel.audit.operations import Actor

_LONGEST_WHY = 2000


def lay_overlay(actor: Actor, *, sid: str, why: str, minutes: int = 15) -> Overlay:
    """Burn a running session's number into what it alone sees. Raises InvalidInputError, NotFoundError."""
    sid, why = check_sid(sid), why.strip()[:_LONGEST_WHY]
    if not why:
        raise InvalidInputError("It was not said why.", remedy="Write what made the session suspect.", field="why")
    if not 0 < minutes < 10_000:
        raise InvalidInputError("That is no time.", remedy="Write minutes, 1 to 120.", field="minutes")
    session = running_session(sid)
    with operating(actor, "overlays.add_overlay") as deed:
        now = deed.now
        standing = list(Overlay.objects.filter(ends__gt=now))
        if any(one.sid == sid for one in standing):
            raise InvalidInputError("That session has an overlay already.", remedy="End it first.", field="sid")
        row = Overlay(
            sid=sid, line_id=session.line_id, channel_id=session.channel_id, starts=now,
            slot=domain.free_slot({one.slot for one in standing}), ends=now + timedelta(minutes=minutes),
            by=actor.name, why=why,
        )  # fmt: skip
        domain.Overlay(
            id=0, sid=sid, channel_id=row.channel_id, slot=row.slot, starts=row.starts, ends=row.ends
        ).check()
        row.save()
        said = f"laid an overlay on {row} for {minutes} minutes"
        deed.record_of(("line", row.line_id), "overlay.lay", row.id, said, sid=sid, why=why, ends=row.ends.isoformat())
        deed.changed(Kind.OVERLAY, row.id)
    return row


def end_overlay(actor: Actor, overlay_id: int) -> Overlay:
    """Take an overlay off before its time. Raises NotFoundError."""
    with operating(actor, "overlays.change_overlay") as deed:
        row = Overlay.objects.filter(id=overlay_id, ends__gt=deed.now).first()
        if row is None:
            raise NotFoundError(f"No overlay {overlay_id} runs.", remedy="It may be over.", field="id")
        row.ends = deed.now
        row.save(update_fields=["ends"])
        deed.record_of(("line", row.line_id), "overlay.end", row.id, f"took the overlay off {row}", sid=row.sid)
        deed.changed(Kind.OVERLAY, row.id)
    return row


def running_session(sid: str) -> SessionReport:
    """A session that runs on a channel, as edges report it. Raises NotFoundError."""
    found = (one for edge in edge_reports() for one in edge.sessions if one.sid == sid)
    session = next(found, None)
    if session is None or session.channel_id <= 0 or session.past:
        raise NotFoundError(
            "No such session watches a channel now.",
            remedy="Copy it from the sessions that run.",
            field="sid",
        )
    return session
