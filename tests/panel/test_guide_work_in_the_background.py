"""What the jobs do for guides: refresh what is due, one at a time, publish what waits, and survive a dying import."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest
from django.utils import timezone

from rightcast.panel.alarms.watching import Watch
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.guide import operations, publication
from rightcast.panel.guide.models import ChannelDay, GuideSource, PendingChannel
from rightcast.panel.guide.working import LONGEST_S, GuideWork, due_source, publish_pending

if TYPE_CHECKING:
    import subprocess

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


class Child:
    """A process that ends when it is told to."""

    def __init__(self) -> None:
        self.code: int | None = None
        self.killed = False

    def poll(self) -> int | None:
        return self.code

    def kill(self) -> None:
        self.killed = True

    def terminate(self) -> None:
        self.code = -15

    def wait(self, _timeout: float) -> int:
        return self.code or 0


class World:
    """Jobs with a clock that stands still, and children that do nothing."""

    def __init__(self) -> None:
        self.now = 0.0
        self.children: dict[int, Child] = {}
        self.work = GuideWork(self._started, lambda: self.now)

    def _started(self, source_id: int) -> subprocess.Popen[bytes]:
        GuideSource.objects.filter(id=source_id).update(running_since=timezone.now(), asked=False)
        self.children[source_id] = Child()
        return cast("subprocess.Popen[bytes]", self.children[source_id])


@pytest.fixture
def world() -> World:
    return World()


def due(actor: Actor, name: str) -> GuideSource:
    return operations.add_source(actor, name=name, address="https://guide.test/x", every_h=1)


def test_what_is_due_is_refreshed_one_at_a_time(actor: Actor, world: World) -> None:
    first, second = due(actor, "First"), due(actor, "Second")
    world.work.turn()
    world.work.turn()
    assert list(world.children) == [first.id]
    world.children[first.id].code = 0
    GuideSource.objects.filter(id=first.id).update(running_since=None, next_at=timezone.now() + timedelta(hours=1))
    world.work.turn()
    assert list(world.children) == [first.id, second.id]


def test_what_somebody_asked_for_comes_first_even_when_switched_off(actor: Actor) -> None:
    due(actor, "First")
    second = operations.add_source(actor, name="Second", address="https://guide.test/x", enabled=False)
    operations.ask_refresh(actor, second.id)
    assert due_source() == second.id


def test_a_source_that_is_off_or_not_due_is_left_alone(actor: Actor) -> None:
    operations.update_source(actor, due(actor, "Off").id, enabled=False)
    GuideSource.objects.filter(id=due(actor, "Later").id).update(next_at=timezone.now() + timedelta(minutes=1))
    operations.add_source(actor, name="By hand", address="https://guide.test/x")
    assert due_source() is None


def test_an_import_that_died_is_told_and_tried_again_later(actor: Actor, world: World) -> None:
    source = due(actor, "First")
    world.work.turn()
    world.children[source.id].code = -9
    world.work.turn()
    source.refresh_from_db()
    assert (source.running_since, source.last_ok, source.failures) == (None, False, 1)
    assert "died" in source.last_result
    assert due_source() is None


def test_an_import_that_never_ends_is_ended(actor: Actor, world: World) -> None:
    source = due(actor, "First")
    world.work.turn()
    world.now = LONGEST_S + 1
    world.work.turn()
    assert world.children[source.id].killed


def test_the_end_of_the_jobs_ends_the_import(actor: Actor, world: World) -> None:
    source = due(actor, "First")
    world.work.turn()
    world.work.end()
    assert world.children[source.id].code == -15


def filled(actor: Actor, channel: Channel) -> GuideSource:
    catalogue.update_channel(actor, channel.id, guide_id="one.test")
    source = operations.add_source(actor, name="Full")
    start, stop = (f"{NOON + timedelta(hours=one):%Y%m%d%H%M%S} +0000" for one in (0, 1))
    show = f'<programme start="{start}" stop="{stop}" channel="one.test"><title>News</title></programme>'
    operations.import_guide(actor, source, [f"<tv>{show}</tv>".encode()])
    return source


def test_a_source_that_is_switched_off_disappears_and_comes_back(actor: Actor, channel: Channel) -> None:
    source = filled(actor, channel)
    operations.update_source(actor, source.id, enabled=False)
    publish_pending()
    assert not ChannelDay.objects.exists()
    operations.update_source(actor, source.id, enabled=True)
    publish_pending()
    assert ChannelDay.objects.count() == 1


def test_an_offset_moves_the_shows_of_its_channels(actor: Actor, channel: Channel) -> None:
    source = filled(actor, channel)
    operations.update_source(actor, source.id, offset_min=-60)
    assert publish_pending() == 1
    (day,) = publication.guide_records(publication.guide_keys()).values()
    assert [one.start for one in day.shows] == [int(NOON.timestamp()) - 3600]


def test_a_removed_source_takes_its_shows_along(actor: Actor, channel: Channel) -> None:
    operations.remove_source(actor, filled(actor, channel).id)
    assert PendingChannel.objects.count() == 1
    publish_pending()
    assert not ChannelDay.objects.exists()


def test_a_channel_with_another_guide_id_is_settled_by_the_jobs(actor: Actor, channel: Channel, world: World) -> None:
    filled(actor, channel)
    catalogue.update_channel(actor, channel.id, guide_id="other.test")
    world.work.turn()
    assert not ChannelDay.objects.exists()


def test_a_guide_that_no_longer_knows_a_channel_ends_its_days_to_come(actor: Actor, channel: Channel) -> None:
    source = filled(actor, channel)
    ahead = NOON + timedelta(days=2)
    rows = [
        f'<programme start="{ahead:%Y%m%d%H%M%S} +0000" stop="{ahead + timedelta(hours=1):%Y%m%d%H%M%S} +0000" '
        f'channel="{one}"><title>T</title></programme>'
        for one in ("one.test", "two.test")
    ]
    operations.import_guide(actor, source, [f"<tv>{''.join(rows)}</tv>".encode()], whole=True)
    assert ChannelDay.objects.count() == 2
    operations.import_guide(actor, source, [f"<tv>{rows[1]}</tv>".encode()], whole=True)
    assert [row.day for row in ChannelDay.objects.all()] == [publication.today()]


def test_a_guide_that_fails_again_and_again_is_an_alarm(actor: Actor) -> None:
    source = due(actor, "Papers")
    GuideSource.objects.filter(id=source.id).update(failures=3, last_result="It answered 404.")
    found = Watch().look()
    assert [(one.alarm.key.kind, str(one.alarm.key.subject)) for one in found if "guide" in one.alarm.key.kind] == [
        ("guide-failing", "Papers")
    ]
