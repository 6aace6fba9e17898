"""What is on, a day, a grid and a search, out of what the panel has published."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from rightcast.domain.guide import DAY_S, Show, day_of
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.guide import looking
from rightcast.panel.guide.assignments import settle_ids
from rightcast.panel.guide.models import ChannelDay, DayTitles, GuideSource
from rightcast.panel.guide.publication import publish_channels
from rightcast.panel.guide.store import store_day

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db
HOUR_S = 3600
NOW = int(time.time()) // HOUR_S * HOUR_S


@pytest.fixture
def two(actor: Actor, channel: Channel) -> list[Channel]:
    """Two channels with a show for each hour of three days."""
    first = catalogue.update_channel(actor, channel.id, guide_id="one.test")
    second = catalogue.create_channel(
        actor, name="Two", sources=[catalogue.SourceInput("udp://239.1.1.2:5000")], guide_id="two.test"
    )
    source = GuideSource.objects.create(name="S", added=timezone.now())
    for guide_id, title in (("one.test", "Perché"), ("two.test", "News")):
        for day in range(day_of(NOW) - 1, day_of(NOW) + 2):
            hours = range(day * DAY_S, (day + 1) * DAY_S, HOUR_S)
            store_day(source.id, guide_id, day, [show(start, f"{title} {start // HOUR_S % 24}") for start in hours])
    settle_ids()
    publish_channels([first.id, second.id])
    assert ChannelDay.objects.count() == 6
    return [first, second]


def show(start: int, title: str) -> Show:
    return Show(id=1, guide_id="", start=start, stop=start + HOUR_S, title=title, description="Words of it")


def test_now_and_next_are_known_of_many_channels_at_once(two: list[Channel]) -> None:
    found = looking.now_next([one.id for one in two] + [999], NOW + 60)
    assert set(found) == {one.id for one in two}
    assert [(one.start, one.stop) for one in found[two[0].id]] == [
        (NOW, NOW + HOUR_S),
        (NOW + HOUR_S, NOW + 2 * HOUR_S),
    ]


def test_next_comes_from_tomorrow_at_the_end_of_a_day(two: list[Channel]) -> None:
    late = (day_of(NOW) + 1) * DAY_S - 60
    assert [one.start for one in looking.now_next([two[0].id], late)[two[0].id]] == [late + 60 - HOUR_S, late + 60]


def test_a_grid_holds_what_runs_in_its_window(two: list[Channel]) -> None:
    found = looking.grid([one.id for one in two], NOW + 60, NOW + 2 * HOUR_S + 60)
    assert [len(rows) for rows in found.values()] == [3, 3]
    assert looking.grid([], NOW, NOW + 60) == {}


def test_a_search_says_when_it_is_on(two: list[Channel]) -> None:
    found = looking.search("PERCHE", NOW + 60, NOW + DAY_S)
    assert {one.channel_name for one in found} == {"One"}
    assert found[0].show.start == NOW
    assert [one.show.start for one in found] == sorted(one.show.start for one in found)
    assert len(looking.search("news", NOW, NOW + DAY_S, most=3)) == 3
    assert looking.search("news", NOW, NOW + DAY_S, channel_ids=[two[0].id]) == []
    assert looking.search("erche", NOW, NOW + DAY_S) == looking.search("?!", NOW, NOW + DAY_S) == []


def test_titles_follow_what_is_published(two: list[Channel]) -> None:
    assert looking.note_titles(4) == 4
    assert looking.note_titles() == 2
    assert looking.note_titles() == 0
    source = GuideSource.objects.get()
    store_day(source.id, "two.test", day_of(NOW), [show(NOW, "Film d'été")])
    assert [one.show.title for one in looking.search("ete", NOW, NOW + HOUR_S)] == ["Film d'été"]
    store_day(source.id, "two.test", day_of(NOW), [])
    assert looking.search("ete", NOW, NOW + HOUR_S) == []
    assert DayTitles.objects.count() == 5


def test_a_show_is_found_by_its_channel_and_start(two: list[Channel]) -> None:
    found = looking.show_at(two[1].id, NOW)
    assert found is not None
    assert found.description == "Words of it"
    assert looking.show_at(two[1].id, NOW + 1) is None
    assert looking.show_at(999, NOW) is None
