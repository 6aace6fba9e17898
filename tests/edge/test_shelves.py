"""What a line sees of the library: by package, right and territory, changing when they do."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Change, Kind, Revision, body_of
from rightcast.domain.library import Collection, Episode, HeldEpisode, Holding, MediaFile, Title, TitleKind
from rightcast.domain.lineup import Line, LineStatus, Package
from rightcast.domain.rights import CarriageRight, Instrument, RightStatus
from rightcast.edge.library.shelves import Shelves
from rightcast.edge.library_port import Wanted
from rightcast.edge.replica import Replica

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LINE = Line(
    id=1, name="anna", secret_digest="", status=LineStatus.ACTIVE, package_ids=(1,), territory="IT", created=NOW
)
RIGHT = CarriageRight(
    id=5, reference="R", licensor="L", instrument=Instrument.CONTRACT, status=RightStatus.ACTIVE, channel_ids=(),
    territories=("IT",), starts=NOW, ends=NOW + timedelta(hours=1), collection_ids=(3,),
)  # fmt: skip


def film(key: int, name: str, collection: int = 3) -> Holding:
    title = Title(id=key, kind=TitleKind.FILM, name=name, category_id=collection, added=key)
    return Holding(title=title, file=MediaFile(name=f"film-{key}.mp4", size_bytes=9), poster=f"film-{key}.jpg")


class Known:
    """A replica that changes are given to, and shelves over it."""

    def __init__(self, path: Path) -> None:
        self.now = NOW.timestamp() + 1
        self.replica = Replica(path)
        self.shelves = Shelves(self.replica, lambda: self.now)
        self._number = 0

    def give(self, *changes: Change) -> None:
        revisions = []
        for change in changes:
            self._number += 1
            revisions.append(Revision(self._number, change.kind, change.key, body_of(change)))
        self.replica.apply(revisions, identity="i", now=self.now)

    def names(self, line: Line = LINE) -> list[str]:
        return [one.name for one in self.shelves.titles(line, TitleKind.FILM)]


@pytest.fixture
def known(tmp_path: Path) -> Iterator[Known]:
    made = Known(tmp_path / "replica.sqlite3")
    made.give(
        Change(Kind.COLLECTION, 3, Collection(id=3, name="Films", position=2)),
        Change(Kind.COLLECTION, 4, Collection(id=4, name="Others", position=1)),
        Change(Kind.PACKAGE, 1, Package(id=1, name="All", lineup_ids=(), collection_ids=(3, 4))),
        Change(Kind.RIGHT, 5, RIGHT),
        *(Change(Kind.TITLE, key, film(key, name)) for key, name in ((1, "Beta"), (2, "Àlpha"), (3, "Gamma"))),
        Change(Kind.TITLE, 4, film(4, "Not cleared", collection=4)),
    )
    yield made
    made.replica.close()


def test_titles_under_a_right_are_listed_the_newest_first(known: Known) -> None:
    assert known.names() == ["Gamma", "Àlpha", "Beta"]
    assert known.shelves.categories(LINE, TitleKind.FILM) == [(4, "Others"), (3, "Films")]


def test_pages_are_found_by_words_and_sorted_by_name(known: Known) -> None:
    titles, total = asyncio.run(known.shelves.page(LINE, TitleKind.FILM, Wanted(by_name=True, count=2)))
    assert ([one.name for one in titles], total) == (["Àlpha", "Beta"], 3)
    titles, total = asyncio.run(known.shelves.page(LINE, TitleKind.FILM, Wanted(search="alp")))
    assert ([one.name for one in titles], total) == (["Àlpha"], 1)


def test_another_territory_sees_nothing(known: Known) -> None:
    assert known.names(replace(LINE, territory="FR")) == []
    assert known.shelves.title(replace(LINE, territory="FR"), TitleKind.FILM, 1) is None


def test_when_the_right_ends_the_list_is_empty_and_its_mark_another(known: Known) -> None:
    mark = known.shelves.mark(LINE)
    assert known.shelves.mark(LINE) == mark
    known.now += 3600
    assert known.shelves.mark(LINE) != mark
    assert known.names() == []


def test_a_changed_title_changes_the_mark_and_a_removed_one_goes(known: Known) -> None:
    mark = known.shelves.mark(LINE)
    known.give(Change(Kind.TITLE, 1, film(1, "Delta")))
    assert known.shelves.mark(LINE) != mark
    assert known.names() == ["Gamma", "Àlpha", "Delta"]
    known.give(Change(Kind.TITLE, 1, None))
    assert known.names() == ["Gamma", "Àlpha"]


def test_an_offer_that_ended_is_not_listed(known: Known) -> None:
    known.give(Change(Kind.TITLE, 1, replace(film(1, "Beta"), until=NOW)))
    assert known.names() == ["Gamma", "Àlpha"]


def test_episodes_are_found_by_their_series_and_by_themselves(known: Known) -> None:
    episodes = tuple(
        HeldEpisode(episode=Episode(id=key, season=season, number=1), file=MediaFile(name=f"e{key}.mp4", size_bytes=1))
        for key, season in ((91, 2), (90, 1))
    )
    title = Title(id=8, kind=TitleKind.SERIES, name="Waves", category_id=3)
    known.give(Change(Kind.TITLE, 8, Holding(title=title, episodes=episodes)))
    assert [one.id for one in known.shelves.episodes(LINE, 8)] == [90, 91]
    assert [one.number for one in known.shelves.seasons(LINE, 8)] == [1, 2]
    found = known.replica.titles.of_episode(91)
    assert found is not None
    assert found.title.id == 8


def test_a_replica_opened_again_still_has_its_titles(known: Known, tmp_path: Path) -> None:
    again = Replica(tmp_path / "replica.sqlite3")
    try:
        assert [one.name for one in Shelves(again, lambda: known.now).titles(LINE, TitleKind.FILM)] == [
            "Gamma", "Àlpha", "Beta",
        ]  # fmt: skip
    finally:
        again.close()
