"""Recordings at the edge: listed as titles and by themselves, played and cut as rights say, ordered by wishes."""

from __future__ import annotations

import asyncio
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.contract.recording_wish import RecordingAnswer
from rightcast.domain.blackouts import Blackout
from rightcast.domain.life import Life, Running
from rightcast.domain.lineup import Credential, CredentialKind, Features
from rightcast.domain.recordings import Recording, Status
from rightcast.domain.rights import Copies, Later, RightStatus
from rightcast.domain.takedown import Takedown
from rightcast.edge.recordings.library import CATEGORY, title_id
from rightcast.formats.mpegts.packets import PACKET_BYTES
from rightcast.state.archive.reel import take_reel
from rightcast.state.archive.reel_writer import ReelWriter
from rightcast.state.recording_wishes import RecordingWishes
from tests.edge.box import MAC, Box
from tests.edge.station import LONG_AGO, eventually
from tests.edge.test_decisions import applied

if TYPE_CHECKING:
    from tests.edge.station import Reply, TestStation

WHO = "username=anna&password=sesame"
GRANTED = Later(recordings=Copies.PRIVATE, recording_days=30, download=True)


class Recorded:
    """A recording of channel 1 whose take holds the six segments of the signal, an hour ago."""

    def __init__(self, station: TestStation, segments: list[bytes]) -> None:
        self.station, self.segments = station, segments
        self.start = int(time.time()) - 3600
        self.row = Recording(
            id=31,
            line_id=1,
            channel_id=1,
            start=self.start,
            stop=self.start + 60,
            title="Il porto",
            status=Status.DONE,
            copies=Copies.PRIVATE,
            take_id=21,
        )
        with closing(ReelWriter(take_reel(station.settings.archive_root, 21))) as reel:
            for index, data in enumerate(segments):
                reel.append(data, start=self.start + 10.0 * index, duration=10.0, new_epoch=False)

    async def publish(self, *, later: Later = GRANTED, **changes: Any) -> None:
        self.row = replace(self.row, **changes)
        self.station.publish(Kind.RIGHT, 5, replace(self.station.right, later=later))
        latest = self.station.publish(Kind.RECORDING, self.row.id, self.row)
        await eventually(lambda: self.station.edge.replica.revision >= latest)

    async def get(self, path: str, **more: Any) -> Reply:
        return await self.station.get(path, **more)


@pytest.fixture
async def recorded(station: TestStation, segments: list[bytes]) -> Recorded:
    made = Recorded(station, segments)
    await made.publish()
    return made


async def test_apps_find_it_as_a_title_in_a_category_of_its_own(recorded: Recorded) -> None:
    api = f"/player_api.php?{WHO}&action="
    categories = (await recorded.get(f"{api}get_vod_categories")).json()
    assert [one["category_name"] for one in categories] == [CATEGORY[1]]
    rows = (await recorded.get(f"{api}get_vod_streams&category_id={CATEGORY[0]}")).json()
    assert [(row["stream_id"], row["container_extension"]) for row in rows] == [(title_id(31), "ts")]
    assert rows[0]["name"].startswith("Il porto · ")
    info = (await recorded.get(f"{api}get_vod_info&vod_id={title_id(31)}")).json()
    assert info["info"]["duration_secs"] == 60


async def test_a_playlist_has_it_behind_the_channels(recorded: Recorded) -> None:
    first = await recorded.get(f"/get.php?{WHO}")
    *_, told, address = first.body.decode().splitlines()
    assert told.startswith("#EXTINF:60 ")
    assert f'group-title="{CATEGORY[1]}"' in told
    assert address.endswith(f"/movie/anna/sesame/{title_id(31)}.ts")
    await recorded.publish(status=Status.PLANNED)
    again = await recorded.get(f"/get.php?{WHO}", headers={"If-None-Match": first.headers["etag"]})
    assert again.status == 200
    assert "/movie/" not in again.body.decode()


async def test_it_is_played_whole_and_by_ranges(recorded: Recorded) -> None:
    path, whole = f"/movie/anna/sesame/{title_id(31)}.ts", b"".join(recorded.segments)
    reply = await recorded.get(path)
    assert (reply.status, reply.body) == (200, whole)
    part = await recorded.get(path, headers={"Range": f"bytes={5 * PACKET_BYTES}-{9 * PACKET_BYTES - 1}"})
    assert (part.status, part.body) == (206, whole[5 * PACKET_BYTES : 9 * PACKET_BYTES])
    head = await recorded.get("/recording/anna/sesame/31.ts", method="HEAD")
    assert head.headers["content-length"] == str(len(whole))


async def test_it_is_played_as_a_finite_playlist(recorded: Recorded) -> None:
    found = await recorded.get("/recording/anna/sesame/31.m3u8")
    assert found.status == 302
    address = found.headers["location"]
    playlist = (await recorded.get(address)).body.decode()
    assert "#EXT-X-ENDLIST" in playlist
    names = [line for line in playlist.splitlines() if line and not line.startswith("#")]
    assert len(names) == 6
    folder = address.rpartition("/")[0]
    assert (await recorded.get(f"{folder}/{names[0]}")).body == recorded.segments[0]


async def test_its_token_opens_neither_the_live_picture_nor_its_past(recorded: Recorded) -> None:
    await recorded.station.on_air()
    folder = (await recorded.get("/recording/anna/sesame/31.m3u8")).headers["location"].rpartition("/")[0]
    assert (await recorded.get(f"{folder}/index.m3u8")).status == 404


async def test_the_recording_of_somebody_else_is_unknown(recorded: Recorded) -> None:
    await recorded.publish(line_id=2)
    reply = await recorded.get("/recording/anna/sesame/31.ts")
    assert (reply.status, reply.headers["x-rightcast-reason"]) == (404, "unknown-recording")
    assert (await recorded.get(f"/player_api.php?{WHO}&action=get_vod_streams")).json() == []


async def test_a_stopped_channel_leaves_its_recordings(recorded: Recorded) -> None:
    channel = recorded.station.edge.replica.channels[1]
    stopped = Features(life=Life(running=Running.STOPPED))
    recorded.station.publish(Kind.CHANNEL, 1, replace(channel, features=stopped))
    await eventually(lambda: recorded.station.edge.replica.channels[1].features is not None)
    assert (await recorded.get("/recording/anna/sesame/31.ts")).status == 200


@pytest.mark.parametrize(
    ("later", "changes", "reason"),
    [
        (Later(catchup_h=24), {}, "recordings-not-granted"),
        (GRANTED, {"copies": Copies.SHARED}, "recordings-not-granted"),
        (GRANTED, {"status": Status.PLANNED}, "not-recorded"),
        (replace(GRANTED, recording_days=1), {"stop": int(time.time()) - 100_000}, "recording-expired"),
    ],
)
async def test_a_refusal_has_its_reason(recorded: Recorded, later: Later, changes: dict[str, Any], reason: str) -> None:
    await recorded.publish(later=later, **changes)
    reply = await recorded.get("/recording/anna/sesame/31.ts")
    assert reply.headers["x-rightcast-reason"] == reason
    assert (await recorded.get(f"/player_api.php?{WHO}&action=get_vod_streams")).json() == []


@pytest.mark.parametrize("only_past", [False, True])
async def test_what_a_blackout_covered_is_dark_in_recordings(recorded: Recorded, only_past: bool) -> None:
    start, stop = recorded.row.span
    covered = Blackout(
        id=4, name="Final", channel_ids=(recorded.row.channel_id,), only_past=only_past,
        starts=datetime.fromtimestamp(start - 60, UTC), ends=datetime.fromtimestamp(stop + 60, UTC),
    )  # fmt: skip
    await applied(recorded.station, recorded.station.publish(Kind.BLACKOUT, 4, covered))
    reply = await recorded.get("/recording/anna/sesame/31.ts")
    assert (reply.status, reply.headers["x-rightcast-reason"]) == (403, "blacked-out-by-provider")


async def test_it_is_taken_away_only_where_the_right_says_so(recorded: Recorded) -> None:
    reply = await recorded.get("/recording/anna/sesame/31.ts?download=1")
    assert reply.headers["content-disposition"] == f'attachment; filename="Il porto-{recorded.start}.ts"'
    await recorded.publish(later=replace(GRANTED, download=False))
    reply = await recorded.get("/recording/anna/sesame/31.ts?download=1")
    assert (reply.status, reply.headers["x-rightcast-reason"]) == (403, "download-not-granted")


async def test_a_withdrawn_right_cuts_who_plays_within_two_seconds(recorded: Recorded) -> None:
    recorded.station.publish(Kind.LINE, 1, replace(recorded.station.line, max_sessions=2))
    await recorded.publish(status=Status.RECORDING, stop=int(time.time()) + 600)  # so that it waits for more
    folder = (await recorded.get("/recording/anna/sesame/31.m3u8")).headers["location"]
    client = await recorded.station.connect()
    client.writer.write(b"GET /recording/anna/sesame/31.ts HTTP/1.1\r\nHost: tv\r\nUser-Agent: other\r\n\r\n")
    await client.reader.readuntil(b"\r\n\r\n")
    began = time.monotonic()
    withdrawn = replace(recorded.station.right, status=RightStatus.WITHDRAWN, later=GRANTED)
    recorded.station.publish(Kind.RIGHT, 5, withdrawn)
    await asyncio.wait_for(client.reader.read(-1), 5)
    assert time.monotonic() - began < 2
    assert (await recorded.get(folder)).status == 403
    client.close()


@pytest.mark.parametrize("scope", [{"channel_ids": frozenset({1})}, {"territories": frozenset({"IT"})}])
async def test_a_takedown_refuses_every_byte_of_it_and_cuts_who_takes_it_away(
    recorded: Recorded, scope: dict[str, Any]
) -> None:
    recorded.station.publish(Kind.LINE, 1, replace(recorded.station.line, max_sessions=2))
    await recorded.publish(status=Status.RECORDING, stop=int(time.time()) + 600)  # so that it waits for more
    folder = (await recorded.get("/recording/anna/sesame/31.m3u8")).headers["location"]
    names = [one for one in (await recorded.get(folder)).body.decode().splitlines() if one and one[0] != "#"]
    client = await recorded.station.connect()
    client.send("/recording/anna/sesame/31.ts?download=1", headers={"User-Agent": "other"})
    assert (await client.head())[0] == 200
    recorded.station.publish(Kind.TAKEDOWN, 5, Takedown(id=5, begins=LONG_AGO, **scope))
    assert await client.ended(2)
    paths = [folder, f"{folder.rpartition('/')[0]}/{names[0]}", f"/movie/anna/sesame/{title_id(31)}.ts"]
    paths += ["/recording/anna/sesame/31.ts", "/recording/anna/sesame/31.ts?download=1"]
    reasons = [(await recorded.get(one)).headers.get("x-rightcast-reason") for one in paths]
    assert reasons == ["taken-down"] * 5


async def test_removing_it_cuts_who_plays_it_and_nobody_else(recorded: Recorded) -> None:
    await recorded.publish(status=Status.RECORDING, stop=int(time.time()) + 600)
    client = await recorded.station.connect()
    client.writer.write(b"GET /recording/anna/sesame/31.ts HTTP/1.1\r\nHost: tv\r\n\r\n")
    await client.reader.readuntil(b"\r\n\r\n")
    recorded.station.publish(Kind.RECORDING, 31, None)
    await asyncio.wait_for(client.reader.read(-1), 2)
    assert recorded.station.edge.admission.refusals["unknown-recording"] == 1
    client.close()


async def test_it_counts_as_a_screen(recorded: Recorded) -> None:
    assert (await recorded.get("/recording/anna/sesame/31.m3u8")).status == 302
    other = await recorded.get("/live/anna/sesame/1.m3u8", headers={"User-Agent": "other"})
    assert other.headers["x-rightcast-reason"] == "too-many-sessions"


async def test_the_list_tells_why_something_is_missing(recorded: Recorded) -> None:
    await recorded.publish(status=Status.PARTIAL, detail="Missing: 20:10:00-20:15:00.")
    row = (await recorded.get(f"/recordings?{WHO}")).json()[0]
    assert (row["status"], row["why"]) == ("partial", "Missing: 20:10:00-20:15:00.")
    assert row["play"] == "/recording/anna/sesame/31.m3u8"
    assert row["download"].endswith("31.ts?download=1")


async def test_an_order_waits_for_the_panel_and_tells_what_became_of_it(recorded: Recorded) -> None:
    wishes = RecordingWishes(recorded.station.settings.recording_wishes)

    async def panel() -> None:
        await eventually(lambda: bool(wishes.waiting()))
        wish = wishes.waiting()[0]
        assert (wish.line_id, wish.action, wish.channel_id, wish.start) == (1, "order", 1, 1_780_000_000)
        wishes.put(RecordingAnswer(id=wish.id, at=time.time(), sentence="It will be recorded.", recording_id=5))

    task = asyncio.create_task(panel())
    reply = await recorded.get(f"/recordings/order?{WHO}&channel=1&start=1780000000", method="POST")
    await task
    assert reply.status == 200
    assert (reply.json()["state"], reply.json()["recording"]) == ("done", 5)


async def test_without_a_panel_the_wish_waits_and_the_viewer_is_told(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded.station.edge.doors.recordings, "_wait_s", 0.1)
    reply = await recorded.get(f"/recordings/remove?{WHO}&id=31", method="POST")
    told = reply.json()
    assert (reply.status, told["state"]) == (202, "waiting")
    assert (await recorded.get(f"/recordings/wish?{WHO}&wish={told['wish']}")).status == 202


@pytest.fixture
async def box(recorded: Recorded) -> Box:
    station = recorded.station
    handle = Credential(id=4, kind=CredentialKind.MAC, handle=MAC)
    latest = station.publish(Kind.LINE, 1, replace(station.line, credentials=(handle,)))
    await eventually(lambda: station.edge.replica.revision >= latest)
    made = Box(station)
    await made.sign_in()
    return made


async def test_a_box_plays_it_as_a_film_and_as_a_recording(recorded: Recorded, box: Box) -> None:
    films = await box.js("vod", "get_ordered_list", category="*")
    rows = await box.js("remote_pvr", "get_ordered_list")
    assert (films["data"][0]["cmd"], rows["data"][0]["state"]) == (rows["data"][0]["cmd"], 2)
    for kind in ("vod", "remote_pvr"):
        made = await box.js(kind, "create_link", cmd=films["data"][0]["cmd"])
        path = made["cmd"].partition(" ")[2].partition("/recording/")[2]
        assert (await recorded.get(f"/recording/{path}")).status == 302
    assert (await recorded.get("/recording/k/no/31.ts")).status == 403


async def test_a_box_orders_and_removes(recorded: Recorded, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded.station.edge.doors.recordings, "_wait_s", 0.05)
    wishes = RecordingWishes(recorded.station.settings.recording_wishes)
    await box.js("remote_pvr", "start_rec_now", ch_id="1")
    await box.js("remote_pvr", "del_rec", rec_id="31")
    assert sorted(one.action for one in wishes.waiting()) == ["order", "remove"]


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/recordings/order?{}&channel=1", "POST", 400),
        ("/recordings/order?{}&channel=1&start=5", "GET", 405),
        ("/recordings/other?{}", "POST", 404),
        ("/recordings?username=anna&password=no", "GET", 401),
        ("/recordings/wish?{}&wish=../../etc", "GET", 404),
        ("/recording/anna/sesame", "GET", 404),
        ("/recording/anna/no/31.ts", "GET", 401),
    ],
)
async def test_what_is_asked_wrongly_is_told(recorded: Recorded, path: str, method: str, status: int) -> None:
    assert (await recorded.get(path.format(WHO), method=method)).status == status
