"""After any operations, applying the feed's revisions gives exactly the present records."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from rightcast.domain.errors import RightcastError
from rightcast.panel.audit.operations import Actor
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.catalogue.models import Category, Channel, Lineup, Package
from rightcast.panel.lines import operations as lines
from rightcast.panel.lines.models import Line
from rightcast.panel.publish import publisher, records
from rightcast.panel.publish.models import OutboxRow
from rightcast.panel.rights import operations as rights
from rightcast.panel.rights import steps
from rightcast.panel.rights.models import CarriageRight

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model

    from rightcast.contract.catalogue import Kind, Record
    from rightcast.state.feed import FileFeed

pytestmark = pytest.mark.django_db


def applied(feed: FileFeed) -> dict[tuple[Kind, int], Record]:
    """What a reader holds that applied every revision in order."""
    held: dict[tuple[Kind, int], Record] = {}
    after = 0
    while batch := feed.read(after, limit=7):
        for revision in batch:
            after = revision.number
            record = revision.record()
            if record is None:
                held.pop((revision.kind, revision.key), None)
            else:
                held[revision.kind, revision.key] = record
    return held


def present() -> dict[tuple[Kind, int], Record]:
    """What belongs in the feed now."""
    return records.load(records.all_keys())


class Operator:
    """Does one operation after another, drawn by a seeded generator."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.actor = Actor.system()
        self.count = 0
        self.deeds: list[Callable[[], object]] = [
            self.add_channel,
            self.add_channel,
            self.add_right,
            self.add_lineup,
            self.add_package,
            self.add_line,
            lambda: catalogue.update_channel(self.actor, self.one(Channel), name=self.name(), sources=[self.source()]),
            lambda: catalogue.hold_channel(self.actor, self.one(Channel)),
            lambda: catalogue.publish_channel(self.actor, self.one(Channel)),
            lambda: catalogue.remove_channel(self.actor, self.one(Channel)),
            lambda: catalogue.update_category(self.actor, self.one(Category), name=self.name(), position=1),
            lambda: catalogue.set_lineup_entries(self.actor, self.one(Lineup), self.entries()),
            lambda: catalogue.remove_lineup(self.actor, self.one(Lineup)),
            lambda: catalogue.remove_package(self.actor, self.one(Package)),
            lambda: rights.update_right(self.actor, self.one(CarriageRight), channel_ids=self.some(Channel)),
            lambda: rights.end_right(self.actor, self.one(CarriageRight)),
            lambda: steps.suspend_right(self.actor, self.one(CarriageRight)),
            lambda: steps.resume_right(self.actor, self.one(CarriageRight)),
            lambda: rights.remove_right(self.actor, self.one(CarriageRight)),
            lambda: lines.set_packages(self.actor, self.one(Line), self.some(Package)),
            lambda: lines.kick_line(self.actor, self.one(Line)),
            lambda: lines.remove_line(self.actor, self.one(Line)),
        ]

    def act(self) -> None:
        """One operation; refusals are part of life."""
        try:
            self.random.choice(self.deeds)()
        except RightcastError:
            return

    def name(self) -> str:
        self.count += 1
        return f"name-{self.count}"

    def source(self) -> catalogue.SourceInput:
        return catalogue.SourceInput(f"udp://239.0.0.{self.random.randint(1, 250)}:5000")

    def some(self, model: type[Model]) -> list[int]:
        ids = list(model._default_manager.values_list("pk", flat=True))
        return self.random.sample(ids, self.random.randint(0, min(3, len(ids))))

    def one(self, model: type[Model]) -> int:
        ids = list(model._default_manager.values_list("pk", flat=True))
        return self.random.choice(ids) if ids else 0

    def entries(self) -> list[tuple[int, int | None, str | None]]:
        return [(channel_id, None, self.random.choice([None, "News"])) for channel_id in self.some(Channel)]

    def add_channel(self) -> None:
        catalogue.create_channel(self.actor, name=self.name(), sources=[self.source()], category="Films")

    def add_right(self) -> None:
        starts = datetime(2026, 1, 1, tzinfo=UTC)
        rights.record_right(
            self.actor,
            reference=self.name(),
            licensor="L",
            instrument="contract",
            channel_ids=self.some(Channel),
            territories=["IT"],
            starts=starts,
            ends=starts + timedelta(days=self.random.randint(1, 2000)),
        )

    def add_lineup(self) -> None:
        catalogue.create_lineup(self.actor, name=self.name(), entries=self.entries())

    def add_package(self) -> None:
        catalogue.create_package(self.actor, name=self.name(), lineup_ids=self.some(Lineup))

    def add_line(self) -> None:
        lines.create_line(self.actor, name=self.name(), package_ids=self.some(Package))


@pytest.mark.parametrize("seed", range(6))
def test_a_reader_of_the_feed_holds_what_the_database_holds(feed: FileFeed, seed: int) -> None:
    operator = Operator(seed)
    publisher.republish_all(feed)
    for turn in range(120):
        operator.act()
        if turn % 9 == 0:
            publisher.drain(feed)
    publisher.drain(feed)
    assert applied(feed) == present()
    assert feed.latest() > 40


def test_a_crash_between_feed_and_commit_is_made_good(feed: FileFeed, actor: Actor) -> None:
    operator = Operator(1)
    publisher.republish_all(feed)
    for _ in range(40):
        operator.act()
    left = list(OutboxRow.objects.values_list("kind", "key"))
    publisher.drain(feed)
    OutboxRow.objects.bulk_create(OutboxRow(kind=kind, key=key) for kind, key in left)
    publisher.drain(feed)
    assert applied(feed) == present()


def test_republishing_removes_what_the_database_no_longer_has(feed: FileFeed, actor: Actor) -> None:
    line = lines.create_line(actor, name="anna").line
    publisher.drain(feed)
    line.delete()
    publisher.republish_all(feed)
    assert applied(feed) == present()


def test_an_operation_is_in_the_feed_once_it_is_committed(
    feed: FileFeed, actor: Actor, publishing: Callable[..., object]
) -> None:
    with publishing(execute=True):  # type: ignore[attr-defined]
        line = lines.create_line(actor, name="anna").line
    assert any(key == line.id for (kind, key) in applied(feed) if kind.value == "line")


def test_a_feed_that_cannot_be_written_does_not_undo_the_operation(
    actor: Actor, publishing: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> int:
        raise OSError("disk full")

    monkeypatch.setattr(publisher, "drain", broken)
    with publishing(execute=True):  # type: ignore[attr-defined]
        lines.create_line(actor, name="anna")
    assert Line.objects.filter(name="anna").exists()
    assert OutboxRow.objects.exists()
