"""Schedules for DVB-I clients: TV-Anytime documents with elements in their order and texts of their lengths."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.guide import Credit, Show
from rightcast.formats import tva

T = {"t": "urn:tva:metadata:2024", "m": "urn:tva:mpeg7:2008"}
NOON = 1_764_072_000
FULL = Show(
    id=1, guide_id="uno.it", start=NOON, stop=NOON + 5430, title="A & B", subtitle="Part", language="it",
    description="word " * 400, genre=0x14, rating=("FSK", "12+"), icon_url="http://x.test/i.png", keywords=("rain",),
    credits=(Credit("actor", "Anna", "Queen"), Credit("cook", "Carl")), new=True,
)  # fmt: skip


def hours(count: int) -> list[Show]:
    return [
        Show(id=n, guide_id="", start=NOON + n * 3600, stop=NOON + (n + 1) * 3600, title=str(n)) for n in range(count)
    ]


def parsed(*texts: str) -> ET.Element:
    return ET.fromstring("".join(texts))


def tags(element: ET.Element) -> list[str]:
    return [one.tag.rpartition("}")[2] for one in element]


def test_a_schedule_names_its_programmes_and_when_they_are() -> None:
    found = parsed(*tva.schedule("tv.example", [tva.Programmes("uno.it", 7, [FULL], NOON, NOON + 7200)]))
    schedule = found.find(".//t:Schedule", T)
    assert schedule is not None
    assert schedule.attrib == {
        "serviceIDRef": "uno.it", "start": "2025-11-25T12:00:00Z", "end": "2025-11-25T14:00:00Z",
    }  # fmt: skip
    event = schedule[0]
    assert tags(event) == ["Program", "PublishedStartTime", "PublishedDuration", "FirstShowing"]
    assert event.findtext("t:PublishedDuration", namespaces=T) == "PT1H30M30S"
    name = event[0].get("crid") or ""
    information = found.find(".//t:ProgramInformation", T)
    assert information is not None
    assert information.get("programId") == name
    assert tva.of_crid(name) == (7, NOON)
    assert tags(information[0]) == ["Title", "Title", "Synopsis", "Genre", "ParentalGuidance", "RelatedMaterial"]
    assert (information.find(".//t:Genre", T) or information[0][3]).get("href", "").endswith(":2019:1")
    assert information.findtext(".//m:MinimumAge", namespaces=T) == "12"


def test_a_programme_is_told_whole() -> None:
    found = parsed(tva.programme("tv.example", 7, FULL))
    texts = [(one.get("length"), len(one.text or "")) for one in found.iterfind(".//t:Synopsis", T)]
    assert [name for name, _ in texts] == ["short", "medium", "long"]
    assert all(size <= most for (_, size), most in zip(texts, (90, 210, 1200), strict=True))
    assert [one.text for one in found.iterfind(".//t:PersonName/m:GivenName", T)] == ["Anna"]
    assert [one.text for one in found.iterfind(".//t:Character/m:GivenName", T)] == ["Queen"]
    assert parsed(tva.programme("tv.example", 7, None)).find(".//t:ProgramInformation", T) is None


def test_now_and_next_stand_in_groups() -> None:
    programmes = tva.Programmes("uno.it", 7, hours(30), NOON, NOON + 30 * 3600)
    now = NOON + 15 * 3600 + 60
    found = parsed(tva.now_next("tv.example", programmes, now))
    assert [one.get("groupId", "").rpartition("/")[2] for one in found.iterfind(".//t:GroupInformation", T)] == [
        "now", "later",
    ]  # fmt: skip
    assert [one.findtext(".//t:Title", namespaces=T) for one in found.iterfind(".//t:ProgramInformation", T)] == [
        "15", "16",
    ]  # fmt: skip
    window = parsed(tva.now_next("tv.example", programmes, now, window=True))
    titles = [one.findtext(".//t:Title", namespaces=T) for one in window.iterfind(".//t:ProgramInformation", T)]
    assert titles == [str(hour) for hour in range(5, 26)]
    before = parsed(tva.now_next("tv.example", programmes, NOON - 60))
    assert len(list(before.iterfind(".//t:GroupInformation", T))) == 1


@given(st.text(), st.text(), st.integers(0, 255))
def test_any_text_makes_a_document(title: str, description: str, genre: int) -> None:
    show = Show(
        id=1, guide_id="a.b", start=NOON, stop=NOON, title=title, description=description, genre=genre, subtitle=title,
        rating=(title, description), icon_url=title,
    )  # fmt: skip
    assert parsed(tva.programme("h", 1, show)).findtext(".//t:Title", namespaces=T)


def test_a_name_that_is_none_of_ours_is_no_programme() -> None:
    for text in ("", "crid://x/y/z", "crid://x/1", "http://x/1/2", "crid://x/1/" + "9" * 40):
        assert tva.of_crid(text) is None or text.startswith("http")
