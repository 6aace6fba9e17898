"""The page of a channel's cues, and the station's form about whom they concern."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from rightcast.contract.reports import ChannelReport, CueReport, HeadendReport
from rightcast.domain.cues import SignalPolicy
from rightcast.domain.errors import InvalidInputError
from rightcast.panel.console import live
from rightcast.panel.station import operations
from rightcast.panel.station.queries import station
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from django.test import Client

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db


def report(channel: Channel, restricted: str) -> None:
    now = time.time()
    cue = CueReport(heard=now, at=now, sentence="Provider advertisement starts, 30 s", section=b"\xfc0")
    told = ChannelReport(
        id=channel.id, name="One", state="on_air", since=now, source="", cues=[cue], restricted=restricted
    )
    headend = HeadendReport(
        shard=0, pid=1, at=now, started=now, version="1", ring_bytes=0, ring_budget_bytes=0, channels=[told]
    )
    FileReports(settings.STATION.reports).put("headend-0", headend)
    live._kept.clear()


def test_the_page_shows_what_was_signalled_and_what_is_restricted(console: Client, channel: Channel) -> None:
    report(channel, "no web delivery")
    text = console.get(f"/channel/{channel.id}/cues/").content.decode()
    assert "Restricted: no web delivery" in text
    assert "Provider advertisement starts, 30 s" in text
    assert "/DA=" in text


def test_the_page_of_a_channel_that_does_not_run_says_so(console: Client, channel: Channel) -> None:
    assert "does not run" in console.get(f"/channel/{channel.id}/cues/").content.decode()


def test_the_channel_links_to_its_cues(console: Client, channel: Channel) -> None:
    text = console.get(f"/catalogue/channel/{channel.id}/change/").content.decode()
    assert f"/channel/{channel.id}/cues/" in text


def test_the_policy_is_stored_and_published_as_set(actor: Actor) -> None:
    policy = SignalPolicy(
        own_networks=("10.0.0.0/8", "2001:db8::/32"), regional_blackouts=False, device_groups=(("android",), (), ())
    )
    operations.set_signal_policy(actor, policy)
    assert station().signals == policy


def test_a_range_that_is_none_is_refused_by_name(actor: Actor) -> None:
    with pytest.raises(InvalidInputError) as failure:
        operations.set_signal_policy(actor, SignalPolicy(own_networks=("10.0.0.0/8", "home")))
    assert failure.value.field == "own_networks"
    assert station().signals == SignalPolicy()
