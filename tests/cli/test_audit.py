"""`rightcast audit verify` and `export` on a station's own database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell


def test_a_stations_trail_is_verified_exported_and_found_out(rightcast: Shell, tmp_path: Path) -> None:
    assert rightcast("audit", "anchor").code == 0
    assert rightcast("audit", "root").code == 0
    told = rightcast("audit", "verify", "--json")
    assert told.code == 0, told.out + told.err
    assert (told.json["holds"], told.json["anchored"]) == (True, told.json["rows"])
    export, key = tmp_path / "trail.jsonl", (tmp_path / "data" / "keys" / "signing.pub").read_text().strip()
    assert rightcast("audit", "export", str(export)).code == 0
    assert "Nobody changed rows" in rightcast("audit", "verify", "--export", str(export), "--key", key).out
    with closing(sqlite3.connect(tmp_path / "data" / "rightcast.sqlite3")) as database:
        database.execute("DROP TRIGGER audit_row_is_not_changed")
        database.execute("UPDATE audit_auditrow SET subject_id = 99 WHERE action = 'audit.anchor'")
        database.commit()
    answer = rightcast("audit", "verify", "--json")
    assert answer.code == 1
    assert [one["wrong"] for one in answer.json["faults"]] == ["changed"]
    assert _trouble(tmp_path).startswith("Row ")
    with closing(sqlite3.connect(tmp_path / "data" / "rightcast.sqlite3")) as database:
        database.execute("UPDATE audit_auditrow SET subject_id = NULL WHERE action = 'audit.anchor'")
        database.commit()
    assert rightcast("audit", "verify").code == 0
    assert _trouble(tmp_path) == ""


def _trouble(folder: Path) -> str:
    """What the station's own alarm rests on."""
    with closing(sqlite3.connect(folder / "data" / "rightcast.sqlite3")) as database:
        (said,) = database.execute("SELECT check_trouble FROM audit_anchoring").fetchone()
    return str(said)


def test_a_wrong_key_is_told(rightcast: Shell) -> None:
    rightcast("audit", "anchor")
    assert "no public key" in rightcast("audit", "verify", "--key", "12").err
