"""What is to be kept is asked anew when a record changes and when a right begins or ends by the clock, and not else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Change, Kind
from rightcast.headend.archive.plan import Plan
from rightcast.headend.published import Published
from rightcast.state.feed import FileFeed
from tests.headend.archives import CHANNEL, RIGHT

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_800_000_000.0


def test_answers_change_with_records_and_with_the_clock(tmp_path: Path) -> None:
    feed = FileFeed(tmp_path / "feed.sqlite3")
    published = Published(feed)
    plan = Plan(published)

    def kept_h(now: float = NOW, *, stale: bool = False) -> int:
        published.refresh()
        return plan.keepings(set(), now, stale=stale)[1].kept_h

    ending = replace(RIGHT, ends=datetime.fromtimestamp(NOW + 100, UTC))
    feed.publish([Change(Kind.RIGHT, 5, ending), Change(Kind.CHANNEL, 1, CHANNEL)])
    assert kept_h() == 24
    assert plan.keepings(set(), NOW + 50, stale=False) is plan.keepings(set(), NOW + 99, stale=False)
    assert kept_h(NOW + 101) == 0
    feed.publish([Change(Kind.RIGHT, 5, RIGHT)])
    assert kept_h(NOW + 102) == 24
    assert kept_h(NOW + 103, stale=True) == 0
    feed.publish([Change(Kind.CHANNEL, 1, None)])
    published.refresh()
    assert plan.keepings(set(), NOW + 104, stale=False) == {}
    assert plan.keepings({1}, NOW + 104, stale=False)[1].retained_h == 24
    feed.close()
