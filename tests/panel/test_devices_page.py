"""The devices of a line in the console: given once with texts and QR codes, renamed, revoked, by those who may."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from rightcast.domain.lineup import CredentialKind
from rightcast.panel.lines import devices, handing, operations
from rightcast.panel.lines.models import Credential

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.lines.models import Line

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(actor: Actor) -> Line:
    return operations.create_line(actor, name="anna").line


def _page(line: Line) -> str:
    return f"/line/{line.id}/devices/"


@pytest.mark.parametrize("kind", list(CredentialKind))
def test_a_device_is_given_and_what_it_shows_is_seen_once(console: Client, line: Line, kind: CredentialKind) -> None:
    form = {"do": "add", "kind": kind.value, "device": "Kitchen <b>", "mac": "001A79ABCDEF"}
    reply = console.post(_page(line), form, follow=True)
    text = html.unescape(reply.content.decode())
    assert "<svg" in text
    assert "Kitchen &lt;b&gt;" in reply.content.decode()
    one = Credential.objects.get(line=line)
    assert (one.kind, one.device) == (kind.value, "Kitchen <b>")
    assert ("00:1A:79:AB:CD:EF" in text) == (kind is CredentialKind.MAC)
    assert "no-store" in reply["Cache-Control"]
    again = console.get(reply.redirect_chain[0][0]).content.decode()
    assert "Shown already" in again
    assert "<svg" not in again


def test_the_line_itself_is_handed_over_the_same_way(console: Client, line: Line) -> None:
    change = f"/lines/line/{line.id}/change/"
    text = console.post(change, {"lines_line_new_secret": "x"}, follow=True).content.decode()
    assert "Apps with an Xtream login" in text
    assert "Satellite receiver" in text


def test_devices_are_renamed_and_revoked(console: Client, line: Line, actor: Actor) -> None:
    one = devices.add_credential(actor, line.id, CredentialKind.SHORT, device="Hall").credential
    told = console.post(_page(line), {"do": "rename", "id": one.pk, "device": "Attic"}, follow=True)
    assert "Attic" in told.content.decode()
    console.post(_page(line), {"do": "revoke", "id": one.pk})
    assert not Credential.objects.exists()


def test_what_is_refused_is_told_and_another_lines_device_is_not_found(
    console: Client, line: Line, actor: Actor
) -> None:
    other = operations.create_line(actor, name="berta").line
    theirs = devices.add_credential(actor, other.id, CredentialKind.SHORT, device="Theirs").credential
    refused = console.post(_page(line), {"do": "add", "kind": "mac", "mac": "nonsense"}, follow=True)
    assert "is not a MAC address" in html.unescape(refused.content.decode())
    assert console.post(_page(line), {"do": "revoke", "id": theirs.pk}).status_code == 404
    assert console.post(_page(line), {"do": "add", "kind": "telepathy"}).status_code == 404
    assert Credential.objects.count() == 1


def test_who_may_only_look_changes_nothing(line: Line, actor: Actor, staff: Callable[[str], User]) -> None:
    one = devices.add_credential(actor, line.id, CredentialKind.SHORT, device="Hall").credential
    browser = Client()
    browser.force_login(staff("Rights officer"))
    page = browser.get(_page(line))
    assert "Hall" in page.content.decode()
    assert 'value="revoke"' not in page.content.decode()
    assert browser.post(_page(line), {"do": "revoke", "id": one.pk}).status_code in {302, 403}
    assert Credential.objects.filter(pk=one.pk).exists()


@pytest.mark.parametrize("kind", [CredentialKind.XTREAM, CredentialKind.SHORT, CredentialKind.TOKEN])
def test_every_kind_of_app_gets_a_text_that_opens_the_line(kind: CredentialKind) -> None:
    way = handing.WayIn(kind, "shown", "secret" if kind is CredentialKind.XTREAM else "")
    texts = handing.messages("http://tv.test", way)
    assert {one.apps.split()[0] for one in texts} == {"Apps", "Playlist", "TV", "Satellite"}
    assert all(way.password in one.text for one in texts)
    assert all(one.address.startswith("http://tv.test/") for one in texts)
    assert all("<svg" in one.picture for one in texts)
