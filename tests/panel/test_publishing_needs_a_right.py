"""A channel reaches the feed when it is wanted and a right is recorded for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from rightcast.domain.errors import ConflictError
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.catalogue import queries
from rightcast.panel.catalogue.queries import ChannelState, channel_rows
from rightcast.panel.rights import operations as rights

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel
    from rightcast.panel.rights.models import CarriageRight

pytestmark = pytest.mark.django_db


def right_for(actor: Actor, channel: Channel, **term: datetime) -> CarriageRight:
    return rights.record_right(
        actor,
        reference="R1",
        licensor="L",
        instrument="own-production",
        channel_ids=[channel.id],
        territories=["*"],
        **term,
    )


def test_a_new_channel_waits_for_a_right(channel: Channel) -> None:
    assert channel_rows()[0].state is ChannelState.WAITING
    assert queries.published_channel_records([channel.id]) == {}


def test_a_recorded_right_publishes_the_channel(actor: Actor, channel: Channel) -> None:
    right_for(actor, channel)
    assert channel_rows()[0].state is ChannelState.PUBLISHED
    assert set(queries.published_channel_records([channel.id])) == {channel.id}


def test_a_right_to_come_publishes_the_channel_already(actor: Actor, channel: Channel) -> None:
    right_for(actor, channel, starts=datetime.now(UTC) + timedelta(days=3))
    assert queries.published_channel_ids() == [channel.id]


def test_a_held_channel_is_not_published(actor: Actor, channel: Channel) -> None:
    right_for(actor, channel)
    catalogue.hold_channel(actor, channel.id)
    assert channel_rows(ChannelState.HELD)[0].id == channel.id
    assert queries.published_channel_ids() == []


def test_publishing_without_a_right_in_force_names_the_remedy(actor: Actor, channel: Channel) -> None:
    with pytest.raises(ConflictError) as refused:
        catalogue.publish_channel(actor, channel.id)
    assert "right add" in refused.value.remedy


def test_an_ended_right_does_not_allow_publishing(actor: Actor, channel: Channel) -> None:
    rights.end_right(actor, right_for(actor, channel).id)
    with pytest.raises(ConflictError):
        catalogue.publish_channel(actor, channel.id)


def test_a_right_over_all_channels_does_not_cover_later_ones(actor: Actor, channel: Channel) -> None:
    rights.record_right(
        actor, reference="R2", licensor="L", instrument="contract", all_channels=True, territories=["IT"]
    )
    later = catalogue.create_channel(actor, name="Later", sources=[catalogue.SourceInput("udp://239.1.1.2:5000")])
    assert queries.published_channel_ids() == [channel.id]
    assert later.id not in queries.published_channel_ids()
