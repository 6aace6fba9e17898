"""The pages of commands and settings say what the commands say."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from rightcast.cli.main import cli
from rightcast.cli.reference import commands_page, leaves, settings_page

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
REWRITE = "run: python -m rightcast.cli.reference docs/reference"
LEAVES = dict(leaves(cli, ("rightcast",)))


def test_the_commands_are_documented_as_they_are() -> None:
    assert (REFERENCE / "commands.md").read_text() == commands_page(), REWRITE


def test_the_settings_are_documented_as_they_are() -> None:
    assert (REFERENCE / "settings.md").read_text() == settings_page(), REWRITE


def test_every_variable_that_the_source_names_is_documented() -> None:
    source = Path(__file__).parents[2] / "src" / "rightcast"
    named = {name for path in source.rglob("*.py") for name in re.findall(r"\bRIGHTCAST_[A-Z_]+\b", path.read_text())}
    assert named <= set(re.findall(r"\bRIGHTCAST_[A-Z_]+\b", settings_page()))


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_says_what_it_is_for_and_what_each_option_means(path: tuple[str, ...]) -> None:
    command = LEAVES[path]
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option)), path


@pytest.mark.parametrize("path", [path for path in LEAVES if path[1] != "serve"], ids=" ".join)
def test_every_command_answers_in_json_and_knows_its_station(path: tuple[str, ...]) -> None:
    assert {"as_json", "data"} <= {parameter.name for parameter in LEAVES[path].params}
