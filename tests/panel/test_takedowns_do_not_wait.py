"""What stops a picture overtakes what fills a catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.panel.publish import publisher
from rightcast.panel.publish.outbox import enqueue

if TYPE_CHECKING:
    from rightcast.state.feed import FileFeed


@pytest.mark.django_db
def test_a_right_is_published_before_channels_noted_earlier(feed: FileFeed) -> None:
    enqueue(Kind.CHANNEL, *range(1, 1501))
    enqueue(Kind.RIGHT, 7)
    enqueue(Kind.LINE, 8)
    publisher.drain(feed)
    revisions = feed.read(0, limit=2000)
    assert [revision.kind for revision in revisions[:3]] == [Kind.RIGHT, Kind.LINE, Kind.CHANNEL]
    assert len(revisions) == 1502
