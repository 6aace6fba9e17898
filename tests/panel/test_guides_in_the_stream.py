"""What a headend heard of a broadcaster's guide ends as days of the channels that carry the service."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.events import EventsReport, events_report
from rightcast.formats.mpegts.eit import build_events
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.guide.broadcasts import Broadcasts
from rightcast.panel.guide.broadcasts import take_report as take
from rightcast.panel.guide.models import Assignment, ChannelDay, GuideSource, SourceKind, Who
from rightcast.panel.guide.publication import guide_keys, guide_records
from rightcast.state.reports import FileReports
from tests.mpegts.broadcasts import RAI, event, present

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db
HOUR = 3600
NOW = int(time.time()) // HOUR * HOUR
PRESENT = present(RAI, 1, event(1, NOW, HOUR, "Tg"), event(2, NOW + HOUR, HOUR, "Film"))
SCHEDULE = [build_events(0x50, RAI, 1, [event(3, NOW + 5 * HOUR, HOUR, "Late")])]


def _report(sections: list[bytes], channels: list[int], heard: float | None = None) -> EventsReport:
    return EventsReport(
        network_id=RAI.network_id,
        stream_id=RAI.stream_id,
        service_id=RAI.service_id,
        channels=channels,
        heard=time.time() if heard is None else heard,
        sections=sections,
    )


def take_report(report: EventsReport) -> list[int]:
    return take(report, report.channels)


def _titles() -> list[str]:
    days = sorted(guide_records(guide_keys()).values(), key=lambda day: day.day)
    return [one.title for day in days for one in day.shows]


def test_a_channel_has_the_guide_of_its_service(channel: Channel) -> None:
    take_report(_report(PRESENT, [channel.id]))
    assert _titles() == ["Tg", "Film"]
    assert Assignment.objects.get().who == Who.AUTOMATIC


def test_a_service_without_a_channel_is_known_and_published_nowhere(channel: Channel) -> None:
    take_report(_report(PRESENT, []))
    assert not ChannelDay.objects.exists()
    assert GuideSource.objects.get().channels.get().guide_id == str(RAI)


def test_a_schedule_stays_while_a_new_headend_has_only_heard_what_is_on(channel: Channel) -> None:
    take_report(_report([*PRESENT, *SCHEDULE], [channel.id]))
    take_report(_report(present(RAI, 2, event(1, NOW, HOUR, "Tg"), event(2, NOW + HOUR, HOUR, "Match")), [channel.id]))
    assert _titles() == ["Tg", "Match", "Late"]


def test_the_guide_in_the_stream_is_the_last_of_all_sources(channel: Channel) -> None:
    take_report(_report(PRESENT, [channel.id]))
    assert GuideSource.objects.get(kind=SourceKind.EIT).position == 1000


def test_what_an_operator_refused_is_not_assigned_again(channel: Channel) -> None:
    take_report(_report(PRESENT, [channel.id]))
    Assignment.objects.update(who=Who.OPERATOR, refused=True)
    take_report(_report(SCHEDULE, [channel.id]))
    assert Assignment.objects.get().refused


def test_a_source_that_is_switched_off_takes_nothing(channel: Channel) -> None:
    take_report(_report(PRESENT, [channel.id]))
    GuideSource.objects.update(enabled=False)
    assert not take_report(_report(SCHEDULE, [channel.id]))


def test_reports_are_read_once_and_old_ones_taken_away(station: StationSettings, channel: Channel) -> None:
    reports = FileReports(station.reports)
    reports.put(events_report(0, *RAI), _report(PRESENT, [channel.id]))
    reports.put(events_report(1, *RAI), _report(SCHEDULE, [], heard=NOW - 9000.0))
    broadcasts = Broadcasts(station.reports)
    assert broadcasts.look(time.time()) == 1
    assert broadcasts.look(time.time()) == 0
    assert [path.name for path in station.reports.iterdir()] == [f"{events_report(0, *RAI)}.json"]


def test_channels_at_two_headends_keep_the_guide_of_their_service(
    actor: Actor, station: StationSettings, channel: Channel
) -> None:
    two = catalogue.create_channel(actor, name="Two", sources=[catalogue.SourceInput("udp://239.1.1.2:5000")])
    reports, broadcasts = FileReports(station.reports), Broadcasts(station.reports)
    for shard, one in enumerate((channel, two)):
        reports.put(events_report(shard, *RAI), _report(PRESENT, [one.id]))
    broadcasts.look(time.time())
    assert {row.channel_id for row in Assignment.objects.all()} == {channel.id, two.id}
