"""A request that was mutated in any way is never answered with a server failure, nor with another line's data."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from rightcast.contract.catalogue import Kind
from rightcast.domain.guide import Show
from rightcast.domain.lineup import Channel, ChannelKind, Lineup, LineupEntry, Package
from tests.edge.fake_headend import FakeHeadend
from tests.edge.shelves import FakeArchive, FakeGuide
from tests.edge.station import LONG_AGO, TestStation

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.contract.station import StationSettings

LOGIN = "username=anna&password=sesame"
SEEDS = [
    f"/player_api.php?{LOGIN}&action=get_live_streams&category_id=7",
    f"/player_api.php?{LOGIN}&action=get_short_epg&stream_id=1&limit=4",
    f"/player_api.php?{LOGIN}&action=get_simple_data_table&stream_id=9",
    f"/panel_api.php?{LOGIN}",
    f"/get.php?{LOGIN}&type=m3u_plus&output=ts&profile=kodi&catchup=default",
    f"/xmltv.php?{LOGIN}&days=2&prev_days=1&gz=0&profile=ssiptv",
    f"/xmltv.php.gz?{LOGIN}",
    f"/enigma2.php?{LOGIN}&type=get_live_streams&cat_id=7",
    "/live/anna/sesame/1.m3u8?format=cmaf",
    "/live/anna/sesame/9.m3u8?utc=1764000000&lutc=1764000100",
    "/live/anna/sesame/1/timeshift_rel-60.m3u8",
    "/catchup/anna/sesame/1.ts?start=1764000000&end=1764000100",
    "/timeshift/anna/sesame/60/2026-11-24:20-30/1.ts",
    f"/streaming/timeshift.php?{LOGIN}&stream=1&start=1764000000&duration=5",
    "/movie/anna/sesame/3.mp4",
    "/dvbi/anna/sesame/list.xml",
    "/p/ABCDEF.xml",
]
OTHERS = (b"bert", b"beetles", b"Unsold", b"Berts own show", b"Traceback")
_LETTERS = st.sampled_from(
    [*"aZ09/&=?%.;:-_~+*'\"<>{}|^`\\,", "%00", "%2F", "%ff", "..", "9" * 30, "1e9", "-1", "bert"]
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A request with some of it cut out, doubled, or replaced."""
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(1, len(text)))
        stop = draw(st.integers(start, min(len(text), start + 12)))
        middle = draw(st.one_of(st.just(""), _LETTERS, st.just(text[start:stop] * 2)))
        text = text[:start] + middle + text[stop:]
    return text


def world(station: TestStation) -> None:
    """Another line with a channel of its own."""
    station.publish(
        Kind.LINEUP,
        4,
        Lineup(id=4, name="B", entries=(LineupEntry(channel_id=9, number=1, category_id=7, category_name="B"),)),
    )
    own = Channel(id=9, number=12, name="Unsold", kind=ChannelKind.TV, sources=(), added=LONG_AGO, guide_id="b.it")
    station.publish(Kind.CHANNEL, 9, own)
    station.publish(Kind.PACKAGE, 6, Package(id=6, name="Berts", lineup_ids=(4,)))
    station.publish(Kind.RIGHT, 5, replace(station.right, channel_ids=(1, 2, 9)))
    station.publish(Kind.LINE, 2, station.make_line("bert", "beetles", 2, package_ids=(6,)))


async def answered(station: TestStation, target: str) -> tuple[int, bytes]:
    """Status and body; of what has no end, or waits for a picture, only that it is no failure."""
    client = await station.connect()
    try:
        client.send(target)
        reply = await asyncio.wait_for(client.reply(), 1)
    except (TimeoutError, asyncio.IncompleteReadError):
        return 0, b""
    finally:
        client.close()
    return reply.status, reply.body


def test_no_mutation_fails_the_server_or_opens_another_line(
    settings: StationSettings, root: Path, segments: list[bytes]
) -> None:
    show = Show(id=1, guide_id="b.it", start=0, stop=4_000_000_000, title="Berts own show")
    with asyncio.Runner() as runner:
        headend = FakeHeadend(root, segments)
        runner.run(headend.start())
        station = runner.run(opened(settings, headend, show))
        bert = runner.run(station.get("/player_api.php?username=bert&password=beetles&action=get_live_streams"))
        assert b"Unsold" in bert.body

        @effort(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
        @given(mutated())
        def asked(target: str) -> None:
            status, body = runner.run(answered(station, target))
            assert status < 500, (status, target)
            assert not any(word in body for word in OTHERS if word.decode() not in target), target

        asked()
        runner.run(station.stop())
        runner.run(headend.stop())


async def opened(configured: StationSettings, headend: FakeHeadend, show: Show) -> TestStation:
    station = TestStation(configured, headend, guide=FakeGuide(show), archive=FakeArchive(of_1=3, of_9=3))
    world(station)
    await station.start()
    await station.on_air(1)
    return station
