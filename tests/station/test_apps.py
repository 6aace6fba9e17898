"""What player apps do with a login: log in, list, fetch the playlist and the guide, play what they found."""

from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import m3u8
import pytest
from ipytv import playlist as ipytv_playlist
from pyxtream import XTream

from tests.station.rig import Rig, fetch, first_byte, until

if TYPE_CHECKING:
    from pathlib import Path


def test_an_app_logs_in_lists_and_plays_as_the_xtream_interface_says(demo: Rig) -> None:
    login = demo.api()
    user, server = login["user_info"], login["server_info"]
    assert (user["auth"], user["status"], user["username"], user["password"]) == (1, "Active", demo.line, demo.secret)
    assert isinstance(user["max_connections"], str)
    assert isinstance(user["active_cons"], str)
    assert isinstance(server["timestamp_now"], int)
    categories = {one["category_id"]: one["category_name"] for one in demo.api("get_live_categories")}
    streams = demo.api("get_live_streams")
    assert {one["name"]: one["stream_id"] for one in streams} == demo.channels
    assert all(one["category_id"] in categories for one in streams)
    some = demo.api("get_live_streams", category_id=streams[0]["category_id"])
    assert streams[0]["stream_id"] in [one["stream_id"] for one in some]
    # the address is built as apps build it: from what the login echoed
    base = f"{server['server_protocol']}://{server['url']}:{server['port']}"
    for one in streams:
        for form in ("live/{}/{}/{}.ts", "{}/{}/{}", "{}/{}/{}.ts"):
            assert first_byte(f"{base}/{form.format(user['username'], user['password'], one['stream_id'])}") == b"G"


def test_a_wrong_password_is_a_login_that_failed_and_not_a_server_that_is_down(demo: Rig) -> None:
    answer = fetch(f"{demo.server}/player_api.php?username={demo.line}&password=wrong-one")
    assert answer.status == 200
    assert answer.json == {"user_info": {"auth": 0}}
    nobody = fetch(f"{demo.server}/player_api.php?username=nobody&password=wrong-one")
    assert (nobody.status, nobody.body) == (answer.status, answer.body)
    for path in (f"live/{demo.line}/wrong-one/1.ts", "get.php?username=x&password=y&type=m3u_plus", "xmltv.php"):
        assert fetch(f"{demo.server}/{path}").status == 401


def test_every_address_of_the_playlist_plays(demo: Rig) -> None:
    for output, check in (("ts", first_byte), ("hls", lambda url: fetch(url).body[:7])):
        query = f"username={demo.line}&password={demo.secret}&type=m3u_plus&output={output}"
        playlist = fetch(f"{demo.server}/get.php?{query}")
        assert playlist.status == 200
        lines = playlist.body.decode().splitlines()
        assert lines[0].startswith("#EXTM3U")
        urls = [line for line in lines if line and not line.startswith("#")]
        assert len(urls) == len(demo.channels)
        assert {check(url) for url in urls} <= {b"G", b"#EXTM3U"}
        assert all(
            re.search(r'tvg-id="|tvg-name="|group-title="', line) for line in lines if line.startswith("#EXTINF")
        )


def test_the_guide_is_well_formed_and_names_the_channels(demo: Rig) -> None:
    guide = fetch(f"{demo.server}/xmltv.php?username={demo.line}&password={demo.secret}")
    root = ET.fromstring(guide.body)
    assert root.tag == "tv"
    assert {one.findtext("display-name") for one in root.iter("channel")} == set(demo.channels)


def test_a_live_playlist_is_read_by_somebody_elses_parser_and_moves_on(demo: Rig) -> None:
    answer = fetch(demo.url("Rightcast One", "m3u8"))
    assert demo.secret not in answer.url, "the credential leaves the address"
    assert re.match(r"/s/[\w.~-]+/\d+/", urlsplit(answer.url).path)
    assert answer.headers["access-control-allow-origin"] == "*"
    first = m3u8.loads(answer.body.decode(), uri=answer.url)
    assert not first.is_endlist
    assert all(segment.duration <= first.target_duration + 0.5 for segment in first.segments)
    names = [segment.uri for segment in first.segments]
    sequence = first.media_sequence + len(names)

    def moved() -> m3u8.M3U8 | None:
        later = m3u8.loads(fetch(answer.url).body.decode(), uri=answer.url)
        return later if later.media_sequence + len(later.segments) >= sequence + 2 else None

    later = until(moved, within_s=15, what="two more segments")
    assert later.media_sequence >= first.media_sequence
    common = {segment.uri: segment.duration for segment in later.segments}
    assert all(common.get(segment.uri, segment.duration) == segment.duration for segment in first.segments)
    assert len(later.segments) <= 6


def test_head_range_and_preflight_are_answered_as_players_expect(demo: Rig) -> None:
    live = fetch(demo.url("Rightcast One"), method="HEAD")
    assert (live.status, live.headers["content-type"]) == (200, "video/mp2t")
    playlist = fetch(demo.url("Rightcast One", "m3u8"))
    segment = [line for line in playlist.body.decode().splitlines() if line.endswith(".ts")][-1]
    url = playlist.url.rsplit("/", 1)[0] + "/" + segment
    whole = fetch(url)
    assert whole.headers["content-type"] == "video/mp2t"
    piece = fetch(url, headers={"Range": "bytes=188-375"})
    assert (piece.status, piece.body) == (206, whole.body[188:376])
    assert piece.headers["content-range"] == f"bytes 188-375/{len(whole.body)}"
    assert fetch(url, headers={"Range": f"bytes={len(whole.body)}-"}).status == 416
    preflight = fetch(url, method="OPTIONS", headers={"Origin": "http://example.test"})
    assert preflight.status in {200, 204}
    assert preflight.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["", "healthz"])
def test_the_front_page_tells_no_secret(demo: Rig, path: str) -> None:
    answer = fetch(f"{demo.server}/{path}")
    assert answer.status == 200
    assert demo.secret.encode() not in answer.body
    assert demo.line.encode() not in answer.body.replace(b"demonstration", b"")


@pytest.mark.parametrize("player", ["kodi", "ssiptv", "generic"])
def test_the_doctor_sees_what_an_app_sees_and_leaves_no_device_behind(demo: Rig, player: str) -> None:
    found = demo.command("doctor", demo.line, "--player", player)
    assert found["well"], found
    played = next(one for one in found["steps"] if one["title"] == "Play the first channel")
    assert played["well"], found
    assert len(found["steps"]) == (6 if player == "generic" else 4)
    assert "doctor" not in [one["device"] for one in demo.command("device", "list", demo.line)]


def test_the_doctor_says_why_a_line_sees_nothing(demo: Rig) -> None:
    demo.command("line", "add", "nobodys", "--package", package_of(demo), "--expires", "2020-01-01")
    found = demo.command("doctor", "nobodys", "--player", "kodi")
    assert not found["well"]
    assert "expired" in found["steps"][0]["seen"]
    assert found["steps"][0]["remedy"]


def test_pyxtream_signs_in_lists_groups_and_finds_channels(demo: Rig, tmp_path: Path) -> None:
    made = demo.command(
        "line", "add", "far-future", "--package", package_of(demo), "--expires", "2099-01-01"
    )  # it knows no null
    who = made["name"], made["password"]
    until(lambda: _signed_in(demo, *who), within_s=10, what="the line at the edge")
    client = XTream("ours", *who, demo.server, cache_path=str(tmp_path), validate_json=True)
    assert client.auth_data["user_info"]["auth"] == 1
    assert client.load_iptv()
    assert {one.name: int(one.id) for one in client.channels} == demo.channels
    assert sum(len(group.channels) for group in client.groups) == len(demo.channels)
    assert (client.movies, client.series) == ([], [])
    first = client.channels[0]
    listed = client.liveEpgByStream(first.id)["epg_listings"]
    assert base64.b64decode(listed[0]["title"]).decode() in {"Colour bars and clock", "Bars once more"}
    assert first_byte(first.url) == b"G"


@pytest.mark.parametrize("profile", ["kodi", "ssiptv", "jellyfin", "generic"])
def test_ipytv_reads_every_row_of_every_dialect(demo: Rig, profile: str) -> None:
    query = f"username={demo.line}&password={demo.secret}&type=m3u_plus&profile={profile}"
    found = ipytv_playlist.loads(fetch(f"{demo.server}/get.php?{query}").body.decode())
    assert {one.name for one in found.get_channels()} == set(demo.channels)
    for one in found.get_channels():
        assert one.attributes["group-title"]
        assert one.attributes["tvg-name"] == one.name
        assert fetch_head(one.url) in {200, 302}
    assert found.get_attributes()["x-tvg-url"] == found.get_attributes()["url-tvg"]


def _signed_in(demo: Rig, name: str, secret: str) -> bool:
    answer = fetch(f"{demo.server}/player_api.php?username={name}&password={secret}")
    return bool(answer.json["user_info"]["auth"])


def fetch_head(url: str) -> int:
    return fetch(url, method="HEAD").status


def package_of(demo: Rig) -> str:
    """The package that the demo's line watches by."""
    return str(demo.command("package", "list")[0]["name"])
