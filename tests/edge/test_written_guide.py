"""A guide is written in pieces of a channel and a day, and only those that changed are written again."""

from __future__ import annotations

import gzip
import xml.etree.ElementTree as ET
from dataclasses import replace

from rightcast.domain.guide import DAY_S, Show
from rightcast.edge.guide.written import Told, WrittenGuide
from tests.edge.shelves import FakeGuide

FIRST = 20_000
CHANNELS = [Told(1, "uno.it", ("Uno",)), Told(2, "due.it", ("Due",), past=lambda show: not show.no_catchup)]


def shows(guide_id: str, title: str = "Show") -> list[Show]:
    return [
        Show(id=hour, guide_id=guide_id, start=start, stop=start + 3600, title=f"{title} {hour}", no_catchup=hour == 3)
        for hour in range(72)
        for start in [FIRST * DAY_S + hour * 3600]
    ]


class Marked(FakeGuide):
    """Days have marks of their own."""

    def __init__(self) -> None:
        super().__init__(*shows("uno.it"), *shows("due.it"), ids={"uno.it": 1, "due.it": 2})
        self.marks: dict[tuple[int, int], int] = {}

    def day_mark(self, channel_id: int, day: int) -> int:
        return self.marks.get((channel_id, day), 0)


def titles(packed: bytes) -> list[tuple[str | None, str | None]]:
    found = ET.fromstring(gzip.decompress(packed)).findall("programme")
    return [(one.get("channel"), one.findtext("title")) for one in found]


def test_all_shows_stand_in_it_channel_by_channel() -> None:
    made = WrittenGuide(Marked()).whole(CHANNELS, range(FIRST, FIRST + 2))
    assert titles(made.packed) == [(name, f"Show {hour}") for name in ("uno.it", "due.it") for hour in range(48)]
    assert made.size == len(gzip.decompress(made.packed))


def test_only_a_changed_day_is_written_again_and_the_tag_is_that_of_the_content() -> None:
    guide = Marked()
    written = WrittenGuide(guide)
    first = written.whole(CHANNELS, range(FIRST, FIRST + 3))
    assert written.written == 6
    guide.marks[1, FIRST + 1] = 1
    again = written.whole(CHANNELS, range(FIRST, FIRST + 3))
    assert (written.written, again) == (7, first)
    guide.all = [(key, one) for key, one in guide.all if one.title != "Show 30"]
    guide.marks[2, FIRST + 1] = 1
    other = written.whole(CHANNELS, range(FIRST, FIRST + 3))
    assert written.written == 8
    assert other.tag != first.tag
    assert WrittenGuide(Marked()).whole(CHANNELS, range(FIRST, FIRST + 3)).tag == first.tag


def test_pieces_do_not_fill_the_memory() -> None:
    written = WrittenGuide(Marked(), kept_bytes=2000)
    made = written.whole(CHANNELS, range(FIRST, FIRST + 3))
    assert len(titles(made.packed)) == 144
    assert len(written._pieces) < 6


def test_an_id_of_the_past_is_only_given_to_shows_that_have_one() -> None:
    packed = WrittenGuide(Marked()).whole(CHANNELS, range(FIRST, FIRST + 1)).packed
    ids = [one.get("catchup-id") for one in ET.fromstring(gzip.decompress(packed)).findall("programme")]
    assert ids[:24] == [None] * 24
    assert ids[24:28] == [f"2_{FIRST * DAY_S}", f"2_{FIRST * DAY_S + 3600}", f"2_{FIRST * DAY_S + 7200}", None]


def test_lines_to_which_the_same_shows_are_open_share_a_piece() -> None:
    written = WrittenGuide(Marked())
    for past in (lambda show: show.id < 2, lambda show: show.id < 2, lambda show: show.id < 3):
        written.whole([Told(2, "due.it", ("Due",), past=past)], range(FIRST, FIRST + 1))
    assert written.written == 2


def test_channels_without_shows_are_left_out_unless_there_are_no_others() -> None:
    def named(packed: bytes) -> list[str | None]:
        return [one.get("id") for one in ET.fromstring(gzip.decompress(packed)).findall("channel")]

    written = WrittenGuide(Marked())
    silent = Told(3, "tre.it", ("Tre",))
    assert named(written.whole([silent, *CHANNELS], range(FIRST, FIRST + 1)).packed) == ["uno.it", "due.it"]
    assert named(written.whole([silent], range(FIRST, FIRST + 1)).packed) == ["tre.it"]


def test_pictures_of_the_station_stand_under_the_address_of_each_asker() -> None:
    guide = Marked()
    guide.all = [(key, replace(one, icon_url="/images/a-m") if key == 1 else one) for key, one in guide.all]
    written = WrittenGuide(guide)
    for base, count in (("http://tv.lan:8080", 2), ("https://tv.example.org", 3), ("http://tv.lan:8080", 3)):
        channels = [Told(1, "uno.it", ("Uno",), "/images/b-m", base_url=base), replace(CHANNELS[1], base_url=base)]
        told = gzip.decompress(written.whole(channels, range(FIRST, FIRST + 1)).packed).decode()
        assert told.count(f'src="{base}/images/a-m"') == 24
        assert told.count(f'src="{base}/images/b-m"') == 1
        assert written.written == count  # what names no picture of ours is not written again
