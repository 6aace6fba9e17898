"""`rightcast package`, `rightcast line`, `rightcast explain` and `rightcast audit`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def test_a_package_of_channels_gets_a_lineup_of_its_name(station: Shell) -> None:
    answer = station("package", "add", "Extra", "--all", "--json")
    assert (answer.json["name"], answer.json["lineups"], answer.json["channels"]) == ("Extra", ["Extra"], 1)


def test_a_package_may_take_a_lineup_that_exists(station: Shell) -> None:
    assert station("package", "add", "Second", "--lineup", "Base", "--json").json["lineups"] == ["Base"]
    assert "Second" in station("package", "list").out


def test_a_package_of_nothing_is_wrong_usage(station: Shell) -> None:
    assert station("package", "add", "Empty").code == 2


def test_a_new_line_shows_its_password_and_addresses(station: Shell) -> None:
    answer = station("line", "add", "berta", "--package", "Base", "--max-sessions", "2", "--json")
    password = answer.json["password"]
    assert answer.json["xtream"] == {"server": "http://127.0.0.1:8080", "username": "berta", "password": password}
    assert f"username=berta&password={password}" in answer.json["m3u"]
    assert password not in station("line", "list").out


def test_a_line_without_a_name_gets_one(station: Shell) -> None:
    answer = station("line", "add", "--package", "Base", "--expires", "30d")
    assert answer.code == 0
    assert "Password" in answer.out


@pytest.mark.parametrize(("name", "password"), [("live", "secret"), ("a b", "secret"), ("carla", "x")])
def test_names_and_passwords_that_apps_cannot_use_are_refused(station: Shell, name: str, password: str) -> None:
    answer = station("line", "add", name, "--password", password, "--package", "Base")
    assert answer.code == 1
    assert "Traceback" not in answer.err


def test_a_line_is_disabled_and_enabled(station: Shell) -> None:
    assert station("line", "disable", "anna", "--json").json["status"] == "disabled"
    refused = station("explain", "anna", "One", "--json").json
    assert (refused["allowed"], refused["reason"]) == (False, "line-disabled")
    assert station("line", "enable", "anna", "--json").json["status"] == "active"


def test_a_line_is_kicked(station: Shell) -> None:
    assert station("line", "kick", "anna").code == 0
    assert "line.kick" in station("audit", "list").out


def test_an_allowed_view_is_explained_link_by_link(station: Shell) -> None:
    answer = station("explain", "anna", "One")
    assert answer.code == 0
    assert "✗" not in answer.out
    assert "✓ a carriage right is in force" in answer.out
    assert "Allowed:" in answer.out


def test_a_refused_view_is_explained_with_its_reason(station: Shell) -> None:
    station("channel", "add", "Alone", "udp://239.1.1.9:5000")
    answer = station("explain", "anna", "Alone", "--json").json
    assert answer["reason"] == "not-in-package"
    failed = [check["rule"] for check in answer["checks"] if not check["holds"]]
    assert failed[0].startswith("a package")


def test_unknown_names_are_an_answer(station: Shell) -> None:
    answer = station("explain", "nobody", "nothing")
    assert answer.code == 0
    assert "Refused: There is no line of this name." in answer.out


def test_every_deed_at_the_shell_is_in_the_audit(station: Shell) -> None:
    station("line", "add", "dora", "--package", "Base", "--password", "secret-of-dora")
    rows = station("audit", "list", "--json").json
    assert rows[0]["action"] == "line.create"
    assert rows[0]["actor"]["kind"] == "cli"
    assert "secret-of-dora" not in str(rows)


def test_the_audit_is_cut_to_what_was_asked(station: Shell) -> None:
    assert len(station("audit", "list", "--limit", "2", "--json").json) == 2
