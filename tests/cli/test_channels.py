"""`rightcast channel`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def test_a_channel_is_added_to_a_fresh_folder_and_waits_for_a_right(rightcast: Shell) -> None:
    answer = rightcast("channel", "add", "One", "udp://239.1.1.1:5000", "--json")
    assert answer.code == 0, answer
    assert answer.json == {"id": 1, "number": 1, "name": "One", "state": "waiting for a right"}


def test_every_option_of_a_channel_is_kept(station: Shell) -> None:
    given = (
        "--number",
        "77",
        "--category",
        "Music",
        "--radio",
        "--on-demand",
        "--guide-id",
        "r.it",
        "--service-id",
        "5",
    )
    assert station("channel", "add", "Radio", "rtp://239.1.1.2:5000", *given).code == 0
    row = next(row for row in station("channel", "list", "--json").json if row["name"] == "Radio")
    assert {key: row[key] for key in ("number", "category", "kind", "start")} == {
        "number": 77,
        "category": "Music",
        "kind": "radio",
        "start": "on_demand",
    }


def test_channels_are_listed_by_state(station: Shell) -> None:
    station("channel", "add", "Waiting", "udp://239.1.1.3:5000")
    assert [row["name"] for row in station("channel", "list", "--state", "published", "--json").json] == ["One"]
    assert "Waiting" in station("channel", "list", "--state", "waiting").out


def test_credentials_of_a_source_are_not_listed(station: Shell) -> None:
    station("channel", "add", "Private", "http://someone:hushhush@example.org/live.ts", "--unchecked")
    answer = station("channel", "list")
    assert "example.org" in answer.out
    assert "hushhush" not in answer.out


def test_a_channel_is_held_and_published_again(station: Shell) -> None:
    assert station("channel", "hold", "One").code == 0
    assert [row["name"] for row in station("channel", "list", "--state", "held", "--json").json] == ["One"]
    assert station("channel", "publish", "One").code == 0


def test_a_channel_without_a_right_is_not_published_and_the_remedy_is_told(station: Shell) -> None:
    station("channel", "add", "Bare", "udp://239.1.1.4:5000")
    answer = station("channel", "publish", "Bare")
    assert answer.code == 1
    assert "right add" in answer.err


def test_removing_asks_first(station: Shell) -> None:
    station("channel", "add", "Doomed", "udp://239.1.1.5:5000")
    refused = station("channel", "remove", "Doomed", stdin="n\n")
    assert refused.code == 1
    assert "Doomed" in station("channel", "list").out
    assert station("channel", "remove", "Doomed", stdin="y\n").code == 0
    assert "Doomed" not in station("channel", "list").out


def test_removing_with_yes_asks_nothing(station: Shell) -> None:
    station("channel", "add", "Doomed", "udp://239.1.1.6:5000")
    assert station("channel", "remove", "Doomed", "--yes", "--json").json["removed"] is True


def test_a_forbidden_scheme_is_told_with_the_field(station: Shell) -> None:
    answer = station("channel", "add", "Bad", "gopher://example.org/", "--json")
    assert answer.code == 1
    assert answer.json["error"]["field"] == "url"
    assert answer.json["error"]["code"] == "invalid-input"
    assert "Traceback" not in answer.err


def test_an_unknown_channel_is_told(station: Shell) -> None:
    answer = station("channel", "hold", "Nowhere", "--json")
    assert (answer.code, answer.json["error"]["code"]) == (1, "not-found")
