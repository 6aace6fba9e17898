"""`rightcast token`, its delivery networks and the tokens for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

URL = "https://cdn.example.org/live/1/index.m3u8"


def test_what_was_revoked_is_listed_and_stands_in_the_trail(station: Shell) -> None:
    assert station("token", "revoke", "--line", "anna", "--why", "shared").code == 0
    assert station("token", "revoke", "--session", "e0.abc", "--json").json["session"] == "e0.abc"
    listed = station("token", "revoked").out
    assert "session e0.abc" in listed
    assert "shared" in listed
    assert "token.revoke" in station("audit", "list").out


def test_a_revocation_of_two_things_or_nothing_is_wrong_usage(station: Shell) -> None:
    assert station("token", "revoke").code == 2
    assert station("token", "revoke", "--line", "anna", "--station").code == 2


def test_a_token_for_a_delivery_network_stands_on_a_decision(station: Shell) -> None:
    added = station("token", "network", "add", "acme", "--host", "cdn.example.org", "--path", "/live/{channel}/")
    assert added.code == 0, added
    made = station("token", "cat", "make", "acme", "anna", "One", "--json")
    assert made.json["right_id"] == 1
    token = made.json["token"]
    assert station("token", "cat", "check", "acme", token, "--url", URL, "--json").json["good"] is True
    refused = station("token", "cat", "check", "acme", token, "--url", URL.replace("/1/", "/2/"))
    assert refused.code == 1
    assert "another address" in refused.out
    assert "network.token" in station("audit", "list").out
    assert station("line", "disable", "anna").code == 0
    denied = station("token", "cat", "make", "acme", "anna", "One")
    assert denied.code == 1
    assert "disabled" in denied.err
    assert station("line", "enable", "anna").code == 0
    before = station("token", "network", "key", "acme", "--json").json
    assert station("token", "network", "rotate", "acme").code == 0
    assert station("token", "network", "key", "acme", "--json").json[1] == before[0]
