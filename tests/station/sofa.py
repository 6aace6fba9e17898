"""A person before the television application: presses keys of the remote, looks, and sees that the picture moves on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tests.station.rig import until

if TYPE_CHECKING:
    from playwright.sync_api import Page

TIME = "document.getElementById('picture').currentTime"
SIZES = [{"width": 1280, "height": 720}, {"width": 1920, "height": 1080}]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def look(page: Page, name: str) -> None:
    """Keep a picture of the screen where RIGHTCAST_SCREENS says, for a person to judge."""
    if folder := os.environ.get("RIGHTCAST_SCREENS"):
        height = (page.viewport_size or SIZES[0])["height"]
        page.screenshot(path=Path(folder) / f"{name}-{height}.png")


def plays_on(page: Page, seconds: float) -> None:
    """The picture moves on by so many seconds from now."""
    until(lambda: page.evaluate(TIME) > 0.2, within_s=30, what="a picture")
    begun = page.evaluate(TIME)
    until(lambda: page.evaluate(TIME) > begun + seconds, within_s=30, what="the picture moves on")
