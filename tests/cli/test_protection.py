"""Encryption, key documents and outputs at the shell."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from rightcast.formats.cpix import read_document

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell


def test_a_channel_is_protected_its_keys_exported_imported_and_let_go(rightcast: Shell, tmp_path: Path) -> None:
    rightcast("channel", "add", "Uno", "testcard://", "--unchecked")
    told = rightcast("protection", "set", "Uno", "--scheme", "cbcs", "--period", "5", "--json").json
    assert (told["scheme"], told["period_s"], told["keys"]) == ("cbcs", 300, "station")
    file = tmp_path / "keys.xml"
    file.write_text("old")
    assert rightcast("cpix", "export", "Uno", str(file), "--hours", "2").code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    keys = read_document(file.read_bytes())
    assert len(keys) in {24, 25}
    assert {one.scheme for one in keys} == {"cbcs"}
    told = rightcast("cpix", "import", "Uno", str(file), "--json").json
    assert told["keys"] == "vendor"
    assert told["imported"] == [one.kid.hex() for one in keys]
    shown = rightcast("protection", "show", "Uno", "--json")
    assert keys[0].key.hex() not in shown.out
    actions = [row["action"] for row in rightcast("audit", "list", "--json").json]
    assert {"channel.keys.export", "channel.protection"} <= set(actions)
    told = rightcast("nowplaying", "Uno", "  Mina -\n Città vuota ", "--json").json
    assert told["text"] == "Mina - Città vuota"


def test_outputs_are_added_listed_and_removed(rightcast: Shell) -> None:
    rightcast("channel", "add", "Uno", "udp://239.1.1.1:5000", "--unchecked")
    rightcast("channel", "add", "Due", "testcard://", "--unchecked")
    assert rightcast("output", "add", "Due", "rtp://239.1.1.2:5000?ttl=3").code == 0
    loop = rightcast("output", "add", "Due", "udp://239.1.1.1:5000", "--json")
    assert (loop.code, loop.json["error"]["code"]) == (1, "conflict")
    assert "Uno" in loop.json["error"]["sentence"]
    (row,) = rightcast("output", "list", "--json").json
    assert (row["channel"], row["url"], row["sent"]) == ("Due", "rtp://239.1.1.2:5000?ttl=3", 0)
    assert rightcast("output", "remove", "Due", "rtp://239.1.1.2:5000").code == 0
    assert rightcast("output", "remove", "Due", "rtp://239.1.1.2:5000", "--json").json["error"]["code"] == "not-found"
