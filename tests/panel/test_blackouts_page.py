"""The page of blackouts: what runs and comes, one by hand, ending one, a schedule shown before it is taken in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from rightcast.domain.blackouts import Trait
from rightcast.panel.blackouts.models import Blackout
from rightcast.panel.blackouts.queries import listed
from tests.formats.scte224.documents import MATCH

if TYPE_CHECKING:
    from django.test import Client

    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db
PAGE = "/blackouts/"


def asked(channel: Channel, **changes: object) -> dict[str, object]:
    plain = {"do": "add", "name": "Cup final", "channels": [str(channel.id)], "match": "ALL", "instead": "nothing"}
    return {**plain, **changes}


def test_one_is_written_by_hand_listed_and_ended(console: Client, channel: Channel) -> None:
    given = asked(channel, present="it, sm", devices=["mobile"], starts="2026-01-01T10:00", match="ANY")
    assert console.post(PAGE, given).status_code == 302
    (one,) = listed()
    assert {term.trait: term.values for term in one.audience.terms} == {
        Trait.PRESENCE: ("IT", "SM"),
        Trait.DEVICE_CLASS: ("mobile",),
    }
    assert "Cup final" in console.get(PAGE).content.decode()
    assert console.post(PAGE, {"do": "end", "id": one.id}).status_code == 302
    assert listed()[0].ends is not None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"present": "Italy"}, "ITALY"),
        ({"starts": "noon"}, "no date"),
        ({"starts": "2026-01-02T10:00", "ends": "2026-01-01T10:00"}, "ends before it starts"),
        ({"networks": "home"}, "home"),
        ({"match": "NONE"}, "nothing to match"),
        ({"match": "SOME"}, "all, any or none"),
        ({"max_height": "tall"}, "no number"),
        ({"instead": "channel"}, "no number"),
        ({"channels": ["x"]}, "no number"),
        ({"channels": []}, "at least one channel"),
        ({"devices": ["fridge"]}, "fridge"),
        ({"name": " "}, "letters"),
        ({"do": "nonsense"}, "Nothing was asked for"),
        ({"do": "end", "id": "77"}, "no blackout of id 77"),
        ({"do": "import", "document": "%%"}, "lost on the way"),
        ({"do": "preview"}, "nothing to take in"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(
    console: Client, channel: Channel, changes: dict[str, object], words: str
) -> None:
    answer = console.post(PAGE, asked(channel, **changes))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Blackout.objects.exists()


def test_a_schedule_is_shown_and_then_taken_in(console: Client, channel: Channel) -> None:
    file = SimpleUploadedFile("schedule.xml", MATCH)
    maps = f"C7 = {channel.name}"
    shown = console.post(PAGE, {"do": "preview", "file": file, "maps": maps}).content.decode()
    assert "Match of 3 May" in shown
    assert "not enforced" in shown
    assert not Blackout.objects.exists()
    found = re.search(r'name="document" value="([^"]+)"', shown)
    assert found is not None
    assert console.post(PAGE, {"do": "import", "document": found[1], "maps": maps}).status_code == 302
    assert Blackout.objects.count() == 2
    assert console.get("/blackouts/schedule/1.xml").content == MATCH
    assert console.get("/blackouts/schedule/99.xml").status_code == 404


def test_who_may_not_write_may_look_only(console: Client, channel: Channel) -> None:
    console.logout()
    assert console.get(PAGE).status_code in {302, 403}
    assert console.post(PAGE, asked(channel)).status_code in {302, 403}
