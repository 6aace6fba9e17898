"""The wall of pictures: what is wrong comes first, nothing shows that no right lets out, and 400 tiles come at once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from rightcast.contract.reports import ChannelReport, EdgeReport, HeadendReport, PictureReport, SessionReport
from rightcast.domain.takedown import Cause
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.console.wall import SHOWN, wall
from rightcast.panel.rights import operations as rights
from rightcast.panel.rights.models import CarriageRight
from rightcast.panel.takedowns.operations import take_down
from rightcast.panel.takedowns.orders import Order
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.contrib.auth.models import User

    from rightcast.contract.station import StationSettings
    from rightcast.panel.audit.operations import Actor

pytestmark = pytest.mark.django_db


def report_of(channel: Channel, state: str = "on_air", picture: PictureReport | None = None) -> ChannelReport:
    return ChannelReport(
        id=channel.id, name=channel.name, state=state, since=time.time() - 5, source="", bitrate_bps=4_300_000,
        picture=picture,
    )  # fmt: skip


def tell(station: StationSettings, reports: Sequence[ChannelReport]) -> None:
    now = time.time()
    FileReports(station.reports).put(
        "headend-0",
        HeadendReport(
            shard=0, pid=1, at=now, started=now, version="0", ring_bytes=0, ring_budget_bytes=1, channels=list(reports)
        ),
    )


@pytest.fixture
def channels(actor: Actor, db: None) -> list[Channel]:
    """Three channels that are wanted under a right."""
    made = [
        catalogue.create_channel(actor, name=name, sources=[catalogue.SourceInput("udp://239.1.1.1:5000")])
        for name in ("One", "Two", "Three")
    ]
    rights.record_right(
        actor, reference="R1", licensor="L", instrument="contract", channel_ids=[one.id for one in made],
        territories=["IT"],
    )  # fmt: skip
    for one in made:
        catalogue.publish_channel(actor, one.id)
    return made


def test_a_channel_with_a_fault_comes_before_those_without(station: StationSettings, channels: list[Channel]) -> None:
    one, two, three = channels
    frozen = PictureReport(state="seen", at=time.time(), frozen_since=time.time() - 90, level_dbfs=-30.0)
    tell(station, [report_of(one), report_of(two, picture=frozen), report_of(three, "silent")])
    found = wall()
    assert [(tile.name, tile.tone) for tile in found.tiles] == [("Three", "bad"), ("Two", "warn"), ("One", "good")]
    assert found.tiles[1].fault == "standing still for 2 min"
    assert found.tiles[1].level == 50
    assert found.sentence == "2 channels need a look."


def test_a_tile_says_bitrate_and_viewers(station: StationSettings, channels: list[Channel]) -> None:
    tell(station, [report_of(one) for one in channels])
    now = time.time()
    session = SessionReport(
        sid="a", line_id=1, line="anna", channel_id=channels[1].id, kind="ts", address="", player="", opened=now,
        right_id=1,
    )  # fmt: skip
    edge = EdgeReport(
        edge=0,
        pid=1,
        at=now,
        started=now,
        version="0",
        revision=1,
        heard=now,
        sessions=[session],
        refusals={},
        recent_refusals=[],
    )  # fmt: skip
    FileReports(station.reports).put("edge-0", edge)
    tile = next(one for one in wall().tiles if one.name == "Two")
    assert (tile.viewers, tile.bitrate.replace("\N{NO-BREAK SPACE}", " ")) == (1, "4.3 Mbit/s")


def test_no_picture_is_shown_when_the_right_has_ended(
    actor: Actor, station: StationSettings, channels: list[Channel]
) -> None:
    picture = PictureReport(state="seen", at=time.time(), thumbnail_at=time.time())
    tell(station, [report_of(channels[0], picture=picture)])
    assert wall().tiles[0].picture
    rights.end_right(actor, CarriageRight.objects.get().id)
    assert [tile.picture for tile in wall().tiles] == ["", "", ""]


def test_a_fault_shows_however_many_channels_there_are(station: StationSettings, channels: list[Channel]) -> None:
    Channel.objects.bulk_create(
        Channel(name=f"C{one}", number=1000 + one, wanted=True, added=timezone.now(), category=channels[0].category)
        for one in range(SHOWN + 20)
    )
    last = Channel.objects.order_by("number").last()
    assert last is not None
    tell(station, [report_of(last, "failed")])
    found = wall()
    assert last.id in {tile.id for tile in found.tiles}
    assert found.more == Channel.objects.count() - len(found.tiles)


def test_the_page_and_the_one_for_a_monitor_open(console: Client) -> None:
    assert b"Add the first" in console.get("/wall/").content
    monitor = console.get("/wall/?kiosk=1").content
    assert b"data-wall-kiosk" in monitor
    assert b"nav-sidebar" not in monitor
    answer = console.get("/wall/now/")
    assert (answer.json()["tiles"], "no-store" in answer["Cache-Control"]) == ([], True)


def test_who_may_not_see_channels_sees_no_wall(staff: Callable[[str], User]) -> None:
    nobody = staff("Help desk")
    nobody.groups.clear()
    browser = Client()
    browser.force_login(nobody)
    assert browser.get("/wall/").status_code == 403
    assert browser.get("/wall/now/").status_code == 403


def test_a_channel_that_was_taken_down_is_no_fault_and_shows_no_picture(
    actor: Actor, console: Client, station: StationSettings, channels: list[Channel]
) -> None:
    picture = PictureReport(state="seen", at=time.time(), thumbnail_at=time.time())
    tell(station, [report_of(one, picture=picture) for one in channels])
    take_down(actor, Order(cause=Cause.OTHER, channel_ids=(channels[1].id,)))
    tiles = {tile.name: tile for tile in wall().tiles}
    assert (tiles["Two"].state, tiles["Two"].tone, tiles["Two"].picture) == ("taken down", "calm", "")
    assert tiles["One"].picture
    page = console.get("/station/live/").content.decode()
    assert "1 taken down" in page
    assert "taken down</td>" in page
