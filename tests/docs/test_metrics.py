"""Page, dashboard and rules speak of the metrics that there are, and of no others."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from rightcast.state.figures import FIGURES

DOCS = Path(__file__).parents[2] / "docs"
PANEL = Path(__file__).parents[2] / "src" / "rightcast" / "panel" / "metrics.py"


def panel_names() -> set[str]:
    """Read from the source: these tests run without Django."""
    return set(re.findall(r'Figure\(\s*"(\w+)"', PANEL.read_text(encoding="utf-8")))


def known() -> set[str]:
    return {f"rightcast_{name}" for name in {*FIGURES, *panel_names()}}


def expressions(value: Any) -> list[str]:
    """Every query of a dashboard."""
    if isinstance(value, dict):
        found = [value["expr"]] if isinstance(value.get("expr"), str) else []
        found += [value["definition"]] if isinstance(value.get("definition"), str) else []
        return found + [one for part in value.values() for one in expressions(part)]
    return [one for part in value for one in expressions(part)] if isinstance(value, list) else []


def test_the_page_lists_every_metric_as_it_is() -> None:
    rows = re.findall(
        r"^\| `(rightcast_\w+)` \| (\w+) \| ([^|]*) \| ", (DOCS / "reference/metrics.md").read_text(), re.M
    )
    assert {name for name, *_ in rows} == known()
    for name, kind, labels in rows:
        figure = FIGURES.get(name.removeprefix("rightcast_"))
        if figure is not None:
            assert (kind, labels) == (figure.type, ", ".join(figure.labels) or "-"), name


def test_the_dashboard_asks_only_for_metrics_and_labels_that_exist() -> None:
    dashboard = json.loads((DOCS / "grafana/rightcast.json").read_text(encoding="utf-8"))
    asked = expressions(dashboard["panels"]) + expressions(dashboard["templating"])
    assert len(asked) > 20
    for expression in asked:
        for name, labels in re.findall(r"(rightcast_\w+)(?:\{([^}]*)\})?", expression):
            assert name in known(), expression
            figure = FIGURES.get(name.removeprefix("rightcast_"))
            for label in re.findall(r"(\w+)=", labels):
                assert figure is None or label in {"job", *figure.labels}, expression


def test_the_dashboard_is_whole() -> None:
    dashboard = json.loads((DOCS / "grafana/rightcast.json").read_text(encoding="utf-8"))
    panels = dashboard["panels"]
    assert {"stat", "table", "timeseries"} == {one["type"] for one in panels}
    assert len({one["id"] for one in panels}) == len(panels)
    for one in panels:
        assert one["title"]
        assert one["targets"]
        assert len({target["refId"] for target in one["targets"]}) == len(one["targets"])
    cells = [(x, y) for one in panels for x, y in cells_of(one["gridPos"])]
    assert len(cells) == len(set(cells)), "no two panels lie on each other"


def cells_of(place: dict[str, int]) -> list[tuple[int, int]]:
    assert place["x"] + place["w"] <= 24
    return [(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])]


def test_the_rules_ask_only_for_metrics_that_exist() -> None:
    text = (DOCS / "grafana/rightcast.rules.yml").read_text(encoding="utf-8")
    asked = set(re.findall(r"rightcast_\w+", text))
    assert len(asked) > 5
    assert asked <= known()
    assert len(re.findall(r"- alert: \w+\n\s+expr: .+\n(?:\s+for: \w+\n)?\s+labels: .+\n\s+annotations: ", text)) == 10
