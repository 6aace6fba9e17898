"""HTTP Live Streaming: the playlist under a token and its segments."""

from __future__ import annotations

import asyncio

import m3u8

from tests.edge.station import Reply, TestStation, eventually


async def playlist_path(station: TestStation, channel: int = 1, **headers: str) -> str:
    reply = await station.get(f"/live/anna/sesame/{channel}.m3u8", headers=headers)
    assert reply.status == 302, reply
    return reply.headers["location"]


async def test_the_credentials_leave_the_address_with_the_first_request(station: TestStation) -> None:
    await station.on_air(2)
    path = await playlist_path(station)
    assert path.startswith("/s/")
    assert path.endswith("/1/index.m3u8")
    assert "sesame" not in path
    assert "anna" not in path


async def test_the_playlist_lists_the_last_closed_segments_by_relative_names(station: TestStation) -> None:
    await station.on_air(4)
    station.headend.part()
    reply = await station.get(await playlist_path(station))
    assert reply.headers["content-type"] == "application/vnd.apple.mpegurl"
    found = m3u8.loads(reply.body.decode())
    assert [one.uri for one in found.segments] == ["0.ts", "1.ts", "2.ts", "3.ts"]
    assert found.media_sequence == 0
    assert found.target_duration == 1
    assert all(one.program_date_time is not None for one in found.segments)


async def test_a_restart_of_the_headend_is_marked_as_a_discontinuity(station: TestStation) -> None:
    await station.on_air(2)
    station.headend.restart_ring()
    await station.on_air(2)
    body = (await station.get(await playlist_path(station))).body.decode()
    assert body.count("#EXT-X-DISCONTINUITY\n") == 1
    assert body.index("1.ts") < body.index("#EXT-X-DISCONTINUITY\n") < body.index("2.ts")
    assert "#EXT-X-DISCONTINUITY-SEQUENCE:0\n" in body


async def test_a_segment_is_served_whole_in_ranges_and_as_head(station: TestStation) -> None:
    await station.on_air(2)
    base = (await playlist_path(station)).removesuffix("index.m3u8")
    data = station.headend.data(1)
    client = await station.connect()
    whole = await client.ask(f"{base}1.ts")
    assert (whole.status, whole.body) == (200, data)
    assert "immutable" in whole.headers["cache-control"]
    part = await client.ask(f"{base}1.ts", headers={"Range": "bytes=188-375"})
    assert (part.status, part.body) == (206, data[188:376])
    assert part.headers["content-range"] == f"bytes 188-375/{len(data)}"
    tail = await client.ask(f"{base}1.ts", headers={"Range": "bytes=-188"})
    assert tail.body == data[-188:]
    beyond = await client.ask(f"{base}1.ts", headers={"Range": f"bytes={len(data)}-"})
    assert beyond.status == 416
    head = await client.ask(f"{base}1.ts", method="HEAD")
    assert (head.status, head.headers["content-length"]) == (200, str(len(data)))
    again = await client.ask(f"{base}1.ts", headers={"If-None-Match": whole.headers["etag"]})
    assert again.status == 304
    gone = await client.ask(f"{base}77.ts")
    assert gone.status == 404
    client.close()


async def test_a_slow_reader_of_a_segment_gets_all_of_it(station: TestStation) -> None:
    station.headend.source = [segment * 40 for segment in station.headend.source]
    await station.on_air(1)
    base = (await playlist_path(station)).removesuffix("index.m3u8")
    client = await station.connect()
    client.writer.transport.pause_reading()
    client.send(f"{base}0.ts")
    await eventually(lambda: any(one._slice is not None for one in station.edge.listener.connections))
    client.writer.transport.resume_reading()
    status, headers = await client.head()
    assert status == 200
    assert await client.read(int(headers["content-length"])) == station.headend.data(0)
    client.close()


async def test_the_first_request_for_a_starting_channel_waits_for_its_first_segment(station: TestStation) -> None:
    path = await playlist_path(station)
    client = await station.connect()
    client.send(path)
    await eventually(lambda: station.headend.wants.get(1) == 1)
    station.headend.segment()
    reply = await client.reply()
    assert reply.status == 200
    assert "0.ts" in reply.body.decode()
    client.close()


async def test_a_token_of_another_channel_or_with_a_changed_letter_is_refused(station: TestStation) -> None:
    await station.on_air(2)
    path = await playlist_path(station)
    assert (await station.get(path.replace("/1/", "/2/"))).status == 403
    _, _, token, *_ = path.split("/")
    for place in (3, len(token) // 2, len(token) - 3):
        other = "A" if token[place] != "A" else "B"
        forged = token[:place] + other + token[place + 1 :]
        assert (await station.get(path.replace(token, forged))).status == 403
    assert (await station.get("/s/nonsense/1/index.m3u8")).status == 403


async def test_a_player_goes_on_after_the_edge_was_restarted(station: TestStation) -> None:
    await station.on_air(2)
    path = await playlist_path(station)
    await station.restart_edge()
    await eventually(lambda: 1 in station.edge.rings.get(1).segments)
    assert (await station.get(path)).status == 200
    assert len(station.edge.viewings) == 1


async def test_an_old_token_does_not_take_the_screen_of_a_newer_session(station: TestStation) -> None:
    await station.on_air(2)
    old = await playlist_path(station)
    new = await playlist_path(station, channel=2)
    assert len(await sessions(station)) == 1
    assert new != old
    viewing = station.edge.viewings.by_token(old.split("/")[2])
    if viewing is not None:
        viewing.renewed -= 11
    assert (await station.get(old)).status == 403


async def test_head_of_a_playlist_address_takes_no_screen(station: TestStation) -> None:
    await station.on_air(2)
    reply = await station.get("/live/anna/sesame/1.m3u8", method="HEAD")
    assert reply.status == 302
    assert len(await sessions(station)) == 0
    assert (await station.get(reply.headers["location"])).status == 200
    assert len(await sessions(station)) == 1


async def test_playlists_come_in_order_on_a_pipelined_connection(station: TestStation) -> None:
    await station.on_air(2)
    path = await playlist_path(station)
    base = path.removesuffix("index.m3u8")
    client = await station.connect()
    for name in ("index.m3u8", "0.ts", "index.m3u8", "1.ts"):
        client.send(base + name)
    replies: list[Reply] = [await client.reply() for _ in range(4)]
    assert [one.headers["content-type"] for one in replies] == [
        "application/vnd.apple.mpegurl", "video/mp2t", "application/vnd.apple.mpegurl", "video/mp2t",
    ]  # fmt: skip
    assert replies[3].body == station.headend.data(1)
    client.close()


async def sessions(station: TestStation) -> list[object]:
    await asyncio.sleep(0)
    return list(await station.edge.sessions.of_line(1, now=station.edge.admission.now()))
