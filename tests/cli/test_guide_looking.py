"""What is on, a channel's day and a search at the shell, in the zone that is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


@pytest.fixture(scope="module", autouse=True)
def _this_hour() -> None:
    """The hour in which the tests run, not that in which they were collected."""
    globals()["NOW"] = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def told(rightcast: Shell, tmp_path: Path) -> Shell:
    """A station with one channel and a guide of two days for it."""
    playlist = tmp_path / "list.m3u"
    playlist.write_text('#EXTM3U\n#EXTINF:-1 tvg-id="one.test",One\nudp://239.1.1.1:5000\n')
    assert rightcast("import", "playlist", str(playlist)).code == 0
    guide = tmp_path / "guide.xml"
    rows = [
        f'<programme start="{start:%Y%m%d%H%M%S} +0000" stop="{start + timedelta(hours=1):%Y%m%d%H%M%S} +0000" '
        f'channel="one.test"><title>Perché {start:%H}</title></programme>'
        for start in (NOW + timedelta(hours=hour) for hour in range(-6, 36))
    ]
    guide.write_text(f'<tv><channel id="one.test"><display-name>One</display-name></channel>{"".join(rows)}</tv>')
    assert rightcast("guide", "import", str(guide)).code == 0
    return rightcast


def test_the_guide_is_looked_into(told: Shell) -> None:
    now = told("guide", "now", "--json").json
    assert [one["title"] for one in now[0]["shows"]] == [f"Perché {NOW + timedelta(hours=h):%H}" for h in (0, 1)]
    found = told("guide", "search", "perche", f"{NOW + timedelta(hours=2):%H}", "--zone", "Asia/Kolkata")
    assert found.out.splitlines()[0].startswith("When (Asia/Kolkata)")
    assert ":30" in found.out.splitlines()[1]
    day = told("guide", "day", "One", "--date", f"{NOW:%Y-%m-%d}")
    assert f"{NOW:%H}:00" in day.out
    assert told("guide", "day", "One", "--date", "tomorrow", "--json").json["error"]["code"] == "invalid-input"
    assert told("guide", "now", "--zone", "Mars/Base").code == 1
    assert told("guide", "search", "nothing-like-it").out.strip() == "No show has these words."
