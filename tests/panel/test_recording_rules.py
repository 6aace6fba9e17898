"""Rules and the guide: episodes are planned once, follow their shows, and viewers' wishes are settled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.recording_wish import RecordingWish
from rightcast.domain.recording_plans import Match, Rule
from rightcast.domain.recordings import Cause
from rightcast.panel.recordings import operations, rules
from rightcast.panel.recordings.guide import PublishedGuide
from rightcast.panel.recordings.models import Recording, RecordingRule
from rightcast.panel.recordings.wishes import settle_wishes
from rightcast.state.recording_wishes import RecordingWishes
from tests.panel.recording_world import RecordingWorld, told

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.panel.audit.operations import Actor
    from rightcast.state.feed import FileFeed

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None, actor: Actor, feed: FileFeed) -> RecordingWorld:
    return RecordingWorld(actor, feed)


def series(world: RecordingWorld, **more: object) -> RecordingRule:
    made = Rule(id=0, line_id=world.line.id, match=Match.SERIES, word="porto")
    return rules.add_rule(world.actor, replace(made, **more))  # type: ignore[arg-type]


def starts(world: RecordingWorld) -> list[float]:
    return sorted((row.start - world.hour) / 3600 for row in Recording.objects.exclude(status="removed"))


def test_a_new_rule_finds_what_the_guide_has_already(world: RecordingWorld) -> None:
    world.publish(world.show(1, 1, episode=1), world.show(2, 5, episode=1), world.show(3, 7, episode=2))
    world.look()
    series(world)
    assert world.look() == 2
    assert starts(world) == [1, 7]
    assert world.look() == 0


def test_a_guide_that_grows_feeds_a_rule(world: RecordingWorld) -> None:
    series(world, channel_id=world.channel.id)
    world.look()
    world.publish(world.show(1, 1, episode=1))
    assert world.look() == 1
    row = Recording.objects.get()
    assert (row.season, row.episode, row.status) == (1, 1, "planned")


def test_a_removed_episode_is_not_planned_again(world: RecordingWorld) -> None:
    series(world)
    world.publish(world.show(1, 1, episode=1))
    world.look()
    operations.remove(world.actor, Recording.objects.get().pk)
    world.publish(world.show(1, 1, episode=1), world.show(9, 9, episode=1))
    assert world.look() == 0


def test_a_moved_show_moves_its_recording_and_its_take(world: RecordingWorld) -> None:
    series(world)
    world.publish(world.show(1, 1, episode=1))
    world.look()
    world.publish(world.show(1, 2, episode=1))
    world.look()
    row = Recording.objects.get()
    assert row.take is not None
    assert (row.start, row.take.start) == (world.hour + 7200, world.hour + 7200)


def test_a_show_that_runs_longer_extends_what_is_under_way(world: RecordingWorld) -> None:
    series(world)
    show = world.show(1, 1, episode=1)
    world.publish(show)
    world.look()
    Recording.objects.update(status="recording")
    world.publish(replace(show, stop=show.stop + 900))
    world.look()
    row = Recording.objects.get()
    assert row.take is not None
    assert (row.status, row.stop, row.take.stop) == ("recording", show.stop + 900, show.stop + 900)


def test_a_cancelled_show_says_so(world: RecordingWorld) -> None:
    series(world)
    world.publish(world.show(1, 1, episode=1))
    world.look()
    world.publish(world.show(2, 1, title="Instead"))
    world.look()
    row = Recording.objects.get()
    assert (row.status, row.cause) == ("refused", Cause.NOT_SHOWN)


def test_only_the_newest_are_kept(world: RecordingWorld) -> None:
    rule = series(world, keep=1)
    world.publish(world.show(1, 1, episode=1), world.show(2, 3, episode=2))
    world.look()
    first, second = Recording.objects.order_by("start")
    told(world, first, spans=[(first.start, first.stop)])
    told(world, second, spans=[(second.start, second.stop)])
    first.refresh_from_db()
    assert (first.status, first.cause, second.status) == ("removed", Cause.NEWER_KEPT, "done")
    assert rule.keep == 1


def test_a_weekly_time_is_planned_without_any_guide(world: RecordingWorld) -> None:
    rule = Rule(
        id=0,
        line_id=world.line.id,
        match=Match.WEEKLY,
        channel_id=world.channel.id,
        days=tuple(range(7)),
        minute=0,
        length_min=30,
    )
    rules.add_rule(world.actor, rule)
    assert world.look() >= 13


def test_removing_a_rule_removes_what_it_planned(world: RecordingWorld) -> None:
    rule = series(world)
    world.publish(world.show(1, 1, episode=1))
    world.look()
    rules.remove_rule(world.actor, rule.pk)
    assert Recording.objects.get().status == "removed"


def test_the_wish_of_a_viewer_is_done_and_answered(world: RecordingWorld, feed: FileFeed, tmp_path: Path) -> None:
    show = world.show(1, 1, episode=1)
    world.publish(show)
    store = RecordingWishes(tmp_path / "wishes")
    wish = RecordingWish(
        id="0" * 16,
        line_id=world.line.id,
        action="order",
        at=world.now,
        channel_id=world.channel.id,
        start=show.start + 60,
    )
    assert store.put(wish)
    assert settle_wishes(store, PublishedGuide(feed), world.now) == 1
    answer = store.answer(wish.id)
    assert answer is not None
    assert (answer.refusal, answer.recording_id) == ("", Recording.objects.get().pk)
    assert store.waiting() == []


def test_a_wish_about_somebody_elses_recording_is_refused(
    world: RecordingWorld, feed: FileFeed, tmp_path: Path
) -> None:
    row, other = world.order(1), world.add_line("bert")
    store = RecordingWishes(tmp_path / "wishes")
    store.put(RecordingWish(id="a" * 16, line_id=other.id, action="remove", at=world.now, recording_id=row.pk))
    settle_wishes(store, PublishedGuide(feed), world.now)
    answer = store.answer("a" * 16)
    assert answer is not None
    assert answer.refusal == "There is no such recording."
    assert Recording.objects.get().status == "planned"


def test_a_wish_for_a_rule_finds_the_series_of_the_show(world: RecordingWorld, feed: FileFeed, tmp_path: Path) -> None:
    world.publish(world.show(1, 1, episode=1), world.show(2, 3, episode=2))
    store = RecordingWishes(tmp_path / "wishes")
    wish = RecordingWish(
        id="b" * 16,
        line_id=world.line.id,
        action="rule",
        at=world.now,
        channel_id=world.channel.id,
        start=world.hour + 3600,
    )
    store.put(wish)
    settle_wishes(store, PublishedGuide(feed), world.now)
    world.look()
    assert starts(world) == [1, 3]
