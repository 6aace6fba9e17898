"""Addresses short enough for a remote, and DVB-I lists: both stand for a line, and end when they are revoked."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.credentials import stored_handle
from rightcast.domain.lineup import Credential, CredentialKind
from tests.edge.test_decisions import applied

if TYPE_CHECKING:
    from tests.edge.station import TestStation

CODE = "k7m4qxab2"
DVBI = {"d": "urn:dvb:metadata:servicediscovery:2024", "t": "urn:dvb:metadata:servicediscovery-types:2023"}


@pytest.fixture
async def given(station: TestStation) -> TestStation:
    short = Credential(id=3, kind=CredentialKind.SHORT, handle=stored_handle(station.key, CredentialKind.SHORT, CODE))
    await applied(station, station.publish(Kind.LINE, 1, replace(station.line, credentials=(short,))))
    return station


@pytest.mark.parametrize(
    ("path", "ending"), [("/p/" + CODE, "ts"), (f"/p/{CODE}.m3u", "ts"), (f"/p/{CODE}.m3u8", "m3u8")]
)
async def test_a_short_address_is_a_playlist_of_its_own(given: TestStation, path: str, ending: str) -> None:
    body = (await given.get(path)).body.decode()
    assert f"http://tv.test:8080/live/p/{CODE}/1.{ending}" in body
    assert "sesame" not in body
    assert f"username=p&password={CODE}" in body


async def test_what_a_short_playlist_names_plays(given: TestStation) -> None:
    await given.on_air()
    client = await given.connect()
    assert await client.stream(f"/live/p/{CODE}/1.ts") == 200
    client.close()
    assert (await given.get(f"/p/{CODE}.xml")).body.startswith(b"<?xml")
    assert given.edge.report().seen[0].credential_id == 3


async def test_a_playlist_is_found_below_name_and_secret_too(station: TestStation) -> None:
    plain = await station.get("/get.php?username=anna&password=sesame&type=m3u&output=hls")
    assert (await station.get("/playlist/anna/sesame/m3u?output=hls")).body == plain.body
    assert (await station.get("/playlist/anna/wrong/m3u")).status == 401
    assert (await station.get("/playlist/anna")).status == 404


async def test_a_bouquet_run_as_a_script_does_nothing(station: TestStation) -> None:
    reply = await station.get("/get.php?username=anna&password=sesame&type=enigma22_script")
    assert all(line.startswith(b"#") for line in reply.body.splitlines())


async def test_a_revoked_short_address_opens_nothing(given: TestStation) -> None:
    await applied(given, given.publish(Kind.LINE, 1, given.line))
    assert (await given.get(f"/p/{CODE}")).status == 401
    assert (await given.get(f"/live/p/{CODE}/1.ts")).status == 401


@pytest.mark.parametrize("path", ["/p", "/p/", "/p/a/b", "/p/x.exe", "/dvbi", "/dvbi/anna/sesame/what.xml"])
async def test_other_addresses_of_these_folders_are_not_found(given: TestStation, path: str) -> None:
    assert (await given.get(path)).status in {401, 404}


async def test_a_dvb_i_client_goes_from_entry_point_to_picture(station: TestStation) -> None:
    entry = ET.fromstring((await station.get("/dvbi/anna/sesame/entry.xml")).body)
    address = entry.findtext(".//t:URI", namespaces=DVBI) or ""
    assert address == "http://tv.test:8080/dvbi/anna/sesame/list.xml"
    found = ET.fromstring((await station.get(address.removeprefix("http://tv.test:8080"))).body)
    assert int(found.get("version") or 0) > 0
    services = found.findall("d:Service", DVBI)
    assert [one.findtext("d:ServiceName", namespaces=DVBI) for one in services] == ["Uno", '5 Due, "due"']
    uris = [one.text for one in services[0].iterfind(".//t:URI", DVBI)]
    assert uris == [f"http://tv.test:8080/live/anna/sesame/1.{ending}" for ending in ("mpd", "m3u8")]
    references = {one.get("serviceRef") for one in found.iterfind(".//d:LCN", DVBI)}
    assert references == {one.findtext("d:UniqueIdentifier", namespaces=DVBI) for one in services}
    order = [child.tag.rpartition("}")[2] for child in services[0]]
    assert order == [
        "UniqueIdentifier", "ServiceInstance", "ServiceInstance", "ServiceName", "ProviderName", "ServiceType",
        "ContentGuideSourceRef", "ContentGuideServiceRef",
    ]  # fmt: skip
    schedule = found.findtext(".//d:ScheduleInfoEndpoint/t:URI", namespaces=DVBI) or ""
    assert ET.fromstring((await station.get(schedule.removeprefix("http://tv.test:8080"))).body).tag.endswith("TVAMain")


async def test_a_wrong_secret_gets_no_list(station: TestStation) -> None:
    assert (await station.get("/dvbi/anna/no/list.xml")).status == 401
