"""XMLTV as it is written: valid for the validator of the XMLTV project, whatever a show is called."""

from __future__ import annotations

import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.guide import Credit, Show
from rightcast.formats import xmltv

if TYPE_CHECKING:
    from pathlib import Path

FULL = Show(
    id=1, guide_id="uno.it", start=1764000000, stop=1764003600, title='A & "B" <C>', subtitle="Part", year="2025",
    description="Words\x00\x1b\nand more", language="it", categories=("Drama", "Crime"), keywords=("rain",),
    credits=(Credit("writer", "W"), Credit("actor", "A", "The king"), Credit("director", "D"), Credit("cook", "X")),
    icon_url="http://x.test/i.png?a=1&b=2", countries=("IT",), season=1, episode=12, repeated=True, premiere=True,
    new=True, subtitled=True, rating=("FSK", "12"), stars="7/10",
)  # fmt: skip
PLAIN = Show(id=2, guide_id="uno.it", start=1764003600, stop=1764007200, title="")


def document(*shows: Show) -> str:
    rows = [xmltv.START, xmltv.channel("uno.it", ("Uno", "", "1", "Uno"), "http://x.test/u.png")]
    return "".join([*rows, *map(xmltv.show, shows), xmltv.END])


@pytest.mark.skipif(shutil.which("tv_validate_file") is None, reason="needs xmltv-util")
def test_the_validator_of_the_project_finds_nothing_wrong(tmp_path: Path) -> None:
    file = tmp_path / "guide.xml"
    file.write_text(document(FULL, PLAIN), encoding="utf-8")
    done = subprocess.run(
        ["tv_validate_file", str(file)],
        env={**os.environ, "XMLTV_SUPPLEMENT": "/usr/share/xmltv"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("tv_sort") is None, reason="needs xmltv-util")
@pytest.mark.parametrize("tool", [["tv_sort"], ["tv_grep", "--title", "."], ["tv_grep", "--channel-id", "uno.it"]])
def test_the_tools_of_the_project_read_it_and_lose_nothing(tool: list[str], tmp_path: Path) -> None:
    file = tmp_path / "guide.xml"
    file.write_text(document(FULL), encoding="utf-8")
    environment = {**os.environ, "XMLTV_SUPPLEMENT": "/usr/share/xmltv"}
    done = subprocess.run([*tool, str(file)], env=environment, capture_output=True, timeout=60, check=True)
    before, after = (ET.fromstring(text).find("programme") for text in (file.read_bytes(), done.stdout))
    assert before is not None
    assert after is not None
    assert {one.tag for one in after} == {one.tag for one in before}
    assert after.findtext("title") == before.findtext("title")


def test_elements_stand_in_the_order_of_the_dtd() -> None:
    show = ET.fromstring(xmltv.show(FULL))
    assert [one.tag for one in show] == [
        "title", "sub-title", "desc", "credits", "date", "category", "category", "keyword", "icon", "country",
        "episode-num", "episode-num", "previously-shown", "premiere", "new", "subtitles", "rating", "star-rating",
    ]  # fmt: skip
    assert [one.tag for one in show[3]] == ["director", "actor", "writer"]
    assert show.findtext("title") == 'A & "B" <C>'
    assert show.findtext("desc") == "Words and more"
    assert [one.text for one in show.findall("episode-num")] == ["0.11.", "S01E12"]


def test_times_are_in_utc_and_say_so() -> None:
    show = ET.fromstring(xmltv.show(PLAIN))
    assert (show.get("start"), show.get("stop")) == ("20251124170000 +0000", "20251124180000 +0000")


def test_a_channel_says_each_of_its_names_once() -> None:
    channel = ET.fromstring(xmltv.channel("uno.it", ("Uno", "", "1", "Uno")))
    assert [one.text for one in channel] == ["Uno", "1"]


def test_the_extension_of_one_player_is_only_written_when_asked_for() -> None:
    assert "catchup-id" not in xmltv.show(FULL)
    assert 'catchup-id="77"' in xmltv.show(FULL, catchup_id="77")


@given(st.text(), st.text(), st.text())
def test_any_text_makes_well_formed_xml(title: str, description: str, url: str) -> None:
    show = Show(id=1, guide_id="a.b", start=0, stop=60, title=title, description=description, icon_url=url)
    found = ET.fromstring(document(show))
    assert found.findtext("programme/title")
