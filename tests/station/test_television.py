"""A person before the TV application, with arrow keys and Enter only; what comes on really plays."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.station.hlsjs import browser_page
from tests.station.rig import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.station.rig import Rig

pytestmark = pytest.mark.players
SIZES = [{"width": 1280, "height": 720}, {"width": 1920, "height": 1080}]
TIME = "document.getElementById('picture').currentTime"


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def look(page: Page, name: str) -> None:
    """Keep a picture of the screen where RIGHTCAST_SCREENS says, for a person to judge."""
    if folder := os.environ.get("RIGHTCAST_SCREENS"):
        height = (page.viewport_size or SIZES[0])["height"]
        page.screenshot(path=Path(folder) / f"{name}-{height}.png")


def sign_in_by_keys(page: Page, rig: Rig) -> None:
    page.goto(f"{rig.server}/tv/")
    page.wait_for_selector("#other.at")
    look(page, "signin")
    press(page, "Enter")
    page.keyboard.type(rig.line)
    press(page, "ArrowDown")
    page.keyboard.type(rig.secret)
    look(page, "byname")
    press(page, "Enter", "Enter")
    page.wait_for_selector("#rows li.at", timeout=20_000)


def plays_on(page: Page, seconds: float) -> None:
    """The picture moves on by so many seconds from now."""
    until(lambda: page.evaluate(TIME) > 0.2, within_s=30, what="a picture")
    begun = page.evaluate(TIME)
    until(lambda: page.evaluate(TIME) > begun + seconds, within_s=30, what="the picture moves on")


@pytest.fixture(scope="module")
def screen(demo: Rig) -> Iterator[Page]:
    """A set of 720 lines that was signed in with a remote control."""
    with browser_page() as page:
        page.set_viewport_size(SIZES[0])
        sign_in_by_keys(page, demo)
        yield page


def test_arrow_keys_and_enter_are_enough_to_watch(screen: Page) -> None:
    names = screen.locator("#rows li .name").all_inner_texts()
    assert len(names) >= 4
    look(screen, "guide")
    press(screen, "Enter")
    plays_on(screen, 5)
    frames = "document.getElementById('picture').getVideoPlaybackQuality().totalVideoFrames"
    assert screen.evaluate(frames) > 60
    look(screen, "playing")
