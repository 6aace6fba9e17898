"""A token for somebody else's network is made in the console and by programs, by the same decision as at the shell."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from rightcast.formats.cat.claims import Cat
from rightcast.formats.cat.token import read
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.lines import operations as lines
from rightcast.panel.rights import operations as rights
from rightcast.panel.tracing import networks

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel
    from rightcast.panel.tracing.models import DeliveryNetwork

pytestmark = pytest.mark.django_db


@pytest.fixture
def network(actor: Actor, channel: Channel) -> DeliveryNetwork:
    """A network, and anna who may watch One."""
    package = catalogue.create_package(actor, name="Base", channel_ids=[channel.id])
    rights.record_right(
        actor, reference="7", licensor="Lega", instrument="own_production", channel_ids=[channel.id], territories=["IT"]
    )
    lines.create_line(actor, name="anna", territory="IT", package_ids=[package.id])
    lines.create_line(actor, name="bert", territory="IT")
    return networks.add_network(actor, name="acme", host="cdn.example", life_s=120)


def test_the_console_makes_a_token_and_shows_what_it_says(console: Client, network: DeliveryNetwork) -> None:
    assert "acme" in console.get("/networks/token/").content.decode()
    page = console.post("/networks/token/", {"network": "acme", "line": "anna", "channel": "One"})
    assert "no-store" in page.headers["Cache-Control"]
    cat = read(networks.keys_of(network), page.context["token"])
    assert isinstance(cat, Cat)
    assert cat.subject.startswith("console.")
    assert "path prefix /1/" in page.content.decode()
    assert AuditRow.objects.filter(action="network.token").exists()


def test_a_program_gets_the_same_or_a_reason(console: Client, network: DeliveryNetwork) -> None:
    made = console.post("/networks/token.json", {"network": "acme", "line": "anna", "channel": "One", "life_s": "60"})
    said = json.loads(made.content)
    cat = read(networks.keys_of(network), said["token"])
    assert isinstance(cat, Cat)
    assert (cat.expires or 0) - (cat.issued or 0) == 60
    assert said["claims"]["audience"] == ["acme"]
    for wrong, field in (
        ({"line": "bert"}, "package"), ({"line": "\x00"}, "line"), ({"network": "other"}, "network"),
        ({"life_s": "-1"}, "seconds"), ({"life_s": "9" * 40}, "seconds"), ({"channel": "Nothing"}, "channel"),
    ):  # fmt: skip
        asked = {"network": "acme", "line": "anna", "channel": "One"} | wrong
        answer = console.post("/networks/token.json", asked)
        assert answer.status_code == 400, wrong
        assert field in json.loads(answer.content)["sentence"].lower(), wrong
        assert console.post("/networks/token/", asked).status_code == 200
    assert console.get("/networks/token.json").status_code == 405


def test_who_may_not_change_networks_makes_no_token(staff: Callable[[str], User], network: DeliveryNetwork) -> None:
    browser = Client()
    browser.force_login(staff("Engineer"))
    assert browser.post("/networks/token/", {"network": "acme", "line": "anna", "channel": "One"}).status_code == 403
    assert browser.post("/networks/token.json", {"network": "acme"}).status_code == 403
