"""`rightcast token`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


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
