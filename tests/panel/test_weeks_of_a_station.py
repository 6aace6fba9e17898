"""A week typed in or imported becomes days of its channel, ahead of every other guide, and is planned on by itself."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from rightcast.domain.grid import GridRow
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.grids import operations, planning
from rightcast.panel.guide.models import ChannelDay, GuideSource, SourceKind
from rightcast.panel.guide.publication import guide_keys, guide_records

if TYPE_CHECKING:
    from django.test import Client

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db
DAILY = tuple(range(7))
MASS = GridRow(days=DAILY, start=time(10), end=time(11), title="Mass")
CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n" + (
    b"DTSTART:20200101T120000\r\nDTEND:20200101T130000\r\nRRULE:FREQ=DAILY\r\nSUMMARY:Noon\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)


def _titles() -> set[str]:
    return {one.title for day in guide_records(guide_keys()).values() for one in day.shows}


def test_rows_are_published_for_weeks_ahead(actor: Actor, channel: Channel) -> None:
    operations.add_row(actor, channel.id, MASS)
    assert ChannelDay.objects.filter(channel_id=channel.id).count() == planning.DAYS_AHEAD + 1
    assert AuditRow.objects.filter(action="guide.week").exists()


def test_a_row_is_changed_and_taken_away(actor: Actor, channel: Channel) -> None:
    operations.add_row(actor, channel.id, MASS)
    vespers = GridRow(days=DAILY, start=time(18), end=time(19), title="Vespers")
    operations.change_row(actor, channel.id, MASS, vespers)
    assert _titles() == {"Vespers"}
    operations.change_row(actor, channel.id, vespers, None)
    assert not _titles()


def test_the_week_goes_on_by_itself_the_next_day(
    actor: Actor, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = operations.add_row(actor, channel.id, MASS)
    assert planning.plan_all() == 0
    later = planning.today(planning.zone()) + timedelta(days=1)
    monkeypatch.setattr(planning, "today", lambda _clock: later)
    assert planning.plan_all() == 1
    assert ChannelDay.objects.count() == planning.DAYS_AHEAD + 2
    source.refresh_from_db()
    assert source.last_ok


def test_a_table_with_a_bad_line_changes_nothing_until_told_to(actor: Actor, channel: Channel) -> None:
    table = b"days,start,end,title\nsun,10:00,11:00,Mass\nsun,99:00,,Walk\n"
    found = operations.import_table(actor, channel.id, table)
    assert (found.stored, found.rows, len(found.complaints)) == (False, 1, 1)
    assert not GuideSource.objects.exists()
    assert operations.import_table(actor, channel.id, table, only_good=True).stored
    assert _titles() == {"Mass"}


def test_lines_of_other_channels_are_left_out(actor: Actor, channel: Channel) -> None:
    table = f"days,start,end,title,channel\nsun,10:00,11:00,Mass,{channel.name}\nsun,12:00,13:00,Walk,Two\n"
    found = operations.import_table(actor, channel.id, table.encode())
    assert (found.rows, found.remarks) == (1, ("1 lines are of other channels and were left out.",))


def test_a_calendar_is_planned_beside_the_week(actor: Actor, channel: Channel) -> None:
    operations.add_row(actor, channel.id, MASS)
    operations.set_calendar(actor, channel.id, CALENDAR)
    assert _titles() == {"Mass", "Noon"}
    operations.remove(actor, channel.id, SourceKind.ICS)
    assert _titles() == {"Mass"}


def test_the_page_shows_the_week_and_what_clocks_do(actor: Actor, channel: Channel, console: Client) -> None:
    operations.add_row(actor, channel.id, MASS)
    text = console.get(f"/guide/week/{channel.id}/").content.decode()
    assert text.count("Mass") >= 7
    assert f"/guide/week/{channel.id}/csv" in text


def test_a_show_is_added_on_the_page(channel: Channel, console: Client) -> None:
    fields = {"deed": "save", "day": ["sat", "sun"], "start": "20:00", "end": "21:30", "title": "Film"}
    assert console.post(f"/guide/week/{channel.id}/", fields).status_code == 302
    (row,) = planning.rows_of(operations.source_of(channel.id))
    assert (row.days, row.title) == ((5, 6), "Film")


def test_a_field_that_cannot_be_meant_is_named_and_what_was_typed_stays(channel: Channel, console: Client) -> None:
    answer = console.post(f"/guide/week/{channel.id}/", {"deed": "save", "title": "Film", "start": "20:00"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Write days" in text
    assert 'value="Film"' in text


def test_a_file_is_imported_on_the_page(channel: Channel, console: Client) -> None:
    file = SimpleUploadedFile("week.csv", "Tag;Beginn;Ende;Titel\nSo;10:00;11:00;Messe\n".encode("cp1252"))
    assert console.post(f"/guide/week/{channel.id}/", {"deed": "import", "file": file}).status_code == 302
    assert _titles() == {"Messe"}


def test_complaints_of_a_table_are_shown(channel: Channel, console: Client) -> None:
    answer = console.post(f"/guide/week/{channel.id}/", {"deed": "import", "text": "days,start,title\nsun,x,Mass\n"})
    assert "Line 2, start" in answer.content.decode()


def test_the_week_goes_out_as_it_came_in(actor: Actor, channel: Channel, console: Client) -> None:
    operations.add_row(actor, channel.id, MASS)
    out = console.get(f"/guide/week/{channel.id}/csv").content
    operations.change_row(actor, channel.id, MASS, None)
    operations.import_table(actor, channel.id, out)
    assert planning.rows_of(operations.source_of(channel.id)) == (MASS,)
    assert b"BEGIN:VCALENDAR" in console.get(f"/guide/week/{channel.id}/ics").content


def test_weeks_are_listed(actor: Actor, channel: Channel, console: Client) -> None:
    operations.add_row(actor, channel.id, MASS)
    assert channel.name in console.get("/guide/week/").content.decode()
    assert console.get("/guide/week/?channel=One").headers["Location"] == f"/guide/week/{channel.id}/"
