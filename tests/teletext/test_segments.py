"""Teletext pages in transport stream become WebVTT, segment by segment."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightcast.formats.teletext.segments import captions, webvtt_segment
from tests.teletext import sender
from tests.teletext.sender import PAGE, PID, Sender, codes, header, page, row, triplets

S = 90_000
START = 100 * S


def vtt(data: bytes, before: bytes = b"", *, start: int = START, duration_s: float = 2.0) -> str:
    return webvtt_segment(data, before=before, pid=PID, page=PAGE, start=start, duration_s=duration_s)


def texts(data: bytes) -> list[str]:
    found = captions(data, pid=PID, page=PAGE, start=START, duration_s=2)
    return ["\n".join(line.text for line in one.lines) for one in found]


def test_a_page_is_shown_until_it_is_cleared() -> None:
    send = Sender().send
    data = send(START + S // 2, page({20: codes("Hello"), 22: codes("world")})) + send(START + S, page({}))
    assert vtt(data) == (
        "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:9000000,LOCAL:00:00:00.000\n\n00:00:00.500 --> 00:00:01.000\nHello\nworld\n"
    )


def test_what_is_still_shown_goes_on_in_the_next_segment() -> None:
    send = Sender().send
    first, second = send(START + S, page({20: codes("Long")})), send(START + 3 * S, page({}))
    assert "00:00:01.000 --> 00:00:02.000\nLong" in vtt(first)
    assert "00:00:00.000 --> 00:00:01.000\nLong" in vtt(second, first, start=START + 2 * S)


def test_a_repeated_page_is_one_cue() -> None:
    send = Sender().send
    data = b"".join(send(START + tenth * S // 10, page({20: codes("Same")})) for tenth in range(5))
    assert texts(data) == ["Same"]


def test_times_are_right_across_the_wrap() -> None:
    send, start = Sender().send, (1 << 33) - S
    data = send(start + S // 2, page({20: codes("Wrap")})) + send(start + 3 * S // 2, page({}))
    assert "00:00:00.500 --> 00:00:01.500\nWrap" in vtt(data, start=start)


def test_another_page_of_the_magazine_is_not_shown() -> None:
    assert texts(Sender().send(START, page({20: codes("News")}, number=0x701))) == []


def test_in_serial_transmission_another_magazine_ends_the_page() -> None:
    packets = header(serial=True) + row(20, codes("Serial")) + header(0x100, serial=True) + row(21, codes("x"), 0x100)
    assert texts(Sender().send(START, packets)) == ["Serial"]


def test_in_parallel_transmission_another_magazine_interrupts_nothing() -> None:
    packets = header() + header(0x100) + row(20, codes("Parallel")) + header(0x7FF)
    assert texts(Sender().send(START, packets)) == ["Parallel"]


@pytest.mark.parametrize(
    ("option", "text"),
    [
        (sender.ENGLISH, "£5 for ½"),
        (sender.GERMAN, "Grüße aus Köln, Ärger über Öl"),
        (sender.SWEDISH, "Fråga på ön"),
        (sender.ITALIAN, "Perché è così là, più giù"),
        (sender.FRENCH, "Déjà là, ça va être où"),
        (sender.SPANISH, "¿Qué será mañana? ¡Olé!"),
        (sender.CZECH, "čtyři žluté šálky"),
    ],
)
def test_national_letters_are_read(option: int, text: str) -> None:
    assert texts(Sender().send(START, page({20: codes(text, option=option)}, option=option))) == [text]


def test_a_region_chooses_other_national_letters() -> None:
    packets = sender.region(1) + page({20: codes("żółw śpi", in_region=1)})
    assert texts(Sender().send(START, packets)) == ["żółw śpi"]


def test_cyrillic_is_read() -> None:
    packets = sender.region(4) + page({20: codes("Привет", option=4, in_region=4)}, option=4)
    assert texts(Sender().send(START, packets)) == ["Привет"]


def test_letters_beyond_level_one_come_by_enhancement() -> None:
    body = row(20, codes("Senor Ole"))
    marks = triplets([(40 + 20, 0x04, 0), (4, 0x14, ord("n")), (10, 0x12, ord("e")), (8, 0x0F, 0x69)])
    packets = header() + body + marks + header(0x7FF)
    assert texts(Sender().send(START, packets)) == ["Señor Ølé"]


def test_text_outside_a_box_is_not_a_subtitle() -> None:
    assert texts(Sender().send(START, page({20: b"hidden" + codes("seen")}))) == ["seen"]


def test_a_page_without_boxes_is_read_as_a_whole() -> None:
    assert texts(Sender().send(START, page({20: b"  plain"}))) == ["plain"]


def test_colours_become_classes() -> None:
    data = Sender().send(START, page({20: b"\x0b\x0b\x03He?\x06She!\x0a\x0a"}))
    assert "<c.yellow>He? </c><c.cyan>She!</c>" in vtt(data)


def test_text_cannot_become_markup() -> None:
    assert "&lt;b&gt; &amp;" in vtt(Sender().send(START, page({20: codes("<b> &")})))


def test_text_at_the_top_says_so() -> None:
    assert "line:8%\nTop" in vtt(Sender().send(START, page({3: codes("Top")})))


def test_text_that_nobody_ends_goes_in_the_end() -> None:
    data = Sender().send(START - 31 * S, page({20: codes("Old")}))
    assert texts(data) == []


def test_a_segment_without_text_is_an_empty_document() -> None:
    assert vtt(b"") == "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:9000000,LOCAL:00:00:00.000\n"


def test_documents_of_dash_have_no_map_and_count_from_their_own_zero() -> None:
    data = Sender().send(START, page({20: codes("Dash")}))
    text = webvtt_segment(data, pid=PID, page=PAGE, start=START, duration_s=2, local_s=3600, mapped=False)
    assert text == "WEBVTT\n\n01:00:00.000 --> 01:00:02.000\nDash\n"


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=60))
def test_damage_raises_nothing(changes: list[tuple[int, int]]) -> None:
    data = bytearray(Sender().send(START, page({20: codes("Hello"), 21: triplets([(3, 0x14, 0x6E)])[2:]})))
    for place, value in changes:
        if place % len(data) % 188 > 3:
            data[place % len(data)] = value
    assert vtt(bytes(data)).startswith("WEBVTT")
