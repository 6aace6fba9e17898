"""`rightcast right` and `rightcast blackout`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.formats.scte224.documents import SIGNALLED

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell

BASIC = ("right", "add", "--channel", "One", "--licensor", "Studio")


@pytest.mark.parametrize("spelling", ["own-production", "own_production", "Own-Production"])
def test_an_instrument_may_be_spelt_with_either_sign(station: Shell, spelling: str) -> None:
    answer = station(*BASIC, "--type", spelling, "--reference", f"spelt {spelling}", "--json")
    assert answer.json["instrument"] == "own_production", answer


def test_a_right_is_recorded_with_term_and_territories(station: Shell) -> None:
    answer = station(
        *BASIC,
        *("--type", "contract", "--reference", "terms", "--territory", "it", "--territory", "SM,VA"),
        *("--from", "2026-01-01", "--until", "2099-12-31T20:00", "--json"),
    )
    assert answer.json["territories"] == ["IT", "SM", "VA"]
    assert answer.json["starts"] == "2026-01-01T00:00:00Z"
    assert answer.json["ends"] == "2099-12-31T20:00:00Z"


def test_worldwide_is_a_territory(station: Shell) -> None:
    answer = station(*BASIC, "--type", "contract", "--reference", "ww", "--territory", "worldwide", "--json")
    assert answer.json["territories"] == ["*"]


def test_without_territory_a_right_covers_the_stations_own(station: Shell) -> None:
    assert station(*BASIC, "--type", "contract", "--reference", "own", "--json").json["territories"] == ["IT"]


def test_all_covers_every_channel_there_is(station: Shell) -> None:
    channels = [row["id"] for row in station("channel", "list", "--json").json]
    answer = station("right", "add", "--all", "--type", "contract", "--licensor", "S", "--reference", "all", "--json")
    assert answer.json["channels"] == channels


def test_ending_a_right_ends_it_now(station: Shell) -> None:
    station(*BASIC, "--type", "contract", "--reference", "to end", "--from", "2026-01-01")
    answer = station("right", "end", "to end", "--json")
    assert answer.json["state"] == "ended"
    assert datetime.fromisoformat(answer.json["ends"]) <= datetime.now(UTC)


def test_a_right_may_end_later(station: Shell) -> None:
    station(*BASIC, "--type", "contract", "--reference", "to end later")
    ends = datetime.fromisoformat(station("right", "end", "to end later", "--at", "30d", "--json").json["ends"])
    assert timedelta(days=29) < ends - datetime.now(UTC) < timedelta(days=31)


def test_a_withdrawn_right_is_listed_as_such(station: Shell) -> None:
    station(*BASIC, "--type", "contract", "--reference", "to withdraw")
    assert station("right", "withdraw", "to withdraw").code == 0
    listed = {row["reference"]: row["state"] for row in station("right", "list", "--json").json}
    assert listed["to withdraw"] == "withdrawn"


@pytest.mark.parametrize("given", [(), ("--channel", "One", "--all")])
def test_which_channels_must_be_said_in_one_way(station: Shell, given: tuple[str, ...]) -> None:
    answer = station("right", "add", "--type", "contract", "--licensor", "S", *given)
    assert answer.code == 2


@pytest.mark.parametrize(
    ("option", "value", "field"),
    [("--territory", "XX", "territories"), ("--until", "soon", "until"), ("--until", "2020-01-01", "ends")],
)
def test_a_wrong_value_is_told_with_its_field(station: Shell, option: str, value: str, field: str) -> None:
    answer = station(*BASIC, "--type", "contract", "--reference", "wrong", option, value, "--json")
    assert answer.code == 1
    assert answer.json["error"]["field"] in {field, field.removesuffix("ies") + "y"}


def test_a_blackout_is_added_explained_listed_and_ended(station: Shell) -> None:
    added = station("blackout", "add", "Cup final", "--channel", "One", "--living", "it", "--until", "2h", "--json")
    assert added.code == 0, added
    assert "A blackout keeps this viewer" in station("explain", "anna", "One").out
    assert station("blackout", "end", str(added.json["id"])).code == 0
    assert "no blackout" in station("blackout", "list").out
    assert station("blackout", "list", "--all", "--json").json[0]["audience"] == "residence IT"


def test_a_providers_schedule_is_previewed(station: Shell, tmp_path: Path) -> None:
    document = tmp_path / "schedule.xml"
    document.write_bytes(SIGNALLED)
    shown = station("blackout", "import", str(document), "--dry-run")
    assert shown.code == 0, shown
    assert "Nothing was changed." in shown.out
    document.write_bytes(SIGNALLED[:-9])
    wrong = station("blackout", "import", str(document))
    assert wrong.code == 1
    assert "Line" in wrong.err


def test_an_audience_that_cannot_be_is_named(station: Shell) -> None:
    answer = station("blackout", "add", "B", "--channel", "One", "--present", "Italy", "--json")
    assert answer.code == 1, answer
    assert '"audience"' in answer.err + answer.out
