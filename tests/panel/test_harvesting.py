"""A stretch of the archive becomes a file: on key frames or exactly, as a clip or as a title under its right."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import av
import pytest
from django.utils import timezone

from rightcast.domain.errors import ConflictError, InvalidInputError
from rightcast.domain.rights import Copies, Instrument, Later
from rightcast.panel.library import harvesting, queries
from rightcast.panel.library.cutting import CutError, cut
from rightcast.panel.library.models import Harvest, HarvestState
from rightcast.panel.library.operations import create_collection, remove_title
from rightcast.panel.library.orders import Order, Piece
from rightcast.panel.rights.operations import record_right
from rightcast.panel.rights.queries import right_records
from rightcast.panel.rights.steps import withdraw_right
from rightcast.state.archive.reel import channel_reel
from tests.panel.numbered import keep, numbers_in, write_stream

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.contract.station import StationSettings
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel

SECONDS = 12
BEGAN = 1_790_000_000.0


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stream") / "numbered.ts"
    write_stream(path, SECONDS)
    return path


def order(stream: Path, folder: Path, start: float, stop: float, *, exact: bool = False, runs: int = 1) -> Order:
    size = stream.stat().st_size
    pieces = [Piece(str(stream), 0, size, BEGAN + turn * SECONDS, turn) for turn in range(runs)]
    return Order(pieces, BEGAN + start, BEGAN + stop, str(folder / "cut.mp4"), str(folder / "cut.jpg"), exact)


def test_a_cut_on_key_frames_holds_the_groups_that_were_asked_for(stream: Path, tmp_path: Path) -> None:
    *_, outcome = cut(order(stream, tmp_path, 2.6, 7.0))
    assert outcome.done
    assert outcome.start == pytest.approx(BEGAN + 2.0, abs=0.001)
    assert numbers_in(tmp_path / "cut.mp4") == list(range(50, 200))


def test_an_exact_cut_begins_and_ends_with_the_picture_that_was_asked_for(stream: Path, tmp_path: Path) -> None:
    *_, outcome = cut(order(stream, tmp_path, 1.52, 5.24, exact=True))
    assert outcome.start == pytest.approx(BEGAN + 1.52, abs=0.001)
    assert numbers_in(tmp_path / "cut.mp4") == pytest.approx(list(range(38, 131)), abs=1)
    assert outcome.length_s == pytest.approx(3.72, abs=0.001)


def test_sound_runs_along_from_first_picture_to_last(stream: Path, tmp_path: Path) -> None:
    list(cut(order(stream, tmp_path, 3.0, 8.5, exact=True)))
    with av.open(str(tmp_path / "cut.mp4")) as container:
        sound = container.streams.audio[0]
        length_s = float((sound.duration or 0) * (sound.time_base or 0))
    assert length_s == pytest.approx(5.5, abs=0.06)


def test_a_cut_goes_on_over_a_break_of_the_stream(stream: Path, tmp_path: Path) -> None:
    *_, outcome = cut(order(stream, tmp_path, 10.0, 14.0, runs=2))
    assert numbers_in(tmp_path / "cut.mp4") == [*range(50, 100), *range(50)]
    assert outcome.length_s == pytest.approx(4.0, abs=0.05)


def test_a_file_that_is_shorter_than_its_index_is_said_to_be(stream: Path, tmp_path: Path) -> None:
    piece = Piece(str(stream), stream.stat().st_size - 188, 1 << 20, BEGAN, 1)
    with pytest.raises((CutError, av.error.FFmpegError)):
        list(cut(Order([piece], BEGAN, BEGAN + 1, str(tmp_path / "cut.mp4"), str(tmp_path / "cut.jpg"))))


# Ordered by an operator, worked by the jobs process

pytest_db = pytest.mark.django_db(transaction=True)


def granted(actor: Actor, channel: Channel, copies: Copies = Copies.SHARED, days: int = 30) -> int:
    later = Later(catchup_h=24, recordings=copies, recording_days=days)
    right = record_right(
        actor, reference="R", licensor="Club", instrument=Instrument.OWN_PRODUCTION, channel_ids=[channel.id],
        territories=["*"], starts=datetime(2020, 1, 1, tzinfo=UTC), later=later,
    )  # fmt: skip
    return right.id


def ordered(actor: Actor, channel: Channel, began: float, **more: object) -> Harvest:
    start = datetime.fromtimestamp(began, UTC)
    return harvesting.order_harvest(
        actor, channel_id=channel.id, name="The goal", start=start, stop=start + timedelta(seconds=4), **more
    )  # type: ignore[arg-type]


def kept(station: StationSettings, channel: Channel, stream: Path) -> float:
    began = timezone.now().timestamp() - 600
    keep(stream, channel_reel(station.archive_root, channel.id), began)
    return began


def work(harvest: Harvest) -> Harvest:
    harvesting.Harvester().cut(harvest, threading.Event())
    return Harvest.objects.get(id=harvest.id)


@pytest_db
def test_a_clip_is_a_file_for_the_staff(actor: Actor, channel: Channel, station: StationSettings, stream: Path) -> None:
    granted(actor, channel)
    done = work(ordered(actor, channel, kept(station, channel, stream)))
    assert (done.state, done.progress, done.title) == (HarvestState.DONE, 1.0, None)
    assert len(numbers_in(station.library / done.file_name)) == 100


@pytest_db
def test_a_title_stands_on_the_right_that_granted_the_copy_and_ends_when_it_says(
    actor: Actor, channel: Channel, station: StationSettings, stream: Path
) -> None:
    right_id = granted(actor, channel)
    collection = create_collection(actor, name="Matches")
    done = work(ordered(actor, channel, kept(station, channel, stream), collection_id=collection.id))
    assert done.state == HarvestState.DONE
    holding = queries.title_records([done.title_id or 0])[done.title_id or 0]
    assert holding.file is not None
    assert (station.library / holding.file.name).is_file()
    assert (station.library / holding.poster).is_file()
    assert right_records([right_id])[right_id].covers_title(holding.title.id, 0)
    assert holding.until == done.stop + timedelta(days=30)


@pytest_db
def test_removing_a_title_removes_its_files(
    actor: Actor, channel: Channel, station: StationSettings, stream: Path
) -> None:
    granted(actor, channel)
    collection = create_collection(actor, name="Matches")
    done = work(ordered(actor, channel, kept(station, channel, stream), collection_id=collection.id))
    remove_title(actor, done.title_id or 0)
    assert list(station.library.iterdir()) == []


@pytest_db
def test_no_harvest_without_a_right_that_grants_shared_copies(actor: Actor, channel: Channel) -> None:
    granted(actor, channel, Copies.PRIVATE)
    with pytest.raises(ConflictError, match="shared copies"):
        ordered(actor, channel, timezone.now().timestamp() - 60)


@pytest_db
def test_a_right_that_went_while_it_was_cut_leaves_no_title_behind(
    actor: Actor, channel: Channel, station: StationSettings, stream: Path
) -> None:
    right_id = granted(actor, channel)
    collection = create_collection(actor, name="Matches")
    harvest = ordered(actor, channel, kept(station, channel, stream), collection_id=collection.id)
    withdraw_right(actor, right_id)
    assert work(harvest).state == HarvestState.FAILED
    assert list(station.library.iterdir()) == []


@pytest_db
def test_what_is_not_kept_fails_in_words_and_may_be_tried_again(actor: Actor, channel: Channel) -> None:
    granted(actor, channel)
    failed = work(ordered(actor, channel, timezone.now().timestamp() - 60))
    assert (failed.state, failed.detail) == (HarvestState.FAILED, "Nothing of this stretch is kept.")
    assert harvesting.retry_harvest(actor, failed.id).state == HarvestState.WAITING


@pytest_db
def test_a_cancelled_harvest_leaves_nothing(
    actor: Actor, channel: Channel, station: StationSettings, stream: Path
) -> None:
    granted(actor, channel)
    harvest = ordered(actor, channel, kept(station, channel, stream))
    harvesting.cancel_harvest(actor, harvest.id)
    assert work(harvest).state == HarvestState.CANCELLED
    assert not station.library.exists()


@pytest_db
def test_the_future_cannot_be_harvested(actor: Actor, channel: Channel) -> None:
    granted(actor, channel)
    with pytest.raises(InvalidInputError) as caught:
        ordered(actor, channel, timezone.now().timestamp())
    assert caught.value.field == "stop"
