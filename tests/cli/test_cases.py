"""`rightcast case`: open, list, export, verify; bad input names its field."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell


def test_a_case_is_opened_exported_and_verified(station: Shell, tmp_path: Path) -> None:
    out = tmp_path / "case.zip"
    assert station("case", "open", "AZ 7/26", "--channel", "One", "--from", "2026-01-01").code == 0
    assert "AZ 7/26" in station("case", "list").out
    made = station("case", "export", "AZ 7/26", "--out", str(out), "--json")
    assert made.code == 0, made.err
    told = station("case", "verify", str(out))
    assert told.code == 0, told.out
    assert "12/2026 of Studio (contract): One" in told.out
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("agreements/9.json", "{}")
    spoiled = station("case", "verify", str(out), "--json")
    assert (spoiled.code, spoiled.json["faults"][0]["file"]) == (1, "agreements/9.json")


def test_channels_and_a_span_need_no_case(station: Shell, tmp_path: Path) -> None:
    out = tmp_path / "span.zip"
    made = station("case", "export", "--channel", "One", "--from", "2026-01-01", "--out", str(out))
    assert made.code == 0, made.err
    assert station("case", "verify", str(out)).code == 0


def test_bad_input_is_told_with_a_remedy(station: Shell, tmp_path: Path) -> None:
    out = str(tmp_path / "x.zip")
    span = ("--from", "2026-02-01", "--until", "2026-01-01")
    for line, words in (
        (("case", "export", "none-such", "--out", out), "There is no case 'none-such'"),
        (("case", "export", "--out", out), "Name a case, or channels"),
        (("case", "export", "--channel", "Nine", "--out", out), "Nine"),
        (("case", "export", "--channel", "One", *span, "--out", out), "ends before it begins"),
        (("case", "export", "--channel", "One", "--out", str(tmp_path / "no" / "x.zip")), "cannot be written"),
        (("case", "open", " ", "--channel", "One"), "needs a number"),
        (("case", "verify", __file__), "is no evidence pack"),
        (("case", "verify", out, "--key", "12"), "is no public key"),
    ):
        answer = station(*line)
        assert answer.code == 1, line
        assert words in answer.err, answer
