"""What is kept is shown, checked and erased at the shell."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

from rightcast.state.archive.erasures import ordered
from rightcast.state.archive.reel import Gap, ReelWriter, channel_reel

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell


def test_the_archive_is_shown_checked_and_erased(rightcast: Shell, tmp_path: Path) -> None:
    rightcast("channel", "add", "Uno", "testcard://", "--unchecked")
    number = rightcast("channel", "list", "--json").json[0]["id"]
    root = tmp_path / "data" / "archive"
    now = time.time()
    with closing(ReelWriter(channel_reel(root, number))) as reel:
        reel.append(b"\x47" * 376, start=now - 60, duration=2.0, new_epoch=True)
        reel.note_gap(Gap(start=now - 58, stop=now - 40, cause="source"))
        reel.append(b"\x47" * 376, start=now - 40, duration=2.0, new_epoch=True)
    (row,) = rightcast("archive", "show", "--json").json
    assert (row["channel"], row["bytes"], row["kept_h"]) == ("Uno", 752, None)
    told = rightcast("archive", "show", "Uno")
    assert "18 s  source" in told.out
    assert rightcast("archive", "verify", "--json").json == [
        {"channel": "Uno", "segments": 2, "in_store": 0, "faults": []}
    ]
    (channel_reel(root, number) / "00000001.ts").write_bytes(b"\x47" * 400)
    broken = rightcast("archive", "verify")
    assert broken.code == 1
    assert "segment 2 in 00000001.ts: the file ends before it" in broken.out
    assert rightcast("archive", "forget", "Uno", "--from", "2026-01-01T20:00", "--to", "2026-01-01T21:00").code == 0
    [(_, erasure)] = ordered(root)
    assert (erasure.channel_id, erasure.stop - erasure.start) == (number, 3600)
    rows = rightcast("audit", "list", "--json").json
    assert any(one["action"] == "archive.erase" for one in rows)
    wrong = rightcast("archive", "forget", "Uno", "--from", "2026-01-02", "--to", "2026-01-01", "--json")
    assert wrong.json["error"]["code"] == "invalid-input"
