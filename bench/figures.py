"""One measured figure, its goal, and the file of results.

Pure arithmetic and text; nothing here starts a process.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results.json"
README = Path(__file__).parent / "README.md"
_TABLE_BEGINS, _TABLE_ENDS = "<!-- results -->", "<!-- end of results -->"


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on the measured value, or on its ratio to the reference."""

    bound: float
    of: str = "value"
    most: bool = True

    def met(self, value: float, ratio: float) -> bool:
        """Whether a figure reaches the goal."""
        measured = ratio if self.of == "ratio" else value
        return measured <= self.bound if self.most else measured >= self.bound

    def __str__(self) -> str:
        return f"{self.of} {'<=' if self.most else '>='} {self.bound:g}"


def at_most(bound: float) -> Goal:
    """The value may not exceed `bound`."""
    return Goal(bound)


def at_least(bound: float) -> Goal:
    """The value must reach `bound`."""
    return Goal(bound, most=False)


def ratio_at_most(bound: float) -> Goal:
    """Value divided by reference may not exceed `bound`."""
    return Goal(bound, of="ratio")


def ratio_at_least(bound: float) -> Goal:
    """Value divided by reference must reach `bound`."""
    return Goal(bound, of="ratio", most=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measured value beside its reference. Without a measured reference the goal's bound stands in."""

    name: str
    value: float
    unit: str
    goal: Goal
    reference: str = "the goal itself"
    reference_value: float | None = None

    @property
    def ratio(self) -> float:
        """Value divided by the reference's value."""
        against = self.goal.bound if self.reference_value is None else self.reference_value
        if against:
            return self.value / against
        return 0.0 if self.value == 0 else float("inf")

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.goal.met(self.value, self.ratio)

    def row(self) -> dict[str, Any]:
        """The figure as it stands in the file of results."""
        against = self.goal.bound if self.reference_value is None else self.reference_value
        ratio = self.ratio
        return {
            "name": self.name,
            "value": _rounded(self.value),
            "unit": self.unit,
            "reference": self.reference,
            "reference_value": _rounded(against),
            "ratio": _rounded(ratio) if ratio != float("inf") else None,
            "goal": str(self.goal),
            "met": self.met,
        }


def merged(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`old` with the rows of the same names replaced by `new`, ordered by name."""
    rows = {row["name"]: row for row in [*old, *new]}
    return [rows[name] for name in sorted(rows)]


def read_results(path: Path = RESULTS) -> list[dict[str, Any]]:
    """The rows of earlier runs; none when there is no file yet."""
    if not path.exists():
        return []
    rows: list[dict[str, Any]] = json.loads(path.read_text())
    return rows


def write_results(figures: list[Figure], path: Path = RESULTS) -> list[dict[str, Any]]:
    """Bring the file up to date with `figures`, leaving other rows as they are; returns all rows."""
    rows = merged(read_results(path), [figure.row() for figure in figures])
    draft = path.with_suffix(".draft")
    draft.write_text("[\n" + ",\n".join("  " + json.dumps(row) for row in rows) + "\n]\n")
    draft.replace(path)
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    """Rows as a Markdown table, as it stands in bench/README.md."""
    lines = [
        "| figure | value | unit | reference | its value | ratio | goal | met |",
        "|---|---:|---|---|---:|---:|---|---|",
    ]
    lines += [
        f"| {row['name']} | {row['value']:,} | {row['unit']} | {row['reference']} | {row['reference_value']:,} "
        f"| {'-' if row['ratio'] is None else row['ratio']} | {row['goal']} | {'yes' if row['met'] else '**no**'} |"
        for row in rows
    ]
    return "\n".join(lines)


def write_readme(rows: list[dict[str, Any]], machine: str, path: Path = README) -> None:
    """Put the table of rows, and the machine they came from, into the place the README keeps for them."""
    text = path.read_text()
    before, _, rest = text.partition(_TABLE_BEGINS)
    _, _, after = rest.partition(_TABLE_ENDS)
    path.write_text(f"{before}{_TABLE_BEGINS}\n{machine}\n\n{table(rows)}\n{_TABLE_ENDS}{after}")


def _rounded(value: float) -> float | int:
    if value == int(value):
        return int(value)
    return float(f"{value:.4g}") if abs(value) < 1000 else round(value)
