"""A provider's schedule is taken in whole or not at all, once, and nothing of it is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.domain.blackouts import Facts, Instead
from rightcast.domain.errors import InvalidInputError, NotFoundError
from rightcast.panel.blackouts.models import Blackout, Schedule
from rightcast.panel.blackouts.operations import lift_blackout
from rightcast.panel.blackouts.queries import listed
from rightcast.panel.blackouts.schedules import Step, document, export_blackouts, import_schedule, plan_import
from tests.formats.scte224.documents import MATCH, SIGNALLED, point

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db


def here(channel: Channel) -> dict[str, str]:
    return {"C7": channel.name, "One": channel.name}


def test_a_preview_changes_nothing(channel: Channel) -> None:
    plan = plan_import(MATCH, here(channel))
    assert plan.count(Step.ADD) == 2
    assert not Blackout.objects.exists()
    assert any("not enforced" in note for note in plan.notes)


def test_the_same_document_changes_nothing_a_second_time(actor: Actor, channel: Channel) -> None:
    assert import_schedule(actor, MATCH, here(channel)).count(Step.ADD) == 2
    before = listed()
    again = import_schedule(actor, MATCH, here(channel))
    assert again.count(Step.SAME) == 2
    assert listed() == before
    assert document(Schedule.objects.get().id) == MATCH
    found = next(one for one in before if not one.max_height)
    assert found.concerns(Facts(presence="IT", address="9.9.9.9"))


def test_a_newer_one_changes_and_an_older_one_does_not(actor: Actor, channel: Channel) -> None:
    import_schedule(actor, MATCH, here(channel))
    newer = MATCH.replace(b"18:00:00Z", b"19:00:00Z").replace(b"2026-05-02T08:00:00.1", b"2026-05-02T09:00:00.1")
    assert import_schedule(actor, newer, here(channel)).count(Step.CHANGE) == 2
    assert all(one.starts.hour == 19 for one in listed())
    assert import_schedule(actor, MATCH, here(channel)).count(Step.OLDER) == 2
    assert all(one.starts.hour == 19 for one in listed())


def test_one_without_dates_is_compared_by_what_it_says(actor: Actor, channel: Channel) -> None:
    given = point("<action:Content>Elsewhere</action:Content>")
    plan = import_schedule(actor, given, here(channel))
    assert [one.instead for one in plan.planned] == [Instead.SLATE]
    assert any("is no channel here" in note for note in plan.notes)
    assert import_schedule(actor, given, here(channel)).count(Step.SAME) == 1
    assert import_schedule(actor, given.replace(b"12:00", b"13:00"), here(channel)).count(Step.CHANGE) == 1


def test_what_was_ended_by_hand_stays_ended(actor: Actor, channel: Channel) -> None:
    given = point("<action:Content/>", 'id="p1" matchTime="2026-06-01T12:00:00Z" lastUpdated="2026-01-01T00:00:00Z"')
    import_schedule(actor, given, here(channel))
    row = lift_blackout(actor, Blackout.objects.get().id)
    import_schedule(actor, given, here(channel))
    row.refresh_from_db()
    assert row.ends is not None


def test_a_document_with_a_fault_leaves_everything_as_it_was(actor: Actor, channel: Channel) -> None:
    with pytest.raises(InvalidInputError):
        import_schedule(actor, MATCH.replace(b"2026-05-03T22:00", b"half time"), here(channel))
    with pytest.raises(NotFoundError, match=r"Line 1: Media 'p.example/m/1' fits no channel"):
        import_schedule(actor, SIGNALLED.replace(b'source="One"', b'source="Nine"'))
    assert not Blackout.objects.exists()
    assert not Schedule.objects.exists()


def test_what_is_exported_is_taken_in_as_it_was(actor: Actor, channel: Channel) -> None:
    import_schedule(actor, MATCH, here(channel))
    plan = plan_import(export_blackouts(everything=True))
    assert {(one.kept.starts, one.kept.ends, one.kept.max_height) for one in plan.planned} == {
        (one.starts, one.ends, one.max_height) for one in listed()
    }
