"""What a hold keeps is let go by nobody until another person lifts the hold."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from rightcast.contract.catalogue import Kind
from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.panel.archive.operations import erase_archive
from rightcast.panel.audit.erasing import erase_subject
from rightcast.panel.audit.operations import Actor
from rightcast.panel.audit.pruning import prune_rows
from rightcast.panel.lines import operations as lines
from rightcast.panel.privacy.holding import holds_of_line
from rightcast.panel.publish import records
from rightcast.panel.recordings.models import TakeRow
from rightcast.panel.takedowns import operations
from rightcast.panel.takedowns.hold_operations import lift_hold, place_hold
from rightcast.panel.takedowns.holding import held_take
from rightcast.panel.takedowns.orders import Order

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User

    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db


def test_a_held_stretch_of_the_archive_is_not_erased(actor: Actor, channel: Channel) -> None:
    now = timezone.now()
    hour = timedelta(hours=1)
    hold = place_hold(actor, Order(case="A", channel_ids=(channel.pk,), shown_from=now - 2 * hour, shown_until=now))
    with pytest.raises(ConflictError, match="case A"):
        erase_archive(actor, channel.pk, start=now - hour, stop=now + hour)
    erase_archive(actor, channel.pk, start=now, stop=now + hour)
    lift_hold(actor, hold.pk, "settled")
    erase_archive(actor, channel.pk, start=now - hour, stop=now + hour)


def test_the_trail_is_not_pruned_below_a_hold(actor: Actor, channel: Channel) -> None:
    hold = place_hold(actor, Order(case="A", channel_ids=(channel.pk,)))
    later = timezone.now() + timedelta(days=1)
    assert prune_rows(later) == 0
    lift_hold(actor, hold.pk, "settled")
    assert prune_rows(later) > 0


def test_a_held_line_is_not_erased(actor: Actor) -> None:
    line = lines.create_line(actor, name="anna", territory="IT").line
    hold = place_hold(actor, Order(case="A", line_ids=(line.pk,)))
    with pytest.raises(ConflictError):
        erase_subject(actor, "line", line.pk)
    lift_hold(actor, hold.pk, "settled")
    assert erase_subject(actor, "line", line.pk)


def test_files_of_a_take_stay_while_a_takedown_freezes_them(actor: Actor, channel: Channel) -> None:
    take = TakeRow.objects.create(channel_id=channel.pk, start=10, stop=20, shared=True, leaving=True)
    key = (Kind.TAKE, take.pk)
    assert records.load([key]) == {}
    row = operations.take_down(actor, Order(channel_ids=(channel.pk,)))
    assert records.load([key])
    assert key in records.all_keys()
    operations.lift(actor, row.pk, "a mistake")
    assert records.load([key]) == {}


def test_another_person_lifts_a_hold(staff: Callable[[str], User], channel: Channel) -> None:
    one, other = Actor.staff(staff("Rights officer")), Actor.staff(staff("Owner"))
    hold = place_hold(one, Order(case="A", channel_ids=(channel.pk,)))
    with pytest.raises(ConflictError):
        lift_hold(one, hold.pk, "I think so")
    with pytest.raises(InvalidInputError):
        lift_hold(other, hold.pk, " ")
    lift_hold(other, hold.pk, "settled")
    with pytest.raises(ConflictError):
        lift_hold(other, hold.pk, "again")
    with pytest.raises(NotFoundError):
        lift_hold(other, "x", "why")


def test_a_hold_names_a_case_and_something(actor: Actor, channel: Channel) -> None:
    with pytest.raises(InvalidInputError):
        place_hold(actor, Order(channel_ids=(channel.pk,)))
    with pytest.raises(InvalidInputError):
        place_hold(actor, Order(case="A"))


def test_a_takedown_of_a_territory_keeps_what_is_of_those_who_live_there(actor: Actor, channel: Channel) -> None:
    here = lines.create_line(actor, name="anna", territory="IT").line
    there = lines.create_line(actor, name="zoe", territory="FR").line
    row = operations.take_down(actor, Order(territories=("FR",)))
    assert held_take(channel.pk, 0, 1, frozenset({there.pk}))
    assert not held_take(channel.pk, 0, 1, frozenset({here.pk}))
    assert [one.takedown_id for one in holds_of_line(there.pk, timezone.now())] == [row.pk]
    assert holds_of_line(here.pk, timezone.now()) == []
    with pytest.raises(ConflictError):
        lines.remove_line(actor, there.pk)
    lines.remove_line(actor, here.pk)
    operations.lift(actor, row.pk, "settled")
    lines.remove_line(actor, there.pk)
