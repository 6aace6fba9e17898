"""`rightcast device`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def test_a_device_is_given_listed_renamed_and_revoked(station: Shell) -> None:
    made = station("device", "add", "anna", "short", "--device", "Living room", "--json").json
    assert made["shows"].isalnum()
    assert made["shows"] not in station("device", "list", "anna").out
    assert station("device", "rename", str(made["id"]), "Kitchen").code == 0
    assert [row["device"] for row in station("device", "list", "anna", "--json").json] == ["Kitchen"]
    assert station("device", "revoke", str(made["id"])).code == 0
    assert "only way in" in station("device", "list", "anna").out


def test_a_further_login_shows_its_password_once(station: Shell) -> None:
    made = station("device", "add", "anna", "xtream", "--name", "anna-tv")
    assert "password" in made.out
    listed = station("device", "list", "anna").out
    assert "anna-tv" in listed
    assert "password" not in listed


def test_a_wrong_box_address_names_the_remedy(station: Shell) -> None:
    answer = station("device", "add", "anna", "mac", "--mac", "nonsense")
    assert answer.code == 1
    assert "twelve digits" in answer.err


def test_a_device_that_does_not_exist_is_not_found(station: Shell) -> None:
    assert station("device", "revoke", "404").code == 1
