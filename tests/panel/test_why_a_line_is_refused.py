"""`explain` answers as an edge would, with every link of the chain."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest
from django.urls import reverse

from rightcast.contract.reports import EdgeReport, RefusalReport, SessionReport
from rightcast.domain.entitlement import Allowed, Denied, Reason
from rightcast.domain.errors import ConflictError, InvalidInputError
from rightcast.domain.rights import Bounds, DeviceClass, Distribution
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.catalogue.queries import find_channel
from rightcast.panel.lines import operations as lines
from rightcast.panel.lines.queries import Explanation, explain
from rightcast.panel.lines.viewpoint import Viewpoint
from rightcast.panel.places.operations import put_network
from rightcast.panel.rights import operations as rights
from rightcast.panel.rights.models import CarriageRight
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from django.test import Client

    from rightcast.contract.station import StationSettings
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db


class World:
    """A line that may watch one channel."""

    def __init__(self, actor: Actor, channel: Channel) -> None:
        self.actor, self.channel = actor, channel
        self.package = catalogue.create_package(actor, name="Base", channel_ids=[channel.id])
        self.right = rights.record_right(
            actor,
            reference="R1",
            licensor="L",
            instrument="contract",
            channel_ids=[channel.id],
            territories=["IT"],
        )
        self.line = lines.create_line(actor, name="anna", package_ids=[self.package.id], territory="IT").line


@pytest.fixture
def world(actor: Actor, channel: Channel) -> World:
    return World(actor, channel)


def reason(found: Explanation) -> Reason | None:
    return found.verdict.reason if isinstance(found.verdict, Denied) else None


def test_a_line_in_order_may_watch(world: World) -> None:
    found = explain("anna", "One")
    assert isinstance(found.verdict, Allowed)
    assert found.verdict.right_id == world.right.id
    assert all(check.holds for check in found.checks)
    assert found.sentence == "It may watch."


def test_an_unknown_line_and_channel_are_answers(world: World) -> None:
    assert reason(explain("nobody", "One")) is Reason.UNKNOWN_LINE
    assert reason(explain("anna", "Nowhere")) is Reason.UNKNOWN_CHANNEL


def test_an_ended_right_refuses(world: World) -> None:
    rights.end_right(world.actor, world.right.id)
    assert reason(explain("anna", "One")) is Reason.RIGHT_ENDED


def test_a_right_elsewhere_refuses(world: World) -> None:
    rights.update_right(world.actor, world.right.id, territories=["GB"])
    assert reason(explain("anna", "One")) is Reason.OUTSIDE_TERRITORY


def test_a_held_channel_refuses(world: World) -> None:
    catalogue.hold_channel(world.actor, world.channel.id)
    assert reason(explain("anna", "One")) is Reason.NOT_PUBLISHED


def test_a_line_without_the_package_is_refused(world: World) -> None:
    lines.set_packages(world.actor, world.line.id, [])
    assert reason(explain("anna", "One")) is Reason.NOT_IN_PACKAGE


def test_a_disabled_line_is_refused(world: World) -> None:
    lines.disable_line(world.actor, world.line.id)
    assert reason(explain("anna", "One")) is Reason.LINE_DISABLED


def test_the_answer_can_be_asked_for_another_moment(world: World) -> None:
    later = datetime.now(UTC) + timedelta(days=2)
    lines.extend_line(world.actor, world.line.id, later - timedelta(days=1))
    assert reason(explain("anna", "One")) is None
    assert reason(explain("anna", "One", later)) is Reason.LINE_EXPIRED


def test_screens_in_use_come_from_the_edges(world: World, station: StationSettings) -> None:
    now = time.time()
    session = SessionReport(
        sid="s",
        line_id=world.line.id,
        line="anna",
        channel_id=world.channel.id,
        kind="ts",
        address="192.0.2.1",
        player="p",
        opened=now,
        right_id=1,
    )
    refusal = RefusalReport(at=now, line="anna", channel_id=1, reason="too-many-sessions", address="192.0.2.1")
    FileReports(station.reports).put(
        "edge-0",
        EdgeReport(
            edge=0,
            pid=1,
            at=now,
            started=now,
            version="0",
            revision=1,
            heard=now,
            sessions=[session],
            refusals={},
            recent_refusals=[refusal],
        ),
    )
    found = explain("anna", "One")
    assert reason(found) is Reason.TOO_MANY_SESSIONS
    assert found.refusals == (refusal,)


def test_a_channel_is_found_by_name_id_or_number(actor: Actor, channel: Channel) -> None:
    other = catalogue.create_channel(
        actor, name="Two", number=900, sources=[catalogue.SourceInput("udp://239.1.1.2:5000")]
    )
    assert find_channel("one") == channel
    assert find_channel(str(channel.id)) == channel
    assert find_channel("900") == other
    assert find_channel(f"id:{other.id}") == other


def test_a_number_that_fits_two_channels_must_be_made_clear(actor: Actor, channel: Channel) -> None:
    other = catalogue.create_channel(
        actor, name="Two", number=900, sources=[catalogue.SourceInput("udp://239.1.1.2:5000")]
    )
    catalogue.update_channel(actor, channel.id, number=other.id)
    with pytest.raises(ConflictError):
        find_channel(str(other.id))
    assert find_channel(f"number:{other.id}") == channel


def bound(world: World, bounds: Bounds) -> None:
    CarriageRight.objects.filter(id=world.right.id).update(bounds=msgspec.to_builtins(bounds))


def test_bounds_are_left_aside_aloud_until_somebody_says_where_the_viewer_is(world: World) -> None:
    bound(world, Bounds(presence=("IT",)))
    found = explain("anna", "One")
    assert isinstance(found.verdict, Allowed)
    assert "R1" in found.left_aside
    assert reason(explain("anna", "One", seen=Viewpoint(where="FR"))) is Reason.OUTSIDE_PRESENCE
    at_home = explain("anna", "One", seen=Viewpoint(where="it"))
    assert isinstance(at_home.verdict, Allowed)
    assert at_home.left_aside == ""
    assert any("lets watch in IT" in check.detail for check in at_home.checks)


def test_an_address_is_where_the_operators_network_says(world: World) -> None:
    bound(world, Bounds(presence=("IT",), distribution=(Distribution.HOTEL_ROOM,)))
    asked = Viewpoint(where="10.20.1.1")
    assert reason(explain("anna", "One", seen=asked)) is Reason.PLACE_UNKNOWN
    put_network(world.actor, cidr="10.20.0.0/16", country="IT", distribution="hotel_room")
    assert isinstance(explain("anna", "One", seen=asked).verdict, Allowed)


@pytest.mark.parametrize(
    ("seen", "field"),
    [
        (Viewpoint(where="nowhere"), "where"),
        (Viewpoint(where="QQ"), "where"),
        (Viewpoint(output="smoke"), "output"),
        (Viewpoint(height=-1), "height"),
        (Viewpoint(device="x" * 301), "device"),
    ],
)
def test_a_viewpoint_that_cannot_be_names_its_field(world: World, seen: Viewpoint, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        explain("anna", "One", seen=seen)
    assert caught.value.field == field


def test_another_moment_may_have_another_answer(world: World) -> None:
    later = datetime.now(UTC) + timedelta(days=30)
    CarriageRight.objects.filter(id=world.right.id).update(ends=datetime.now(UTC) + timedelta(days=2))
    assert isinstance(explain("anna", "One").verdict, Allowed)
    assert reason(explain("anna", "One", seen=Viewpoint(at=later))) is Reason.RIGHT_ENDED


def test_the_page_and_the_api_answer_for_a_viewer(console: Client, world: World) -> None:
    bound(world, Bounds(device_classes=(DeviceClass.TELEVISION,)))
    asked = {"line": "anna", "channel": "One", "from": "IT", "device": "mobile"}
    page = console.get(reverse("why"), asked).content.decode()
    assert "kind the right is for" in page
    answer = console.get(reverse("why-json"), asked).json()
    assert (answer["allowed"], answer["reason"]) == (False, "device-not-granted")
    assert console.get(reverse("why-json"), {**asked, "device": "television"}).json()["allowed"]
    bad = console.get(reverse("why-json"), {**asked, "at": "yesterday"})
    assert (bad.status_code, "sentence" in bad.json()) == (400, True)
    assert "cannot be read" in console.get(reverse("why"), {**asked, "at": "yesterday"}).content.decode()
