"""`rightcast guide match` says what a channel may be, lets it have that, and takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell

GUIDE = '<tv><channel id="raai.1"><display-name>Raai 1</display-name></channel></tv>'
PLAYLIST = "#EXTM3U\n#EXTINF:-1,IT: Rai Uno HD\nudp://239.1.1.1:5000\n"


def test_a_proposal_is_listed_accepted_and_undone(rightcast: Shell, tmp_path: Path) -> None:
    guide = tmp_path / "guide.xml"
    guide.write_text(GUIDE, encoding="utf-8")
    rightcast("import", "playlist", "-", stdin=PLAYLIST)
    rightcast("guide", "import", str(guide))
    assert rightcast("guide", "match", "search", "--json").json == {"assigned": 0, "proposed": 1}
    (row,) = rightcast("guide", "match", "list", "--json").json
    assert (row["channel"], row["guide_id"]) == ("IT: Rai Uno HD", "raai.1")
    done = rightcast("guide", "match", "accept", "IT: Rai Uno HD", str(row["row"]), "--json").json
    assert done["changed"] == 1
    assert "decided by an operator" in rightcast("guide", "match", "list", "--show", "operator").out
    assert rightcast("guide", "match", "undo", str(done["step"])).code == 0
    assert "No channel is here" in rightcast("guide", "match", "list", "--show", "operator").out


def test_a_week_goes_in_and_out(rightcast: Shell) -> None:
    rightcast("import", "playlist", "-", stdin=PLAYLIST)
    table = "days,start,end,title\nsun,10:00,11:00,Mass\nsun,x,,Walk\n"
    refused = rightcast("guide", "week", "import", "1", "-", stdin=table)
    assert refused.code != 0
    assert "Line 3, start" in refused.err
    assert rightcast("guide", "week", "import", "1", "-", "--only-good", stdin=table).code == 0
    assert "Mass" in rightcast("guide", "week", "show", "1").out
    assert rightcast("guide", "week", "export", "1").out.splitlines()[1].startswith("sun,10:00,11:00,Mass")
