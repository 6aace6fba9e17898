"""Set-top boxes at a real edge: from handshake to picture as clients ask, refusals as they understand them."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from rightcast.contract.catalogue import Kind
from rightcast.domain.guide import Show
from rightcast.domain.lineup import Credential, CredentialKind, LineStatus
from rightcast.edge.tickets import OPENING_S
from tests.edge.box import MAC, Box
from tests.edge.shelves import FakeArchive, FakeGuide
from tests.edge.station import TestStation, ago, eventually
from tests.edge.test_decisions import applied
from tests.edge.test_keys import protect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rightcast.contract.station import StationSettings
    from tests.edge.fake_headend import FakeHeadend

NOW = int(time.time()) - 1800
DEVICE = Credential(id=41, kind=CredentialKind.MAC, handle=MAC, device="Bedroom")
FAILED = b"Authorization failed."
ALIASES = [
    "/stalker_portal/server/load.php", "/server/load.php", "/portal.php", "/stalker_portal/portal.php",
    "/c/portal.php", "/stalker_portal/c/portal.php", "/server/portal.php",
]  # fmt: skip


async def change(station: TestStation, **changes: Any) -> None:
    await applied(
        station, station.publish(Kind.LINE, 1, replace(station.line, **{"credentials": (DEVICE,), **changes}))
    )


@pytest.fixture
async def box(station: TestStation) -> Box:
    await change(station)
    return Box(station)


async def test_a_client_goes_from_handshake_to_picture(station: TestStation, box: Box) -> None:
    await station.on_air()
    assert (await box.js("stb", "handshake", token=""))["not_valid"] == 0
    profile = await box.sign_in()
    assert (profile["status"], profile["msg"], profile["block_msg"]) == (0, "", "")
    assert (await box.js("itv", "get_genres"))[0]["id"] == "*"
    channels = (await box.js("itv", "get_all_channels"))["data"]
    assert [one["name"] for one in channels] == ["Uno", '5 Due, "due"']
    adults = await box.js("itv", "get_ordered_list", genre="10", fav="0", sortby="number", p="1")
    assert (adults["total_items"], adults["data"], adults["max_page_items"]) == (0, [], 14)
    assert await box.js("itv", "get_epg_info", period="96") == {"data": {}}
    path = await box.link(channels[0]["cmd"])
    assert path.startswith("/play/")
    assert "anna" not in path
    assert "sesame" not in path
    client = await station.connect()
    assert await client.stream(path) == 200
    assert (await client.read(188))[0] == 0x47
    client.close()
    events = await box.js("watchdog", "get_events", init="0", cur_play_type="1", event_active_id="0")
    assert events == {"data": {"msgs": 0, "additional_services_on": "1"}}
    assert station.edge.report().seen[0].credential_id == DEVICE.id


@pytest.mark.parametrize("path", ALIASES)
async def test_every_alias_answers_alike(box: Box, path: str) -> None:
    box.path = path
    assert (await box.sign_in())["status"] == 0


async def test_a_form_and_a_plain_lower_case_address_sign_in_too(station: TestStation, box: Box) -> None:
    token = (await box.ask("stb", "handshake", method="POST")).json()["js"]["token"]
    headers = {"Cookie": f"mac={MAC.lower()}", "Authorization": f"bearer {token.lower()}"}
    reply = await station.get("/portal.php?type=stb&action=get_profile", headers=headers)
    assert reply.json()["js"]["mac"] == MAC


async def test_clients_find_the_path_of_the_api(station: TestStation) -> None:
    for folder in ("/c", "/stalker_portal/c"):
        assert b"/stalker_portal/server/load.php" in (await station.get(f"{folder}/xpcom.common.js")).body


async def test_a_token_is_kept_while_it_is_valid_and_known_after_a_restart(station: TestStation, box: Box) -> None:
    await box.sign_in()
    first = box.token
    assert (await box.js("stb", "handshake", token=first))["token"] == first
    assert (await box.js("stb", "handshake", token="F" * 32))["not_valid"] == 1
    await station.restart_edge()
    assert (await box.js("itv", "get_genres"))[0]["id"] == "*"


async def test_without_a_token_or_with_that_of_another_box_nothing_is_told(station: TestStation, box: Box) -> None:
    await box.sign_in()
    other = Box(station, mac="00:1A:79:00:00:01")
    other.token = box.token
    for client in (Box(station), other, Box(station, mac="nonsense")):
        reply = await client.ask("itv", "get_all_channels")
        assert (reply.status, reply.body, reply.headers["content-type"]) == (200, FAILED, "text/html")


async def test_an_unknown_box_is_told_what_to_tell_its_provider(station: TestStation) -> None:
    stranger = Box(station)
    profile = await stranger.sign_in()
    assert profile["status"] == 1
    assert MAC in profile["msg"] == profile["block_msg"]
    assert (await stranger.ask("itv", "get_all_channels")).body == FAILED
    assert station.edge.admission.recent[-1].line == MAC


@pytest.mark.parametrize("changes", [{"status": LineStatus.DISABLED}, {"expires": ago(hours=1)}])
async def test_a_line_that_may_not_watch_is_blocked_with_the_reason(
    station: TestStation, box: Box, changes: dict[str, Any]
) -> None:
    await change(station, **changes)
    profile = await box.sign_in()
    assert profile["status"] == 1
    assert profile["msg"]
    assert (await box.js("itv", "get_all_channels"))["data"] == []
    assert await box.link("ffrt http://localhost/ch/1") == ""


async def test_no_link_is_made_to_what_the_line_may_not_watch(box: Box) -> None:
    await box.sign_in()
    for command in ("ffrt http://localhost/ch/9", "ffrt http://localhost/ch/77"):
        assert (await box.js("itv", "create_link", cmd=command))["error"] == "access_denied"
    for command in ("", "http://elsewhere/1.ts", "ffrt http://localhost/ch/"):
        assert (await box.js("itv", "create_link", cmd=command))["error"] == "nothing_to_play"


async def test_a_link_opens_only_for_a_while_and_only_its_channel(
    station: TestStation, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    await station.on_air()
    await box.sign_in()
    path = await box.link("ffrt http://localhost/ch/1")
    assert (await station.get(path, method="HEAD")).status == 200
    assert (await station.get(path.replace("/1.ts", "/2.ts"))).status == 403
    later = time.time() + OPENING_S + 1
    monkeypatch.setattr(station.edge.live._tickets, "_clock", lambda: later)
    assert (await station.get(path)).status == 403


async def test_a_port_missing_from_the_host_is_taken_from_the_referer(station: TestStation, box: Box) -> None:
    await box.sign_in()
    for referer, place in (
        ("http://tv.test:8123/c/", "http://tv.test:8123"), ("http://evil.test:8123/", "http://tv.test"), ("", "http://tv.test"),
    ):  # fmt: skip
        headers = {
            "Host": "tv.test",
            "Referer": referer,
            "Cookie": f"mac={MAC}",
            "Authorization": f"Bearer {box.token}",
        }
        path = "/portal.php?type=itv&action=create_link&cmd=ffrt%20http://localhost/ch/1"
        made = (await station.get(path, headers=headers)).json()["js"]["cmd"]
        assert made.startswith(f"ffmpeg {place}/play/")


async def test_a_link_leads_to_a_playlist_too(station: TestStation, box: Box) -> None:
    await station.on_air()
    await box.sign_in()
    path = await box.link("ffrt http://localhost/ch/1")
    moved = await station.get(path.replace(".ts", ".m3u8"))
    assert moved.status == 302
    assert (await station.get(moved.headers["location"])).body.startswith(b"#EXTM3U")


async def test_a_protected_channel_is_linked_by_its_playlist(station: TestStation, box: Box) -> None:
    await protect(station)
    await box.sign_in()
    assert (await box.link("ffrt http://localhost/ch/1")).endswith("/1.m3u8")


async def test_a_revoked_box_loses_its_picture_its_links_and_its_session(station: TestStation, box: Box) -> None:
    await station.on_air()
    await box.sign_in()
    path = await box.link("ffrt http://localhost/ch/1")
    unused = await box.link("ffrt http://localhost/ch/1")
    client = await station.connect()
    assert await client.stream(path) == 200
    await client.read(188)
    station.publish(Kind.LINE, 1, station.line)
    assert await client.ended(2.0)
    client.close()
    assert station.edge.admission.refusals["device-revoked"] == 1
    assert (await station.get(unused)).status == 403
    assert (await box.ask("itv", "get_genres")).body == FAILED


async def test_revoking_one_device_leaves_the_others_playing(station: TestStation, box: Box) -> None:
    other = replace(DEVICE, id=42, handle="00:1A:79:00:00:02")
    await change(station, credentials=(DEVICE, other), max_sessions=2)
    await station.on_air()
    second = Box(station, mac=other.handle)
    clients = []
    for one in (box, second):
        await one.sign_in()
        clients.append(await station.connect())
        assert await clients[-1].stream(await one.link("ffrt http://localhost/ch/1")) == 200
    assert len(station.edge.viewings) == 2
    await change(station, credentials=(other,), max_sessions=2)
    assert await clients[0].ended(2.0)
    assert [one.credential_id for one in station.edge.viewings.all()] == [42]
    for client in clients:
        client.close()


async def test_a_playlist_of_a_revoked_device_ends_and_its_token_is_refused_elsewhere(station: TestStation) -> None:
    device = Credential(id=43, kind=CredentialKind.MAC, handle=MAC)
    await change(station, credentials=(device,))
    await station.on_air()
    box = Box(station)
    await box.sign_in()
    moved = await station.get((await box.link("ffrt http://localhost/ch/1")).replace(".ts", ".m3u8"))
    address = moved.headers["location"]
    assert (await station.get(address)).status == 200
    await station.restart_edge()
    await station.on_air()
    assert (await station.get(address)).status == 200
    await change(station, credentials=())
    await eventually(lambda: len(station.edge.viewings) == 0)
    reply = await station.get(address)
    assert (reply.status, reply.headers["x-rightcast-reason"]) == (403, "device-revoked")


async def test_unknown_calls_are_answered_in_words_and_with_an_empty_list(box: Box) -> None:
    await box.sign_in()
    for kind, action in (("stb", "dance"), ("itv", "dance"), ("vod", "dance"), ("dance", "dance")):
        reply = await box.ask(kind, action)
        assert reply.json()["js"] == []
        assert "dance" in reply.json()["text"]
    shapes = [one.shape for one in box.station.edge.unknown.report()]
    assert len(shapes) == 4
    assert any("action=dance" in shape and "type=vod" in shape for shape in shapes)


async def test_the_page_of_boxes_is_at_both_addresses(station: TestStation) -> None:
    page = await station.get("/c/")
    assert page.status == 200
    assert (await station.get("/stalker_portal/c/")).body == page.body
    assert (await station.get("/stalker_portal/c")).headers["location"] == "c/"
    assert (await station.get("/stalker_portal/d/")).status == 404


@pytest.mark.parametrize(
    ("kind", "action", "fields", "js"),
    [
        ("stb", "do_auth", {}, True),
        ("stb", "do_auth", {"login": "anna", "password": "sesame"}, True),
        ("stb", "do_auth", {"login": "anna", "password": "wrong"}, False),
        ("stb", "log", {}, True),
        ("stb", "get_localization", {}, {}),
        ("itv", "get_short_epg", {"ch_id": "1", "size": "5"}, []),
        ("vod", "create_link", {"cmd": "/media/5.mpg"}, None),
        ("tv_archive", "create_link", {"cmd": "auto /media/1_5.mpg"}, None),
    ],
)
async def test_small_answers_are_exact(box: Box, kind: str, action: str, fields: dict[str, str], js: object) -> None:
    await box.sign_in()
    expected = js if js is not None else {
        "id": "0", "cmd": "", "streamer_id": 0, "link_id": "", "load": 0, "error": "nothing_to_play",
    }  # fmt: skip
    assert await box.js(kind, action, **fields) == expected


@pytest.mark.parametrize("kind", ["vod", "series"])
async def test_films_and_series_are_empty_pages(box: Box, kind: str) -> None:
    await box.sign_in()
    page = await box.js(kind, "get_ordered_list", category="*", p="1", sortby="added")
    assert page == {"total_items": 0, "max_page_items": 14, "selected_item": 0, "cur_page": 1, "data": []}
    assert [one["id"] for one in await box.js(kind, "get_categories")] == ["*"]


async def test_lists_are_paged_searched_sorted_and_by_genre(box: Box) -> None:
    await box.sign_in()
    genres = await box.js("itv", "get_genres")
    assert [one["title"] for one in genres] == ["All", "News", "Radio"]

    async def names(**fields: str) -> list[str]:
        return [one["name"] for one in (await box.js("itv", "get_ordered_list", **fields))["data"]]

    assert await names(genre="*", p="1", sortby="number") == ["Uno", '5 Due, "due"']
    assert await names(genre="*", p="1", sortby="name") == ['5 Due, "due"', "Uno"]
    assert await names(genre=genres[1]["id"]) == ["Uno"]
    assert await names(search="DUE") == ['5 Due, "due"']
    assert await names(p="2") == await names(fav="1") == []
    radio = await box.js("radio", "get_ordered_list", p="1")
    assert [one["name"] for one in radio["data"]] == ['5 Due, "due"']
    assert (await box.js("radio", "get_all_channels"))["total_items"] == 1


@pytest.fixture
async def told(settings: StationSettings, headend: FakeHeadend) -> AsyncIterator[TestStation]:
    """A station with four hours of guide for channel 1, some for an unsold one, and two days kept."""
    shows = [
        Show(id=hours, guide_id=name, start=NOW + (hours - 1) * 3600, stop=NOW + hours * 3600, title=f"{name} {hours}")
        for name in ("uno.it", "unsold.it")
        for hours in range(1, 5)
    ]
    station = TestStation(settings, headend, guide=FakeGuide(*shows), archive=FakeArchive(of_1=2))
    await station.start()
    await change(station)
    yield station
    await station.stop()


async def test_a_station_with_a_guide_tells_it_in_the_zone_of_the_box(told: TestStation) -> None:
    box = Box(told)
    await box.sign_in()
    found = (await box.js("itv", "get_epg_info", period="2"))["data"]
    assert list(found) == ["1"]
    now = found["1"][0]
    assert (now["name"], now["descr"], now["duration"], now["mark_archive"]) == ("uno.it 1", "", 3600, 1)
    assert now["time"] == datetime.fromtimestamp(NOW, UTC).strftime("%Y-%m-%d %H:%M:%S")
    box.zone = "Asia/Kolkata"
    rows = await box.js("itv", "get_short_epg", ch_id="1", size="2")
    assert [one["id"] for one in rows] == ["1", "2"]
    expected = datetime.fromtimestamp(NOW, UTC) + timedelta(hours=5, minutes=30)
    assert rows[0]["t_time"] == expected.strftime("%H:%M")
    assert await box.js("itv", "get_short_epg", ch_id="9") == []


async def test_a_box_pages_through_days_and_channels(told: TestStation) -> None:
    box = Box(told)
    await box.sign_in()
    days = await box.js("epg", "get_week")
    today = next(one["f_mysql"] for one in days if one["today"])
    wanted = datetime.fromtimestamp(NOW, UTC).date().isoformat()
    table = await box.js("epg", "get_simple_data_table", ch_id="1", date=wanted, p="0")
    assert table["max_page_items"] == 10
    assert table["data"][0]["name"] == "uno.it 1"
    assert table["data"][0]["mark_archive"] == 1
    if today == wanted:
        assert table["data"][table["selected_item"] - 1]["name"] == "uno.it 1"
    assert (await box.js("epg", "get_simple_data_table", ch_id="9", date=wanted))["data"] == []
    grid = await box.js("epg", "get_data_table", from_ch_id="1", p="0")
    assert [one["ch_id"] for one in grid["data"]] == ["1", "2"]
    assert grid["data"][0]["epg"][0]["name"] == "uno.it 1"
    assert len(grid["time_marks"]) == 6
    assert grid["to_ts"] - grid["from_ts"] == 3 * 3600


@pytest.mark.parametrize("zone", ["Europe", "../../etc/passwd", "x" * 5000, "\x00", "nowhere"])
async def test_a_zone_that_there_is_not_is_utc(told: TestStation, zone: str) -> None:
    box = Box(told)
    await box.sign_in()
    box.zone = zone
    assert (await box.js("itv", "get_short_epg", ch_id="1"))[0]["id"] == "1"


async def test_channels_that_are_kept_say_for_how_long(told: TestStation) -> None:
    box = Box(told)
    await box.sign_in()
    first = (await box.js("itv", "get_all_channels"))["data"][0]
    assert (first["enable_tv_archive"], first["tv_archive_duration"]) == (1, 48)


_WORDS = st.sampled_from(
    ["stb", "itv", "radio", "vod", "series", "epg", "tv_archive", "watchdog", "account_info", "get_all_channels",
     "get_ordered_list", "create_link", "get_short_epg", "get_epg_info", "get_profile", "do_auth", "set_fav",
     "handshake"]
)  # fmt: skip
_VALUES = st.one_of(
    _WORDS,
    st.text(max_size=30),
    st.integers(-(10**30), 10**30).map(str),
    st.sampled_from(["ffrt http://localhost/ch/1", "ffrt http://localhost/ch/9", "*", "1000", "../etc"]),
)
_FIELDS = st.dictionaries(
    st.sampled_from(["genre", "category", "p", "sortby", "fav", "search", "cmd", "ch_id", "size", "period", "token",
                     "mac", "login", "password", "fav_ch"]),
    _VALUES, max_size=5,
)  # fmt: skip


@trials(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=_VALUES, action=_VALUES, fields=_FIELDS, zone=_VALUES, method=st.sampled_from(["GET", "POST", "HEAD"]))
async def test_a_mutated_request_is_never_an_error_and_never_tells_of_others(
    station: TestStation, kind: str, action: str, fields: dict[str, str], zone: str, method: str
) -> None:
    if not station.edge.replica.line_by(CredentialKind.MAC, MAC):
        await change(station)
        other = station.make_line("berta", "mellon", 2, package_ids=(), credentials=())
        await applied(station, station.publish(Kind.LINE, 2, other))
    box = Box(station)
    box.token = (await box.js("stb", "handshake"))["token"]
    box.zone = zone
    reply = await box.ask(kind, action, method=method, **fields)
    assert reply.status == 200
    assert b"Unsold" not in reply.body
    assert b"berta" not in reply.body
