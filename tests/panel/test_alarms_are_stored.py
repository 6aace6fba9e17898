"""The watch finds what is wrong in reports, stores what turns, and goes on after a restart as if nothing had been."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from rightcast.contract.reports import (
    ChannelReport,
    EdgeReport,
    FindingReport,
    HeadendReport,
    OutputReport,
    SenderReport,
    SessionReport,
    SourceReport,
)
from rightcast.domain.findings import Severity
from rightcast.panel.alarms import operations
from rightcast.panel.alarms.models import AlarmRow, DeliveryRow
from rightcast.panel.alarms.watching import Watch
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.console.live import Live
from rightcast.panel.rights import operations as rights

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db


class Station:
    """A clock and reports that a test sets; `run` looks once a second."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.channels: dict[int, ChannelReport] = {}
        self.sessions: list[SessionReport] = []
        self.outputs: list[OutputReport] = []
        self.headend_gone = False
        self.lost = 0
        self.watch = Watch(clock=lambda: self.now, picture=self.picture)

    def restart(self) -> None:
        self.watch = Watch(clock=lambda: self.now, picture=self.picture)

    def put(self, channel: Channel, state: str, **fields: object) -> None:
        source = channel.sources.order_by("position").values_list("url", flat=True)[0]
        made = {"source": source, "since": self.now.timestamp(), **fields}
        self.channels[channel.id] = ChannelReport(id=channel.id, name=channel.name, state=state, **made)  # type: ignore[arg-type]

    def picture(self) -> Live:
        at = self.now.timestamp()
        headend = HeadendReport(
            shard=0,
            pid=1,
            at=at,
            started=at,
            version="1",
            ring_bytes=1,
            ring_budget_bytes=10,
            datagrams_lost=self.lost,
            channels=list(self.channels.values()),
        )
        edge = EdgeReport(
            edge=0,
            pid=2,
            at=at,
            started=at,
            version="1",
            revision=1,
            heard=at,
            sessions=self.sessions,
            refusals={},
            recent_refusals=[],
        )
        sender = SenderReport(pid=3, at=at, started=at, outputs=self.outputs)
        return Live(() if self.headend_gone else (headend,), (edge,), (sender,))

    def run(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now += timedelta(seconds=1)
            self.watch.look()

    def open(self) -> list[tuple[str, str]]:
        return [(row.subject_name, row.kind) for row in AlarmRow.objects.filter(cleared=None).order_by("id")]


@pytest.fixture
def air() -> Station:
    return Station()


@pytest.fixture
def channels(actor: Actor) -> list[Channel]:
    """Five channels of one multiplex under a right."""
    made = [
        catalogue.create_channel(
            actor, name=f"C{number}", sources=[catalogue.SourceInput("udp://239.1.1.1:5000", number)]
        )
        for number in range(1, 6)
    ]
    rights.record_right(
        actor,
        reference="R1",
        licensor="L",
        instrument="contract",
        channel_ids=[one.id for one in made],
        territories=["IT"],
    )
    return made


def carry(air: Station, channels: list[Channel], state: str = "on_air") -> None:
    for one in channels:
        air.put(one, state)


def test_all_is_well_on_a_station_that_runs(air: Station, channels: list[Channel]) -> None:
    carry(air, channels)
    air.run(60)
    assert air.open() == []


def test_a_silent_channel_is_an_alarm_that_clears(air: Station, channels: list[Channel]) -> None:
    carry(air, channels)
    air.run(5)
    air.put(channels[0], "silent", detail="The source is silent since 12:00:00 UTC.")
    air.run(8)
    row = AlarmRow.objects.get()
    assert (row.subject_name, row.kind, row.severity) == ("C1", "channel-silent", Severity.CRITICAL)
    assert "silent since" in row.detail
    air.put(channels[0], "on_air")
    air.run(20)
    row.refresh_from_db()
    assert row.cleared is not None


def test_a_dead_multiplex_is_told_once_and_names_what_it_hides(
    air: Station, channels: list[Channel], actor: Actor
) -> None:
    operations.add_notifier(actor, name="log", kind="syslog", settings={"host": "127.0.0.1:9"})
    carry(air, channels)
    air.run(5)
    carry(air, channels, "silent")
    air.run(30)
    cause = AlarmRow.objects.get(kind="uplink-down")
    assert AlarmRow.objects.filter(cause=cause).count() == 5
    (delivery,) = DeliveryRow.objects.all()
    assert delivery.message["hides"] == ["C1", "C2", "C3", "C4", "C5"]
    assert delivery.message["subject"] == "udp://239.1.1.1:5000"
    carry(air, channels)
    air.run(60)
    assert air.open() == []
    assert [row.notice for row in DeliveryRow.objects.order_by("id")] == ["raised", "cleared"]


def test_a_missing_headend_is_one_alarm(air: Station, channels: list[Channel]) -> None:
    carry(air, channels)
    air.run(3)
    air.headend_gone = True
    air.run(60)
    assert air.open()[0] == ("Headend 1", "headend-missing")
    assert AlarmRow.objects.filter(cause=None).count() == 1


def test_a_station_that_is_starting_misses_nobody_yet(air: Station, channels: list[Channel]) -> None:
    air.headend_gone = True
    air.run(15)
    carry(air, channels)
    air.headend_gone = False
    air.run(30)
    assert AlarmRow.objects.count() == 0
    air.restart()
    air.headend_gone = True
    air.run(60)
    assert AlarmRow.objects.filter(kind="headend-missing").exists()


def test_after_a_restart_open_alarms_go_on_and_are_not_told_again(
    air: Station, channels: list[Channel], actor: Actor
) -> None:
    operations.add_notifier(actor, name="log", kind="syslog", settings={"host": "127.0.0.1:9"})
    carry(air, channels)
    air.put(channels[0], "failed")
    air.run(30)
    air.restart()
    air.run(30)
    assert AlarmRow.objects.count() == 1
    assert DeliveryRow.objects.count() == 1


def test_an_unchanged_alarm_writes_nothing(
    air: Station, channels: list[Channel], django_assert_num_queries: pytest.FixtureRequest
) -> None:
    carry(air, channels)
    air.put(channels[0], "failed")
    air.run(20)
    air.watch._read_at = air.now + timedelta(seconds=1)  # records were read just now
    with django_assert_num_queries(1):  # type: ignore[operator] # what is open
        air.run(1)


def test_an_acknowledged_alarm_is_told_of_no_more(air: Station, channels: list[Channel], actor: Actor) -> None:
    carry(air, channels)
    air.put(channels[0], "failed")
    air.run(20)
    row = AlarmRow.objects.get()
    operations.acknowledge(actor, row.id, note="known", until=air.now + timedelta(seconds=30))
    operations.add_notifier(actor, name="log", kind="syslog", settings={"host": "127.0.0.1:9"})
    air.run(20)
    assert DeliveryRow.objects.count() == 0
    air.run(20)
    assert [one.notice for one in DeliveryRow.objects.all()] == ["reminded"]
    row.refresh_from_db()
    assert row.seen_at is None
    assert row.notes.get().text == "known"


def test_a_session_without_a_right_is_an_alarm(air: Station, channels: list[Channel], channel: Channel) -> None:
    carry(air, channels)
    at = air.now.timestamp()
    session = SessionReport(
        sid="s",
        line_id=1,
        line="anna",
        channel_id=channel.id,
        kind="ts",
        address="127.0.0.1",
        player="p",
        opened=at,
        right_id=1,
    )
    air.run(10)
    assert air.open() == []
    air.sessions = [session]
    air.run(20)
    assert [kind for _, kind in air.open()] == ["unlicensed-output"]


def test_an_output_without_a_right_is_an_alarm(air: Station, channels: list[Channel], channel: Channel) -> None:
    carry(air, channels)
    refused = OutputReport(channel_id=channel.id, channel=channel.name, url="udp://239.9.9.9:1", detail="No right.")
    air.outputs = [refused]
    air.run(20)
    assert air.open() == []
    air.outputs = [OutputReport(channel_id=channel.id, channel=channel.name, url="udp://239.9.9.9:1", sent=7)]
    air.run(20)
    assert air.open() == [("One", "unlicensed-output")]


def test_datagrams_that_do_not_leave_are_an_alarm(air: Station, channels: list[Channel]) -> None:
    carry(air, channels)
    for failed in range(20):
        one = channels[0]
        air.outputs = [OutputReport(channel_id=one.id, channel=one.name, url="udp://239.9.9.9:1", failed=failed)]
        air.run(1)
    assert air.open() == [("C1", "output-failing")]


def test_a_right_that_ends_becomes_more_severe(air: Station, channels: list[Channel], actor: Actor) -> None:
    carry(air, channels)
    right = rights.record_right(
        actor,
        reference="R2",
        licensor="L",
        instrument="contract",
        channel_ids=[channels[0].id],
        territories=["IT"],
        ends=air.now + timedelta(days=20),
    )
    air.run(6)
    assert AlarmRow.objects.get().severity == Severity.INFO
    rights.update_right(actor, right.id, ends=air.now + timedelta(days=6))
    air.run(6)
    assert AlarmRow.objects.get().severity == Severity.WARNING
    rights.update_right(actor, right.id, ends=None)
    air.run(20)
    assert air.open() == []


def test_lost_datagrams_and_damage_are_news_only_while_they_grow(air: Station, channels: list[Channel]) -> None:
    air.lost = 50
    carry(air, channels)
    air.put(channels[1], "on_air", continuity_errors=900)
    air.run(30)
    assert air.open() == []
    air.lost = 51
    air.put(channels[1], "on_air", continuity_errors=910)
    air.run(15)
    assert sorted(kind for _, kind in air.open()) == ["channel-damaged", "datagrams-lost"]
    air.run(200)
    assert air.open() == []


def test_a_quiet_time_keeps_the_telephones_still(air: Station, channels: list[Channel], actor: Actor) -> None:
    operations.add_notifier(actor, name="log", kind="syslog", settings={"host": "127.0.0.1:9"})
    operations.add_quiet(
        actor,
        name="works",
        channel_ids=[channels[0].id],
        kinds=[],
        days=[],
        begins=None,
        ends=None,
        not_before=None,
        not_after=air.now + timedelta(seconds=60),
    )
    carry(air, channels)
    air.put(channels[0], "failed")
    air.run(40)
    assert AlarmRow.objects.get().quiet
    assert DeliveryRow.objects.count() == 0
    air.run(40)
    assert DeliveryRow.objects.count() == 1


def test_a_slate_is_said_to_be_one_unless_it_was_asked_for(air: Station, channels: list[Channel]) -> None:
    carry(air, channels)
    air.put(channels[0], "silent", showing="slate", cause="fault", detail="Off air since 02:14:00 UTC.")
    air.put(channels[1], "on_air", showing="slate", cause="asked")
    air.run(20)
    assert air.open() == [("C1", "channel-on-slate")]


def test_a_reserve_on_air_and_a_faulty_reserve_are_told(air: Station, channels: list[Channel]) -> None:
    carry(air, channels)
    good = SourceReport(place=1, source="udp://239.1.1.1:5000", state="on_air")
    faulty = SourceReport(place=2, source="udp://239.1.1.2:5000", state="faulty", fault="silent")
    air.put(channels[0], "on_air", showing="source 1", sources=[good, faulty])
    preferred = SourceReport(place=1, source="udp://239.1.1.1:5000", state="faulty", fault="silent")
    reserve = SourceReport(place=2, source="udp://239.1.1.2:5000", state="on_air")
    air.put(channels[1], "on_air", showing="source 2", cause="fault", sources=[preferred, reserve], switched=1.0)
    air.put(channels[2], "on_air", showing="source 2", cause="asked", sources=[preferred, reserve], switched=1.0)
    air.run(70)
    assert sorted(air.open()) == [("C1", "source-faulty"), ("C2", "channel-on-reserve")]
    assert AlarmRow.objects.get(subject_name="C2").detail == "Source 2 of 2 is on air: source 1: silent."


def test_what_the_watch_finds_is_an_alarm_of_its_severity(air: Station, channels: list[Channel]) -> None:
    carry(air, channels)
    seen = FindingReport(kind="black", since=air.now.timestamp(), severity="critical", detail="Black since 02:14.")
    air.put(channels[0], "on_air", findings=[seen])
    air.run(5)
    row = AlarmRow.objects.get()
    assert (row.kind, row.severity, row.detail) == ("black", Severity.CRITICAL, "Black since 02:14.")


def test_a_failed_store_loses_nothing(air: Station, channels: list[Channel], monkeypatch: pytest.MonkeyPatch) -> None:
    carry(air, channels)
    air.put(channels[0], "failed")
    air.run(3)
    with monkeypatch.context() as broken:
        broken.setattr("rightcast.panel.alarms.watching._store", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            air.run(10)
    air.run(10)
    assert air.open() == [("C1", "channel-failed")]


def test_moments_are_kept_as_they_were_found(air: Station, channels: list[Channel]) -> None:
    carry(air, channels)
    began = air.now - timedelta(seconds=100)
    air.put(channels[0], "failed", since=began.timestamp())
    air.run(2)
    row = AlarmRow.objects.get()
    assert abs(row.since - began) < timedelta(milliseconds=1)
    assert isinstance(row.raised, datetime)
