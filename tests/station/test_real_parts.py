"""The script that brings real parts: loud about what is missing, silent when all is there, never a failure."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "real-parts.sh"
TOOLS = ("bash", "env", "id", "cat")
PARTS = ("ffprobe", "chromium", "nginx", "srt-live-transmit", "tv_validate_file", "mpv", "vlc")


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    """The script with nothing but the programs of `folder` on its path."""
    return subprocess.run([SCRIPT], env={"PATH": str(folder)}, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine with a shell and nothing else, not even apt."""
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / tool).symlink_to(found)
    return tmp_path


def test_what_is_missing_is_named_with_its_package_and_the_way_to_get_it(machine: Path) -> None:
    done = run(machine)
    assert done.returncode == 0
    for word in ("ffprobe", "mpv", "srt-tools", "apt-get install --no-install-recommends", "SKIPPED"):
        assert word in done.stderr


def test_nothing_is_said_when_everything_is_there(machine: Path) -> None:
    for part in (*PARTS, "python3"):
        (machine / part).write_text("#!/bin/sh\n")
        (machine / part).chmod(0o755)
    done = run(machine)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
