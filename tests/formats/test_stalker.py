"""Shapes of the portal API: exact types, pages, genres, and what stands in a cmd."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.guide import Credit, Show
from rightcast.domain.library import Season, Title, TitleKind
from rightcast.formats import stalker

GOLDEN = Path(__file__).parent / "golden" / "stalker.json"
CHANNEL = stalker.Channel(
    id="12", name='Uno "HD" / è', number="1", cmd=stalker.channel_command(12), logo="http://logos.test/1.png",
    tv_genre_id=stalker.genre_id(7), xmltv_id="uno.it", censored=0,
)  # fmt: skip
SHOW = Show(
    id=5, guide_id="uno.it", start=1795550400, stop=1795554000, title="News", subtitle="Late", categories=("News",),
    credits=(Credit("director", "A. B."), Credit("actor", "C. D."), Credit("actor", "E. F.")),
)  # fmt: skip
FILM = Title(
    id=5, kind=TitleKind.FILM, name="Film", category_id=3, original_name="Il film", directors=("A. B.",), year="1999",
    actors=("C. D.", "E. F."), genres=("Drama",), countries=("IT",), added=1795550400, length_s=5400, age=12, hd=True,
)  # fmt: skip
SERIES = Title(id=6, kind=TitleKind.SERIES, name="Series", category_id=4)
PROFILE = stalker.Profile(id="41", name="Bedroom", mac="00:1A:79:AB:CD:EF", login="anna", status=0)
ACCOUNT = {
    "mac": "00:1A:79:AB:CD:EF", "fname": "Bedroom", "phone": "Unlimited", "login": "anna", "tariff_plan": "Rightcast",
    "end_date": "", "status": 0,
}  # fmt: skip
ANSWERS: dict[str, object] = {
    "handshake": stalker.Handshake("0" * 32, "0" * 40, 0),
    "profile": PROFILE,
    "genres": stalker.genres([(7, "News"), (8, "Late night"), (7, "News")], frozenset({8})),
    "channels": stalker.page([CHANNEL], 1, 1),
    "link": stalker.Link(id="12", cmd="ffmpeg http://tv.test/play/x.y/12.ts"),
    "no-link": stalker.Link(id="12", error="access_denied"),
    "guide": {"data": {"12": [stalker.programme(SHOW, 12, ZoneInfo("Europe/Rome"), archived=True)]}},
    "titles": stalker.page([stalker.title(FILM), stalker.season(SERIES, Season(number=1, episodes=(1, 2)))], 1, 2),
    "events": stalker.Events(),
    "account": stalker.AccountInfo(account_info=stalker.Account(**ACCOUNT), **ACCOUNT),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_answers_are_as_recorded(name: str) -> None:
    recorded = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert json.loads(stalker.answer(ANSWERS[name])) == {"js": recorded[name]}


def test_nothing_is_ever_null() -> None:
    assert b"null" not in b"".join(stalker.answer(one) for one in ANSWERS.values())


def test_genre_10_is_nobodys() -> None:
    assert stalker.genre_id(10) != "10"
    assert stalker.category_of("10") is None
    assert all(stalker.category_of(stalker.genre_id(key)) == key for key in range(2000))


@given(
    st.integers(0, 10**18 - 1), st.sampled_from(["", "ffrt ", "ffmpeg ", "auto "]), st.sampled_from(["", "_", "?x=1"])
)
def test_a_cmd_is_understood_however_it_comes_back(channel_id: int, player: str, tail: str) -> None:
    command = stalker.channel_command(channel_id).removeprefix("ffrt ")
    assert stalker.channel_of(f"{player}{command}{tail}") == channel_id


@given(st.text())
def test_any_text_is_a_page_and_maybe_a_channel(text: str) -> None:
    assert stalker.page_number(text) >= 1
    found = stalker.channel_of(text)
    assert found is None or found < 10**18


@pytest.mark.parametrize("count", [0, 1, 200, 201, 401])
def test_the_long_list_is_the_page_of_all(count: int) -> None:
    rows = [CHANNEL] * count
    whole: Any = json.loads(b"".join(stalker.pages(rows)))
    assert whole == json.loads(stalker.answer(stalker.page(rows, 1, count)))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_guide_of_all_channels_is_one_object(count: int) -> None:
    rows = [(str(key), [stalker.programme(SHOW, key)] * 2) for key in range(count)]
    whole: Any = json.loads(b"".join(stalker.guide_pieces(rows)))
    assert whole == json.loads(stalker.answer({"data": dict(rows)}))
