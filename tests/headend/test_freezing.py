"""Files that hold some of what a hold keeps do not go, whoever wants their room."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from rightcast.domain.hold import Hold
from rightcast.headend.archive.freezing import Freeze
from rightcast.state.archive.places import Place
from rightcast.state.archive.records import KeptFile

if TYPE_CHECKING:
    from rightcast.headend.archive.channel_reel import ChannelReel

NOW = 10_000.0


def file(number: int) -> KeptFile:
    start = number * 600.0
    return KeptFile(file=number, start=start, stop=start + 600, bytes=1, first=1, place=Place.FIRST)


class _Reel:
    """Three files."""

    def finished_in(self, _: Place) -> list[KeptFile]:
        return [file(number) for number in range(3)]

    def oldest_in(self, _: Place) -> KeptFile:
        return file(0)


def held(until: float | None = None) -> Hold:
    return Hold(
        id=1,
        channel_ids=frozenset({8}),
        shown_until=datetime.fromtimestamp(900, UTC),
        until=None if until is None else datetime.fromtimestamp(until, UTC),
    )


def test_the_oldest_that_is_not_held_goes_instead() -> None:
    freeze, reel = Freeze(), cast("ChannelReel", _Reel())
    assert freeze.oldest(8, reel, Place.FIRST, NOW) == file(0)
    freeze.holds = [held()]
    assert freeze.oldest(8, reel, Place.FIRST, NOW) == file(2)
    assert freeze.oldest(9, reel, Place.FIRST, NOW) == file(0)
    assert freeze.free(8, [file(0), file(1), file(2)], NOW) == [file(2)]


def test_a_hold_that_ran_out_keeps_nothing() -> None:
    freeze = Freeze()
    freeze.holds = [held(until=NOW)]
    assert freeze.free(8, [file(0)], NOW) == [file(0)]
