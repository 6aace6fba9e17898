"""Notices: what each must contain, which steps lead where, and what their numbers and secrets open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightcast.domain.notice_addresses import PointsTo, pointed
from rightcast.domain.notice_references import (
    is_reference,
    new_reference,
    opened_by,
    page_of,
    reference_of,
    references_in,
)
from rightcast.domain.notices import EVERY_MISSING, Notice, NoticeKind, Side, State, Step, after, missing

KEY = b"k" * 32
WHOLE = Notice(
    kind=NoticeKind.DSA,
    sender="Studio",
    email="law@studio.example",
    reasons="We hold the rights for this film in Italy.",
    addresses=("https://tv.example/live/anna/secret/7.ts",),
    good_faith=True,
)


def codes(notice: Notice) -> set[str]:
    return {one.code for one in missing(notice)}


def test_a_whole_notice_of_article_16_lacks_nothing() -> None:
    assert codes(WHOLE) == set()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reasons": "mine"}, "reasons"),
        ({"addresses": ()}, "address"),
        ({"addresses": ("some channel",)}, "exact-address"),
        ({"sender": " "}, "name"),
        ({"email": "law@studio"}, "email"),
        ({"good_faith": False}, "good-faith"),
    ],
)
def test_what_lacks_is_named(change: dict[str, object], code: str) -> None:
    assert codes(replace(WHOLE, **change)) == {code}  # type: ignore[arg-type] # one field at a time


def test_a_notice_under_the_dmca_needs_more() -> None:
    assert codes(replace(WHOLE, kind=NoticeKind.DMCA)) == {"work", "contact", "accuracy", "signature"}


def test_each_thing_that_may_lack_has_a_remedy() -> None:
    assert all(one.sentence and one.remedy for one in EVERY_MISSING)


def test_the_ends_are_ends_and_a_decision_may_be_disputed_once() -> None:
    assert [state for state in State if not any(after(state, step) for step in Step)] == [State.RESTORED, State.UPHELD]
    assert after(State.REJECTED, Step.DISPUTE) is State.DISPUTED
    assert after(State.DISPUTED, Step.DISPUTE) is None


def test_a_private_page_opens_for_its_side_only() -> None:
    number = new_reference(lambda count: bytes(range(count)))
    for side in Side:
        assert opened_by(KEY, page_of(KEY, number, side)) == (number, side)
    page = page_of(KEY, number)
    assert opened_by(KEY, page[:-1] + ("a" if page[-1] != "a" else "b")) is None
    assert opened_by(b"other" * 8, page) is None


def test_the_same_words_make_the_same_number() -> None:
    first = reference_of(KEY, "flagger", "1", "A-7")
    assert first == reference_of(KEY, "flagger", "1", "A-7") != reference_of(KEY, "flagger", "1A", "-7")
    assert is_reference(first)
    assert references_in(f"Re: [{first}] {first}, NOTICE") == [first]


@pytest.mark.parametrize(
    ("address", "kind", "number"),
    [
        ("https://tv.example/live/anna/secret/7.ts", PointsTo.CHANNEL, 7),
        ("http://tv.example:8080/anna/secret/7", PointsTo.CHANNEL, 7),
        ("https://tv.example/s/TOKEN/7/index.m3u8", PointsTo.CHANNEL, 7),
        ("https://tv.example/timeshift/anna/secret/60/2026-11-25:20-00/7.ts", PointsTo.PAST, 7),
        ("https://tv.example/movie/anna/secret/12.mp4", PointsTo.MOVIE, 12),
        ("https://tv.example/get.php?username=anna&password=x", PointsTo.LINE, 0),
        ("https://elsewhere.example/", PointsTo.UNKNOWN, 0),
        ("http://[", PointsTo.UNKNOWN, 0),
    ],
)
def test_an_address_tells_what_it_points_to(address: str, kind: PointsTo, number: int) -> None:
    found = pointed(address)
    assert (found.kind, found.number) == (kind, number)


@given(st.text(max_size=80))
@settings(max_examples=40)
def test_no_text_breaks_the_reading_of_an_address(text: str) -> None:
    assert pointed(text).number >= 0
    assert pointed(f"https://tv.example/{text}").number >= 0
