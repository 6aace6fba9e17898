"""What player apps ask: player_api.php, get.php, xmltv.php."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.lineup import LineStatus, Station
from tests.edge.station import LONG_AGO, TestStation, ago
from tests.edge.test_decisions import applied

LOGIN = "username=anna&password=sesame"


async def test_the_login_payload_has_exactly_the_types_that_apps_insist_on(station: TestStation) -> None:
    answer = (await station.get(f"/player_api.php?{LOGIN}")).json()
    user = answer["user_info"]
    assert user == {
        "username": "anna", "password": "sesame", "message": "", "auth": 1, "status": "Active", "exp_date": None,
        "is_trial": "0", "active_cons": "0", "created_at": str(int(LONG_AGO.timestamp())), "max_connections": "1",
        "allowed_output_formats": ["ts", "m3u8"],
    }  # fmt: skip
    server = answer["server_info"]
    assert (server["url"], server["port"], server["server_protocol"]) == ("tv.test", "8080", "http")
    assert server["https_port"].isdigit()
    assert isinstance(server["timestamp_now"], int)
    assert server["timezone"] == "UTC"


async def test_active_cons_follows_the_open_streams(station: TestStation) -> None:
    await station.on_air(1)
    client = await station.connect()
    assert await client.stream() == 200
    answer = (await station.get(f"/player_api.php?{LOGIN}")).json()
    assert answer["user_info"]["active_cons"] == "1"
    client.close()


async def test_a_wrong_login_is_answered_as_apps_expect_it(station: TestStation) -> None:
    reply = await station.get("/player_api.php?username=anna&password=no")
    assert (reply.status, reply.json()) == (200, {"user_info": {"auth": 0}})
    await applied(station, station.publish(Kind.STATION, 0, Station(login_failure_status=401)))
    assert (await station.get("/player_api.php?username=x&password=no")).status == 401


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"expires": ago(days=1)}, "Expired"), ({"status": LineStatus.DISABLED}, "Disabled"),
     ({"status": LineStatus.BANNED}, "Banned")],
)  # fmt: skip
async def test_a_line_that_may_not_watch_still_logs_in_and_sees_nothing(
    station: TestStation, changes: dict[str, object], status: str
) -> None:
    await applied(station, station.publish(Kind.LINE, 1, replace(station.line, **changes)))
    user = (await station.get(f"/player_api.php?{LOGIN}")).json()["user_info"]
    assert (user["auth"], user["status"]) == (1, status)
    assert (await station.get(f"/player_api.php?{LOGIN}&action=get_live_streams")).json() == []
    assert (await station.get(f"/get.php?{LOGIN}")).status == 403


async def test_streams_and_categories_are_what_the_decision_allows(station: TestStation) -> None:
    streams = (await station.get(f"/player_api.php?{LOGIN}&action=get_live_streams")).json()
    assert [(one["stream_id"], one["num"], one["category_id"]) for one in streams] == [(1, 1, "7"), (2, 2, "8")]
    assert streams[0]["epg_channel_id"] == "uno.it"
    assert streams[1]["epg_channel_id"] is None
    assert streams[0]["tv_archive"] == 0
    categories = (await station.get(f"/player_api.php?{LOGIN}&action=get_live_categories")).json()
    assert categories == [
        {"category_id": "7", "category_name": "News", "parent_id": 0},
        {"category_id": "8", "category_name": "Radio", "parent_id": 0},
    ]
    one = (await station.get(f"/player_api.php?{LOGIN}&action=get_live_streams&category_id=8")).json()
    assert [row["stream_id"] for row in one] == [2]
    await applied(station, station.publish(Kind.RIGHT, 5, replace(station.right, channel_ids=(2,))))
    left = (await station.get(f"/player_api.php?{LOGIN}&action=get_live_streams")).json()
    assert [row["stream_id"] for row in left] == [2]


@pytest.mark.parametrize(
    ("action", "answer"),
    [("get_vod_streams", []), ("get_series", []), ("get_short_epg", {"epg_listings": []}),
     ("get_vod_info", {"info": [], "movie_data": []})],
)  # fmt: skip
async def test_what_the_station_has_not_is_answered_in_its_empty_shape(
    station: TestStation, action: str, answer: object
) -> None:
    assert (await station.get(f"/player_api.php?{LOGIN}&action={action}")).json() == answer


async def test_unknown_actions_and_forms_and_base_paths_are_tolerated(station: TestStation) -> None:
    assert "user_info" in (await station.get(f"/player_api.php?{LOGIN}&action=get_profile")).json()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    posted = await station.get("/tv/player_api.php/", method="POST", headers=form, body=LOGIN.encode())
    assert posted.json()["user_info"]["auth"] == 1


async def test_the_playlist_follows_the_rules_that_every_reader_understands(station: TestStation) -> None:
    reply = await station.get(f"/get.php?{LOGIN}&type=m3u_plus&output=ts")
    assert reply.headers["content-disposition"] == 'attachment; filename="anna.m3u"'
    lines = reply.body.decode().splitlines()
    guide = "http://tv.test:8080/xmltv.php?username=anna&password=sesame"
    assert lines[0] == f'#EXTM3U url-tvg="{guide}" x-tvg-url="{guide}"'
    assert lines[1].startswith('#EXTINF:-1 tvg-id="uno.it" tvg-name="Uno"')
    assert lines[1].endswith('group-title="News",Uno')
    assert lines[2] == "http://tv.test:8080/live/anna/sesame/1.ts"
    assert "tvg-name=\"5 Due, 'due'\"" in lines[3]
    assert lines[3].endswith(',5\u00a0Due "due"')
    assert 'radio="true"' in lines[3]
    hls = await station.get(f"/get.php?{LOGIN}&type=m3u&output=hls")
    assert hls.body.decode().splitlines()[:3] == [
        "#EXTM3U", "#EXTINF:-1,Uno", "http://tv.test:8080/live/anna/sesame/1.m3u8",
    ]  # fmt: skip
    assert (await station.get("/get.php?username=anna&password=no")).status == 401


async def test_the_guide_names_the_channels(station: TestStation) -> None:
    reply = await station.get(f"/xmltv.php?{LOGIN}")
    assert reply.headers["content-type"].startswith("application/xml")
    assert b'<channel id="uno.it"><display-name>Uno</display-name></channel>' in reply.body


async def test_every_address_form_of_a_channel_is_understood(station: TestStation) -> None:
    await station.on_air(1)
    for path in ("/anna/sesame/1", "/anna/sesame/1.ts", "/live/anna/sesame/1", "/base/live/anna/sesame/1.ts"):
        client = await station.connect()
        assert await client.stream(path) == 200, path
        client.close()
    for path in ("/live/anna/sesame/1.mkv", "/live/anna/sesame/x.ts", "/live/anna", "/x", "/live/a/b/" + "9" * 40):
        assert (await station.get(path)).status == 404, path


async def test_the_first_page_helps_and_says_no_secret(station: TestStation) -> None:
    reply = await station.get("/")
    assert reply.status == 200
    assert b"get.php" in reply.body
    assert (await station.get("/healthz")).status == 200


async def test_old_apps_get_everything_in_one_answer(station: TestStation) -> None:
    answer = (await station.get(f"/panel_api.php?{LOGIN}")).json()
    streams = (await station.get(f"/player_api.php?{LOGIN}&action=get_live_streams")).json()
    assert answer["user_info"]["auth"] == 1
    assert set(answer["categories"]) == {"movie", "live", "series"}
    assert list(answer["available_channels"]) == [str(row["stream_id"]) for row in streams]
    first = answer["available_channels"]["1"]
    assert (first["live"], first["type_name"], first["category_name"], first["series_no"]) == (
        "1", "Live Streams", "News", None,
    )  # fmt: skip
    assert {key: value for key, value in first.items() if key in streams[0]} == streams[0]
    assert (await station.get("/panel_api.php?username=anna&password=no")).json() == {"user_info": {"auth": 0}}
