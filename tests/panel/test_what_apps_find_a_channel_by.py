"""What a published record gives apps to find a channel by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.panel.audit.operations import Actor
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.catalogue.queries import to_record

if TYPE_CHECKING:
    from rightcast.domain.lineup import Channel

pytestmark = pytest.mark.django_db


def _channel(guide_id: str = "") -> Channel:
    sources = [catalogue.SourceInput("udp://127.0.0.1:5000")]
    return to_record(catalogue.create_channel(Actor.system(), name="One", sources=sources, guide_id=guide_id))


def test_a_channel_without_a_guide_id_gets_a_stable_one() -> None:
    record = _channel()
    assert record.guide_id == f"channel-{record.id}.rightcast"


def test_a_channel_keeps_the_guide_id_it_was_given() -> None:
    assert _channel("one.example").guide_id == "one.example"
