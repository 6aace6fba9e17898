"""Runs the real program in processes of its own, on stations in temporary folders that are not on air."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests import fresh, warm

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = (sys.executable, "-c", "from rightcast.cli.main import main; main()")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one command line brought."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Shell = Callable[..., Answer]


def shell_on(data: Path, *, laid: bool = True) -> Shell:
    """A function that runs `rightcast ARGUMENTS` on the station in `data`, which is `laid` first if it is not there."""
    if laid:
        fresh.lay(data)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("RIGHTCAST_", "DJANGO_"))}

    def run(*arguments: str, stdin: str | bytes = b"") -> Answer:
        done = warm.run(
            arguments,
            env={**environment, "RIGHTCAST_DATA": str(data)},
            stdin=stdin.encode() if isinstance(stdin, str) else stdin,
        )
        return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def rightcast(tmp_path: Path) -> Shell:
    """On a fresh station."""
    return shell_on(tmp_path / "data")


@pytest.fixture
def nowhere(tmp_path: Path) -> Shell:
    """On a folder that is not there yet."""
    return shell_on(tmp_path / "data", laid=False)


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """On a folder that the tests of a module share: channel One under a right, package Base, line anna."""
    run = shell_on(tmp_path_factory.mktemp("station") / "data")
    for line in (
        ("channel", "add", "One", "udp://239.1.1.1:5000"),
        ("right", "add", "--channel", "One", "--type", "contract", "--licensor", "Studio", "--reference", "12/2026"),
        ("package", "add", "Base", "--channel", "One"),
        ("line", "add", "anna", "--package", "Base", "--password", "secret-of-anna"),
    ):
        answer = run(*line)
        assert answer.code == 0, answer
    return run
