"""Alarms and notifiers at the shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.panel.sinks import tcp_sink

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def test_a_station_at_rest_has_no_alarm(station: Shell) -> None:
    assert station("alarm", "list").out == "No alarm is open.\n"
    assert station("alarm", "history", "--json").json == []


def test_an_alarm_that_is_not_there_is_told_so(station: Shell) -> None:
    answer = station("alarm", "ack", "99", "--json")
    assert (answer.code, answer.json["error"]["code"]) == (1, "not-found")


def test_a_notifier_is_added_tested_listed_and_removed(station: Shell) -> None:
    with tcp_sink() as taken:
        where = f"host=127.0.0.1:{taken.port}"
        assert station("notify", "add", "log", "syslog", "--set", "transport=tcp", "--set", where).code == 0
        answer = station("notify", "test", "log")
        assert answer.code == 0, answer
        assert b"alarms reach you this way" in taken.wait(1)[0]
    (listed,) = station("notify", "list", "--json").json
    assert (listed["name"], listed["last_ok"], listed["has_secret"]) == ("log", True, False)
    failed = station("notify", "test", "log")
    assert failed.code == 1
    assert "did not arrive" in failed.err
    assert station("notify", "remove", "log").code == 0
    assert station("notify", "list").out == "No notifiers.\n"


def test_a_secret_is_read_from_standard_input_and_never_answered(station: Shell) -> None:
    answer = station(
        "notify", "add", "hook", "webhook", "--set", "url=https://hooks.example/", "--secret-stdin", "--json",
        stdin="hush-hush\n",
    )  # fmt: skip
    assert answer.json["has_secret"] is True
    assert "hush-hush" not in answer.out + station("notify", "list", "--json").out
    assert "hush-hush" not in station("audit", "list", "--json").out


def test_a_setting_that_the_kind_does_not_have_is_refused(station: Shell) -> None:
    answer = station("notify", "add", "x", "webhook", "--set", "uri=https://a.example/", "--json")
    assert (answer.code, answer.json["error"]["field"]) == (1, "uri")


def test_a_rule_is_added_listed_and_removed(station: Shell) -> None:
    added = station("alarm", "rule", "add", "channel-silent", "--channel", "One", "--raise-after", "60", "--json")
    assert added.json["channels"] == ["One"]
    assert station("alarm", "rule", "add", "black", "--severity", "critical", "--never").code == 0
    rules = station("alarm", "rule", "list", "--json").json
    assert [(one["kind"], one["enabled"], one["severity"], one["raise_after_s"]) for one in rules] == [
        ("black", False, "critical", None),
        ("channel-silent", True, None, 60.0),
    ]
    assert "never" in station("alarm", "rule", "list").out
    for one in rules:
        assert station("alarm", "rule", "remove", str(one["id"])).code == 0
    assert station("alarm", "rule", "list").out == "No rules: every kind is as it is.\n"


def test_a_quiet_time_is_added_listed_and_removed(station: Shell) -> None:
    night = ("--daily", "23:00-06:00", "--day", "sun", "--day", "mon", "--kind", "channel-silent")
    assert station("alarm", "quiet", "add", "night", "--channel", "One", *night).code == 0
    (listed,) = station("alarm", "quiet", "list", "--json").json
    assert (listed["channels"], listed["days"], listed["begins"]) == (["One"], ["mon", "sun"], "23:00:00")
    assert "23:00 to 06:00" in station("alarm", "quiet", "list").out
    assert station("alarm", "quiet", "remove", "NIGHT").code == 0
    assert station("alarm", "quiet", "list").out == "No quiet times.\n"


def test_a_quiet_time_that_never_ends_or_makes_no_sense_is_refused(station: Shell) -> None:
    assert "for ever" in station("alarm", "quiet", "add", "forever").err
    answer = station("alarm", "quiet", "add", "x", "--daily", "night", "--json")
    assert (answer.code, answer.json["error"]["field"]) == (1, "daily")
