"""No table keeps a line's person unnoticed: each such column is told or has its reason, and erasing leaves none."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from rightcast.contract.reports import EdgeReport, SessionReport
from rightcast.contract.session_records import SessionRecord
from rightcast.domain.lineup import CredentialKind
from rightcast.domain.places import Means
from rightcast.domain.takedown import Cause
from rightcast.panel.lines import devices
from rightcast.panel.lines import operations as lines
from rightcast.panel.lines.models import Credential, Line
from rightcast.panel.overlays.models import Overlay
from rightcast.panel.places.operations import verify_residence
from rightcast.panel.privacy.kept import EXCEPTIONS, SECTIONS
from rightcast.panel.privacy.subject import erase_person, export_subject
from rightcast.panel.recordings.models import AllowanceRow, Recording, RecordingRule
from rightcast.panel.takedowns.operations import lift, take_down
from rightcast.panel.takedowns.orders import Order
from rightcast.panel.tracing.models import Sighting, Suspect
from rightcast.panel.tracing.operations import revoke
from rightcast.panel.tracing.sharing import cap
from rightcast.panel.tracing.sightings import note_sightings
from rightcast.panel.usage.models import SessionRow
from rightcast.panel.usage.taking import take
from tests.audit.test_rows_are_chained import faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Field

    from rightcast.contract.station import StationSettings
    from rightcast.panel.audit.operations import Actor

_PERSONAL = re.compile(
    r"(^|_)(lines?|address(es)?|player|sender|email|contact|by|user|credential|devices?|sid|network|who|actor|person)(_|$)"
)
NAME, ADDRESS, NETWORK = "anna-verdi-4821", "81.2.69.142", "81.2.69.0/24"


def personal_columns() -> Iterator[tuple[str, Field]]:  # type: ignore[type-arg]
    """Columns that by their name, or by what they refer to, could name a person."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            refers = field.is_relation and field.related_model in {Line, Credential, User, SessionRow}
            if refers or _PERSONAL.search(field.attname):
                yield f"{model._meta.label}.{field.attname}", field


def test_every_column_that_could_name_a_person_is_told_or_says_why_not() -> None:
    told = {
        f"{one.table._meta.label}.{field.attname}"
        for one in SECTIONS
        for field in one.table._meta.concrete_fields
        if field.attname not in one.left_out
    }
    found = {name for name, _ in personal_columns()}
    assert found - told - set(EXCEPTIONS) == set()
    assert set(EXCEPTIONS) - found == set(), "a reason for a column that is not there"
    assert all(EXCEPTIONS.values())


def known_line(actor: Actor) -> Line:
    """A line of which something stands in every table that has lines."""
    line = lines.create_line(actor, name=NAME, territory="IT", note="lives at Via Roma").line
    device = devices.add_credential(actor, line.pk, CredentialKind.MAC, shown="00:1A:79:AB:CD:EF", device="Anna's den")
    Credential.objects.filter(pk=device.credential.pk).update(last_address=ADDRESS, last_player="VLC of Anna")
    now = timezone.now()
    began = now.timestamp() - 600
    session = SessionRecord(
        id="e0.a@0.1", sid="e0.a", edge=0, line_id=line.pk, line=NAME, channel_id=1, kind="ts", began=began,
        rights=[(5, began)], address=ADDRESS, player="VLC of Anna", ended=began + 60, reason="hung_up",
    )  # fmt: skip
    take([session])
    watched = SessionReport(
        sid="e0.b", line_id=line.pk, line=NAME, channel_id=1, kind="ts", address=ADDRESS, player="VLC of Anna",
        opened=began, right_id=5,
    )  # fmt: skip
    edge = EdgeReport(
        edge=0, pid=1, at=now.timestamp(), started=began, version="1", revision=1, heard=began, sessions=[watched],
        refusals={}, recent_refusals=[],
    )  # fmt: skip
    note_sightings([edge], lambda _: "IT")
    Suspect.objects.create(line=line, points=60, grounds=[], since=now, weighed=now)
    cap(actor, line.pk, why="Anna lends it")
    verify_residence(actor, line, means=[Means.IDENTITY], until=now + timedelta(days=9), note="Anna's file")
    AllowanceRow.objects.create(line=line)
    RecordingRule.objects.create(line=line, match="title", word="News", key="news", created=now)
    Recording.objects.create(
        line=line, channel_id=1, start=0, stop=1, copies="private_copy", status="done", ordered=now, changed=now,
        episode_key="x", title="News",
    )  # fmt: skip
    revoke(actor, line_id=line.pk, why="Anna's telephone was stolen")
    Overlay.objects.create(
        sid="e0.b", line_id=line.pk, channel_id=1, slot=0, starts=now, ends=now, by="officer", why="Anna's set was seen"
    )
    return line


@pytest.mark.django_db
def test_what_every_table_has_of_a_line_is_told_and_none_of_it_is_left_after_erasing(
    actor: Actor, station: StationSettings
) -> None:
    line = known_line(actor)
    other = lines.create_line(actor, name="bert-1").line
    for order in (
        Order(line_ids=(line.pk,), cause=Cause.SAFETY, note="asked by Anna"),
        Order(line_ids=(line.pk, other.pk), cause=Cause.SAFETY),
    ):
        lift(actor, take_down(actor, order).pk, "it was a mistake")  # what is dark is frozen, so not erased
    number = line.pk
    found = export_subject(actor, number)
    assert [title for title, entries in found.sections.items() if not entries] == ["packages", "favourites"]
    assert [set(one) for one in found.sections["takedowns"]] == [
        {"what", "why", "begins", "ended"},
        {"why", "begins", "ended"},
    ]
    assert b"bert-1" not in found.as_json()
    assert found.sections["sightings"][0]["network"] == NETWORK
    erase_person(actor, number)
    Recording.objects.all().delete()  # the recorder does so for lines that are gone, in its own time
    left = [row for row in everything() if re.search(rf"anna|via roma|{re.escape(ADDRESS)}|{NETWORK}", row, re.I)]
    assert left == []
    assert not Sighting.objects.exists()
    assert faults() == []


def everything() -> Iterator[str]:
    """Each row of each table, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield f"{table}: {row}"
