"""The jobs process publishes what was left, notices turns of rights, and prunes."""

from __future__ import annotations

import os
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from rightcast.panel.audit.models import AuditRow
from rightcast.panel.console.live import live
from rightcast.panel.jobs import tasks
from rightcast.panel.jobs.main import work_until
from rightcast.panel.lines import operations as lines
from rightcast.panel.privacy.queries import retention
from rightcast.panel.rights import operations as rights

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel
    from rightcast.state.feed import FileFeed

pytestmark = pytest.mark.django_db


def test_what_another_process_left_is_published(feed: FileFeed, actor: Actor) -> None:
    lines.create_line(actor, name="anna")
    assert feed.latest() == 0
    tasks.drain()
    assert feed.latest() > 0


def test_the_turns_of_a_right_are_noticed_once(actor: Actor, channel: Channel) -> None:
    now = timezone.now()
    right = rights.record_right(
        actor,
        reference="R1",
        licensor="L",
        instrument="contract",
        channel_ids=[channel.id],
        territories=["IT"],
        starts=now + timedelta(hours=1),
        ends=now + timedelta(hours=2),
    )
    assert rights.notice_turns(now) == []
    assert rights.notice_turns(now + timedelta(hours=1)) == [right]
    assert rights.notice_turns(now + timedelta(hours=1)) == []
    assert rights.notice_turns(now + timedelta(hours=3)) == [right]
    actions = AuditRow.objects.filter(subject="right").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["right.record", "right.running", "right.over"]


def test_rows_past_their_time_are_pruned(actor: Actor) -> None:
    lines.create_line(actor, name="anna")
    AuditRow.objects.update(at=timezone.now() - timedelta(days=retention().audit_days + 1))
    lines.create_line(actor, name="bert")
    tasks.prune()
    assert [row.sentence for row in AuditRow.objects.all()] == ["added line bert"]


def test_whoever_watches_says_so(station: StationSettings) -> None:
    tasks.watch()
    (report,) = live(time.time() + 1).watches
    assert report.pid == os.getpid()


def test_a_failing_job_does_not_stop_the_others() -> None:
    stop = threading.Event()

    def fails() -> None:
        raise ValueError("broken")

    work_until(stop, [(0.001, fails), (0.001, stop.set)])
    assert stop.is_set()
