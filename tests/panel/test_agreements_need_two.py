"""Where a station has two operators, an agreement needs evidence and a second hand before it allows anything."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from rightcast.domain.agreements import Step
from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.domain.rights import Bounds
from rightcast.domain.terms import Terms
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.audit.operations import Actor
from rightcast.panel.catalogue import queries as catalogue
from rightcast.panel.rights import keeping, operations, queries
from rightcast.panel.rights.bounding import terms_of
from rightcast.panel.rights.steps import take_step

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User

    from rightcast.panel.catalogue.models import Channel
    from rightcast.panel.rights.models import CarriageRight

pytestmark = pytest.mark.django_db
LETTER = b"%PDF-1.4 a signed letter"


@pytest.fixture
def two(staff: Callable[[str], User]) -> tuple[Actor, Actor]:
    """Two operators who may write rights."""
    return Actor.staff(staff("Owner")), Actor.staff(staff("Rights officer"))


def recorded(actor: Actor, channel: Channel, **more: object) -> CarriageRight:
    return operations.record_right(
        actor,
        reference="C1",
        licensor="Studio",
        instrument="contract",
        channel_ids=[channel.id],
        territories=["IT"],
        **more,  # type: ignore[arg-type]
    )


def test_alone_it_is_active_at_once(channel: Channel) -> None:
    assert recorded(Actor.cli(), channel).status == "active"


def test_with_two_it_is_a_draft_that_no_edge_hears_of(two: tuple[Actor, Actor], channel: Channel) -> None:
    right = recorded(two[0], channel)
    assert right.status == "draft"
    assert queries.right_ids() == []
    assert catalogue.published_channel_ids() == []


def test_evidence_and_a_second_hand_put_it_on_air(two: tuple[Actor, Actor], channel: Channel) -> None:
    right = recorded(two[0], channel)
    keeping.attach(two[0], right.id, document=LETTER, file_name="../letter.pdf")
    with pytest.raises(ConflictError, match="second one"):
        take_step(two[0], right.id, Step.APPROVE)
    take_step(two[1], right.id, Step.APPROVE)
    take_step(two[0], right.id, Step.ACTIVATE)
    assert queries.right_ids() == [right.id]
    assert catalogue.published_channel_ids() == [channel.id]
    actions = list(AuditRow.objects.filter(subject_id=right.id).order_by("id").values_list("action", flat=True))
    assert actions[-4:] == ["right.record", "right.attach", "right.approve", "right.activate"]


def test_a_document_is_kept_under_its_hash_and_its_changes_are_found(channel: Channel) -> None:
    right = recorded(Actor.cli(), channel, draft=True)
    piece = keeping.attach(Actor.cli(), right.id, document=LETTER, file_name="../letter.pdf")
    assert (piece.text, piece.sha256) == ("letter.pdf", hashlib.sha256(LETTER).hexdigest())
    assert keeping.read_document(piece) == LETTER
    path = keeping.document_path(piece.sha256)
    path.chmod(0o600)
    path.write_bytes(LETTER + b" and more")
    with pytest.raises(NotFoundError, match="was changed"):
        keeping.read_document(piece)
    with pytest.raises(ConflictError, match="was changed"):
        take_step(Actor.cli(), right.id, Step.APPROVE)


def test_a_change_of_what_was_approved_takes_the_approval_back(two: tuple[Actor, Actor], channel: Channel) -> None:
    right = recorded(two[0], channel)
    keeping.attach(two[0], right.id, document=LETTER, file_name="a.pdf")
    take_step(two[1], right.id, Step.APPROVE)
    assert operations.update_right(two[1], right.id, territories=["*"]).status == "evidence"
    with pytest.raises(ConflictError, match="second one"):
        take_step(two[1], right.id, Step.APPROVE)


def test_what_is_active_is_not_widened_by_one(two: tuple[Actor, Actor], channel: Channel) -> None:
    right = recorded(Actor.system(), channel)
    with pytest.raises(ConflictError, match="more territories"):
        operations.update_right(two[0], right.id, territories=["IT", "CH"])
    right.refresh_from_db()
    assert right.territories == ["IT"]
    operations.update_right(two[0], right.id, bounds=Bounds(total=5))
    with pytest.raises(ConflictError, match="more sessions in total"):
        operations.update_right(two[0], right.id, bounds=Bounds(total=6))


def test_evidence_is_taken_away_only_from_what_was_never_in_force(channel: Channel) -> None:
    right = recorded(Actor.cli(), channel, draft=True)
    piece = keeping.attach(Actor.cli(), right.id, document=LETTER, file_name="a.pdf")
    keeping.detach(Actor.cli(), piece.id)
    right.refresh_from_db()
    assert right.status == "draft"
    kept = keeping.attach(Actor.cli(), right.id, document=LETTER, file_name="a.pdf")
    take_step(Actor.cli(), right.id, Step.APPROVE)
    take_step(Actor.cli(), right.id, Step.ACTIVATE)
    with pytest.raises(ConflictError, match="stays"):
        keeping.detach(Actor.cli(), kept.id)


@pytest.mark.parametrize(
    "given",
    [{}, {"link": "javascript:alert(1)"}, {"document": b""}, {"link": "https://a", "statement": "b"}, {"need": "x"}],
)
def test_what_is_no_evidence_is_refused(channel: Channel, given: dict[str, object]) -> None:
    right = recorded(Actor.cli(), channel, draft=True)
    with pytest.raises(InvalidInputError) as refused:
        keeping.attach(Actor.cli(), right.id, **given)  # type: ignore[arg-type]
    assert refused.value.remedy


def test_bounds_and_terms_are_kept_as_written(channel: Channel) -> None:
    terms = Terms(contact="+39 06 1", notice_days=90, eidr="10.5240/7791-8534-2c23-9030-8610-5")
    right = recorded(Actor.cli(), channel, bounds=Bounds(presence=("it",), per_line=2), terms=terms)
    right.refresh_from_db()
    assert queries.to_record(right).bounds == Bounds(presence=("IT",), per_line=2)
    assert terms_of(right).eidr == "10.5240/7791-8534-2C23-9030-8610-5"
    with pytest.raises(InvalidInputError):
        operations.update_right(Actor.cli(), right.id, terms=Terms(eidr="10.5240/7791"))
    with pytest.raises(InvalidInputError):
        operations.update_right(Actor.cli(), right.id, bounds=Bounds(total=-1))
