"""Collections, titles and their files, written by operations and read by edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.errors import ConflictError, InvalidInputError
from rightcast.domain.library import TitleKind
from rightcast.panel.catalogue.queries import package_records
from rightcast.panel.library import operations, queries
from rightcast.panel.library.files import TakenIn
from rightcast.panel.publish.models import OutboxRow
from rightcast.panel.takedowns.operations import lift, take_down
from rightcast.panel.takedowns.orders import Order
from tests.panel.numbered import write_stream

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from rightcast.contract.station import StationSettings
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.ts"
    write_stream(path, 4)
    return path


def test_a_film_is_offered_once_it_has_a_file(actor: Actor, station: StationSettings, stream: Path) -> None:
    films = operations.create_collection(actor, name="Films")
    title = operations.create_title(actor, TitleKind.FILM, {"name": "The Sea", "collection_id": films.id})
    assert queries.title_records([title.id]) == {}
    operations.set_film(actor, title.id, stream)
    holding = queries.title_records([title.id])[title.id]
    assert holding.file is not None
    assert holding.file.extension == "mp4"
    assert holding.file.length_s == pytest.approx(4.0, abs=0.1)
    assert (station.library / holding.file.name).stat().st_size == holding.file.size_bytes
    assert (station.library / holding.poster).is_file()


def test_another_file_takes_the_place_of_the_one_before(actor: Actor, station: StationSettings, stream: Path) -> None:
    films = operations.create_collection(actor, name="Films")
    title = operations.create_title(actor, TitleKind.FILM, {"name": "The Sea", "collection_id": films.id})
    first = operations.set_film(actor, title.id, stream).file_name
    second = operations.set_film(actor, title.id, stream).file_name
    assert first != second
    assert sorted(path.name for path in station.library.glob("*.mp4")) == [second]


def test_what_is_no_media_file_is_refused_by_its_field_and_leaves_nothing(
    actor: Actor, station: StationSettings, tmp_path: Path
) -> None:
    films = operations.create_collection(actor, name="Films")
    title = operations.create_title(actor, TitleKind.FILM, {"name": "The Sea", "collection_id": films.id})
    (tmp_path / "letter.txt").write_text("no film")
    with pytest.raises(InvalidInputError) as caught:
        operations.set_film(actor, title.id, tmp_path / "letter.txt")
    assert caught.value.field == "file"
    assert list(station.library.iterdir()) == []


def test_episodes_come_in_seasons(actor: Actor, stream: Path) -> None:
    series = operations.create_collection(actor, name="Series")
    title = operations.create_title(actor, TitleKind.SERIES, {"name": "Waves", "collection_id": series.id})
    for season, number in ((1, 2), (1, 1), (2, 1)):
        operations.add_episode(actor, title.id, stream, season=season, number=number)
    holding = queries.title_records([title.id])[title.id]
    assert [(one.number, len(one.episodes)) for one in holding.seasons] == [(1, 2), (2, 1)]
    with pytest.raises(ConflictError):
        operations.add_episode(actor, title.id, stream, season=1, number=1)


def test_packages_know_their_collections(actor: Actor, channel: Channel) -> None:
    from rightcast.panel.catalogue.operations import create_package

    package = create_package(actor, name="All", channel_ids=[channel.id])
    films = operations.create_collection(actor, name="Films", package_ids=[package.id])
    assert package_records([package.id])[package.id].collection_ids == (films.id,)
    OutboxRow.objects.all().delete()
    operations.update_collection(actor, films.id, name="Films", position=1, adult=False, package_ids=[])
    changed = {(row.kind, row.key) for row in OutboxRow.objects.all()}
    assert changed == {(Kind.COLLECTION.value, films.id), (Kind.PACKAGE.value, package.id)}


def test_a_collection_with_titles_is_not_removed(actor: Actor) -> None:
    films = operations.create_collection(actor, name="Films")
    title = operations.create_title(actor, TitleKind.FILM, {"name": "The Sea", "collection_id": films.id})
    with pytest.raises(ConflictError):
        operations.remove_collection(actor, films.id)
    operations.remove_title(actor, title.id)
    operations.remove_collection(actor, films.id)
    assert queries.collection_ids() == []


@pytest.mark.parametrize(("field", "value"), [("year", "26"), ("age", 40), ("stars", "many"), ("name", " ")])
def test_a_wrong_detail_names_its_field(actor: Actor, field: str, value: object) -> None:
    films = operations.create_collection(actor, name="Films")
    details: operations.TitleChanges = {"name": "The Sea", "collection_id": films.id}
    with pytest.raises(InvalidInputError) as caught:
        operations.create_title(actor, TitleKind.FILM, {**details, field: value})  # type: ignore[misc]
    assert caught.value.field == field


@pytest.mark.parametrize("table", ["title", "collection", "harvest", "episode"])
def test_each_page_of_the_library_opens_empty(console: Client, table: str) -> None:
    assert console.get(f"/library/{table}/").status_code == 200
    assert console.get(f"/library/{table}/add/").status_code == 200


def test_a_film_is_added_with_its_file_in_the_console(
    console: Client, actor: Actor, station: StationSettings, stream: Path
) -> None:
    films = operations.create_collection(actor, name="Films")
    with stream.open("rb") as file:
        form = {"name": "The Sea", "kind": "film", "collection": films.id, "wanted": "on", "age": 0, "file": file}
        answer = console.post("/library/title/add/", form)
    assert answer.status_code == 302, answer.content[:2000]
    (title,) = films.titles.all()
    assert (station.library / title.file_name).is_file()
    assert console.get(f"/library/title/{title.id}/change/").status_code == 200


def test_a_film_under_a_takedown_keeps_its_file(actor: Actor, station: StationSettings, stream: Path) -> None:
    films = operations.create_collection(actor, name="Films")
    title = operations.create_title(actor, TitleKind.FILM, {"name": "The Sea", "collection_id": films.id})
    before = operations.set_film(actor, title.id, stream).file_name
    takedown = take_down(actor, Order(case="7 O 12/26", title_ids=(title.id,)))
    with pytest.raises(ConflictError, match="case 7 O 12/26"):
        operations.set_film(actor, title.id, stream)
    (station.library / "film-late.mp4").write_bytes(b"x")
    late = TakenIn(name="film-late.mp4", size_bytes=1, length_s=1, codecs="", poster="", height=0)
    with pytest.raises(ConflictError, match="case 7 O 12/26"):
        operations.attach_film(actor, title.id, late)
    assert not (station.library / "film-late.mp4").exists()
    assert (station.library / before).exists()
    lift(actor, takedown.pk, "a mistake")
    assert operations.set_film(actor, title.id, stream).file_name != before
