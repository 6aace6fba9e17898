"""`explain` answers as an edge would, with every link of the chain."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.reports import EdgeReport, RefusalReport, SessionReport
from rightcast.domain.entitlement import Allowed, Denied, Reason
from rightcast.domain.errors import ConflictError
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.catalogue.queries import find_channel
from rightcast.panel.lines import operations as lines
from rightcast.panel.lines.queries import Explanation, explain
from rightcast.panel.rights import operations as rights
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
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
