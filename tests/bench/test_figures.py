"""The arithmetic of figures and the file of results.

Nothing is timed here; whether goals are reached is the bench's own business.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from bench.figures import (
    Figure,
    at_least,
    at_most,
    merged,
    ratio_at_least,
    ratio_at_most,
    read_results,
    table,
    write_readme,
    write_results,
)

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ["name", "value", "unit", "reference", "reference_value", "ratio", "goal", "met"]


def test_a_ratio_is_the_value_divided_by_its_reference() -> None:
    figure = Figure(name="a.b", value=0.2, unit="%", reference="ffmpeg", reference_value=0.8, goal=ratio_at_most(0.25))
    assert figure.ratio == pytest.approx(0.25)
    assert figure.met


def test_a_ratio_above_its_bound_misses_the_goal() -> None:
    figure = Figure(name="a.b", value=0.21, unit="%", reference="ffmpeg", reference_value=0.8, goal=ratio_at_most(0.25))
    assert not figure.met


def test_a_ratio_that_must_be_reached_is_compared_the_other_way() -> None:
    figure = Figure(name="a.b", value=94, unit="viewers", reference="C", reference_value=100, goal=ratio_at_least(0.95))
    assert not figure.met


@pytest.mark.parametrize(("goal", "value", "met"), [(at_most(40), 39.9, True), (at_least(1_800), 1_799, False)])
def test_without_a_reference_the_value_is_held_against_the_goal(goal: object, value: float, met: bool) -> None:
    figure = Figure(name="a.b", value=value, unit="", goal=goal)  # type: ignore[arg-type]  # parametrised
    assert figure.met is met
    assert figure.row()["reference"] == "the goal itself"


def test_nothing_lost_where_nothing_may_be_lost_is_met() -> None:
    row = Figure(name="a.lost", value=0, unit="datagrams", goal=at_most(0)).row()
    assert (row["ratio"], row["met"]) == (0, True)


def test_something_lost_where_nothing_may_be_lost_has_no_ratio_and_is_missed() -> None:
    row = Figure(name="a.lost", value=3, unit="datagrams", goal=at_most(0)).row()
    assert (row["ratio"], row["met"]) == (None, False)


def test_a_row_has_exactly_the_agreed_columns() -> None:
    assert list(Figure(name="a.b", value=1, unit="s", goal=at_most(2)).row()) == COLUMNS


def test_running_a_subset_updates_only_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    write_results([Figure(name=name, value=1, unit="s", goal=at_most(2)) for name in ("b.one", "a.one")], path)
    write_results([Figure(name="b.one", value=5, unit="s", goal=at_most(2))], path)
    rows = json.loads(path.read_text())
    assert [(row["name"], row["value"], row["met"]) for row in rows] == [("a.one", 1, True), ("b.one", 5, False)]


def test_a_missing_file_of_results_is_an_empty_one(tmp_path: Path) -> None:
    assert read_results(tmp_path / "none.json") == []


def test_merging_keeps_the_newest_row_of_a_name() -> None:
    assert merged([{"name": "x", "value": 1}], [{"name": "x", "value": 2}]) == [{"name": "x", "value": 2}]


def test_the_table_names_what_was_missed() -> None:
    text = table([Figure(name="a.b", value=3, unit="s", goal=at_most(2)).row()])
    assert "| a.b | 3 | s | the goal itself | 2 | 1.5 | value <= 2 | **no** |" in text


def test_the_readme_keeps_its_words_around_a_new_table(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text("before\n<!-- results -->\nold\n<!-- end of results -->\nafter\n")
    rows = [Figure(name="a.b", value=1, unit="s", goal=at_most(2)).row()]
    write_readme(rows, "this machine", path)
    write_readme(rows, "this machine", path)
    text = path.read_text()
    assert text.startswith("before\n<!-- results -->\nthis machine\n\n| figure")
    assert text.endswith("| yes |\n<!-- end of results -->\nafter\n")
