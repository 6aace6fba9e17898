"""Placing and lifting legal holds; whoever placed one does not lift it where the station has two people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.panel.operation import operating
from rightcast.panel.takedowns.models import Hold
from rightcast.panel.takedowns.operations import release_takes, require_another
from rightcast.panel.takedowns.orders import Order, check_named
from rightcast.panel.takedowns.queries import to_hold

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor


def place_hold(actor: Actor, order: Order) -> Hold:
    """Keep what an order names (channels in a span, titles, lines) for its case; nothing of it goes until it is lifted.

    Raises InvalidInputError, NotFoundError and PermissionDeniedError.
    """
    with operating(actor, "evidence.add_case") as deed:
        check_named(order)
        if not order.case.strip():
            raise InvalidInputError("A hold is for a case.", remedy="Name its number.", field="case")
        if (order.shown_from or order.shown_until) and not order.channel_ids:
            raise InvalidInputError(
                "Only channels have a span.", remedy="Name a channel, or leave the span out.", field="shown_from"
            )
        row = Hold(
            case=order.case.strip(),
            channel_ids=sorted(order.channel_ids),
            title_ids=sorted(order.title_ids),
            line_ids=sorted(order.line_ids),
            shown_from=order.shown_from,
            shown_until=order.shown_until,
            note=order.note.strip()[:4000],
            by=actor.name,
            at=deed.now,
        )
        to_hold(row).check()
        row.save()
        deed.record("hold.place", row.pk, f"placed hold {row.pk} for case {row.case}", case=row.case)
        deed.changed(Kind.HOLD, row.pk)
    return row


def lift_hold(actor: Actor, number: int | str, why: str) -> Hold:
    """Let go of what a hold kept. Raises ConflictError, InvalidInputError, NotFoundError and PermissionDeniedError."""
    with operating(actor, "evidence.change_case") as deed:
        text = str(number).strip()
        row = Hold.objects.filter(id=int(text)).first() if text.isdecimal() and len(text) < 19 else None
        if row is None:
            raise NotFoundError(f"There is no hold {text}.", remedy="List them with `rightcast hold list`.")
        if row.takedown_id is not None:
            raise ConflictError(
                f"Hold {row.pk} belongs to takedown {row.takedown_id}.", remedy="It ends with the takedown."
            )
        if row.lifted is not None:
            raise ConflictError(f"Hold {row.pk} is lifted already.", remedy="Nothing is left to do.")
        if not why.strip():
            raise InvalidInputError("It was not said why.", remedy="Say why it is needed no more.", field="why")
        require_another(actor, row.by, "hold")
        row.lifted, row.lifted_by, row.lifted_why = deed.now, actor.name, why.strip()[:4000]
        row.save(update_fields=["lifted", "lifted_by", "lifted_why"])
        deed.record("hold.lift", row.pk, f"lifted hold {row.pk} of case {row.case}", case=row.case, why=row.lifted_why)
        deed.changed(Kind.HOLD, row.pk)
        release_takes(deed)
    return row
