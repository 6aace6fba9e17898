"""Display sets become images: where they stand, in which colours, for how long; damage costs no more than itself."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightcast.formats.dvb_subtitles.decoder import PageDecoder, Shown
from rightcast.formats.dvb_subtitles.images import Span, spans
from rightcast.formats.mpegts.pes import Pes
from tests.dvb_subtitles.sender import (
    ANCILLARY,
    END,
    NOTHING,
    PAGE,
    PID,
    WHITE,
    Sender,
    bitmap,
    box,
    colours,
    composition,
    display,
    region,
    subtitle,
)

S = 90_000
START = 100 * S


def shown(*sets: bytes, ancillary: int | None = None) -> list[Shown]:
    """What a page shows; one display set a second."""
    decoder = PageDecoder(PAGE, ancillary=ancillary)
    packets = (Pes(0xBD, number * S, b"\x20\x00" + data + b"\xff") for number, data in enumerate(sets))
    return decoder.feed(packets) + decoder.finish()


def within(data: bytes, before: bytes = b"", *, start: int = START, seconds: float = 2) -> list[tuple[float, float]]:
    return [(one.start / S, one.end / S) for one in found(data, before, start=start, seconds=seconds)]


def found(data: bytes, before: bytes = b"", *, start: int = START, seconds: float = 2) -> tuple[Span, ...]:
    return spans(data, before=before, pid=PID, page=PAGE, start=start, length=round(seconds * S))


def test_a_box_stands_where_page_region_and_object_say() -> None:
    data = composition((3, 100, 400)) + region(40, 20, (7, 10, 4), number=3) + bitmap(box(8, 6), number=7) + END
    (one,) = shown(data)
    (image,) = one.images
    assert (image.x, image.y, image.width, image.height) == (110, 404, 8, 6)
    assert set(image.pixels) == {1}
    assert (one.display.width, one.display.height, one.timeout_s) == (720, 576, 10)


def test_a_display_definition_gives_raster_and_window() -> None:
    data = display(1920, 1080, window=(200, 100)) + composition((0, 5, 6)) + region(4, 4, (0, 0, 0)) + bitmap(box(4, 4))
    (one,) = shown(data + END)
    assert (one.display.width, one.display.height) == (1920, 1080)
    assert (one.images[0].x, one.images[0].y) == (205, 106)


@pytest.mark.parametrize(
    ("ycrcb", "rgb"),
    [
        ((235, 128, 128, 0), (255, 255, 255, 255)),
        ((16, 128, 128, 64), (0, 0, 0, 191)),
        ((81, 240, 90, 0), (254, 0, 0, 255)),
        ((0, 9, 9, 9), (0, 0, 0, 0)),
    ],
)
def test_colours_are_those_sent(ycrcb: tuple[int, int, int, int], rgb: tuple[int, int, int, int]) -> None:
    data = composition((0, 0, 0)) + region(4, 4, (0, 0, 0)) + colours({1: ycrcb, 2: WHITE}) + bitmap([b"\1\2\2\1"] * 4)
    assert shown(data + END)[0].images[0].colours[1] == rgb


def test_without_colours_the_receivers_own_hold() -> None:
    data = composition((0, 0, 0)) + region(2, 2, (0, 0, 0)) + bitmap(box(2, 2)) + END
    assert shown(data)[0].images[0].colours[:3] == ((0, 0, 0, 0), (255, 0, 0, 255), (0, 255, 0, 255))


def test_shared_objects_and_colours_come_from_the_ancillary_page() -> None:
    shared = colours({1: WHITE}, page=ANCILLARY) + bitmap(box(2, 2), page=ANCILLARY)
    data = composition((0, 0, 0)) + region(2, 2, (0, 0, 0)) + shared + END
    assert shown(data)[0].images == ()
    assert shown(data, ancillary=ANCILLARY)[0].images[0].colours[1] == (255, 255, 255, 255)


def test_a_region_keeps_what_was_drawn_until_it_is_filled() -> None:
    first = composition((0, 0, 0)) + region(8, 2, (0, 0, 0)) + bitmap(box(2, 2)) + END
    more = composition((0, 0, 0), state=0) + region(8, 2, (1, 4, 0), fill=None) + bitmap(box(2, 2), number=1) + END
    cleared = composition((0, 0, 0), state=0) + region(8, 2) + END
    assert [[one.width for one in each.images] for each in shown(first, more, cleared)] == [[2], [6], []]


def test_a_change_of_mode_voids_all_that_was_known() -> None:
    first = composition((0, 0, 0)) + region(8, 2, (0, 0, 0)) + bitmap(box(2, 2)) + END
    assert shown(first, composition((0, 0, 0)) + END)[1].images == ()
    assert len(shown(first, composition((0, 9, 9), state=0) + END)[1].images) == 1


def test_a_sender_without_ends_of_display_sets_is_understood() -> None:
    data = composition((0, 0, 0)) + region(2, 2, (0, 0, 0)) + bitmap(box(2, 2))
    assert [(one.time, len(one.images)) for one in shown(data, composition())] == [(0, 1), (S, 0)]


def test_other_pages_of_the_stream_are_not_shown() -> None:
    decoder = PageDecoder(PAGE + 9)
    assert decoder.feed([Pes(0xBD, 0, b"\x20\x00" + subtitle(0, 0, 4, 4))]) == []


def test_it_is_shown_until_the_screen_is_cleared() -> None:
    send = Sender().send
    data = send(START + S // 2, subtitle(10, 10, 8, 8)) + send(START + S, NOTHING)
    assert within(data) == [(0.5, 1.0)]


def test_it_goes_on_in_the_next_segment_as_long_as_it_may() -> None:
    send = Sender().send
    first = send(START + S, subtitle(10, 10, 8, 8, timeout_s=4))
    assert within(first) == [(1.0, 2.0)]
    assert within(b"", first, start=START + 2 * S) == [(0.0, 2.0)]
    assert within(b"", first, start=START + 4 * S) == [(0.0, 1.0)]
    assert within(b"", first, start=START + 6 * S) == []


def test_the_same_sent_again_is_one_image() -> None:
    send = Sender().send
    data = b"".join(send(START + tenth * S // 10, subtitle(10, 10, 8, 8)) for tenth in range(5))
    assert within(data) == [(0.0, 2.0)]


def test_times_are_right_across_the_wrap() -> None:
    send, start = Sender().send, (1 << 33) - S
    assert within(send(start + 3 * S // 2, subtitle(1, 1, 8, 8)), start=start) == [(1.5, 2.0)]


def test_a_region_beyond_all_screens_is_refused() -> None:
    huge = composition((0, 0, 0)) + region(65_535, 65_535, (0, 0, 0)) + bitmap(box(2, 2)) + END
    assert shown(huge)[0].images == ()
    many = composition() + b"".join(region(4096, 2000, number=number) for number in range(200)) + END
    assert shown(many)[0].images == ()


@settings(max_examples=40)
@given(seed=st.integers(0, 1 << 30), flaws=st.integers(1, 12))
def test_a_damaged_stream_is_read_as_far_as_it_makes_sense(seed: int, flaws: int) -> None:
    chance, send = random.Random(seed), Sender().send
    sets = [display(1280, 720), subtitle(10, 10, 200, 40), subtitle(30, 60, 64, 20), NOTHING]
    data = bytearray(b"".join(send(START + number * S // 2, one) for number, one in enumerate(sets)))
    for _ in range(flaws):
        data[chance.randrange(len(data))] = chance.randrange(256)
    for one in found(bytes(data)):
        assert 0 <= one.start < one.end <= 2 * S
        assert all(len(image.pixels) == image.width * image.height for image in one.images)


@settings(max_examples=60)
@given(st.binary(max_size=200))
def test_any_payload_is_read_without_failing(data: bytes) -> None:
    shown(data, subtitle(0, 0, 4, 4) + data, data + END)
