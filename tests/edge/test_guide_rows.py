"""The guide of a line as JSON: what is on, windows, one show, search; for apps and for boxes."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.guide import Credit, GuideDay, Show
from rightcast.domain.lineup import Credential, CredentialKind
from tests.edge.box import MAC, Box
from tests.edge.shelves import FakeArchive
from tests.edge.station import TestStation
from tests.edge.test_decisions import applied

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rightcast.contract.station import StationSettings
    from tests.edge.fake_headend import FakeHeadend

LOGIN = "username=anna&password=sesame"
HOUR_S, DAY_S = 3600, 86_400
NOW = int(time.time()) // HOUR_S * HOUR_S


@pytest.fixture(scope="module", autouse=True)
def _this_hour() -> None:
    """The hour in which the tests run, not that in which they were collected."""
    globals()["NOW"] = int(time.time()) // HOUR_S * HOUR_S


def shows_of(title: str) -> list[Show]:
    return [
        Show(
            id=hours,
            guide_id="",
            start=NOW + hours * HOUR_S,
            stop=NOW + (hours + 1) * HOUR_S,
            title=f"{title} {hours}",
            credits=(Credit("actor", "Anna", "Queen"),),
            description="Words",
            no_catchup=hours == -2,
        )
        for hours in range(-48, 48)
    ]


async def tell(station: TestStation, channel_id: int, shows: list[Show]) -> None:
    """Through the feed, as the panel publishes them."""
    number = 0
    for day in sorted({one.start // DAY_S for one in shows}):
        record = GuideDay(
            channel_id=channel_id, day=day, shows=tuple(one for one in shows if one.start // DAY_S == day)
        )
        number = station.publish(Kind.GUIDE, record.key, record)
    await applied(station, number)


@pytest.fixture
async def told(settings: StationSettings, headend: FakeHeadend) -> AsyncIterator[TestStation]:
    """Two channels that are sold and one that is not, all with a guide that came through the feed; one day kept."""
    station = TestStation(settings, headend, archive=FakeArchive(of_1=1))
    await station.start()
    for channel_id, title in ((1, "Perché"), (2, "News"), (9, "Unsold")):
        await tell(station, channel_id, shows_of(title))
    yield station
    await station.stop()


async def asked(station: TestStation, question: str, more: str = "") -> Any:
    reply = await station.get(f"/guide/{question}?{LOGIN}&{more}")
    assert reply.status == 200
    return reply.json()


async def test_what_is_on_everywhere_comes_in_one_answer(told: TestStation) -> None:
    found = await asked(told, "now")
    assert abs(found["now"] - time.time()) < 60
    assert set(found["channels"]) == {"1", "2"}
    first, second = found["channels"]["1"]
    assert first["start"] <= found["now"] < first["stop"] == second["start"]
    some = (await asked(told, "now", "channels=2,9,x&count=5"))["channels"]
    assert {key: len(rows) for key, rows in some.items()} == {"2": 5}


async def test_a_window_holds_what_runs_in_it_and_says_what_can_be_watched_again(told: TestStation) -> None:
    window = f"channels=1,2&start={NOW - 3 * HOUR_S}&stop={NOW + HOUR_S}"
    found = (await asked(told, "window", window))["channels"]
    assert [one["title"] for one in found["1"]] == ["Perché -3", "Perché -2", "Perché -1", "Perché 0"]
    assert [one.get("archive", 0) for one in found["1"]][:3] == [1, 0, 1]
    assert {one.get("archive", 0) for one in found["2"]} == {0}


async def test_a_show_is_told_whole_to_those_who_may_watch_its_channel(told: TestStation) -> None:
    one = (await asked(told, "show", f"id=1_{NOW + HOUR_S}"))["show"]
    assert (one["title"], one["description"]) == ("Perché 1", "Words")
    assert one["people"] == [{"part": "actor", "name": "Anna", "role": "Queen"}]
    for other in (f"9_{NOW}", "1_5", "x", "", "1_" + "9" * 40):
        assert (await asked(told, "show", f"id={other}"))["show"] is None


async def test_a_search_says_when_it_is_on_and_never_tells_of_what_is_not_sold(told: TestStation) -> None:
    found = (await asked(told, "search", "q=perche"))["shows"]
    assert found[0]["start"] <= time.time()
    assert {one["channel"] for one in found} == {1}
    assert (await asked(told, "search", "q=unsold"))["shows"] == []
    past = (await asked(told, "search", "q=PERCH&past=1&count=200"))["shows"]
    assert past[0]["start"] < time.time() - 20 * HOUR_S
    assert (await asked(told, "search", "q="))["shows"] == []


async def test_only_a_right_login_is_told_and_unknown_questions_are_not_found(told: TestStation) -> None:
    assert (await told.get("/guide/now?username=anna&password=no")).status == 401
    assert (await told.get(f"/guide/what?{LOGIN}")).status == 404
    form = f"{LOGIN}&channels=1".encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert set((await told.get("/guide/now", method="POST", body=form, headers=headers)).json()["channels"]) == {"1"}


async def test_a_box_asks_the_same_of_its_portal(told: TestStation) -> None:
    device = Credential(id=41, kind=CredentialKind.MAC, handle=MAC, device="Bedroom")
    await applied(told, told.publish(Kind.LINE, 1, replace(told.line, credentials=(device,))))
    box = Box(told)
    await box.sign_in()
    found = await box.js("guide", "now", channels="1")
    assert [one["title"] for one in found["channels"]["1"]] == ["Perché 0", "Perché 1"]


async def test_the_guide_is_there_after_a_restart_and_follows_the_feed(told: TestStation) -> None:
    await told.restart_edge()
    assert "1" in (await asked(told, "now"))["channels"]
    await tell(told, 1, [Show(id=1, guide_id="", start=NOW, stop=NOW + HOUR_S, title="Extra")])
    assert (await asked(told, "now", "channels=1"))["channels"]["1"][0]["title"] == "Extra"
