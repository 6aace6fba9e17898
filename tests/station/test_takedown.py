"""A change stops running pictures within two seconds, not at the next request."""

from __future__ import annotations

import itertools
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.station.rig import Rig, fetch, until
from tests.station.viewers import Viewer, watching

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIMIT_S = 2.0
BOX = "00:1A:79:AB:CD:EF"
NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def house(bare: Rig) -> Iterator[Rig]:
    """A station with one small channel that nobody may carry yet, and a package."""
    bare.add("One", "testcard:///?name=One&pattern=bars&size=320x180&rate=25")
    bare.command("package", "add", "All", "--channel", "One")
    return bare


@pytest.fixture
def right(house: Rig) -> Iterator[int]:
    """A right in force that ends with the test."""
    number = house.allow("One")
    yield number
    house.command("right", "end", str(number), check=False)


@pytest.fixture
def watched(house: Rig, right: int) -> Iterator[tuple[Viewer, str]]:
    """A line of its own that watches by endless TS and by HLS; the viewer and the playlist's address."""
    house.open_line(f"line-{next(NUMBERS)}")
    house.until_on_air("One")
    with watching(house.url("One")) as viewer:
        playlist = until(
            lambda: (answer := fetch(house.url("One", "m3u8"))).status == 200 and answer, within_s=20, what="HLS"
        )
        yield viewer, playlist.url


def dark_after(viewer: Viewer, playlist: str, change: Callable[[], object]) -> float:
    """Seconds from the end of the change until the stream is closed and the playlist refused."""
    change()
    begun = time.monotonic()
    closed = viewer.until_closed(10)
    until(lambda: fetch(playlist).status in {403, 404}, within_s=10, what="the playlist is refused")
    return max(closed, time.monotonic()) - begun


def test_ending_the_right_stops_the_picture(house: Rig, right: int, watched: tuple[Viewer, str]) -> None:
    assert dark_after(*watched, lambda: house.command("right", "end", str(right))) < LIMIT_S
    refused = fetch(house.url("One"))
    assert refused.status in {403, 404}
    assert house.command("explain", house.line, "One")["reason"] == "carriage-right-ended"


def test_withdrawing_the_right_stops_the_picture(house: Rig, right: int, watched: tuple[Viewer, str]) -> None:
    assert dark_after(*watched, lambda: house.command("right", "withdraw", str(right))) < LIMIT_S
    assert house.command("explain", house.line, "One")["reason"] == "carriage-right-withdrawn"


def test_a_right_that_ends_by_the_clock_stops_the_picture_without_the_panel(house: Rig) -> None:
    house.open_line(f"line-{next(NUMBERS)}")
    begun = time.time()
    house.allow("One", "--until", "10s")
    house.until_on_air("One")
    with without_panel(house), watching(house.url("One")) as viewer:
        viewer.until_closed(15)
        late = time.time() - begun - 10
    assert late < LIMIT_S + 1.5, "the right began up to a second and a half after the command did"


def test_holding_the_channel_stops_the_picture(house: Rig, right: int, watched: tuple[Viewer, str]) -> None:
    assert dark_after(*watched, lambda: house.command("channel", "hold", "One")) < LIMIT_S
    house.command("channel", "publish", "One")
    house.until_on_air("One")


def test_disabling_the_line_stops_the_picture_and_tells_the_app(
    house: Rig, right: int, watched: tuple[Viewer, str]
) -> None:
    assert dark_after(*watched, lambda: house.command("line", "disable", house.line)) < LIMIT_S
    refused = fetch(house.url("One"))
    assert (refused.status, refused.headers["x-rightcast-reason"]) == (403, "line-disabled")
    assert house.api()["user_info"]["status"] == "Disabled"
    house.command("line", "enable", house.line)
    house.until_on_air("One")


def test_a_kick_stops_the_picture_and_the_player_may_come_back(
    house: Rig, right: int, watched: tuple[Viewer, str]
) -> None:
    assert dark_after(*watched, lambda: house.command("line", "kick", house.line)) < LIMIT_S
    assert house.api()["user_info"]["active_cons"] == "0"
    house.until_on_air("One")


def test_no_change_to_another_line_touches_a_viewer(house: Rig, right: int, watched: tuple[Viewer, str]) -> None:
    viewer, playlist = watched
    mine = house.line, house.secret
    house.open_line(f"line-{next(NUMBERS)}")
    house.command("line", "disable", house.line)
    house.line, house.secret = mine
    viewer.until_more(100_000)
    assert fetch(playlist).status == 200
    assert viewer.longest_silence_s < 1


def test_the_second_screen_of_a_line_with_one_is_refused_with_its_reason(house: Rig, right: int) -> None:
    made = house.command("line", "add", f"line-{next(NUMBERS)}", "--package", "All")
    house.line, house.secret = made["name"], made["password"]
    house.until_on_air("One")
    until(lambda: house.api()["user_info"]["active_cons"] == "0", within_s=10, what="the screen is free")
    with watching(house.url("One")):
        assert house.api()["user_info"]["active_cons"] == "1"
        refused = fetch(house.url("One"), headers={"User-Agent": "another player"})
        assert (refused.status, refused.headers["x-rightcast-reason"]) == (403, "too-many-sessions")
        until(
            lambda: house.command("explain", house.line, "One")["reason"] == "too-many-sessions",
            within_s=5,
            what="the help desk sees it in the edge's next report",
        )
    house.until_on_air("One", within_s=5)


def test_taking_a_box_away_stops_what_it_opened_without_the_panel(house: Rig, right: int) -> None:
    house.open_line(f"line-{next(NUMBERS)}")
    box = house.command("device", "add", house.line, "mac", "--mac", BOX)["id"]
    house.until_on_air("One")
    until(lambda: portal(house, "stb", "get_profile")["status"] == 0, within_s=10, what="the edges know the box")
    with without_panel(house):
        (channel,) = portal(house, "itv", "get_all_channels")["data"]
        link = portal(house, "itv", "create_link", cmd=channel["cmd"])["cmd"].partition(" ")[2]
        viewer = Viewer(link)
        viewer.until_more(20_000)
    house.command("device", "revoke", str(box))
    revoked = time.monotonic()
    assert viewer.until_closed(10) - revoked < LIMIT_S
    assert fetch(link).status == 403
    viewer.close()


@contextmanager
def without_panel(house: Rig) -> Iterator[None]:
    """The panel and its jobs stand still for a while."""
    stopped = [house.processes()[name] for name in ("panel", "jobs")]
    for process in stopped:
        process.suspend()
    try:
        yield
    finally:
        for process in stopped:
            process.resume()


def portal(house: Rig, kind: str, action: str, **fields: str) -> dict[str, Any]:
    """What the portal answers to a box that has just shaken hands."""
    place, cookie = f"{house.server}/stalker_portal/server/load.php", {"Cookie": f"mac={BOX}"}
    token = fetch(f"{place}?type=stb&action=handshake", headers=cookie).json["js"]["token"]
    query = urlencode({"type": kind, "action": action, **fields})
    found: dict[str, Any] = fetch(f"{place}?{query}", headers={**cookie, "Authorization": f"Bearer {token}"}).json["js"]
    return found
