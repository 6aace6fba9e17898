"""Keys leave the station in the hands of owners only; the pages of encryption and outputs set what they show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.domain.errors import ConflictError, PermissionDeniedError
from rightcast.domain.outputs import Outputs
from rightcast.domain.protection import KeyOrigin, Scheme
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.audit.operations import Actor
from rightcast.panel.catalogue import operations
from rightcast.panel.catalogue.protecting import export_keys, import_keys
from rightcast.panel.catalogue.queries import to_record
from rightcast.panel.staff.groups import ensure_groups
from rightcast.panel.staff.operations import create_staff
from rightcast.state.content_keys import ContentKeys

if TYPE_CHECKING:
    from django.test import Client

    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db
KEYS = ContentKeys(b"k" * 32)


@pytest.fixture
def channel(actor: Actor) -> Channel:
    return operations.create_channel(actor, name="Uno", sources=[operations.SourceInput(url="testcard://")])


def test_an_engineer_may_protect_a_channel_but_neither_export_nor_import_keys(channel: Channel, actor: Actor) -> None:
    ensure_groups()
    made = create_staff(actor, username="eng", groups=["Engineer"])
    engineer = Actor.staff(made.user)
    with pytest.raises(PermissionDeniedError):
        export_keys(engineer, channel.id, KEYS, hours=1)
    with pytest.raises(PermissionDeniedError):
        import_keys(engineer, channel.id, KEYS, b"")
    document = export_keys(actor, channel.id, KEYS, hours=1)
    assert AuditRow.objects.filter(action="channel.keys.export").count() == 1
    record = import_keys(actor, channel.id, KEYS, document)
    assert record.origin is KeyOrigin.VENDOR
    trail = AuditRow.objects.get(action="channel.protection")
    assert KEYS.unseal(record.keys[0].sealed).hex() not in str(trail.detail)


def test_the_page_of_encryption_sets_it(console: Client, channel: Channel) -> None:
    address = f"/channel/{channel.id}/protection/"
    assert "no DRM" in console.get(address).content.decode()
    fields = {"scheme": "sample-aes", "period_min": "15", "origin": "station"}
    assert console.post(address, fields, follow=True).status_code == 200
    channel.refresh_from_db()
    protection = to_record(channel).protection
    assert (protection.scheme, protection.period_s) == (Scheme.SAMPLE_AES, 900)
    refused = console.post(address, {**fields, "origin": "vendor"})
    assert refused.status_code == 422
    assert "No key of a vendor" in refused.content.decode()


def test_the_page_of_outputs_refuses_a_wrong_address_on_its_field(console: Client, channel: Channel) -> None:
    address = f"/channel/{channel.id}/outputs/"
    refused = console.post(address, {"urls": "udp://239.1.1.1"})
    assert refused.status_code == 422
    assert "names no port" in refused.content.decode()
    console.post(address, {"urls": "udp://239.1.1.1:5000\n\n rtp://239.1.1.2:5000 "})
    channel.refresh_from_db()
    assert to_record(channel).outputs.urls == ("udp://239.1.1.1:5000", "rtp://239.1.1.2:5000")


def test_two_channels_are_not_sent_to_one_address(channel: Channel, actor: Actor) -> None:
    other = operations.create_channel(actor, name="Due", sources=[operations.SourceInput(url="testcard://")])
    operations.set_feature(actor, channel.id, Outputs(urls=("udp://239.1.1.1:5000",)))
    with pytest.raises(ConflictError) as caught:
        operations.set_feature(actor, other.id, Outputs(urls=("rtp://239.1.1.1:5000?ttl=3",)))
    assert "Uno" in caught.value.sentence


def test_keys_that_were_imported_are_not_exported_again(channel: Channel, actor: Actor) -> None:
    import_keys(actor, channel.id, KEYS, export_keys(actor, channel.id, KEYS, hours=1))
    with pytest.raises(ConflictError):
        export_keys(actor, channel.id, KEYS, hours=1)
