"""What is known of a line's person is told to them whole, and erased so that the trail still holds."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from rightcast.contract.session_records import SessionRecord
from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from rightcast.domain.lineup import CredentialKind
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.audit.operations import Actor
from rightcast.panel.audit.pruning import prune_rows
from rightcast.panel.audit.rooting import sign_root
from rightcast.panel.lines import devices
from rightcast.panel.lines import operations as lines
from rightcast.panel.lines.models import Credential, Line
from rightcast.panel.privacy.operations import set_retention
from rightcast.panel.privacy.queries import retention
from rightcast.panel.privacy.subject import erase_person, export_subject, find_subject, was_erased
from rightcast.panel.privacy.sweeping import sweep
from rightcast.panel.takedowns.models import Hold
from rightcast.panel.tracing.models import Sighting
from rightcast.panel.tracing.sightings import forget_sightings
from rightcast.panel.usage.models import RefusalRow, SessionRow, StandRow
from rightcast.panel.usage.taking import take
from tests.audit.test_rows_are_chained import faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User
    from django.test import Client

    from rightcast.contract.station import StationSettings

pytestmark = pytest.mark.django_db
T0 = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)


@pytest.fixture
def line(actor: Actor) -> Line:
    """Anna, who watched once."""
    made = lines.create_line(actor, name="anna-4821", territory="IT").line
    take([session(made.pk)])
    return made


def session(line_id: int, **changes: Any) -> SessionRecord:
    began = T0.timestamp()
    said: dict[str, Any] = {
        "id": "e0.a@0.1", "sid": "e0.a", "edge": 0, "line_id": line_id, "line": "anna-4821", "channel_id": 1,
        "kind": "ts", "began": began, "rights": [(5, began)], "address": "192.0.2.77", "player": "VLC",
        "ended": began + 60, "reason": "hung_up",
    }  # fmt: skip
    return SessionRecord(**said | changes)


def favourites(station: StationSettings, device: int) -> sqlite3.Connection:
    base = sqlite3.connect(station.favourites)
    base.execute("CREATE TABLE IF NOT EXISTS marked (device INTEGER PRIMARY KEY, channels TEXT NOT NULL)")
    base.execute("INSERT INTO marked VALUES (?, '3,4')", (device,))
    base.commit()
    return base


def test_all_that_is_known_is_given_out_without_secrets(actor: Actor, line: Line, station: StationSettings) -> None:
    device = devices.add_credential(actor, line.pk, CredentialKind.MAC, shown="00:1A:79:AB:CD:EF", device="Den")
    favourites(station, device.credential.pk).close()
    found = export_subject(actor, line.pk)
    said = json.loads(found.as_json())
    assert said["name"] == "anna-4821"
    assert said["sessions"][0]["address"] == "192.0.2.77"
    assert said["devices"][0]["device"] == "Den"
    assert said["favourites"][0]["channels"] == [3, 4]
    assert "added line anna-4821" in [one["what"] for one in said["deeds_of_the_station"]]
    assert line.secret_digest not in found.as_json().decode()
    assert "192.0.2.77" in found.as_text()
    assert AuditRow.objects.filter(action="privacy.export").exists()


def test_erasing_leaves_the_rights_of_sessions_and_a_chain_that_holds(
    actor: Actor, line: Line, station: StationSettings
) -> None:
    number = line.pk
    device = devices.add_credential(actor, number, CredentialKind.MAC, shown="00:1A:79:AB:CD:EF", device="Den")
    base = favourites(station, device.credential.pk)
    done = erase_person(actor, number)
    assert (done["lines"], done["sessions"], done["devices"]) == (1, 1, 1)
    row = SessionRow.objects.get()
    assert (row.line_id, row.line_name, row.address, row.player) == (None, "", "", "")
    assert [one.right_id for one in StandRow.objects.all()] == [5]
    assert not Line.objects.filter(pk=number).exists()
    assert base.execute("SELECT count(*) FROM marked").fetchone() == (0,)
    assert not [one for one in AuditRow.objects.all() if "anna" in one.sentence]
    assert was_erased(number)
    assert faults() == []
    base.close()


def test_a_late_record_of_an_erased_line_stays_without_a_person(actor: Actor, line: Line) -> None:
    number = line.pk
    erase_person(actor, number)
    take([session(number, bytes_sent=7)])
    assert [(row.line_id, row.line_name) for row in SessionRow.objects.all()] == [(None, "")]


def test_a_held_line_is_not_erased(actor: Actor, line: Line) -> None:
    Hold.objects.create(case="12/2026", line_ids=[line.pk], by="owner", at=T0)
    with pytest.raises(ConflictError, match="12/2026"):
        erase_person(actor, line.pk)
    assert Line.objects.filter(pk=line.pk).exists()


def test_the_sweep_leaves_what_a_hold_is_about(line: Line) -> None:
    hold = Hold.objects.create(case="12/2026", channel_ids=[1], by="owner", at=T0, shown_from=T0, shown_until=None)
    late = T0 + timedelta(days=100)
    assert sweep(late) == {}
    hold.lifted = late
    hold.save()
    assert sweep(late)["sessions forgotten"] == 1


def test_every_kind_of_record_is_swept_after_its_own_time_and_not_before(actor: Actor, line: Line) -> None:
    device = devices.add_credential(actor, line.pk, CredentialKind.MAC, shown="00:1A:79:AB:CD:EF").credential
    Credential.objects.filter(pk=device.pk).update(last_seen=T0, last_address="81.2.69.142", last_player="VLC")
    RefusalRow.objects.create(id="r", channel_id=1, reason="no_right", began=T0, until=T0, count=1)
    SessionRow.objects.update(address="81.2.69.142")

    def day(number: int) -> dict[str, int]:
        return sweep(T0 + timedelta(days=number, minutes=1))

    assert day(6) == {}
    assert day(7) == {"addresses cut short": 2}
    assert day(89) == {}
    assert day(90) == {"sessions forgotten": 1, "last visits of devices forgotten": 1}
    assert day(364) == {}
    assert day(365) == {"counts of refusals forgotten": 1}
    note_rows_until = AuditRow.objects.order_by("id").last()
    assert note_rows_until is not None
    sign_root(timezone.now())
    prune_rows(note_rows_until.at)  # as the jobs process asks for with `audit_days`
    assert AuditRow.objects.count() == 1
    assert faults() == []


def test_sightings_that_a_hold_is_about_stay(line: Line) -> None:
    for sid, line_id, channel_id in (("a", line.pk, 1), ("b", 99, 2), ("c", 99, 3)):
        Sighting.objects.create(
            sid=sid, line_id=line_id, channel_id=channel_id, network="81.2.69.0/24", device="x", started=0, seen=0
        )
    Hold.objects.create(case="12/2026", line_ids=[line.pk], channel_ids=[2], by="owner", at=T0)
    forget_sightings(T0)
    assert sorted(Sighting.objects.values_list("sid", flat=True)) == ["a", "b"]


def test_a_line_is_found_by_name_or_number_also_when_it_was_removed(actor: Actor, line: Line) -> None:
    number = line.pk
    assert find_subject(" anna-4821 ") == find_subject(str(number)) == number
    lines.remove_line(actor, number)
    assert find_subject(str(number)) == number
    for strange in ("", "nobody", "-1", "99999999999999999999", "1.5"):
        with pytest.raises(NotFoundError):
            find_subject(strange)


def test_who_may_not_remove_lines_erases_nobody(staff: Callable[[str], User], line: Line) -> None:
    with pytest.raises(PermissionDeniedError):
        erase_person(Actor.staff(staff("Engineer")), line.pk)


def test_the_page_gives_out_and_erases_only_on_the_written_name(console: Client, line: Line) -> None:
    address = f"/line/{line.pk}/privacy/"
    assert "What is known" in console.get(address).content.decode()
    answer = console.post(address, {"do": "json"})
    assert json.loads(answer.content)["line"]
    assert "attachment" in answer.headers["Content-Disposition"]
    console.post(address, {"do": "erase", "name": "ann"})
    assert Line.objects.filter(pk=line.pk).exists()
    console.post(address, {"do": "erase", "name": "anna-4821"})
    assert not Line.objects.filter(pk=line.pk).exists()
    assert console.get(address).status_code == 404


def test_retention_is_set_within_reason(actor: Actor, console: Client) -> None:
    set_retention(actor, {"address_days": 3, "session_days": 30})
    assert (retention().address_days, retention().session_days, retention().audit_days) == (3, 30, 3 * 365)
    for wrong in ({"address_days": 31}, {"session_days": 0}, {"audit_days": 10**9}):
        with pytest.raises(InvalidInputError):
            set_retention(actor, wrong)
    assert console.get("/privacy/retentionrow/1/change/").status_code == 200
    assert console.get("/privacy/retentionrow/2/change/").status_code in {302, 404}
