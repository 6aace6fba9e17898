"""A person before the TV application, with arrow keys and Enter only; what comes on really plays."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest

from tests.station.hlsjs import browser_page
from tests.station.rig import fetch, first_byte, until
from tests.station.sofa import SIZES, look, plays_on, press

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.station.rig import Rig

pytestmark = pytest.mark.players
BOX = """window.gSTB = {
  GetDeviceMacAddress: () => "00:1a:79:12:34:56",
  calls: [], InitPlayer() {}, SetTopWin() {}, Stop() {}, Play(what) { this.calls.push(what); },
  LoadUserData: name => sessionStorage.getItem(name),
  SaveUserData: (name, text) => sessionStorage.setItem(name, text),
};"""


@pytest.fixture(scope="module")
def screen(demo: Rig) -> Iterator[Page]:
    """A set of 720 lines that shows a code, entered on a phone."""
    with browser_page() as page:
        page.set_viewport_size(SIZES[0])
        page.goto(f"{demo.server}/tv/")
        until(lambda: page.locator("#code").inner_text(), within_s=10, what="a code")
        look(page, "signin")
        enter_code(page, demo, page.locator("#code").inner_text())
        page.wait_for_selector("#rows li.at", timeout=20_000)
        yield page


def enter_code(page: Page, rig: Rig, code: str) -> None:
    browser = page.context.browser
    assert browser is not None
    phone = browser.new_page(viewport={"width": 390, "height": 780})
    phone.goto(f"{rig.server}/activate")
    phone.fill("#code", code)
    phone.fill("#name", rig.line)
    phone.fill("#password", rig.secret)
    look(phone, "phone")
    phone.click("button")
    assert "Done." in phone.locator(".note").inner_text()
    look(phone, "phone-done")
    phone.close()


def channel_shown(page: Page) -> str:
    return str(page.locator("#b-name").inner_text())


def test_arrow_keys_and_enter_are_enough_to_watch(screen: Page) -> None:
    assert screen.locator("#rows li .name").count() >= 4
    until(
        lambda: (
            "Fine lines in HD" in screen.locator("#rows").inner_text()
            or "The large test card" in screen.locator("#rows").inner_text()
        ),
        within_s=5,
        what="what is on",
    )
    look(screen, "guide")
    press(screen, "ArrowDown", "ArrowUp", "Enter")
    look(screen, "banner")
    plays_on(screen, 4)
    assert screen.evaluate("document.getElementById('picture').getVideoPlaybackQuality().totalVideoFrames") > 60
    look(screen, "playing")
    screen.set_viewport_size(SIZES[1])
    press(screen, "ArrowLeft")
    until(lambda: screen.locator("#guide").is_visible(), within_s=2, what="the list")
    for name in ("guide", "picked"):
        look(screen, name)
        press(screen, "ArrowDown")
    press(screen, "Backspace", "Backspace")
    screen.set_viewport_size(SIZES[0])


def test_the_programme_of_all_channels_is_walked_with_arrow_keys(screen: Page) -> None:
    if not screen.locator("#guide").is_visible():
        press(screen, "Backspace")
    press(screen, "ArrowLeft", "Enter")
    until(lambda: screen.locator("#grid").is_visible(), within_s=2, what="the grid")
    assert screen.locator("#g-rows .at").count() == 1
    until(lambda: "makes this signal itself" in screen.locator("#g-about").inner_text(), within_s=5, what="its story")
    hours = screen.locator("#g-axis").inner_text()
    look(screen, "grid")
    press(screen, *["ArrowRight"] * 7)
    assert screen.locator("#g-axis").inner_text() != hours
    look(screen, "grid-later")
    press(screen, "Enter")
    until(lambda: screen.locator("#g-axis").inner_text() == hours, within_s=2, what="back to now")
    press(screen, "ArrowDown", "Enter")
    assert not screen.locator("#grid").is_visible()
    plays_on(screen, 1)


def test_a_show_of_the_programme_is_recorded_with_the_red_key(screen: Page) -> None:
    press(screen, "Backspace", "Enter")  # the list opens where it was left, at what belongs to this screen
    until(lambda: screen.locator("#grid").is_visible(), within_s=2, what="the grid")
    until(lambda: "makes this signal itself" in screen.locator("#g-about").inner_text(), within_s=5, what="a show")
    press(screen, "ArrowRight", "r")
    said = screen.locator("#trouble")
    until(lambda: said.is_visible() and "…" not in said.inner_text(), within_s=10, what="why it is not recorded")
    assert "does not allow recordings" in said.inner_text()
    press(screen, "ArrowUp", "r")
    until(lambda: "Rightcast One: It will be recorded" in said.inner_text(), within_s=10, what="what becomes of it")
    look(screen, "grid-red")
    press(screen, "Backspace", "Backspace")


def test_sound_subtitles_and_quality_are_offered_where_there_is_a_choice(screen: Page) -> None:
    press(screen, "ArrowRight")
    until(lambda: screen.locator("#menu").is_visible(), within_s=2, what="the menu")
    assert screen.locator("#m-rows .at").count() == 1
    look(screen, "menu")
    press(screen, "Backspace")
    assert not screen.locator("#menu").is_visible()


def test_a_protected_channel_plays_with_the_keys_of_its_session(screen: Page, demo: Rig) -> None:
    demo.command("protection", "set", "Rightcast HD", "--scheme", "cenc")
    until(lambda: wholly_encrypted(demo, "Rightcast HD"), within_s=40, what="a list of encrypted segments alone")
    press(screen, "3", "Enter")
    plays_on(screen, 4)
    assert screen.evaluate("!!document.getElementById('picture').mediaKeys")
    press(screen, "1", "Enter")
    plays_on(screen, 1)
    demo.command("protection", "off", "Rightcast HD")


def wholly_encrypted(rig: Rig, channel: str) -> bool:
    """Whether the first picture of a channel in fragments is told to be encrypted before its first segment."""
    master = fetch(f"{rig.url(channel, 'm3u8')}?format=cmaf")
    name = next(line for line in master.body.decode().splitlines() if line and not line.startswith("#"))
    before, _, _ = fetch(urljoin(master.url, name)).body.partition(b"#EXTINF")
    return b"EXT-X-KEY" in before


def test_number_keys_and_zapping_change_the_channel(screen: Page) -> None:
    press(screen, "3", "Enter")
    assert channel_shown(screen) == "Rightcast HD"
    plays_on(screen, 1)
    press(screen, "PageDown")
    assert channel_shown(screen) == "Rightcast Motion"
    press(screen, "1", "0", "1", "Enter")
    assert channel_shown(screen) == "Rightcast Radio"
    plays_on(screen, 1)


def test_the_picture_comes_back_by_itself_after_the_edge_died(screen: Page, demo: Rig) -> None:
    press(screen, "1", "Enter")
    plays_on(screen, 1)
    name = next(name for name in demo.processes() if name.startswith("edge"))
    demo.until_back(name, demo.kill(name))
    plays_on(screen, 8)


def test_the_picture_goes_on_over_the_break_when_the_headend_died(screen: Page, demo: Rig) -> None:
    source = screen.evaluate("document.getElementById('picture').src")
    demo.until_back("headend 1", demo.kill("headend 1"))
    plays_on(screen, 8)
    assert screen.evaluate("document.getElementById('picture').src") == source, "the player began anew"


def test_a_revoked_screen_asks_to_be_signed_in_again(screen: Page, demo: Rig) -> None:
    devices = demo.command("device", "list", demo.line)
    (mine,) = [one for one in devices if one["device"] == "TV browser"]
    demo.command("device", "revoke", str(mine["id"]))
    press(screen, "2", "Enter")
    until(lambda: screen.locator("#signin").is_visible(), within_s=20, what="the code again")
    assert "signed out" in screen.locator("#signinnote").inner_text()


def test_a_screen_is_signed_in_by_name_and_password_where_there_is_no_phone(screen: Page, demo: Rig) -> None:
    press(screen, "Enter")
    screen.keyboard.type(demo.line)
    press(screen, "ArrowDown")
    screen.keyboard.type(demo.secret)
    look(screen, "byname")
    press(screen, "Enter", "Enter")
    screen.wait_for_selector("#rows li.at", timeout=20_000)
    press(screen, "ArrowLeft", "ArrowDown", "ArrowDown", "ArrowDown", "Enter")
    screen.wait_for_selector("#signin:not([hidden])", timeout=10_000)


def test_a_box_is_known_by_its_address_and_plays_by_its_own_decoder(screen: Page, demo: Rig) -> None:
    screen.add_init_script(BOX)
    screen.goto(f"{demo.server}/c/")
    screen.wait_for_selector("#signin:not([hidden])")
    assert "00:1A:79:12:34:56" in screen.locator("#signinnote").inner_text()
    demo.command("device", "add", demo.line, "mac", "--mac", "00:1A:79:12:34:56")
    screen.reload()
    screen.wait_for_selector("#rows li.at", timeout=20_000)
    press(screen, "Enter")
    played = until(lambda: screen.evaluate("gSTB.calls[0]"), within_s=10, what="the decoder is given an address")
    assert re.fullmatch(rf"ffrt {demo.server}/play/[^/]+/{demo.channels['Rightcast One']}\.ts", played)
    assert first_byte(played.split()[1]) == b"G"
    assert demo.secret not in demo.logs()
