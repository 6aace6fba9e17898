"""The playlist reader on rows as they are found in the wild."""

import pytest

from rightcast.domain.errors import InvalidInputError
from rightcast.formats.m3u import LONGEST_LINE_BYTES, BrokenLine, PlaylistEntry, read_playlist


def read(text: str | bytes) -> list[PlaylistEntry | BrokenLine]:
    return list(read_playlist([text if isinstance(text, bytes) else text.encode()]))


def only(text: str | bytes) -> PlaylistEntry:
    (entry,) = read(text)
    assert isinstance(entry, PlaylistEntry), entry
    return entry


def test_a_row_brings_its_attributes_name_and_address():
    entry = only(
        '#EXTM3U\n#EXTINF:-1 tvg-id="one.it" tvg-chno="7" tvg-logo="https://l/1.png" group-title="News",One\n'
        "http://example.org/1.ts\n"
    )
    assert (entry.name, entry.url, entry.group) == ("One", "http://example.org/1.ts", "News")
    assert (entry.number, entry.guide_id, entry.logo_url) == (7, "one.it", "https://l/1.png")
    assert entry.line_number == 3


def test_a_byte_order_mark_is_no_part_of_the_first_line():
    assert only(b"\xef\xbb\xbf#EXTM3U\n#EXTINF:-1,One\nudp://239.1.1.1:5000\n").name == "One"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_line_ending_is_read(ending: str):
    entry = only(ending.join(["#EXTM3U", "#EXTINF:-1,One", "udp://239.1.1.1:5000", ""]))
    assert (entry.name, entry.line_number) == ("One", 3)


def test_attributes_may_stand_in_single_quotes():
    entry = only("#EXTINF:-1 tvg-id='a b' group-title='News, late',One\nudp://h:1\n")
    assert (entry.guide_id, entry.group, entry.name) == ("a b", "News, late", "One")


def test_attributes_may_stand_without_quotes():
    entry = only("#EXTINF:-1 tvg-id=one.it group-title=Late News tvg-chno=3,One\nudp://h:1\n")
    assert (entry.guide_id, entry.group, entry.number, entry.name) == ("one.it", "Late News", 3, "One")


def test_a_quote_inside_a_quoted_value_does_not_end_it():
    entry = only('#EXTINF:-1 tvg-name="The "Best" One" group-title="G",One\nudp://h:1\n')
    assert (entry.attributes["tvg-name"], entry.group) == ('The "Best" One', "G")


def test_a_quote_that_never_ends_costs_only_its_own_attribute():
    entry = only('#EXTINF:-1 tvg-id="broken group-title="G",One\nudp://h:1\n')
    assert (entry.name, entry.url) == ("One", "udp://h:1")


def test_commas_in_names_stay():
    assert only("#EXTINF:-1,News, sport, weather\nudp://h:1\n").name == "News, sport, weather"


def test_a_name_that_looks_like_an_attribute_stays_a_name():
    assert only('#EXTINF:-1 tvg-id="a",x=1, y=2\nudp://h:1\n').name == "x=1, y=2"


def test_latin_1_bytes_are_read_as_such():
    assert only(b"#EXTINF:-1,Caf\xe9\nudp://h:1\n").name == "Café"


def test_a_row_without_a_name_is_called_after_its_guide_name_or_address():
    assert only('#EXTINF:-1 tvg-name="One",\nudp://h:1\n').name == "One"
    assert only("http://example.org/path/Great%20One.ts\n").name == "Great One"
    assert only("udp://239.1.1.1:5000\n").name == "239.1.1.1"


def test_a_group_line_stays_in_force_until_an_empty_one():
    rows = read('#EXTGRP:A\nudp://h:1\nudp://h:2\n#EXTINF:-1 group-title="B",x\nudp://h:3\n#EXTGRP:\nudp://h:4\n')
    assert [row.group for row in rows if isinstance(row, PlaylistEntry)] == ["A", "A", "B", ""]


def test_player_options_are_kept_for_one_row_only():
    first, second = read("#EXTINF:-1,a\n#EXTVLCOPT:program=1201\n#KODIPROP:x=y\nudp://h:1\n#EXTINF:-1,b\nudp://h:2\n")
    assert isinstance(first, PlaylistEntry)
    assert isinstance(second, PlaylistEntry)
    assert first.service_id == 1201
    assert first.options["x"] == "y"
    assert second.options == {}


def test_options_behind_a_pipe_are_not_part_of_the_address():
    entry = only("#EXTINF:-1,a\nhttp://h/1.ts|user-agent=A%20B&referer=http://r/\n")
    assert entry.url == "http://h/1.ts"
    assert entry.options == {"user-agent": "A B", "referer": "http://r/"}


def test_radio_is_recognised():
    assert only('#EXTINF:-1 radio="true",a\nudp://h:1\n').is_radio


@pytest.mark.parametrize("wanted", ["7.2", "0", "-3", "seven", "99999999999", "²"])
def test_numbers_that_are_not_whole_are_not_taken(wanted: str):
    assert only(f'#EXTINF:-1 tvg-chno="{wanted}",a\nudp://h:1\n').number is None


def test_what_is_no_address_is_listed_with_its_line():
    rows = read("#EXTM3U\n#EXTINF:-1,a\nnonsense here\n#EXTINF:-1,b\nudp://h:1\n")
    assert rows[0] == BrokenLine(line_number=3, reason="'nonsense here' is not an address.")
    assert isinstance(rows[1], PlaylistEntry)
    assert rows[1].name == "b"


def test_a_row_whose_address_is_missing_is_listed():
    rows = read("#EXTINF:-1,a\n#EXTINF:-1,b\nudp://h:1\n#EXTINF:-1,c")
    broken = [row for row in rows if isinstance(row, BrokenLine)]
    assert [(row.line_number, "'a'" in row.reason, "'c'" in row.reason) for row in broken] == [
        (1, True, False),
        (4, False, True),
    ]


def test_a_line_without_end_is_listed_and_the_next_one_is_read():
    long = b"x" * (LONGEST_LINE_BYTES * 4)
    rows = list(
        read_playlist([b"#EXTM3U\n", *(long[i : i + 65536] for i in range(0, len(long), 65536)), b"\nudp://h:1\n"])
    )
    assert isinstance(rows[0], BrokenLine)
    assert rows[0].line_number == 2
    assert isinstance(rows[1], PlaylistEntry)
    assert rows[1].line_number == 3


def test_control_characters_in_an_address_are_listed():
    (row,) = read(b"http://h/\x00\x01\n")
    assert isinstance(row, BrokenLine)


def test_the_playlist_of_one_stream_is_refused_with_the_right_advice():
    with pytest.raises(InvalidInputError, match="single HLS stream"):
        read("#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nseg-1.ts\n")


def test_an_empty_playlist_has_no_rows():
    assert read("") == []
    assert read("#EXTM3U\n") == []
