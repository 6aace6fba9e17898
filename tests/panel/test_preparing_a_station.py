"""`prepare` makes a station ready, and doing it again changes nothing."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from rightcast.contract.station import StationSettings
from rightcast.panel.first_operator import operator_of
from rightcast.state.feed import FileFeed

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """
import json, sys
from rightcast.contract.station import StationSettings
from rightcast.panel.prepare import prepare
settings = StationSettings.from_handover(sys.argv[1])
first, again = prepare(settings), prepare(settings)
from django.contrib.auth.models import Group, User
from rightcast.panel.audit.models import AuditRow
print(json.dumps({
    "passwords": [first.password, again.password],
    "fresh": [first.fresh, again.fresh],
    "works": User.objects.get(username=first.user).check_password(first.password),
    "groups": sorted(Group.objects.values_list("name", flat=True)),
    "rows": AuditRow.objects.count(),
}))
"""


def prepared(settings: StationSettings) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("RIGHTCAST", "DJANGO"))}
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, settings.handover()],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_fresh_folder_becomes_a_station(tmp_path: Path) -> None:
    settings = StationSettings(data=tmp_path / "data")
    said = json.loads(prepared(settings).stdout)
    assert said["fresh"] == [True, False]
    assert len(set(said["passwords"])) == 1
    assert said["works"]
    assert said["groups"] == ["Engineer", "Help desk", "Owner", "Rights officer"]
    assert [revision.kind.value for revision in FileFeed(settings.feed).read(0)] == ["station"]


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    settings = StationSettings(data=tmp_path / "data")
    first = json.loads(prepared(settings).stdout)
    latest = FileFeed(settings.feed).latest()
    second = json.loads(prepared(settings).stdout)
    assert second["fresh"] == [False, False]
    assert second["passwords"] == first["passwords"]
    assert second["rows"] == first["rows"]
    assert FileFeed(settings.feed).latest() == latest


def test_the_first_password_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    settings = StationSettings(data=tmp_path / "data")
    prepared(settings)
    kept = settings.keys / "operator.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert operator_of(settings).password


def test_a_lost_feed_is_filled_again(tmp_path: Path) -> None:
    settings = StationSettings(data=tmp_path / "data")
    prepared(settings)
    settings.feed.unlink()
    prepared(settings)
    assert FileFeed(settings.feed).latest() > 0


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    blocker = tmp_path / "data"
    blocker.write_text("a file, not a folder")
    done = prepared(StationSettings(data=blocker))
    assert "FolderNotWritableError" in done.stderr


def test_importing_the_settings_makes_no_file(tmp_path: Path) -> None:
    environment = {**os.environ, "RIGHTCAST_DATA": str(tmp_path / "nowhere")}
    environment.pop("RIGHTCAST_STATION", None)
    command = [sys.executable, "-c", "import rightcast.panel.settings as s; assert s.SECRET_KEY"]
    subprocess.run(command, env=environment, check=True, timeout=60)
    assert not (tmp_path / "nowhere").exists()


def test_two_that_begin_at_once_make_the_tables_once(tmp_path: Path) -> None:
    """As when a command is typed while the station starts for the first time."""
    settings = StationSettings(data=tmp_path / "data")
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(prepared, [settings, settings]))
    assert [done.returncode for done in both] == [0, 0], both
    assert sorted(json.loads(done.stdout)["fresh"][0] for done in both) == [False, True]
