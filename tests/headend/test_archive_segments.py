"""Segments are told when they are closed: of the first rendition, with joins, contents, and what signals forbid."""

from __future__ import annotations

from pathlib import Path

from rightcast.contract.ring import SCTE35, Announcement, Closed, Described, Down, Dropped, Marker, Opened, Part, Up
from rightcast.formats.mpegts.scte35.records import Cue, Delivery
from rightcast.formats.mpegts.scte35.section import encode
from rightcast.headend.archive.segments import Rings, Segment
from tests.headend.cue_signals import programme

WALL = 1_800_000_000.0
NO_ARCHIVE = Delivery(archive_allowed=False)


class Hall:
    """Announces segments of two seconds and remembers what is told of them."""

    def __init__(self) -> None:
        self.told: list[Segment] = []
        self.rings = Rings(self.told.append)
        self.rings.wanted = {1}
        self.rings.apply([Up(1, "/ring/1", codecs="avc1")])

    def segment(self, sequence: int, *markers: Marker, rendition: int = 0, channel: int = 1) -> None:
        opened = Opened(channel, sequence, 0, sequence, 376, WALL + 2 * sequence, 180_000 * sequence, rendition)
        parts: list[Announcement] = [
            Part(channel, sequence, 0, 0, 1000, 1.0, joinable=True, rendition=rendition),
            Part(channel, sequence, 1, 1000, 500, 0.5, joinable=False, rendition=rendition),
            Part(channel, sequence, 2, 1500, 500, 0.5, joinable=True, rendition=rendition),
        ]
        closed = Closed(channel, sequence, 2000, 2.0, rendition)
        self.rings.apply([opened, *markers, *parts, closed])

    def cue(self, sequence: int, cue: Cue, ahead_s: float = 0.0) -> Marker:
        return Marker(1, sequence, 180_000 * sequence + round(ahead_s * 90_000), SCTE35, encode(cue))


def test_a_segment_is_told_with_its_file_joins_and_contents() -> None:
    hall = Hall()
    hall.segment(3)
    hall.rings.apply([Described(1, "hvc1", video=True)])
    hall.segment(4)
    first, second = hall.told
    assert first.path == Path("/ring/1/3.ts")
    assert (first.size, first.start, first.stop) == (2000, WALL + 6, WALL + 8)
    assert first.to_keep.joins == ((0, 0.0), (1500, 1.5))
    assert (first.to_keep.psi, first.to_keep.time, first.to_keep.sequence) == (376, 540_000, 3)
    assert (first.contents.codecs, second.contents.codecs) == ("avc1", "hvc1")


def test_rungs_of_a_ladder_and_channels_that_nobody_wants_are_not_told() -> None:
    hall = Hall()
    hall.rings.apply([Up(1, "/ring/1.1", rendition=1), Up(2, "/ring/2")])
    hall.segment(0, rendition=1)
    hall.segment(0, channel=2)
    assert hall.told == []


def test_what_a_signal_forbids_to_archive_is_told_so_until_its_end() -> None:
    hall = Hall()
    hall.segment(0)
    hall.segment(1, hall.cue(1, programme(0x10, None, delivery=NO_ARCHIVE, duration_s=60), ahead_s=3.0))
    for sequence in (2, 3):
        hall.segment(sequence)
    hall.segment(4, hall.cue(4, programme(0x11, None), ahead_s=0.0))
    hall.segment(5)
    assert [one.forbidden for one in hall.told] == [False, False, True, True, False, False]


def test_other_restrictions_do_not_forbid_the_archive() -> None:
    hall = Hall()
    hall.segment(0, hall.cue(0, programme(0x10, None, delivery=Delivery(web_delivery_allowed=False))))
    assert not hall.told[0].forbidden


def test_signals_are_remembered_over_a_connection_anew() -> None:
    hall = Hall()
    hall.segment(0, hall.cue(0, programme(0x10, None, delivery=NO_ARCHIVE)))
    hall.rings.apply([Up(1, "/ring/1")])
    hall.segment(1)
    assert hall.told[-1].forbidden
    assert (hall.told[0].ring, hall.told[-1].ring) == (1, 2)


def test_a_segment_is_held_until_its_file_may_be_written_anew() -> None:
    hall = Hall()
    hall.segment(0)
    first = hall.told[0]
    hall.segment(1)
    hall.rings.apply([Dropped(1, 0)])
    assert hall.rings.holds(first)
    hall.segment(2)
    assert hall.rings.holds(first)
    hall.segment(3)
    assert not hall.rings.holds(first)


def test_a_segment_of_a_ring_that_is_gone_is_not_held() -> None:
    hall = Hall()
    hall.segment(0)
    hall.rings.apply([Down(1)])
    assert not hall.rings.holds(hall.told[0])
