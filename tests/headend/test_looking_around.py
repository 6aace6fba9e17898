"""The round over all channels: when they are looked at, and what may be shown of them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rightcast.domain.features import Features
from rightcast.domain.rights import RightStatus
from rightcast.domain.watch import Sight, Watch
from rightcast.headend.pictures.orders import Look, Picture, Seen
from rightcast.headend.pictures.pool import Done
from rightcast.headend.pictures.rounds import Rounds, Sample
from rightcast.headend.thumbnails import Thumbnails
from tests.headend.scenes import scene
from tests.headend.stations import Headend, Looped, channel, right

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

JPEG = b"\xff\xd8 a picture"
SEEN = Seen(number=0, picture=Picture(jpeg=JPEG, grey=b"", mean=0.5, dark=0.0))


class Workers:
    """A pool of which the test decides what comes of looks."""

    pids: tuple[int, ...] = ()
    looked = crashed = hung = 0

    def __init__(self) -> None:
        self.asked: list[Look] = []
        self.done: list[Done] = []
        self.full = False

    def resize(self, workers: int) -> None:
        pass

    def submit(self, look: Look) -> bool:
        if not self.full:
            self.asked.append(look)
        return not self.full

    def answer(self, seen: Seen | None) -> None:
        look = self.asked[-1]
        told = None if seen is None else Seen(number=look.number, picture=seen.picture)
        self.done.append(Done(look, told))

    def tick(self) -> list[Done]:
        done, self.done = self.done, []
        return done

    def close(self) -> None:
        pass


class OnAir:
    """A channel with a new segment every time it is asked."""

    def __init__(self, **watch: int | bool) -> None:
        self.watch = Watch(**watch)  # type: ignore[arg-type]
        self.sequence = 0
        self.seen: list[Seen | None] = []
        self.silent = False

    def sample(self) -> Sample | None:
        self.sequence += 1
        return None if self.silent else Sample(self.sequence, "file", 188, (256, "h264"), (257, "aac"))

    def on_seen(self, seen: Seen | None, *, thumbnail: bool, now: float) -> None:
        self.seen.append(seen)


@pytest.fixture
def workers() -> Workers:
    return Workers()


@pytest.fixture
def rounds(workers: Workers, tmp_path: Path) -> Rounds:
    return Rounds(Thumbnails(tmp_path), workers)  # type: ignore[arg-type]


def go(rounds: Rounds, channels: dict[int, OnAir], seconds: float, begin: float = 0.0) -> None:
    for tick in range(round(seconds * 10)):
        rounds.tick(channels, begin + tick / 10)


def test_a_channel_is_looked_at_once_in_its_period(rounds: Rounds, workers: Workers) -> None:
    one = OnAir(every_s=5)
    for tick in range(202):
        rounds.tick({1: one}, tick / 10)
        if workers.asked and len(one.seen) + len(workers.done) < len(workers.asked):
            workers.answer(SEEN)
    assert len(workers.asked) == 5


def test_what_is_not_watched_is_not_asked_for(rounds: Rounds, workers: Workers) -> None:
    go(rounds, {1: OnAir(pictures=False), 2: OnAir(sound=False), 3: OnAir(pictures=False, sound=False)}, 1)
    assert [(one.video_pid, one.audio_pid) for one in workers.asked] == [(-1, 257), (256, -1)]


def test_a_thumbnail_is_shown_and_renewed(rounds: Rounds, workers: Workers, tmp_path: Path) -> None:
    one = OnAir()
    go(rounds, {1: one}, 1)
    workers.answer(SEEN)
    go(rounds, {1: one}, 1, 1.0)
    assert (tmp_path / "1.jpg").read_bytes() == JPEG
    assert [path.name for path in tmp_path.iterdir()] == ["1.jpg"]


def test_a_thumbnail_leaves_with_its_channel(rounds: Rounds, workers: Workers, tmp_path: Path) -> None:
    go(rounds, {1: OnAir()}, 1)
    workers.answer(SEEN)
    rounds.tick({}, 2.0)
    assert list(tmp_path.iterdir()) == []


def test_what_was_seen_of_a_channel_that_has_left_is_not_shown(
    rounds: Rounds, workers: Workers, tmp_path: Path
) -> None:
    gone = OnAir()
    go(rounds, {1: gone}, 1)
    rounds.tick({}, 2.0)
    workers.answer(SEEN)
    rounds.tick({1: OnAir()}, 3.0)
    assert list(tmp_path.iterdir()) == []
    assert gone.seen == []


def test_a_picture_that_can_no_longer_be_decoded_takes_its_thumbnail_along(
    rounds: Rounds, workers: Workers, tmp_path: Path
) -> None:
    one = OnAir()
    go(rounds, {1: one}, 1)
    workers.answer(SEEN)
    go(rounds, {1: one}, 6, 1.0)
    workers.answer(None)
    go(rounds, {1: one}, 1, 7.0)
    assert one.seen[-1] is None
    assert list(tmp_path.iterdir()) == []


def test_a_channel_that_ends_workers_is_looked_at_ever_more_seldom(rounds: Rounds, workers: Workers) -> None:
    one = OnAir(every_s=5)
    moments = []
    for second in range(300):
        rounds.tick({1: one}, float(second))
        if len(workers.asked) > len(moments):
            moments.append(second)
            workers.answer(None)
    assert moments[0] < 2
    assert moments[1] - moments[0] >= 60
    assert moments[2] - moments[1] >= 120


def test_looks_for_which_there_is_no_room_are_counted(rounds: Rounds, workers: Workers) -> None:
    workers.full = True
    go(rounds, {1: OnAir(every_s=5)}, 10)
    assert rounds.report().skipped == 2


def test_thumbnails_of_channels_no_longer_carried_are_removed_at_the_start(tmp_path: Path) -> None:
    for name in ("1.jpg", "2.jpg", "x.jpg"):
        (tmp_path / name).write_bytes(JPEG)
    Thumbnails(tmp_path).keep_only({1})
    assert [path.name for path in tmp_path.iterdir()] == ["1.jpg"]


async def reached(headend: Headend, condition: Callable[[], object]) -> None:
    """Let invented and real time go on until it holds."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        await headend.run(0.1)
        headend.reports()  # states are judged when somebody asks
        await asyncio.sleep(0.005)


async def test_a_headend_shows_its_channel_until_the_right_ends(tmp_path: Path) -> None:
    folder = tmp_path / "thumbnails"
    headend = Headend(tmp_path, lambda _: Looped(scene("moving").read_bytes(), 4), rounds=Rounds(Thumbnails(folder)))
    headend.publish(channel(1, "udp://239.1.1.1:5000"), right(1))
    try:
        await reached(headend, (folder / "1.jpg").exists)
        await reached(headend, lambda: (headend.reports(), headend.report(1).picture)[1].state == "seen")  # type: ignore[union-attr]
        headend.publish(right(1, status=RightStatus.WITHDRAWN))
        await headend.run(1.0)
        assert not (folder / "1.jpg").exists()
    finally:
        headend.supervisor.close()


async def test_a_silent_black_channel_is_found_and_only_that(tmp_path: Path) -> None:
    headend = Headend(
        tmp_path,
        lambda _: Looped(scene("black", "silent").read_bytes(), 4),
        rounds=Rounds(Thumbnails(tmp_path / "thumbnails")),
    )
    watch = Watch(every_s=2, black_after_s=4, silence_after_s=4, stream=False)
    one = channel(1, "udp://239.1.1.1:5000")
    headend.publish(replace(one, features=Features(watch=watch)), right(1))
    try:
        await reached(headend, lambda: len(headend.reports()) == 1 and len(headend.report(1).findings) == 2)
        assert {found.kind for found in headend.report(1).findings} == {Sight.BLACK, Sight.SILENCE}
    finally:
        headend.supervisor.close()
