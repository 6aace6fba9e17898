"""Bouquets, menus and guide sources as Enigma2 reads them."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.guide import Show
from rightcast.formats import enigma2
from rightcast.formats.enigma2 import Folder, Playable, Service

ONE = Service(stream_id=70_000, name="One: News", url="http://tv.test:8080/live/anna/pw/70000.ts", guide_id="one.test")


def test_a_reference_is_what_boxes_expect() -> None:
    assert enigma2.reference(ONE) == ("1:0:1:1:1171:1:0:0:0:0:http%3a//tv.test%3a8080/live/anna/pw/70000.ts:One  News")


def test_a_bouquet_has_a_marker_for_each_group() -> None:
    text = "".join(enigma2.bouquet("My TV", [("News", [ONE]), ("Empty", [])], enigma2.GSTREAMER))
    lines = text.splitlines()
    assert lines[0] == "#NAME My TV"
    assert lines[1:3] == ["#SERVICE 1:64:1:0:0:0:0:0:0:0::News", "#DESCRIPTION News"]
    assert lines[3].startswith("#SERVICE 4097:0:1:")
    assert lines[4] == "#DESCRIPTION One  News"
    assert lines[5].startswith("#SERVICE 1:64:2:")


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(texts, texts, st.integers(1, 10**9))
def test_no_name_and_no_address_breaks_a_line_or_a_reference(name: str, path: str, number: int) -> None:
    service = Service(stream_id=number, name=name, url=f"http://tv.test:8080/{path}")
    text = "".join(enigma2.bouquet(name, [(name, [service])]))
    assert len(text.splitlines()) == 5 or any(char in name + path for char in "\x85\u2028\u2029")
    fields = enigma2.reference(service).split(":")
    assert len(fields) == 12
    assert unquote(fields[10]) == unquote(service.url)


@given(texts, texts)
def test_a_menu_is_xml_and_gives_titles_back(name: str, title: str) -> None:
    rows = [Folder(title=title, url="http://tv.test/?a=1&b=]]>"), Playable(title=title, url="http://tv.test/1.ts")]
    clean = "".join(char for char in name if char.isprintable())
    root = ET.fromstring("".join(enigma2.menu(clean, rows)))
    assert root.findtext("playlist_name")
    assert [base64.b64decode(one.findtext("title") or "").decode() for one in root.iter("channel")] == [title, title]
    assert root.findtext("channel/playlist_url") == "http://tv.test/?a=1&b=]]>"


def test_guide_sources_and_bouquet_agree_on_references() -> None:
    root = ET.fromstring(
        "".join(enigma2.guide_channels([ONE, Service(stream_id=2, name="No guide", url="http://x/2")]))
    )
    (channel,) = root.findall("channel")
    assert channel.get("id") == "one.test"
    assert enigma2.reference(ONE).startswith(channel.text or "-")
    sources = ET.fromstring(enigma2.guide_sources("My & TV", "http://tv.test/x?a=1&b=2", "http://tv.test/c?a=1&b=2"))
    source = sources.find("sourcecat/source")
    assert source is not None
    assert (source.get("type"), source.get("channels")) == ("gen_xmltv", "http://tv.test/c?a=1&b=2")


@pytest.mark.parametrize(("name", "shown"), [("", "-"), ("a:b", "a b"), ("a\nb", "a b")])
def test_a_plain_text_is_one_line_without_colons(name: str, shown: str) -> None:
    assert enigma2.plain(name) == shown


def test_a_menu_tells_what_is_on_in_minutes_for_it_knows_no_zone() -> None:
    shows = [
        Show(id=1, guide_id="", start=0, stop=3600, title="Film", subtitle="Part", description="Words"),
        Show(id=2, guide_id="", start=3600, stop=7200, title="News"),
    ]
    assert enigma2.coming(shows, 600) == "Film - Part (+50 min)\nWords\nin 50 min: News"
    assert enigma2.coming((), 600) == ""
