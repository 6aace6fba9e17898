"""The steps of an agreement's life, each one audited transaction; `domain.agreements` decides whether it is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.agreements import Step, faults, take
from rightcast.domain.errors import ConflictError
from rightcast.domain.rights import RightStatus
from rightcast.panel.operation import operating
from rightcast.panel.rights.keeping import broken
from rightcast.panel.rights.queries import to_record
from rightcast.panel.rights.subscribing import tell
from rightcast.panel.rights.writing import covered, hand_of, office, publish, right_of, stand, standing_of

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.rights.models import CarriageRight

_SAID: dict[Step, str] = {
    Step.SUBMIT: "right {0} has its evidence and waits for approval",
    Step.APPROVE: "approved right {0}",
    Step.SEND_BACK: "sent right {0} back to its draft",
    Step.ACTIVATE: "put right {0} into force",
    Step.SUSPEND: "right {0} is now suspended",
    Step.RESUME: "right {0} is now active",
    Step.WITHDRAW: "right {0} is now withdrawn",
}


def take_step(actor: Actor, right_id: int, step: Step, note: str = "") -> CarriageRight:
    """Take one step. Raises ConflictError with what to do instead, NotFoundError."""
    with operating(actor, "rights.change_carriageright") as deed:
        right = right_of(right_id)
        was_pending = RightStatus(right.status).pending
        after = take(standing_of(right), step, hand_of(actor), office())
        if step in {Step.APPROVE, Step.ACTIVATE}:
            _sound(right)
        stand(right, after)
        right.save(update_fields=["status", "prepared_by", "approved_by", "suspended_by"])
        said = _SAID[step].format(right.reference)
        deed.record(f"right.{step}", right_id, said, **({"note": note[:500]} if note else {}))
        tell(deed, right)
        publish(deed, right, covered(right) if was_pending != RightStatus(right.status).pending else ())
    return right


def _sound(right: CarriageRight) -> None:
    wrong = [*broken(right), *faults(to_record(right))]
    if wrong:
        raise ConflictError(f"Right {right.reference}: {' '.join(wrong)}", remedy="Correct that first.")


def suspend_right(actor: Actor, right_id: int) -> CarriageRight:
    """Stop carriage under a right until it is resumed. Raises ConflictError, NotFoundError."""
    return take_step(actor, right_id, Step.SUSPEND)


def resume_right(actor: Actor, right_id: int) -> CarriageRight:
    """Carry again under a suspended right. Raises ConflictError, NotFoundError."""
    return take_step(actor, right_id, Step.RESUME)


def withdraw_right(actor: Actor, right_id: int) -> CarriageRight:
    """Stop carriage under a right for good. Raises ConflictError, NotFoundError."""
    return take_step(actor, right_id, Step.WITHDRAW)
