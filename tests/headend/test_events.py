"""What a stream says of its guide reaches the reports: once, for its channels, and again only when it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.contract.events import PREFIX, EventsReport
from rightcast.formats.mpegts.eit import ServiceKey
from rightcast.formats.mpegts.eit_shows import guide_of
from rightcast.headend.events import EventListener, EventReports, Heard
from rightcast.headend.multiplex import Multiplex
from rightcast.headend.segmenter import Segmenter
from rightcast.headend.shelf import Shelf
from rightcast.state.reports import FileReports
from tests.headend.signals import captures, signal
from tests.headend.stations import Headend, Looped, channel, right
from tests.mpegts.broadcasts import RAI, event, packets, present

if TYPE_CHECKING:
    from pathlib import Path

NOON = 1_767_268_800.0
NOW = present(RAI, 1, event(1, int(NOON), 600, "Tg"), event(2, int(NOON) + 600, 600, "Meteo"))
OTHER = RAI._replace(service_id=77)


def _found(folder: Path) -> list[EventsReport]:
    return FileReports(folder).fetch(PREFIX, EventsReport)


def test_sections_are_reported_for_the_channels_that_carry_them(tmp_path: Path) -> None:
    listener = EventListener()
    stream = packets([*NOW, *present(OTHER, 1, event(9, int(NOON), 60, "Film"), table_id=0x4F)])
    for start in range(0, len(stream), 188):
        listener.feed(stream[start : start + 188], NOON)
    EventReports(FileReports(tmp_path), 0).tell([Heard(listener, {RAI.service_id: [5], 77: [6]})], NOON)
    own, other = sorted(_found(tmp_path), key=lambda report: not report.channels)
    assert (own.service_id, own.channels, own.sections) == (RAI.service_id, [5], NOW)
    assert (other.service_id, other.channels) == (77, [])


def test_repetitions_are_not_written_again(tmp_path: Path) -> None:
    listener, reports = EventListener(), EventReports(FileReports(tmp_path), 0)
    for again in range(3):
        for start in range(0, 376, 188):
            listener.feed(packets(NOW, counter=2 * again)[start : start + 188], NOON + again)
        reports.tell([Heard(listener, {})], NOON + 10 * again)
    (report,) = _found(tmp_path)
    assert report.heard == NOON


def test_a_change_is_written_within_seconds(tmp_path: Path) -> None:
    listener, reports = EventListener(), EventReports(FileReports(tmp_path), 0)
    changed = present(RAI, 2, event(1, int(NOON), 1200, "Tg"), event(2, int(NOON) + 1200, 600, "Meteo"))
    for after, sections in enumerate((NOW, changed)):
        stream = packets(sections, counter=2 * after)
        for start in range(0, len(stream), 188):
            listener.feed(stream[start : start + 188], NOON + 2 * after)
        reports.tell([Heard(listener, {})], NOON + 2 * after)
    assert _found(tmp_path)[0].sections == changed


def test_a_multiplex_is_listened_to() -> None:
    multiplex = Multiplex()
    multiplex.feed(packets(NOW) + b"\x47\x1f\xff\x10".ljust(188, b"\0") * 3, NOON)
    assert multiplex.events.sections(RAI) == NOW


def test_a_stream_of_one_service_is_listened_to() -> None:
    listener = EventListener()
    segmenter = Segmenter(Shelf(), segment_s=1.0, part_s=0.25, events=listener)
    segmenter.feed(packets(NOW) + b"\x47\x1f\xff\x10".ljust(188, b"\0") * 3, NOON)
    assert listener.sections(RAI) == NOW
    assert listener.own == {RAI}


def test_a_real_multiplex_tells_its_own_services_and_others() -> None:
    folder = captures()
    if folder is None:
        pytest.skip("no captures beside the repository")
    multiplex = Multiplex()
    multiplex.feed((folder / "dvb-t-mux-8-services.ts").read_bytes(), 0.0)
    guides = {service: guide_of(multiplex.events.sections(service)) for service in multiplex.events.heard}
    own = {service for service in multiplex.events.own if guides[service].shows}
    assert {service.service_id for service in own} >= {0xD49, 0xD4A, 0xD4B}
    rai_2 = guides[ServiceKey(0x13E, 0x4800, 0xD4A)].shows
    assert [(one.title, one.genre, one.language) for one in rai_2] == [
        ("Citofonare Rai2", 0x30, "it"),
        ("TG2 - GIORNO", 0x20, "it"),
    ]
    assert any(service.stream_id != 0x4800 and guide.shows for service, guide in guides.items())


async def test_channels_of_a_headend_are_told_with_what_their_streams_say(tmp_path: Path) -> None:
    picture = signal(seconds=4).read_bytes()
    service = services_of(picture)
    own = RAI._replace(service_id=service)
    told = packets(present(own, 1, event(1, int(NOON), 600, "Tg")))
    half = len(picture) // 376 * 188
    station = Headend(tmp_path, lambda _url: Looped(picture[:half] + told + picture[half:], 4))
    station.publish(channel(1, "udp://a:1"), channel(2, "udp://b:1", service=service), right(1, 2))
    await station.run(6)
    reports = EventReports(FileReports(tmp_path / "told"), 0)
    reports.tell(station.supervisor.heard(), NOON)
    station.supervisor.close()
    assert [report.channels for report in _found(tmp_path / "told")] == [[1, 2]]
    assert _found(tmp_path / "told")[0].service_id == service


def services_of(stream: bytes) -> int:
    """The service that a stream of one carries."""
    multiplex = Multiplex()
    multiplex.feed(stream, 0.0)
    return next(iter(multiplex.services))


def test_two_channels_of_one_service_are_told_together(tmp_path: Path) -> None:
    heard, reports = [], EventReports(FileReports(tmp_path), 0)
    for number in (1, 2):
        listener = EventListener()
        stream = packets(NOW)
        for start in range(0, len(stream), 188):
            listener.feed(stream[start : start + 188], NOON)
        heard.append(Heard(listener, {RAI.service_id: [number]}))
    reports.tell(heard, NOON)
    assert _found(tmp_path)[0].channels == [1, 2]
    before = _found(tmp_path)[0]
    reports.tell(heard, NOON + 5)
    assert _found(tmp_path)[0] == before
