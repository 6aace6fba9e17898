"""`rightcast channel start, stop, restart, drain, switch`, what keeps it on air, and `rightcast schedule`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def test_a_channel_is_stopped_started_restarted_and_drained(station: Shell) -> None:
    assert station("channel", "stop", "One", "--json").json["running"] == "stopped"
    assert "takes no new viewers" in station("channel", "drain", "One").out
    assert station("explain", "anna", "One", "--json").json["reason"] == "channel-draining"
    assert station("channel", "restart", "One").code == 0
    life = station("channel", "life", "One", "--json").json["life"]
    assert (life["running"], life["restarts"]) == ("on", 1)


def test_a_source_or_the_slate_is_put_on_air_by_hand(station: Shell) -> None:
    assert station("channel", "switch", "One", "slate", "--json").json["pick"] == "slate"
    assert station("channel", "failover", "One", "--json").json["failover"]["pick"] == "slate"
    missing = station("channel", "switch", "One", "2", "--json")
    assert missing.code == 1
    assert missing.json["error"]["field"] == "pick"
    assert station("channel", "switch", "One", "auto").code == 0


def test_failover_and_slate_are_set_one_by_one(station: Shell) -> None:
    set_up = station("channel", "failover", "One", "--hold-down", "60", "--no-standby", "--json").json["failover"]
    assert (set_up["hold_down_s"], set_up["standby"], set_up["silence_s"]) == (60.0, False, 1.2)
    slate = station("channel", "slate", "One", "--text", "Back soon", "--sound", "tone", "--json").json["slate"]
    assert (slate["text"], slate["sound"], slate["shown"]) == ("Back soon", "tone", True)
    wrong = station("channel", "failover", "One", "--silence", "0", "--json")
    assert wrong.json["error"]["field"] == "silence_s"


def test_a_schedule_is_added_to_listed_and_taken_from(station: Shell) -> None:
    service = ("--days", "sun", "--from", "10:00", "--until", "11:30", "--name", "Service")
    assert station("schedule", "add", "One", "1", *service).code == 0
    assert (
        station("schedule", "add", "One", "off", "--date", "2026-12-24", "--from", "2:00", "--until", "05:00").code == 0
    )
    listed = station("schedule", "list", "One").out
    assert "sun 10:00-11:30 source 1 (Service)" in listed
    assert "2026-12-24 02:00-05:00 off" in listed
    assert station("schedule", "remove", "One", "1").code == 0
    assert "Service" not in station("schedule", "list", "One").out


def test_a_slot_that_cannot_be_meant_is_refused(station: Shell) -> None:
    answer = station("schedule", "add", "One", "9", "--days", "sun", "--from", "10:00", "--until", "11:00", "--json")
    assert (answer.code, answer.json["error"]["field"]) == (1, "show")
