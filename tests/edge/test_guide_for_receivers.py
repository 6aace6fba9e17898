"""DVB-I clients and Enigma2 boxes find their guide behind the addresses that they are given."""

from __future__ import annotations

import base64
import time
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from rightcast.domain.guide import Show
from tests.edge.shelves import FakeGuide
from tests.edge.station import TestStation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rightcast.contract.station import StationSettings
    from tests.edge.fake_headend import FakeHeadend

NOW = int(time.time()) // 3600 * 3600
TVA = {"t": "urn:tva:metadata:2024"}
DVBI = {"d": "urn:dvb:metadata:servicediscovery:2024", "t": "urn:dvb:metadata:servicediscovery-types:2023"}


@pytest.fixture(scope="module", autouse=True)
def _this_hour() -> None:
    """The hour in which the tests run, not that in which they were collected."""
    globals()["NOW"] = int(time.time()) // 3600 * 3600


@pytest.fixture
async def told(settings: StationSettings, headend: FakeHeadend) -> AsyncIterator[TestStation]:
    shows = [
        Show(
            id=hour, guide_id=name, start=NOW + hour * 3600, stop=NOW + (hour + 1) * 3600, title=f"{name} {hour}",
            description=f"About {hour}",
        )
        for name in ("uno.it", "unsold.it")
        for hour in range(-12, 48)
    ]  # fmt: skip
    guide = FakeGuide(*shows, ids={"uno.it": 1, "unsold.it": 9})
    station = TestStation(settings, headend, guide=guide)
    await station.start()
    yield station
    await station.stop()


def titles(body: bytes) -> list[str | None]:
    return [
        one.findtext(".//t:Title", namespaces=TVA)
        for one in ET.fromstring(body).iter(f"{{{TVA['t']}}}ProgramInformation")
    ]


async def test_a_dvb_i_client_follows_its_list_to_the_guide(told: TestStation) -> None:
    found = ET.fromstring((await told.get("/dvbi/anna/sesame/list.xml")).body)
    service = found.findtext("d:Service/d:ContentGuideServiceRef", namespaces=DVBI)
    schedule, programme = (
        (found.findtext(f".//d:{name}/t:URI", namespaces=DVBI) or "").removeprefix("http://tv.test:8080")
        for name in ("ScheduleInfoEndpoint", "ProgramInfoEndpoint")
    )
    now = (await told.get(f"{schedule}?sid={service}&now_next=true")).body
    assert titles(now) == ["uno.it 0", "uno.it 1"]
    window = (await told.get(f"{schedule}?sid={service}&start={NOW}&end={NOW + 6 * 3600}")).body
    assert titles(window) == [f"uno.it {hour}" for hour in range(6)]
    name = ET.fromstring(window).find(".//t:ProgramInformation", TVA)
    assert name is not None
    whole = (await told.get(f"{programme}?pid={name.get('programId')}")).body
    assert ET.fromstring(whole).findtext(".//t:Synopsis", namespaces=TVA) == "About 0"
    assert len(titles((await told.get(schedule)).body)) in {24, 25}


async def test_nothing_is_told_of_what_is_not_sold(told: TestStation) -> None:
    for query in ("sid=unsold.it", "sid=unsold.it&now_next=true", f"pid=crid://tv.test/9/{NOW}"):
        for name in ("schedule.xml", "programme.xml"):
            assert b"unsold" not in (await told.get(f"/dvbi/anna/sesame/{name}?{query}")).body.replace(
                b"unsold.it ", b""
            )


async def test_the_menu_of_a_box_says_what_is_on(told: TestStation) -> None:
    reply = await told.get("/enigma2.php?username=anna&password=sesame&type=get_live_streams&cat_id=7")
    words = base64.b64decode(ET.fromstring(reply.body).findtext("channel/description") or "").decode()
    first, second, third = words.splitlines()
    assert first.startswith("uno.it 0 (+")
    assert second == "About 0"
    assert third.endswith("min: uno.it 1")
