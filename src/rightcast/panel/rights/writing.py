"""What all who write carriage rights share: finding one, what it covers, publishing it, who acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import User

from rightcast.contract.catalogue import Kind
from rightcast.domain.agreements import Hand, Office, Refused, Standing
from rightcast.domain.errors import ConflictError, NotFoundError
from rightcast.domain.evidence import EvidenceKind, missing
from rightcast.domain.rights import Instrument, RightStatus
from rightcast.panel.rights.models import CarriageRight

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.operation import Deed


def right_of(right_id: int) -> CarriageRight:
    """The right. Raises NotFoundError."""
    right = CarriageRight.objects.filter(id=right_id).first()
    if right is None:
        raise NotFoundError(f"There is no carriage right of id {right_id}.", remedy="It may have been removed.")
    return right


def covered(right: CarriageRight) -> list[int]:
    """Ids of the channels that it covers."""
    return sorted(right.channels.order_by().values_list("id", flat=True))


def publish(deed: Deed, right: CarriageRight, channel_ids: Sequence[int]) -> None:
    """Channels first: an edge that knows the right must know what it covers."""
    deed.changed_all(Kind.CHANNEL, channel_ids)
    deed.changed(Kind.RIGHT, right.id)


def hand_of(actor: Actor) -> Hand:
    """Who acts, as the trail and the rule of four eyes tell them apart; a number and not a name."""
    if actor.user is not None:
        return Hand(f"staff:{actor.user.pk}", person=True)
    return Hand(actor.kind, person=False, station=actor.kind == "system")


def name_of(key: str) -> str:
    """The hand in words, for a page."""
    kind, _, number = key.partition(":")
    if kind != "staff":
        return {"cli": "the shell", "system": "the station"}.get(kind, "")
    user = User.objects.filter(pk=number).first()
    return user.get_username() if user else "an operator who was removed"


def office() -> Office:
    """How many operators may sign in to the console."""
    return Office(User.objects.filter(is_active=True, is_staff=True).count())


def standing_of(right: CarriageRight) -> Standing:
    """Where it stands, as the domain decides about it."""
    return Standing(
        status=RightStatus(right.status),
        lacking=lacking(right),
        prepared_by=frozenset(right.prepared_by),
        approved_by=right.approved_by,
        suspended_by=right.suspended_by,
    )


def lacking(right: CarriageRight) -> tuple[str, ...]:
    """What evidence it lacks, in words."""
    held = right.evidence.values_list("need", "kind") if right.pk else ()
    return missing(Instrument(right.instrument), [(need, EvidenceKind(kind)) for need, kind in held])


def stand(right: CarriageRight, after: Standing | Refused) -> None:
    """Write the standing into the row, unsaved. Raises ConflictError when the step was refused."""
    if isinstance(after, Refused):
        raise ConflictError(f"Right {right.reference}: {after.sentence}", remedy=after.remedy)
    right.status = after.status.value
    right.prepared_by = sorted(after.prepared_by)
    right.approved_by, right.suspended_by = after.approved_by, after.suspended_by
