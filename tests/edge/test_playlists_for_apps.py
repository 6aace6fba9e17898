"""get.php in the dialect of each app: output, guide, catch-up and names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.edge.shelves import FakeArchive
from tests.edge.station import TestStation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rightcast.contract.station import StationSettings
    from tests.edge.fake_headend import FakeHeadend

LOGIN = "username=anna&password=sesame"
LIVE = "http://tv.test:8080/live/anna/sesame/1"
PAST = "http://tv.test:8080/catchup/anna/sesame/1"


@pytest.fixture
async def keeping(settings: StationSettings, headend: FakeHeadend) -> AsyncIterator[TestStation]:
    """A station that keeps three days of channel 1 and nothing of the other."""
    running = TestStation(settings, headend, archive=FakeArchive(of_1=3))
    await running.start()
    yield running
    await running.stop()


async def playlist(station: TestStation, extra: str = "", agent: str = "") -> list[str]:
    reply = await station.get(f"/get.php?{LOGIN}{extra}", headers={"User-Agent": agent})
    assert reply.status == 200
    return reply.body.decode().splitlines()


async def test_each_app_gets_its_own_output_and_guide(station: TestStation) -> None:
    kodi = await playlist(station, agent="Kodi/21.1")
    assert f'x-tvg-url="http://tv.test:8080/xmltv.php.gz?{LOGIN}"' in kodi[0]
    assert kodi[2] == f"{LIVE}.ts"
    tv = await playlist(station, "&profile=ssiptv")
    assert f"/xmltv.php?{LOGIN}&profile=ssiptv" in tv[0]
    assert tv[2] == f"{LIVE}.m3u8"
    assert (await playlist(station, "&profile=ssiptv&output=ts"))[2] == f"{LIVE}.ts"


async def test_playlists_of_two_apps_have_different_tags(station: TestStation) -> None:
    tags = {
        (await station.get(f"/get.php?{LOGIN}&profile={key}")).headers["etag"]
        for key in ("kodi", "tivimate", "vlc", "ssiptv", "smartiptv", "generic")
    }
    assert len(tags) == 6


async def test_without_an_archive_nothing_is_said_of_catch_up(station: TestStation) -> None:
    for form in ("default", "xc", "shift", "append", "flussonic"):
        assert "catchup" not in "".join(await playlist(station, f"&catchup={form}"))


@pytest.mark.parametrize(
    ("asked", "attributes", "address"),
    [
        ("", f'catchup="default" catchup-days="3" catchup-source="{PAST}.ts?start=${{start}}&end=${{end}}"', ".ts"),
        ("&catchup=append", 'catchup="append" catchup-days="3" catchup-source="?start=${start}&end=${end}"', ".ts"),
        ("&profile=smartiptv", 'catchup="shift" catchup-days="3" timeshift="3"', ".ts"),
        ("&catchup=xc", 'catchup="xc" catchup-days="3"', ""),
        ("&catchup=xc&output=hls", 'catchup="xc" catchup-days="3"', ".m3u8"),
        ("&catchup=flussonic", 'catchup="flussonic" catchup-days="3"', "/mpegts"),
        ("&catchup=flussonic&output=hls", 'catchup="flussonic" catchup-days="3"', "/index.m3u8"),
    ],
)
async def test_a_kept_channel_tells_its_past_in_the_form_asked_for(
    keeping: TestStation, asked: str, attributes: str, address: str
) -> None:
    lines = await playlist(keeping, asked)
    assert f" {attributes} group-title=" in lines[1]
    assert lines[2] == LIVE + address
    assert "catchup" not in lines[3]


async def test_the_addresses_that_players_make_of_these_forms_lead_to_the_archive(keeping: TestStation) -> None:
    for path in (
        "/catchup/anna/sesame/1.ts?start=1764000000&end=1764003600",
        "/live/anna/sesame/1.ts?start=1764000000&end=1764003600",
        "/live/anna/sesame/1.ts?utc=1764000000&lutc=1764009999",
        "/live/anna/sesame/1/timeshift_abs-1764000000.ts",
        "/live/anna/sesame/1/timeshift_rel-3600.m3u8",
        "/timeshift/anna/sesame/60/2026-11-24:20-30/1.ts",
    ):
        reply = await keeping.get(path)
        assert (reply.status, reply.headers["x-rightcast-reason"]) == (403, "catchup-not-granted"), path
        assert (await keeping.get(path.replace("sesame", "wrong"))).status == 401, path
    for path in ("/catchup/anna/sesame/1.ts?start=x&end=y", "/catchup/anna/sesame/1.mkv?start=1764000000"):
        assert (await keeping.get(path)).status == 400, path


async def test_the_live_addresses_of_the_flussonic_form_play(keeping: TestStation) -> None:
    await keeping.on_air(1)
    client = await keeping.connect()
    assert await client.stream("/live/anna/sesame/1/mpegts") == 200
    client.close()
    assert (await keeping.get("/live/anna/sesame/1/index.m3u8")).status in {302, 403}
