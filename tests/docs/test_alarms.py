"""The page of alarms lists every kind as the code treats it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rightcast.domain.findings import KINDS, WATCHED

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "alarms.md"


def test_every_kind_of_alarm_is_documented_as_it_is() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{one.name}` | {one.title} | {one.severity.word} | {one.raise_after_s:g} s | {one.clear_after_s:g} s"
        f" | {one.remedy} |"
        for one in (*KINDS.values(), *WATCHED.values())
    ]


@pytest.mark.parametrize(
    "noun",
    ["Finding", "Alarm", "Subject", "Severity", "Cause", "Quiet time", "Alarm rule", "Notifier", "Notice", "Courier"],
)
def test_a_noun_of_alarms_is_in_the_glossary(noun: str) -> None:
    assert f"**{noun}.**" in (PAGE.parents[1] / "glossary.md").read_text(encoding="utf-8")
