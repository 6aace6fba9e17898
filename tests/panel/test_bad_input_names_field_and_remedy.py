"""What cannot be accepted is refused with the field it stands in and what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from rightcast.domain.errors import InvalidInputError
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.lines import operations as lines
from rightcast.panel.rights import operations as rights
from rightcast.panel.station import operations as station_operations

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def refused(field: str, call: Any, *args: Any, **given: Any) -> InvalidInputError:
    with pytest.raises(InvalidInputError) as caught:
        call(*args, **given)
    assert caught.value.field == field
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize(
    "url", ["gopher://host/x", "udp://239.1.1.1", "", "file://relative", "http://a b/", "x" * 3000]
)
def test_a_source_that_no_headend_could_open_is_refused(actor: Actor, url: str) -> None:
    refused("url", catalogue.create_channel, actor, name="One", sources=[catalogue.SourceInput(url)])


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", {"name": "   "}),
        ("name", {"name": "x" * 201}),
        ("name", {"name": "a\x00b"}),
        ("number", {"number": 0}),
        ("number", {"number": 1}),
        ("kind", {"kind": "film"}),
        ("start", {"start": "never"}),
        ("logo_url", {"logo_url": "javascript:alert(1)"}),
        ("sources", {"sources": []}),
        ("service_id", {"sources": [catalogue.SourceInput("udp://239.1.1.1:5000", 70_000)]}),
    ],
)
def test_a_channel_with_an_unfit_field_is_refused(
    actor: Actor, channel: Channel, field: str, given: dict[str, Any]
) -> None:
    fit = {"name": "Two", "sources": [catalogue.SourceInput("udp://239.1.1.1:5000")]}
    refused(field, catalogue.create_channel, actor, **{**fit, **given})


def test_a_number_is_given_once_in_a_lineup(actor: Actor, channel: Channel) -> None:
    other = catalogue.create_channel(actor, name="Two", sources=[catalogue.SourceInput("udp://239.1.1.2:5000")])
    entries = [(channel.id, 7, None), (other.id, 7, None)]
    refused("number", catalogue.create_lineup, actor, name="All", entries=entries)


def test_a_channel_stands_once_in_a_lineup(actor: Actor, channel: Channel) -> None:
    entries = [(channel.id, 7, None), (channel.id, 8, None)]
    refused("channel", catalogue.create_lineup, actor, name="All", entries=entries)


def test_a_name_of_a_lineup_is_given_once(actor: Actor, channel: Channel) -> None:
    catalogue.create_lineup(actor, name="All")
    refused("name", catalogue.create_lineup, actor, name="ALL")


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("ends", {"starts": NOW, "ends": NOW}),
        ("ends", {"starts": NOW, "ends": NOW - timedelta(days=1)}),
        ("starts", {"starts": NOW.replace(tzinfo=None)}),
        ("territories", {"territories": []}),
        ("territories", {"territories": ["XX"]}),
        ("territories", {"territories": "IT, Italia"}),
        ("instrument", {"instrument": "handshake"}),
        ("licensor", {"licensor": ""}),
        ("reference", {"reference": " "}),
        ("channels", {"channel_ids": []}),
    ],
)
def test_a_right_with_an_unfit_field_is_refused(
    actor: Actor, channel: Channel, field: str, given: dict[str, Any]
) -> None:
    fit = {
        "reference": "R1",
        "licensor": "L",
        "instrument": "contract",
        "channel_ids": [channel.id],
        "territories": ["IT"],
    }
    refused(field, rights.record_right, actor, **{**fit, **given})


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", {"name": "live"}),
        ("name", {"name": "è"}),
        ("secret", {"secret": "with space"}),
        ("territory", {"territory": "*"}),
        ("territory", {"territory": "Italy"}),
        ("max_sessions", {"max_sessions": 0}),
        ("expires", {"expires": NOW.replace(tzinfo=None)}),
    ],
)
def test_a_line_with_an_unfit_field_is_refused(actor: Actor, field: str, given: dict[str, Any]) -> None:
    refused(field, lines.create_line, actor, **{"name": "anna", **given})


def test_a_line_differs_from_others_in_more_than_capitals(actor: Actor) -> None:
    lines.create_line(actor, name="anna")
    refused("name", lines.create_line, actor, name="Anna")


def test_a_station_needs_a_known_time_zone(actor: Actor) -> None:
    refused("timezone", station_operations.update_station, actor, name="S", territory="IT", timezone="Mars/Base")
