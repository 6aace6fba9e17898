"""Endless transport streams."""

from __future__ import annotations

from tests.edge.fake_headend import PARTS, PSI_BYTES, part_bounds
from tests.edge.station import TestStation, eventually


async def test_a_viewer_gets_the_newest_joinable_part_at_once_and_then_each_part(station: TestStation) -> None:
    await station.on_air(2)
    client = await station.connect()
    assert await client.stream() == 200
    newest = station.headend.data(1)
    whole = len(newest) // 188 * 188
    assert await client.read(whole) == newest[:whole]
    station.headend.segment()
    following = station.headend.data(2)
    assert await client.read(len(following)) == following
    client.close()


async def test_a_viewer_who_joins_in_the_middle_is_sent_the_tables_first(station: TestStation) -> None:
    await station.on_air(1)
    ring = station.edge.rings.get(1)
    segment = ring.segments[0]
    segment.joinable = 2
    client = await station.connect()
    assert await client.stream() == 200
    data = station.headend.data(0)
    start = segment.parts[2][0]
    assert await client.read(PSI_BYTES) == data[:PSI_BYTES]
    assert await client.read(len(data) - start) == data[start:]
    client.close()


async def test_a_viewer_of_a_channel_without_data_waits_for_its_first_part(station: TestStation) -> None:
    client = await station.connect()
    client.send("/live/anna/sesame/1.ts")
    await eventually(lambda: station.headend.wants.get(1) == 1)
    assert not client.reader._buffer
    station.headend.part()
    assert (await client.head())[0] == 200
    first = await client.read(188)
    assert first[0] == 0x47
    client.close()
    await eventually(lambda: station.headend.wants.get(1) == 0)


async def test_all_viewers_get_the_same_bytes(station: TestStation) -> None:
    await station.on_air(1)
    station.publish_world()
    many = station.make_line("many", "sesame", 4, max_sessions=500)
    from rightcast.contract.catalogue import Kind

    station.publish(Kind.LINE, 4, many)
    await eventually(lambda: station.edge.replica.line_named("many") is not None)
    clients = [await station.connect() for _ in range(250)]
    for index, client in enumerate(clients):
        client.send("/live/many/sesame/1.ts", headers={"User-Agent": f"box {index}"})
    for client in clients:
        assert (await client.head())[0] == 200
    station.headend.segment()
    wanted = station.headend.data(0) + station.headend.data(1)
    for client in clients:
        assert await client.read(len(wanted)) == wanted
        client.close()
    assert PARTS == 4


async def test_a_viewer_who_stops_reading_is_cut_when_the_segment_leaves_the_ring(station: TestStation) -> None:
    station.headend.source = [segment * 40 for segment in station.headend.source]
    await station.on_air(1)
    client = await station.connect()
    client.writer.transport.pause_reading()
    client.send("/live/anna/sesame/1.ts")
    await eventually(lambda: len(station.edge.viewings) == 1)
    for _ in range(10):
        await station.on_air(1)
    await eventually(lambda: len(station.edge.viewings) == 0)
    assert station.edge.delivery.cut_behind == 1
    client.close()


async def test_viewers_go_on_after_the_headend_was_restarted(station: TestStation) -> None:
    await station.on_air(2)
    client = await station.connect()
    assert await client.stream() == 200
    await client.read(len(station.headend.data(1)))
    station.headend.part()
    await client.read(part_bounds(station.headend.data(2))[1])
    before = station.headend.connections
    await station.headend.stop()
    station.headend.restart_ring()
    await station.headend.start()
    await eventually(lambda: station.headend.connections > before)
    station.headend.segment()
    expected = station.headend.data(2)
    assert await client.read(len(expected)) == expected
    client.close()


async def test_a_channel_that_goes_down_ends_its_streams(station: TestStation) -> None:
    await station.on_air(2)
    client = await station.connect()
    assert await client.stream() == 200
    station.headend.down()
    assert await client.ended()


async def test_hanging_up_frees_the_screen_at_once(station: TestStation) -> None:
    await station.on_air(1)
    client = await station.connect()
    assert await client.stream() == 200
    client.close()
    await eventually(lambda: len(station.edge.viewings) == 0, 0.5)
    other = await station.connect()
    assert await other.stream(User_Agent="another") == 200
    other.close()
