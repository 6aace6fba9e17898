"""A line's devices: given once, found by digest, renamed, seen, revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.contract.reports import SeenReport
from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.domain.lineup import CredentialKind
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.lines import devices, operations, queries
from rightcast.panel.publish.models import OutboxRow

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.lines.models import Line

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(actor: Actor) -> Line:
    return operations.create_line(actor, name="anna").line


@pytest.mark.parametrize("kind", [CredentialKind.XTREAM, CredentialKind.SHORT, CredentialKind.TOKEN])
def test_what_a_device_shows_is_made_up_and_its_secrets_are_not_stored(
    line: Line, actor: Actor, kind: CredentialKind
) -> None:
    made = devices.add_credential(actor, line.id, kind, device="Living room")
    made.credential.refresh_from_db()
    hidden = made.secret if kind is CredentialKind.XTREAM else made.shown
    assert hidden
    assert hidden not in f"{made.credential.handle} {made.credential.digest}"
    assert hidden not in " ".join(f"{row.sentence} {row.detail}" for row in AuditRow.objects.all())
    assert AuditRow.objects.get(action="line.add-device").sentence == "gave line anna the device Living room"


def test_a_box_is_known_by_its_address_however_it_is_written(line: Line, actor: Actor) -> None:
    made = devices.add_credential(actor, line.id, CredentialKind.MAC, shown="00-1a-79 aa.bb.cc")
    assert made.credential.handle == "00:1A:79:AA:BB:CC"


@pytest.mark.parametrize("mac", ["", "00:1A:79", "00:1A:79:AA:BB:CG", "00:00:00:00:00:00", "x" * 500])
def test_what_is_no_hardware_address_is_refused(line: Line, actor: Actor, mac: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        devices.add_credential(actor, line.id, CredentialKind.MAC, shown=mac)
    assert caught.value.field == "mac"


def test_a_box_belongs_to_one_line(line: Line, actor: Actor) -> None:
    other = operations.create_line(actor, name="berta").line
    devices.add_credential(actor, other.id, CredentialKind.MAC, shown="001A79AABBCC")
    with pytest.raises(InvalidInputError, match="berta"):
        devices.add_credential(actor, line.id, CredentialKind.MAC, shown="00:1a:79:aa:bb:cc")


@pytest.mark.parametrize("name", ["anna", "Berta", "tv-one"])
def test_names_of_lines_and_devices_never_clash(line: Line, actor: Actor, name: str) -> None:
    operations.create_line(actor, name="berta")
    devices.add_credential(actor, line.id, CredentialKind.XTREAM, shown="TV-one")
    with pytest.raises(InvalidInputError):
        devices.add_credential(actor, line.id, CredentialKind.XTREAM, shown=name)
    with pytest.raises(InvalidInputError):
        operations.create_line(actor, name=name)


def test_a_short_address_is_never_chosen_by_hand(line: Line, actor: Actor) -> None:
    with pytest.raises(InvalidInputError):
        devices.add_credential(actor, line.id, CredentialKind.SHORT, shown="anna")


def test_a_line_has_only_so_many_devices(line: Line, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "MOST_DEVICES", 1)
    devices.add_credential(actor, line.id, CredentialKind.SHORT)
    with pytest.raises(ConflictError):
        devices.add_credential(actor, line.id, CredentialKind.SHORT)


def test_devices_travel_with_their_line_until_they_are_revoked(line: Line, actor: Actor) -> None:
    made = devices.add_credential(actor, line.id, CredentialKind.MAC, shown="001A79AABBCC", device="Bedroom")
    (known,) = queries.line_records([line.id])[line.id].credentials
    assert (known.kind, known.handle, known.device) == (CredentialKind.MAC, "00:1A:79:AA:BB:CC", "Bedroom")
    OutboxRow.objects.all().delete()
    devices.rename_credential(actor, made.credential.pk, "Kitchen")
    devices.revoke_credential(actor, made.credential.pk)
    assert queries.line_records([line.id])[line.id].credentials == ()
    assert set(OutboxRow.objects.values_list("kind", "key")) == {(Kind.LINE.value, line.id)}
    with pytest.raises(NotFoundError):
        devices.revoke_credential(actor, made.credential.pk)


def test_when_a_device_was_seen_is_kept_but_not_written_every_second(line: Line, actor: Actor) -> None:
    made = devices.add_credential(actor, line.id, CredentialKind.SHORT)
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)

    def seen(moment: datetime) -> SeenReport:
        return SeenReport(credential_id=made.credential.pk, at=moment.timestamp(), player="Kodi", address="192.0.2.1")

    unknown = SeenReport(credential_id=404, at=noon.timestamp(), player="x", address="y")
    assert devices.note_seen([seen(noon), unknown]) == 1
    assert devices.note_seen([seen(noon + timedelta(seconds=5))]) == 0
    assert devices.note_seen([seen(noon + timedelta(seconds=90))]) == 1
    made.credential.refresh_from_db()
    assert made.credential.last_seen == noon + timedelta(seconds=90)
    assert made.credential.last_player == "Kodi"
