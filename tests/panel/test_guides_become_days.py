"""An XMLTV guide imported into a source ends as days of the channels that have its ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.errors import GuideUnreadableError
from rightcast.domain.guide import GuideDay, Show, day_of
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.guide import operations, publication, store
from rightcast.panel.guide.assignments import settle_ids
from rightcast.panel.guide.models import Assignment, ChannelDay, GuideSource, SourceDay
from rightcast.panel.publish import publisher

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel
    from rightcast.state.feed import FileFeed

pytestmark = pytest.mark.django_db
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
TODAY = day_of(NOON.timestamp())


def at(hours: float) -> str:
    return (NOON + timedelta(hours=hours)).strftime("%Y%m%d%H%M%S +0000")


def show(hours: float, title: str, channel: str = "one.test", lasts: float = 1) -> str:
    return (
        f'<programme start="{at(hours)}" stop="{at(hours + lasts)}" channel="{channel}">'
        f"<title>{title}</title></programme>\n"
    )


def guide(*shows: str) -> list[bytes]:
    return [f'<tv><channel id="one.test"><display-name>One</display-name></channel>\n{"".join(shows)}</tv>'.encode()]


@pytest.fixture
def source(actor: Actor) -> GuideSource:
    return operations.add_source(actor, name="First")


@pytest.fixture
def one(actor: Actor, channel: Channel) -> Channel:
    return catalogue.update_channel(actor, channel.id, guide_id="one.test")


def published(channel: Channel) -> list[Show]:
    days = publication.guide_records([*publication.guide_keys()]).values()
    return [one for day in days if day.channel_id == channel.id for one in day.shows]


def titles(channel: Channel) -> list[str]:
    return [one.title for one in published(channel)]


def test_shows_reach_the_feed_by_channel_and_day(
    actor: Actor, source: GuideSource, one: Channel, feed: FileFeed
) -> None:
    operations.import_guide(actor, source, guide(show(0, "News"), show(1, "Film"), show(24, "Next")))
    publisher.drain(feed)
    records = [revision.record() for revision in feed.read(0) if revision.kind is Kind.GUIDE]
    days = {day.day: day for day in records if isinstance(day, GuideDay)}
    assert {day: [row.title for row in found.shows] for day, found in days.items()} == {
        TODAY: ["News", "Film"],
        TODAY + 1: ["Next"],
    }
    assert {(row.guide_id, row.start) for row in days[TODAY].shows} == {
        ("one.test", int(NOON.timestamp())),
        ("one.test", int(NOON.timestamp()) + 3600),
    }


def test_the_same_guide_again_writes_nothing(actor: Actor, source: GuideSource, one: Channel) -> None:
    shows = guide(show(0, "News"), show(24, "Next"))
    operations.import_guide(actor, source, shows)
    again = operations.import_guide(actor, source, shows)
    assert (again.days_written, again.days_published) == (0, 0)


def test_only_the_day_that_changed_is_written(actor: Actor, source: GuideSource, one: Channel) -> None:
    operations.import_guide(actor, source, guide(show(0, "News"), show(24, "Next")))
    again = operations.import_guide(actor, source, guide(show(0, "News"), show(24, "Other")))
    assert (again.days_written, again.days_published) == (1, 1)
    assert titles(one) == ["News", "Other"]


def test_a_broken_guide_leaves_the_old_one_and_names_the_line(actor: Actor, source: GuideSource, one: Channel) -> None:
    operations.import_guide(actor, source, guide(show(0, "News")))
    broken = [guide(show(0, "Other"))[0].replace(b"</tv>", b"\n<programme></tv>")]
    with pytest.raises(GuideUnreadableError, match="line 4, column"):
        operations.import_guide(actor, source, broken)
    assert titles(one) == ["News"]
    source.refresh_from_db()
    assert source.last_ok is False
    assert "line 4" in source.last_result


def test_a_guide_that_begins_later_keeps_what_was_before(actor: Actor, source: GuideSource, one: Channel) -> None:
    operations.import_guide(actor, source, guide(show(-3, "Morning"), show(0, "News"), show(1, "Film")))
    operations.import_guide(actor, source, guide(show(0, "News"), show(1, "Other")))
    assert titles(one) == ["Morning", "News", "Other"]


def test_a_lower_source_fills_the_gaps_of_a_higher_one(actor: Actor, source: GuideSource, one: Channel) -> None:
    second = operations.add_source(actor, name="Second")
    operations.import_guide(actor, second, guide(show(-1, "Before"), show(0, "Not this"), show(1, "Long", lasts=2)))
    operations.import_guide(actor, source, guide(show(0, "News"), show(2, "Film")))
    assert [(row.title, row.stop - row.start) for row in published(one)] == [
        ("Before", 3600),
        ("News", 3600),
        ("Long", 3600),
        ("Film", 3600),
    ]


def test_offsets_of_source_and_assignment_add_up_and_may_change_the_day(
    actor: Actor, source: GuideSource, one: Channel
) -> None:
    operations.import_guide(actor, source, guide(show(11, "Late")))
    GuideSource.objects.update(offset_min=30)
    Assignment.objects.update(offset_min=60)
    publication.publish_channels([one.id])
    assert [(day, count) for day, count in ChannelDay.objects.values_list("day", "count")] == [(TODAY + 1, 1)]
    assert published(one)[0].start == int(NOON.timestamp()) + int(12.5 * 3600)


def test_a_moved_show_keeps_its_number(actor: Actor, source: GuideSource, one: Channel) -> None:
    operations.import_guide(actor, source, guide(show(0, "News"), show(1, "Film")))
    before = {row.title: row.id for row in published(one)}
    operations.import_guide(actor, source, guide(show(0.1, "News", lasts=0.9), show(1, "Film")))
    assert {row.title: row.id for row in published(one)} == before


def test_a_channel_that_changes_its_guide_id_loses_the_shows(actor: Actor, source: GuideSource, one: Channel) -> None:
    operations.import_guide(actor, source, guide(show(0, "News")))
    catalogue.update_channel(actor, one.id, guide_id="other.test")
    publication.publish_channels(settle_ids())
    assert published(one) == []


def test_another_importer_stores_a_day(source: GuideSource, one: Channel) -> None:
    store.know_channel(source.id, "one.test", ["One"])
    settle_ids()
    start = int(NOON.timestamp())
    shows = [Show(id=0, guide_id="", start=start, stop=start + 60, title="Bulletin")]
    assert store.store_day(source.id, "one.test", TODAY, shows)
    assert not store.store_day(source.id, "one.test", TODAY, shows)
    assert titles(one) == ["Bulletin"]


def test_old_days_and_those_of_removed_channels_go(
    actor: Actor, source: GuideSource, one: Channel, feed: FileFeed
) -> None:
    operations.import_guide(actor, source, guide(show(-24, "Yesterday"), show(0, "News")))
    publisher.drain(feed)
    assert publication.prune(0) == 1
    assert titles(one) == ["News"]
    catalogue.remove_channel(actor, one.id)
    assert publication.prune(1) == 1
    publisher.drain(feed)
    assert [row.body for row in feed.read(0) if row.kind is Kind.GUIDE] == [None, None]
    assert SourceDay.objects.count() == 2
