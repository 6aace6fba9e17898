"""Playlists of any length come in; what is broken is listed, the rest waits for a right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.panel.audit.models import AuditRow
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.catalogue.models import Channel, Source
from rightcast.panel.catalogue.operations import ImportEntry
from rightcast.panel.catalogue.queries import ChannelState, channel_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightcast.panel.audit.operations import Actor

pytestmark = pytest.mark.django_db


def entry(index: int, **fields: object) -> ImportEntry:
    given = {"name": f"Channel {index}", "url": f"http://host/{index}.ts", "line_number": index * 2, **fields}
    return ImportEntry(**given)  # type: ignore[arg-type]


def test_imported_channels_wait_for_a_right(actor: Actor) -> None:
    outcome = catalogue.import_channels(actor, [entry(1, category="News", guide_id="one"), entry(2)])
    assert (outcome.added, outcome.skipped) == (2, [])
    assert {row.state for row in channel_rows()} == {ChannelState.WAITING}
    assert [row.category for row in channel_rows()] == ["News", "General"]


def test_broken_entries_are_listed_with_their_line(actor: Actor) -> None:
    entries = [entry(1), entry(2, url="gopher://x"), entry(3, name=" "), entry(4, url="")]
    outcome = catalogue.import_channels(actor, entries)
    assert outcome.added == 1
    assert [line for line, _ in outcome.skipped] == [4, 6, 8]
    assert all(reason for _, reason in outcome.skipped)


def test_an_address_comes_in_once(actor: Actor) -> None:
    catalogue.import_channels(actor, [entry(1), entry(2)])
    outcome = catalogue.import_channels(actor, [entry(2), entry(3), entry(3, line_number=9)])
    assert outcome.added == 1
    assert [line for line, _ in outcome.skipped] == [4, 9]


def test_a_number_asked_for_is_given_when_it_is_free(actor: Actor) -> None:
    catalogue.import_channels(actor, [entry(1, number=40), entry(2, number=40), entry(3), entry(4, number=7)])
    assert list(Channel.objects.order_by("id").values_list("number", flat=True)) == [40, 41, 42, 7]


def test_an_import_writes_one_audit_row(actor: Actor) -> None:
    catalogue.import_channels(actor, [entry(index) for index in range(2500)])
    assert AuditRow.objects.filter(action="channel.import").count() == 1
    assert Source.objects.count() == 2500


def test_progress_is_told_while_it_runs(actor: Actor) -> None:
    seen: list[int] = []
    catalogue.import_channels(actor, (entry(index) for index in range(2500)), progress=seen.append)
    assert seen == [1000, 2000, 2500]


def test_what_came_before_a_torn_playlist_is_kept(actor: Actor) -> None:
    def torn() -> Iterator[ImportEntry]:
        yield from (entry(index) for index in range(1500))
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        catalogue.import_channels(actor, torn())
    assert Channel.objects.count() == 1000
    row = AuditRow.objects.get(action="channel.import")
    assert "1000" in row.sentence


def test_two_services_of_one_multiplex_are_two_channels(actor: Actor) -> None:
    rows = [entry(1, url="udp://239.1.1.1:5000", service_id=service) for service in (101, 102, 101)]
    outcome = catalogue.import_channels(actor, rows)
    assert outcome.added == 2
    assert [row.service_id for row in Source.objects.order_by("id")] == [101, 102]
