"""Out of a broadcaster's tables comes one guide: exact for now, long texts from the schedule, no overlaps."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats.mpegts.eit import build_event, build_events
from rightcast.formats.mpegts.eit_shows import guide_of
from tests.mpegts.broadcasts import RAI, Descriptor, event, extended, present, short

NOON = 1_767_268_800


def test_title_and_text_are_read() -> None:
    (show,) = guide_of(present(RAI, 1, event(1, NOON, 1800, "Perché no?"))).shows
    assert (show.title, show.language, show.start, show.stop) == ("Perché no?", "it", NOON, NOON + 1800)
    assert show.guide_id == "dvb://13e.4800.d49"


def test_pieces_of_a_long_text_are_one_text() -> None:
    pieces = [extended(1, 1, b" and ends."), extended(0, 1, b"It begins"), short("Film", "A drama")]
    (show,) = guide_of(present(RAI, 1, build_event(1, NOON, 60, pieces))).shows
    assert (show.subtitle, show.description) == ("A drama", "It begins and ends.")


def test_people_in_the_list_are_credits() -> None:
    items = [(b"Regia", b"Federico Fellini"), (b"Cast", b"Anita Ekberg, Marcello Mastroianni"), (b"Anno", b"1960")]
    (show,) = guide_of(present(RAI, 1, build_event(1, NOON, 60, [short("Film"), extended(0, 0, b"", items)]))).shows
    assert [(one.part, one.name) for one in show.credits] == [
        ("director", "Federico Fellini"),
        ("actor", "Anita Ekberg"),
        ("actor", "Marcello Mastroianni"),
    ]
    assert show.year == "1960"


def test_content_rating_and_subtitles_are_told() -> None:
    more: list[Descriptor] = [
        (0x54, b"\x43\x00"),
        (0x55, b"ITA\x0b"),
        (0x50, b"\xf3\x10\x01ita"),
        (0x50, b"\xf2\x03\x02eng"),
    ]
    (show,) = guide_of(present(RAI, 1, event(1, NOON, 60, "Calcio", *more))).shows
    assert (show.genre, show.categories, show.rating, show.subtitled) == (0x43, ("Football",), ("DVB", "14"), True)


def test_the_rating_of_the_own_country_counts() -> None:
    sections = present(RAI, 1, event(1, NOON, 60, "Film", (0x55, b"ITA\x0bDEU\x09")))
    assert guide_of(sections, country="DEU").shows[0].rating == ("DVB", "12")
    assert guide_of(sections).shows[0].rating == ("DVB", "14")


def test_a_preferred_language_is_chosen() -> None:
    words = [short("Tagesschau", language="deu"), short("Telegiornale", language="ita")]
    sections = present(RAI, 1, build_event(1, NOON, 60, words))
    assert guide_of(sections, prefer=("ita",)).shows[0].title == "Telegiornale"
    assert guide_of(sections).shows[0].title == "Tagesschau"


def test_a_series_is_known_by_its_content_identifier() -> None:
    crid = b"/SER1"
    (show,) = guide_of(present(RAI, 1, event(1, NOON, 60, "Show", (0x76, bytes((0x32 << 2, len(crid))) + crid)))).shows
    assert show.series == "/ser1"


def test_what_is_on_now_overrules_the_schedule_but_keeps_its_long_text() -> None:
    planned = build_event(5, NOON, 3600, [short("Match"), extended(0, 0, b"Who against whom.")])
    following = event(6, NOON + 3600, 1800, "News")
    schedule = build_events(0x50, RAI, 1, [planned, following])
    now = present(RAI, 2, event(5, NOON, 5400, "Match"), event(6, NOON + 5400, 1800, "News"))
    first, second = guide_of([schedule, *now]).shows
    assert (first.stop, first.description) == (NOON + 5400, "Who against whom.")
    assert second.start == NOON + 5400


def test_a_show_without_an_end_lasts_until_the_next() -> None:
    first, second = guide_of(present(RAI, 1, event(1, NOON, None, "Live"), event(2, NOON + 7200, 600, "News"))).shows
    assert first.stop == second.start


def test_a_genre_that_begins_the_text_is_understood() -> None:
    (show,) = guide_of(present(RAI, 1, build_event(1, NOON, 60, [short("Tg", "NOTIZIARIO.")]))).shows
    assert show.genre == 0x20


def test_compressed_texts_are_counted_and_left_out() -> None:
    found = guide_of(present(RAI, 1, build_event(1, NOON, 60, [short("Show", b"\x1f\x01abc")])))
    assert (found.compressed, found.shows[0].description) == (1, "")


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 50), st.one_of(st.none(), st.integers(0, 30)), st.booleans()),
        max_size=12,
    )
)
def test_shows_never_overlap(rows: list[tuple[int, int, int | None, bool]]) -> None:
    sections = [
        build_events(
            0x4E if now else 0x50,
            RAI,
            1,
            [event(number, NOON + 60 * start, None if minutes is None else 60 * minutes, "Show")],
        )
        for number, start, minutes, now in rows
    ]
    shows = guide_of(sections).shows
    assert all(one.start < one.stop for one in shows)
    assert all(one.stop <= other.start for one, other in itertools.pairwise(shows))


@given(st.lists(st.tuples(st.sampled_from([0x4D, 0x4E, 0x50, 0x54, 0x55, 0x76]), st.binary(max_size=30)), max_size=5))
def test_no_descriptor_makes_it_fail(rows: list[Descriptor]) -> None:
    guide_of(present(RAI, 1, build_event(1, NOON, 60, rows)))


@pytest.mark.parametrize(
    ("text", "season", "episode"),
    [
        ("S2 Ep5 - The storm", 2, 5),
        ("Stagione 3, Episodio 12: La tempesta", 3, 12),
        ("Staffel 1 Folge 4", 1, 4),
        ("S01E09", 1, 9),
        ("The year 1984, part 2 of 3", 0, 0),
    ],
)
def test_numbers_of_episodes_are_believed_only_together(text: str, season: int, episode: int) -> None:
    (show,) = guide_of(present(RAI, 1, build_event(1, NOON, 60, [short("Show", text)]))).shows
    assert (show.season, show.episode) == (season, episode)
