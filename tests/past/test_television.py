"""A person before the TV application opens a programme of the past with arrow keys; its own clock is in the picture."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from tests.past.station import keep, now_s, show, tell
from tests.past.test_players import PAGE, url
from tests.station.hlsjs import browser_page
from tests.station.rig import until
from tests.station.sofa import press

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.edge.station import TestStation

pytestmark = pytest.mark.players
CLOCK = (
    "() => { const video = document.getElementById('picture'), canvas = document.createElement('canvas');"
    + PAGE.partition("video.play());")[2].partition("window.seek")[0]
    + "}"
)
WHO = json.dumps({"name": "anna", "secret": "sesame"})


async def test_a_show_that_is_over_is_watched_from_its_beginning_and_wound_over_a_break(granted: TestStation) -> None:
    start = now_s() - 3600
    await tell(granted, show(start, start + 72), show(start + 72, start + 9000))
    keep(granted, [(start, start + 44), (start + 44, start + 72)])
    await granted.edge.playing.stock.refresh()

    def sit_down() -> tuple[int, int]:
        with browser_page() as page:
            page.add_init_script(f"localStorage.setItem('rightcast.tv', '{WHO}')")
            page.goto(url(granted, "/tv/"))
            page.wait_for_selector("#rows li.at", timeout=20_000)
            return watch(page, start)

    begun, wound = await asyncio.to_thread(sit_down)
    assert start <= begun < start + 30
    assert wound >= start + 44


def watch(page: Page, start: int) -> tuple[int, int]:
    """The clock when the picture moves, and again after two presses of a key that winds on."""
    press(page, "ArrowLeft", "Enter")
    page.wait_for_selector("#grid .show:not(.gap)", timeout=20_000)
    until(lambda: stands_on_what_is_kept(page, f"At {start + 72}"), within_s=30, what="the show before")
    press(page, "Enter")
    page.evaluate(CLOCK)
    begun = clock(page, start)
    press(page, "ArrowRight", "ArrowRight")
    wound = clock(page, start + 44)
    press(page, "Backspace")
    page.wait_for_selector("#grid:not([hidden])", timeout=10_000)
    return begun, wound


def stands_on_what_is_kept(page: Page, running: str) -> bool:
    """Whether the remote does; one step back from the running show, once the hours before it have come."""
    if page.locator("#g-title").inner_text() == running:
        press(page, "ArrowLeft")
    return "OK: watch it" in page.locator("#g-when").inner_text()


def clock(page: Page, after: int) -> int:
    """What the clock in the picture shows once it shows more than `after`."""
    until(lambda: page.evaluate("window.clock()") > after, within_s=30, what=f"the clock in the picture after {after}")
    return int(page.evaluate("window.clock()"))
