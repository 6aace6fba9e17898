"""An Enigma2 box downloads its bouquet, opens the plugin's menu and finds its guide."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.credentials import digest_secret
from rightcast.domain.lineup import Credential, CredentialKind
from rightcast.state.keys import derived_key, station_key
from tests.edge.test_decisions import applied

if TYPE_CHECKING:
    from tests.edge.station import TestStation

WHO = "username=anna&password=sesame"


async def test_a_box_downloads_its_bouquet(station: TestStation) -> None:
    reply = await station.get(f"/get.php?{WHO}&type=dreambox&output=ts")
    lines = reply.body.decode().splitlines()
    assert lines[0].startswith("#NAME ")
    assert any("http%3a//tv.test%3a8080/live/anna/sesame/1.ts" in line for line in lines)
    assert "userbouquet" in reply.headers["content-disposition"]


async def test_the_menu_leads_from_folders_to_channels(station: TestStation) -> None:
    root = ET.fromstring((await station.get(f"/enigma2.php?{WHO}")).body)
    folders = [base64.b64decode(one.findtext("title") or "").decode() for one in root.iter("channel")]
    assert folders[0] == "All"
    address = root.findtext("channel/playlist_url") or ""
    inner = ET.fromstring((await station.get(address.removeprefix("http://tv.test:8080"))).body)
    assert inner.findtext("channel/stream_url") == "http://tv.test:8080/live/anna/sesame/1.ts"


async def test_the_importer_finds_guide_and_references(station: TestStation) -> None:
    sources = ET.fromstring((await station.get(f"/enigma2.php?{WHO}&epg=sources")).body)
    source = sources.find("sourcecat/source")
    assert source is not None
    channels = (await station.get((source.get("channels") or "").removeprefix("http://tv.test:8080"))).body
    assert ET.fromstring(channels).tag == "channels"


@pytest.mark.parametrize("path", ["/enigma2.php?username=anna&password=no", "/enigma2.php"])
async def test_a_wrong_login_opens_no_menu(station: TestStation, path: str) -> None:
    assert (await station.get(path)).status == 401


async def test_a_device_gets_its_own_name_and_secret_in_every_address(station: TestStation) -> None:
    key = derived_key(station_key(station.edge.settings.keys), "secrets")
    device = Credential(
        id=9, kind=CredentialKind.XTREAM, handle="anna-tv", digest=digest_secret(key, "anna-tv", "word123")
    )
    await applied(station, station.publish(Kind.LINE, 1, replace(station.line, credentials=(device,))))
    who = "username=anna-tv&password=word123"
    user = (await station.get(f"/player_api.php?{who}")).json()["user_info"]
    assert (user["username"], user["password"]) == ("anna-tv", "word123")
    assert "/live/anna-tv/word123/1.ts" in (await station.get(f"/get.php?{who}")).body.decode()
    assert "anna-tv" in (await station.get(f"/get.php?{who}")).body.decode()
    assert station.edge.report().seen[0].credential_id == 9
