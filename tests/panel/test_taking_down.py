"""Taking down is one action: checked, recorded, in the feed, acknowledged; and lifted by whom it takes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from rightcast.contract.catalogue import Kind
from rightcast.contract.reports import DarkenedReport, DarkReport
from rightcast.domain.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    RightcastError,
)
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.audit.operations import Actor
from rightcast.panel.publish import records
from rightcast.panel.takedowns import operations
from rightcast.panel.takedowns.clock import standings
from rightcast.panel.takedowns.models import Takedown
from rightcast.panel.takedowns.orders import Order
from rightcast.panel.takedowns.preview import coming_back
from rightcast.panel.takedowns.queries import to_record

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User

    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db


def order(channel: Channel, **more: object) -> Order:
    return Order(cause="court-order", case="7 O 12/26", channel_ids=(channel.pk,), **more)  # type: ignore[arg-type]


def test_a_takedown_is_in_the_feed_until_it_is_lifted(actor: Actor, channel: Channel) -> None:
    row = operations.take_down(actor, order(channel))
    key = (Kind.TAKEDOWN, row.pk)
    assert records.load([key])[key] == to_record(row)
    assert key in records.all_keys()
    operations.lift(actor, row.pk, "licence shown")
    assert records.load([key]) == {}
    assert list(AuditRow.objects.filter(action__startswith="takedown").values_list("action", flat=True)[::-1]) == [
        "takedown.order",
        "takedown.lift",
    ]


def test_what_is_taken_down_is_frozen_as_long(actor: Actor, channel: Channel) -> None:
    row = operations.take_down(actor, order(channel))
    hold = row.freeze
    assert records.load([(Kind.HOLD, hold.pk)])
    operations.lift(actor, row.pk, "licence shown")
    assert records.load([(Kind.HOLD, hold.pk)]) == {}


def test_a_takedown_that_expires_leaves_the_feed_and_the_trail_says_so(actor: Actor, channel: Channel) -> None:
    row = operations.take_down(actor, order(channel, expires=timezone.now() + timedelta(hours=1)))
    later = timezone.now() + timedelta(hours=2)
    assert operations.note_expired(timezone.now()) == 0
    assert operations.note_expired(later) == 1
    assert operations.note_expired(later) == 0
    assert row.state(later) == "expired"


@pytest.mark.parametrize(
    ("wrong", "failure"),
    [
        ({"channel_ids": ()}, InvalidInputError),
        ({"channel_ids": (99,)}, NotFoundError),
        ({"title_ids": (99,)}, NotFoundError),
        ({"cause": "whim"}, InvalidInputError),
        ({"territories": ("XX",)}, InvalidInputError),
        ({"case": "a\nb"}, InvalidInputError),
        ({"expires": timezone.now() - timedelta(days=1)}, InvalidInputError),
    ],
)
def test_an_order_that_makes_no_sense_does_nothing(
    actor: Actor, channel: Channel, wrong: dict[str, object], failure: type[RightcastError]
) -> None:
    with pytest.raises(failure):
        operations.take_down(actor, Order(**{"channel_ids": (channel.pk,), **wrong}))  # type: ignore[arg-type]
    assert not Takedown.objects.exists()


def test_anybody_on_duty_takes_down_and_a_stranger_does_not(staff: Callable[[str], User], channel: Channel) -> None:
    assert operations.take_down(Actor.staff(staff("Help desk")), order(channel)).pk
    with pytest.raises(PermissionDeniedError):
        operations.take_down(Actor.staff(staff_of_nothing()), order(channel))


def staff_of_nothing() -> User:
    from django.contrib.auth.models import User

    return User.objects.create_user("nobody", is_staff=True)


def test_after_the_first_minutes_another_person_lifts(staff: Callable[[str], User], channel: Channel) -> None:
    one, other = Actor.staff(staff("Engineer")), Actor.staff(staff("Owner"))
    slip, meant = operations.take_down(one, order(channel)), operations.take_down(one, order(channel))
    operations.lift(one, slip.pk, "wrong button")
    Takedown.objects.filter(pk=meant.pk).update(at=timezone.now() - timedelta(hours=1))
    with pytest.raises(ConflictError):
        operations.lift(one, meant.pk, "I think so")
    operations.lift(other, meant.pk, "licence shown")
    with pytest.raises(ConflictError):
        operations.lift(other, meant.pk, "again")
    with pytest.raises(InvalidInputError):
        operations.lift(other, operations.take_down(one, order(channel)).pk, "  ")


def test_what_an_edge_says_first_is_kept_and_stands_in_the_trail(actor: Actor, channel: Channel) -> None:
    row = operations.take_down(actor, order(channel))
    at = row.at.timestamp()

    def said(dark: float) -> DarkReport:
        told = DarkenedReport(id=row.pk, heard=at + 0.1, dark=dark, stopped=3)
        return DarkReport(who="edge 0", pid=1, at=dark, takedowns=[told])

    assert operations.note_acknowledgements([said(at + 0.2)]) == 1
    assert operations.note_acknowledgements([said(at + 9)]) == 0
    (standing,) = standings(row)
    assert (standing.tone, standing.stopped, standing.after_s) == ("good", 3, pytest.approx(0.2))
    assert AuditRow.objects.filter(action="takedown.acknowledge").count() == 1


def test_a_rehearsal_leaves_out_what_another_takedown_keeps_dark(actor: Actor, channel: Channel) -> None:
    row = operations.take_down(actor, order(channel))
    touched, staying = coming_back(to_record(row))
    assert (touched.channels, staying) == (("One",), [])
    operations.take_down(actor, order(channel))
    touched, staying = coming_back(to_record(row))
    assert (touched.channels, len(staying)) == ((), 1)
