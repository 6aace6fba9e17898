"""`rightcast ladder` and `rightcast encoders`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def test_a_preset_is_set_shown_and_ended(station: Shell) -> None:
    answer = station("ladder", "set", "One", "--preset", "hd", "--loudness", "-23", "--encoder", "auto")
    assert answer.code == 0, answer
    assert "720p, 480p, 360p besides the broadcast itself." in answer.out
    shown = station("ladder", "show", "One", "--json").json
    assert [rung["name"] for rung in shown["ladder"]["rungs"]] == ["720p", "480p", "360p"]
    assert (shown["ladder"]["loudness_lufs"], shown["ladder"]["encoder"]) == (-23.0, "auto")
    assert "loudness -23 LUFS" in station("ladder", "show", "One").out
    assert "As broadcast only." in station("ladder", "off", "One").out
    assert station("ladder", "show", "One", "--json").json["ladder"]["rungs"] == []


def test_own_rungs_and_sounds_are_kept_when_something_else_is_set(station: Shell) -> None:
    rungs = ("--rung", "576p bitrate=1.9M codec=hevc", "--rung", "sound bitrate=48k")
    assert station("ladder", "set", "One", *rungs, "--audio", "aac", "--audio", "ac3").code == 0
    ladder = station("ladder", "set", "One", "--speed", "fast", "--deinterlace", "on", "--json").json["ladder"]
    tall = ladder["rungs"][0]
    assert (tall["height"], tall["codec"], tall["preset"]) == (576, "hevc", "fast")
    assert [choice["codec"] for choice in ladder["audio"]] == ["aac", "ac3"]
    assert ladder["deinterlace"] == "on"


def test_a_ladder_that_cannot_be_is_refused_naming_the_field(station: Shell) -> None:
    answer = station("ladder", "set", "One", "--rung", "721p", "--json")
    assert answer.code == 1
    assert answer.json["error"]["field"] == "rungs"
    assert answer.json["error"]["remedy"]


def test_encoders_are_tried(rightcast: Shell) -> None:
    answer = rightcast("encoders", "--json")
    assert answer.code == 0, answer
    found = {row["encoder"]: row for row in answer.json["encoders"]}
    assert found["libx264"]["works"]
    assert all(row["works"] or row["why"] for row in found.values())
