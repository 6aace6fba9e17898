"""xmltv.php: the guide of a line, by days, compressed, and within what an app reads."""

from __future__ import annotations

import gzip
import re
import time
import xml.etree.ElementTree as ET
from base64 import b64decode
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from rightcast.domain.guide import Show
from tests.edge.shelves import FakeArchive, FakeGuide
from tests.edge.station import TestStation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rightcast.contract.station import StationSettings
    from tests.edge.fake_headend import FakeHeadend

LOGIN = "username=anna&password=sesame"
HOUR_S = 3600
NOW = int(time.time()) // HOUR_S * HOUR_S
LONG_TEXT = "word " * 2000


@pytest.fixture(scope="module", autouse=True)
def _this_hour() -> None:
    """The hour in which the tests run, not that in which they were collected."""
    globals()["NOW"] = int(time.time()) // HOUR_S * HOUR_S


def show(hours: int, guide_id: str = "uno.it", description: str = "") -> Show:
    start = NOW + hours * HOUR_S
    title = f"{guide_id} {hours}"
    return Show(
        id=1000 + hours, guide_id=guide_id, start=start, stop=start + HOUR_S, title=title, description=description
    )


@pytest.fixture
async def told(settings: StationSettings, headend: FakeHeadend) -> AsyncIterator[TestStation]:
    """A station with ten days of guide for channel 1, one show of an unsold one, and three days kept."""
    shows = [show(hours, description=LONG_TEXT if hours > 30 else "") for hours in range(-96, 960)]
    station = TestStation(settings, headend, guide=FakeGuide(*shows, show(0, "unsold.it")), archive=FakeArchive(of_1=3))
    await station.start()
    yield station
    await station.stop()


def titles(body: bytes) -> list[int]:
    return [int((one.findtext("title") or "").split()[1]) for one in ET.fromstring(body).findall("programme")]


async def test_the_guide_holds_the_kept_days_and_a_week(told: TestStation) -> None:
    body = (await told.get(f"/xmltv.php?{LOGIN}")).body
    found = titles(body)
    assert -72 - 30 <= found[0] <= -71
    assert 167 <= found[-1] <= 167 + 24
    assert b"unsold" not in body


async def test_days_may_be_chosen_and_nonsense_is_the_default(told: TestStation) -> None:
    found = titles((await told.get(f"/xmltv.php?{LOGIN}&days=1&prev_days=0")).body)
    assert 24 <= len(found) <= 72
    assert found[0] <= 0
    for text in ("x", "-1", "99999999999"):
        assert (await told.get(f"/xmltv.php?{LOGIN}&days={text}&prev_days=0")).status == 200


async def test_the_guide_comes_as_a_gzip_file_with_a_tag_of_its_own(told: TestStation) -> None:
    plain = await told.get(f"/xmltv.php?{LOGIN}&days=2")
    for path in (f"/xmltv.php.gz?{LOGIN}&days=2", f"/xmltv.php?{LOGIN}&days=2&gz=1"):
        packed = await told.get(path)
        assert packed.headers["content-type"] == "application/gzip"
        assert "content-encoding" not in packed.headers
        assert gzip.decompress(packed.body) == plain.body
        assert packed.headers["etag"] != plain.headers["etag"]
        again = await told.get(path, headers={"If-None-Match": packed.headers["etag"]})
        assert again.status == 304


async def test_ss_iptv_gets_no_more_than_it_reads_and_tonight_first(told: TestStation) -> None:
    reply = await told.get(f"/xmltv.php.gz?{LOGIN}&profile=ssiptv&days=31")
    assert len(reply.body) <= 5_000_000
    assert len(reply.body) > 4_900_000
    assert "content-encoding" not in reply.headers
    assert "Range" in reply.headers["access-control-allow-headers"]
    assert "Content-Range" in reply.headers["access-control-expose-headers"]
    assert titles(reply.body)[:3] in ([0, 1, 2], [-1, 0, 1])


async def test_whole_days_are_told_so_that_an_answer_stays_the_same(told: TestStation) -> None:
    body = (await told.get(f"/xmltv.php?{LOGIN}&days=1&prev_days=0")).body
    starts = [one.get("start") or "" for one in ET.fromstring(body).findall("programme")]
    assert starts[0].endswith("000000 +0000")
    assert starts[-1].endswith("230000 +0000")


async def test_kodi_is_told_under_which_id_it_may_ask_for_the_past(told: TestStation) -> None:
    body = (await told.get(f"/xmltv.php?{LOGIN}&days=1", headers={"User-Agent": "Kodi/21.1 (X11)"})).body
    found = [one.get("catchup-id") for one in ET.fromstring(body).findall("programme")]
    assert all(re.fullmatch(r"1_[0-9]{10}", one) for one in found if one is not None)
    assert found[0] is None  # just ended when three days began: it is told, and no longer kept
    assert f"1_{NOW - 2 * HOUR_S}" in found
    assert f"1_{NOW + HOUR_S}" in found  # can be asked for when it has been
    assert b"catchup-id" not in (await told.get(f"/xmltv.php?{LOGIN}&days=1")).body


async def test_kodi_is_told_ids_only_of_what_this_line_could_see(
    told: TestStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeArchive, "has", lambda _self, _line, _channel, one, _now: one.start == NOW - HOUR_S)

    async def ids() -> list[str]:
        reply = await told.get(f"/xmltv.php?{LOGIN}&days=1&profile=kodi")
        starts = [one.get("catchup-id") for one in ET.fromstring(reply.body).findall("programme")]
        return [one for one in starts if one and int(one[2:]) < NOW]

    assert await ids() == [f"1_{NOW - HOUR_S}"]
    monkeypatch.setattr(FakeArchive, "archive_days", lambda _self, _channel, line=None: 3 if line is None else 0)
    monkeypatch.setattr(told.edge.guides, "_clock", lambda: time.time() + 120)
    reply = await told.get(f"/xmltv.php?{LOGIN}&days=1&profile=kodi")
    assert b"catchup-id" not in reply.body


async def test_a_changed_guide_is_told_at_once(told: TestStation) -> None:
    before = await told.get(f"/xmltv.php?{LOGIN}&days=1")
    guide = FakeGuide(show(1))
    told.edge.guides._guide = told.edge.guides._written._guide = guide
    guide.mark = "second"
    after = await told.get(f"/xmltv.php?{LOGIN}&days=1", headers={"If-None-Match": before.headers["etag"]})
    assert (after.status, titles(after.body)) == (200, [1])


async def test_without_a_guide_the_channels_are_named(station: TestStation) -> None:
    found = ET.fromstring((await station.get(f"/xmltv.php?{LOGIN}")).body)
    assert [one.findtext("display-name") for one in found.findall("channel")] == ["Uno"]
    assert found.findall("programme") == []


async def test_no_guide_without_a_right_login(told: TestStation) -> None:
    assert (await told.get("/xmltv.php.gz?username=anna&password=no")).status == 401


async def rows(station: TestStation, action: str, **more: str) -> list[dict[str, object]]:
    extra = "".join(f"&{key}={value}" for key, value in more.items())
    answer = (await station.get(f"/player_api.php?{LOGIN}&action={action}{extra}")).json()
    assert list(answer) == ["epg_listings"]
    found: list[dict[str, object]] = answer["epg_listings"]
    return found


async def test_now_and_next_have_the_types_that_apps_insist_on(told: TestStation) -> None:
    found = await rows(told, "get_short_epg", stream_id="1")
    assert len(found) == 4
    first = found[0]
    assert {key: type(value).__name__ for key, value in first.items()} == {
        "id": "str", "epg_id": "str", "title": "str", "lang": "str", "start": "str", "end": "str", "stop": "str",
        "description": "str", "channel_id": "str", "start_timestamp": "str", "stop_timestamp": "str",
        "stream_id": "str", "now_playing": "int", "has_archive": "int",
    }  # fmt: skip
    assert b64decode(str(first["title"])).decode().startswith("uno.it ")
    assert first["description"] == ""
    assert first["end"] == first["stop"] == f"{datetime.fromtimestamp(int(str(first['stop_timestamp'])), UTC):%F %T}"
    assert [one["now_playing"] for one in found] == [1, 0, 0, 0]
    assert len(await rows(told, "get_epg", stream_id="1", limit="2")) == 2


async def test_the_full_table_reaches_back_into_what_is_kept(told: TestStation) -> None:
    found = await rows(told, "get_simple_date_table", stream_id="1")
    assert len(found) == len(await rows(told, "get_simple_data_table", stream_id="1"))
    kept = [one for one in found if one["has_archive"]]
    assert 70 <= len(kept) <= 73
    assert all(int(str(one["start_timestamp"])) < time.time() for one in kept)


async def test_shows_of_a_channel_that_is_not_sold_are_not_told(told: TestStation) -> None:
    for stream in ("9", "2", "x", "", "99999999999999999999"):
        assert await rows(told, "get_short_epg", stream_id=stream) == []


async def test_a_kept_channel_says_so_in_its_row(told: TestStation) -> None:
    first, second = (await told.get(f"/player_api.php?{LOGIN}&action=get_live_streams")).json()
    assert (first["tv_archive"], first["tv_archive_duration"]) == (1, 3)
    assert (second["tv_archive"], second["tv_archive_duration"]) == (0, 0)
