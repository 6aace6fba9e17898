"""hls.js and mpegts.js in Chromium play the station from another origin."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.station.hlsjs import browser_page, library, page_server
from tests.station.npm import script
from tests.station.webplayers import PLAYERS

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.station.rig import Rig

pytestmark = pytest.mark.players
TIME = "document.getElementById('v').currentTime"


def play(page: Page, origin: str, url: str, seconds: float) -> tuple[float, list[dict[str, object]]]:
    """Play until the picture has moved on by `seconds`; returns how far it came and what hls.js complained about."""
    page.goto(f"{origin}?src={quote(url, safe='')}")
    page.wait_for_function(f"{TIME} > 0 || window.trouble.some(one => one.fatal)", timeout=30_000)
    begun = page.evaluate(TIME)
    page.wait_for_function(
        f"{TIME} > {begun + seconds} || window.trouble.some(one => one.fatal)", timeout=30_000 + seconds * 3000
    )
    return page.evaluate(TIME) - begun, page.evaluate("window.trouble")


@pytest.mark.parametrize("name", ["Rightcast One", "Rightcast HD", "Rightcast Radio"])
def test_the_picture_moves_on_without_a_fatal_error(demo: Rig, name: str) -> None:
    with browser_page() as page, page_server(library()) as origin:
        moved, trouble = play(page, origin, demo.url(name, "m3u8"), 6)
        assert not [one for one in trouble if one["fatal"]], trouble
        assert moved >= 6
        if name != "Rightcast Radio":
            assert page.evaluate("document.getElementById('v').videoWidth") > 0


def test_mpegts_js_plays_the_endless_stream(demo: Rig) -> None:
    package, html = PLAYERS["mpegts.js"]
    with browser_page() as page, page_server(script(package), html) as origin:
        page.goto(f"{origin}?src={quote(demo.url('Rightcast HD', 'ts'), safe='')}")
        page.wait_for_function("(frames() > 75 && moved() > 3) || trouble.length > 0", timeout=40_000)
        assert page.evaluate("trouble") == []


def test_the_picture_goes_on_after_the_headend_died(demo: Rig) -> None:
    with browser_page() as page, page_server(library()) as origin:
        play(page, origin, demo.url("Rightcast One", "m3u8"), 2)
        demo.until_back("headend 1", demo.kill("headend 1"))
        before = page.evaluate("window.levels")
        page.wait_for_function(f"window.levels > {before + 5}", timeout=60_000)
        assert not [one for one in page.evaluate("window.trouble") if one["fatal"]]
