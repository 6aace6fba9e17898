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


def test_an_agreement_leaves_for_other_programs(station: Shell) -> None:
    assert station("right", "dry-run", "12/2026", "--json").json["reference"] == "12/2026"
    assert station("right", "odrl", "12/2026").json["@type"] == "Agreement"
    assert station("right", "calendar").out.startswith("BEGIN:VCALENDAR")
    wrong = station("right", "eidr", "10.5240/7791-8534-2C23-9030-8610-6", "--json")
    assert (wrong.code, wrong.json["error"]["field"]) == (1, "eidr")
    opened = station("right", "calendar-open", "Office", "--json").json
    assert station("right", "calendar-revoke", str(opened["id"])).code == 0
    assert "Nobody" in station("right", "calendars").out
