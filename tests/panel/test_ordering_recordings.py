"""Orders become recordings with takes, share them or not as the right says, and are refused with reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.contract.reports import RecorderReport, TakeReport
from rightcast.domain.errors import ConflictError
from rightcast.domain.recording_room import Allowance
from rightcast.domain.recordings import Cause
from rightcast.domain.rights import Copies, Later
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.lines import operations as lines
from rightcast.panel.publish.publisher import drain
from rightcast.panel.recordings import operations, rules
from rightcast.panel.recordings.ending import follow_rights, remove_of_gone_lines, settle_soon
from rightcast.panel.recordings.keeping import hear
from rightcast.panel.recordings.models import Recording, TakeRow
from rightcast.panel.recordings.queries import usage_of
from rightcast.panel.rights import operations as rights
from rightcast.panel.rights import steps
from tests.panel.recording_world import RecordingWorld, told

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor
    from rightcast.state.feed import FileFeed

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None, actor: Actor, feed: FileFeed) -> RecordingWorld:
    return RecordingWorld(actor, feed, catchup_h=48)


def test_an_order_gets_a_take_and_travels_to_recorder_and_edges(world: RecordingWorld, feed: FileFeed) -> None:
    row = world.order(1)
    assert (row.status, row.copies, row.expires) == ("planned", "private_copy", row.stop + 30 * 86_400)
    drain()
    take, recording = feed.find(Kind.TAKE, row.take_id or 0), feed.find(Kind.RECORDING, row.pk)
    assert take is not None
    assert take.body
    assert recording is not None
    assert recording.body


def test_the_same_order_twice_is_one_recording(world: RecordingWorld) -> None:
    assert world.order(1).pk == world.order(1).pk


def test_without_a_right_to_record_nothing_is_stored(world: RecordingWorld) -> None:
    rights.update_right(world.actor, world.right.id, later=Later())
    with pytest.raises(ConflictError):
        world.order(1)
    assert not Recording.objects.exists()


def test_only_what_the_line_subscribes_to_is_recorded(world: RecordingWorld) -> None:
    row = world.order(1)
    lines.set_packages(world.actor, world.line.id, [])
    with pytest.raises(ConflictError):
        world.order(5)
    assert settle_soon(row.start - 60) == 1
    row.refresh_from_db()
    assert (row.status, row.cause) == ("refused", Cause.NOT_SUBSCRIBED)


def test_a_shared_copy_is_taken_once_and_private_ones_each(world: RecordingWorld) -> None:
    other = world.add_line("bert")
    assert world.order(1).take_id != world.order(1, line=other).take_id
    shared = Later(recordings=Copies.SHARED)
    rights.update_right(world.actor, world.right.id, later=shared)
    assert world.order(5).take_id == world.order(5, line=other).take_id


def test_a_third_private_copy_at_once_is_refused_and_made_when_another_is_cancelled(world: RecordingWorld) -> None:
    first, second = world.order(1), world.order(1.25)
    third = world.order(1.5)
    assert (third.status, third.cause) == ("refused", Cause.TOO_MANY_AT_ONCE)
    operations.remove(world.actor, second.pk)
    third.refresh_from_db()
    assert (third.status, third.cause) == ("planned", "")
    first.refresh_from_db()
    assert first.status == "planned"


def test_what_comes_first_is_a_matter_of_priority(world: RecordingWorld) -> None:
    first, _, third = world.order(1), world.order(1.25, priority=60), world.order(1.5)
    operations.prioritise(world.actor, third.pk, 90)
    first.refresh_from_db()
    third.refresh_from_db()
    assert (first.status, third.status) == ("refused", "planned")


def test_a_quota_says_how_much_is_left(world: RecordingWorld) -> None:
    rules.set_allowance(world.actor, Allowance(hours=4), line_id=world.line.id)
    world.order(1, length_h=3)
    row = world.order(10, length_h=2)
    assert (row.status, row.cause) == ("refused", Cause.QUOTA_HOURS)
    assert row.detail == "1 h left of 4 h; this one takes 2 h."
    assert usage_of(world.line.id).sentence.startswith("3.0 of 4 h")


def test_a_packages_allowance_holds_for_its_lines_but_for_those_with_an_own_one(world: RecordingWorld) -> None:
    rules.set_allowance(world.actor, Allowance(hours=1), package_id=world.package.id)
    assert world.order(1, length_h=2).status == "refused"
    rules.set_allowance(world.actor, Allowance(hours=9), line_id=world.line.id)
    assert Recording.objects.get().status == "planned"


def test_a_full_station_refuses(world: RecordingWorld) -> None:
    rules.set_policy(world.actor, disk_gigabytes=1, grace_h=0, before_s=0, after_s=0)
    row = world.order(1)
    assert (row.status, row.cause) == ("refused", Cause.STATION_FULL)


def test_a_recording_that_was_taken_whole_is_done(world: RecordingWorld) -> None:
    row = world.order(1)
    told(world, row, over=False, spans=[(row.start, row.start + 10)])
    assert row.status == "recording"
    told(world, row, spans=[(row.start, row.stop)])
    assert (row.status, row.size_bytes) == ("done", 1000)


def test_a_gap_is_explained_by_the_stations_clock(world: RecordingWorld) -> None:
    row = world.order(1)
    told(world, row, spans=[(row.start, row.start + 600), (row.start + 900, row.stop)])
    assert (row.status, row.cause) == ("partial", Cause.OFF_AIR)
    assert row.detail.startswith("Missing: ")
    assert ":10:00-" in row.detail


def test_a_recording_of_nothing_fails_and_its_take_goes(world: RecordingWorld) -> None:
    row = world.order(1)
    number = row.take_id
    told(world, row, spans=[])
    assert (row.status, row.cause, row.take_id) == ("failed", Cause.OFF_AIR, None)
    assert TakeRow.objects.get(id=number).leaving


def test_removing_deletes_the_files_and_the_audit_says_so(world: RecordingWorld, feed: FileFeed) -> None:
    row = world.order(1)
    told(world, row, spans=[(row.start, row.stop)])
    number = row.take_id or 0
    operations.remove(world.actor, row.pk)
    drain()
    asked = feed.find(Kind.TAKE, number)
    assert asked is not None
    assert asked.body is None
    hear(RecorderReport(pid=1, at=0, started=0, takes=[TakeReport(id=number, deleted=True)]))
    assert not TakeRow.objects.filter(id=number).exists()
    assert AuditRow.objects.filter(action="take.delete", subject_id=number).exists()
    assert AuditRow.objects.filter(action="recording.remove", subject_id=row.pk).exists()


def test_a_shared_take_stays_while_anybody_plays_it(world: RecordingWorld) -> None:
    rights.update_right(world.actor, world.right.id, later=Later(recordings=Copies.SHARED))
    one, two = world.order(1), world.order(1, line=world.add_line("bert"))
    operations.remove(world.actor, one.pk)
    assert not TakeRow.objects.get(id=two.take_id).leaving
    operations.remove(world.actor, two.pk)
    assert TakeRow.objects.get(id=two.take_id).leaving


def test_files_go_when_the_right_ended_and_the_grace_is_over(world: RecordingWorld) -> None:
    row = world.order(1)
    told(world, row, spans=[(row.start, row.stop)])
    steps.withdraw_right(world.actor, world.right.id)
    assert follow_rights(world.now) == 0
    assert follow_rights(world.now + 23 * 3600) == 0
    assert follow_rights(world.now + 24 * 3600) == 1
    row.refresh_from_db()
    assert (row.status, row.cause) == ("removed", Cause.RIGHT_ENDED)


def test_a_right_that_comes_back_in_time_saves_them(world: RecordingWorld) -> None:
    row = world.order(1)
    told(world, row, spans=[(row.start, row.stop)])
    steps.suspend_right(world.actor, world.right.id)
    follow_rights(world.now)
    steps.resume_right(world.actor, world.right.id)
    assert follow_rights(world.now + 30 * 3600) == 0
    row.refresh_from_db()
    assert (row.status, row.unfounded_since) == ("done", 0)


def test_the_days_of_a_right_are_counted_from_the_show(world: RecordingWorld) -> None:
    row = world.order(1)
    told(world, row, spans=[(row.start, row.stop)])
    assert follow_rights(row.stop + 30 * 86_400 - 1) == 0
    assert follow_rights(row.stop + 30 * 86_400) == 1
    row.refresh_from_db()
    assert row.cause == Cause.TIME_OVER


def test_what_is_under_way_ends_with_its_right(world: RecordingWorld) -> None:
    row = world.order(1)
    told(world, row, over=False, spans=[(row.start, row.start + 10)])
    steps.withdraw_right(world.actor, world.right.id)
    follow_rights(row.start + 60)
    assert TakeRow.objects.get(id=row.take_id).stop == row.start + 60


def test_the_recordings_of_a_removed_line_go_with_it(world: RecordingWorld) -> None:
    row = world.order(1)
    lines.remove_line(world.actor, world.line.id)
    assert remove_of_gone_lines() == 1
    assert TakeRow.objects.get().leaving
    assert Recording.objects.get(id=row.pk).status == "removed"


def test_a_locked_one_stays_when_room_is_made(world: RecordingWorld) -> None:
    rules.set_allowance(world.actor, Allowance(hours=2, make_room=True), line_id=world.line.id)
    old, newer = world.order(-30), world.order(-20)
    for row in (old, newer):
        Recording.objects.filter(id=row.pk).update(status="done")
    operations.lock(world.actor, old.pk, locked=True)
    assert world.order(1).status == "planned"
    assert Recording.objects.get(id=newer.pk).cause == Cause.ROOM_MADE
    assert Recording.objects.get(id=old.pk).status == "done"
