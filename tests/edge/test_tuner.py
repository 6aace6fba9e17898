"""A tuner on an address of its own: found by discovery, listed, watched, busy, and dark when the line is."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
import time
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rightcast.cli.serving import _checked_tuner
from rightcast.contract.catalogue import Kind
from rightcast.contract.station import Address
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.guide import DAY_S, GuideDay, Show
from rightcast.domain.lineup import LineStatus
from rightcast.formats import hdhomerun
from tests.edge.station import Client, TestStation, eventually
from tests.edge.test_decisions import applied

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rightcast.contract.station import StationSettings
    from tests.edge.fake_headend import FakeHeadend


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def tuner(
    settings: StationSettings, headend: FakeHeadend, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[TestStation]:
    monkeypatch.setattr(hdhomerun, "DISCOVERY_PORT", free_port())
    listen = Address("127.0.0.1", free_port())
    station = TestStation(replace(settings, tuner_line="anna", tuner_listen=listen), headend)
    await station.start()
    await eventually(lambda: station.edge.replica.line_named("anna") is not None)
    yield station
    await station.stop()


async def client(station: TestStation) -> Client:
    listen = station.settings.tuner_listen
    assert listen is not None
    return Client(*await asyncio.open_connection(listen.host, listen.port))


async def test_a_client_finds_lists_and_watches(tuner: TestStation) -> None:
    await tuner.on_air()
    one = await client(tuner)
    found = (await one.ask("/discover.json")).json()
    assert found["TunerCount"] == 1
    assert hdhomerun.is_device_id(int(found["DeviceID"], 16))
    rows = (await one.ask("/lineup.json")).json()
    assert [row["GuideNumber"] for row in rows] == ["1", "2"]
    assert (await one.ask("/lineup_status.json")).json()["ScanInProgress"] == 0
    assert (await one.ask("/lineup.post?scan=start", method="POST")).status == 200
    assert b"deviceType" in (await one.ask("/device.xml")).body
    assert await one.stream(rows[0]["URL"].removeprefix(found["BaseURL"])) == 200
    assert (await one.read(188))[0] == 0x47
    one.close()


async def test_apps_join_the_guide_of_the_tuner_to_its_lineup_by_number_and_name(tuner: TestStation) -> None:
    start = int(time.time()) // DAY_S * DAY_S
    picture = f"/images/{'a' * 32}-m"
    show = Show(id=1, guide_id="uno.it", start=start, stop=start + 2 * DAY_S, title="Film", icon_url=picture)
    day = GuideDay(channel_id=1, day=start // DAY_S, shows=(show,))
    await applied(tuner, tuner.publish(Kind.GUIDE, day.key, day))
    tuner.settings.images.mkdir(parents=True, exist_ok=True)
    (tuner.settings.images / picture.rpartition("/")[2]).write_bytes(b"\x89PNG")
    one = await client(tuner)
    lineup = (await one.ask("/lineup.json")).json()[0]
    guide = ET.fromstring((await one.ask("/xmltv.xml")).body)
    packed = await one.ask("/xmltv.xml.gz")
    assert ET.fromstring(gzip.decompress(packed.body)).find("programme/title") is not None
    names = [name.text for name in guide.findall("channel[@id='uno.it']/display-name")]
    number, name = lineup["GuideNumber"], lineup["GuideName"]
    assert names == [name, number, f"{number} {name}"]
    icon = guide.find("programme[@channel='uno.it']/icon")
    assert icon is not None
    assert icon.attrib["src"] == f"http://tv.test:8080{picture}"  # the Host header of the asker
    assert (await one.ask(picture)).body == b"\x89PNG"
    await applied(tuner, tuner.publish(Kind.LINE, 1, replace(tuner.line, status=LineStatus.DISABLED)))
    assert b"Film" not in (await one.ask("/xmltv.xml")).body
    one.close()


async def test_when_all_tuners_are_busy_the_client_is_told_so(tuner: TestStation) -> None:
    await tuner.on_air()
    first, second = await client(tuner), await client(tuner)
    assert await first.stream("/auto/v1") == 200
    second.send("/auto/v2", headers={"User-Agent": "another player"})
    status, headers = await second.head()
    assert (status, headers["x-hdhomerun-error"][:3]) == (503, "805")
    first.close()
    second.close()


async def test_a_disabled_line_takes_the_picture_away(tuner: TestStation) -> None:
    await tuner.on_air()
    one = await client(tuner)
    assert await one.stream("/auto/v1") == 200
    await applied(tuner, tuner.publish(Kind.LINE, 1, replace(tuner.line, status=LineStatus.DISABLED)))
    assert await one.ended()
    again = await client(tuner)
    assert (await again.ask("/lineup.json")).json() == []
    again.close()


async def test_unknown_numbers_and_paths_are_not_found(tuner: TestStation) -> None:
    one = await client(tuner)
    for path in ("/auto/v99", "/auto/vx", "/player_api.php", "/"):
        assert (await one.ask(path)).status == 404
    one.close()


async def test_the_tuner_answers_discovery_and_only_that(tuner: TestStation) -> None:
    loop, answers = asyncio.get_running_loop(), asyncio.Queue[bytes]()

    class Asking(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:
            answers.put_nowait(data)

    transport, _ = await loop.create_datagram_endpoint(
        Asking, local_addr=("127.0.0.1", 0), remote_addr=("127.0.0.1", hdhomerun.DISCOVERY_PORT)
    )
    transport.sendto(b"garbage")
    transport.sendto(hdhomerun.packet_of(2, [(1, struct.pack(">I", 1)), (2, b"\xff" * 4)]))
    answer = await asyncio.wait_for(answers.get(), 5)
    assert answer[:2] == b"\x00\x03"
    assert str(tuner.settings.tuner_listen).encode() in answer
    assert answers.empty()
    transport.close()


@pytest.mark.parametrize("text", ["anna", "@127.0.0.1:5004", "anna@", "anna@:5004", "anna@0.0.0.0:5004", "anna@x"])
def test_a_tuner_needs_a_line_and_one_interface(text: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        _checked_tuner(text)
    assert caught.value.field in {"tuner"}


def test_a_tuner_is_off_unless_asked_for() -> None:
    assert _checked_tuner("") == ("", None)
    assert _checked_tuner("anna@127.0.0.1:5004") == ("anna", Address("127.0.0.1", 5004))
