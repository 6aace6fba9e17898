"""The page of player apps says what the table says."""

from __future__ import annotations

from pathlib import Path

from rightcast.domain.players import PLAYERS, PlayerApp

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "players.md"


def row(app: PlayerApp) -> str:
    guide = "gzip" if app.gzip_guide else "plain"
    if app.largest_guide_bytes:
        guide += f", at most {app.largest_guide_bytes // 1_000_000} MB"
    return f"| `{app.key}` | {app.title} | {app.output} | {app.catchup} | {guide} | {app.source} |"


def test_every_app_of_the_table_has_its_row_on_the_page() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("| `")] == [row(app) for app in PLAYERS]
