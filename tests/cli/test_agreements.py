"""`rightcast right evidence, approve, activate` and what hangs on an agreement."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

BASIC = ("right", "add", "--channel", "One", "--licensor", "Studio")


def test_a_draft_gets_its_evidence_and_is_put_into_force(station: Shell) -> None:
    station(*BASIC, "--type", "own-production", "--reference", "drafted", "--draft", "--per-line", "2")
    given = station("right", "evidence", "drafted", "--statement", "Anna Verdi", "--json").json
    assert (given["status"], given["steps"][0]) == ("evidence", "approve")
    assert station("right", "approve", "drafted").code == 0
    assert station("right", "activate", "drafted", "--json").json["right"]["state"] == "in force"
    answer = station("right", "submit", "drafted", "--json")
    assert (answer.code, answer.json["error"]["code"]) == (1, "conflict"), answer
