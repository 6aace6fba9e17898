"""What holds for every command line: codes, sentences, JSON, and a station that is not there."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from rightcast import __version__
from tests.cli.conftest import PROGRAM

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def test_the_version_is_told(rightcast: Shell) -> None:
    assert rightcast("--version").out == f"rightcast {__version__}\n"


@pytest.mark.parametrize("words", [(), ("channel",), ("serve",), ("right", "add")])
def test_help_is_there_at_every_level(rightcast: Shell, words: tuple[str, ...]) -> None:
    answer = rightcast(*words, "--help")
    assert answer.code == 0
    assert "Usage: rightcast" in answer.out


def test_wrong_usage_ends_with_2_and_says_why(rightcast: Shell) -> None:
    answer = rightcast("channel", "add", "--json")
    assert answer.code == 2
    assert answer.json["error"]["code"] == "usage"
    assert "Missing argument" in answer.err


@pytest.mark.parametrize(
    "words",
    [
        ("channel", "list"),
        ("right", "list"),
        ("line", "list"),
        ("package", "list"),
        ("audit", "list"),
        ("explain", "anna", "One"),
        ("demo",),
    ],
)
def test_reading_where_no_station_is_says_so_and_makes_nothing(nowhere: Shell, words: tuple[str, ...]) -> None:
    answer = nowhere(*words, "--json")
    assert answer.code == 1
    assert answer.json["error"]["code"] == "not-found"
    assert "rightcast serve" in answer.err
    assert not nowhere("status", "--json").json["on_air"]


def test_the_status_of_a_station_off_air_says_so(station: Shell) -> None:
    answer = station("status")
    assert answer.code == 0
    assert answer.out.startswith("Off air:")
    assert "1 channels are published" in answer.out


def test_a_reader_that_leaves_early_is_no_failure_with_a_traceback(station: Shell) -> None:
    pipe = subprocess.run(
        ["bash", "-c", '"$@" --help | true', "bash", *PROGRAM, "serve"], capture_output=True, check=False, timeout=30
    )
    assert b"Traceback" not in pipe.stderr


@pytest.mark.parametrize("url", ["gopher://example.org/", "http://no-such-host.invalid/a.ts", "file:///no/such.ts"])
def test_a_source_that_cannot_be_probed_is_told(rightcast: Shell, url: str) -> None:
    answer = rightcast("source", "probe", url, "--json")
    assert answer.code == 1
    assert answer.json["error"]["sentence"]
    assert "Traceback" not in answer.err


def test_a_test_card_is_probed(rightcast: Shell) -> None:
    answer = rightcast("source", "probe", "testcard:///?name=Card&pattern=bars", "--seconds", "1", "--json")
    assert answer.code == 0, answer.err
    kinds = {stream["kind"] for service in answer.json["services"] for stream in service["streams"]}
    assert {"video", "audio"} <= kinds
    assert answer.json["scrambled"] is False
