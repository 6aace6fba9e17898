"""What the pages of a guide source show: its state, what it holds, and the report of its last import."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from rightcast.formats.xmltv_oddities import Verdict
from rightcast.panel.console.numbers import until
from rightcast.panel.guide.queries import holdings, standing

if TYPE_CHECKING:
    from rightcast.panel.guide.models import GuideSource

_LAMPS = {"ok": "rc-good", "warning": "rc-warn", "error": "rc-bad", "busy": "rc-quiet", "idle": "rc-quiet"}
_VERDICTS = {
    Verdict.LEFT_OUT: "Left out",
    Verdict.REPAIRED: "Repaired",
    Verdict.UNDERSTOOD: "Understood",
}
_MOST_WORDS = 60


@dataclass(frozen=True, slots=True)
class OddityLine:
    """One kind of oddity: what became of it, how often, and where."""

    verdict: str
    lamp: str
    sentence: str
    count: int
    places: tuple[str, ...]


def standing_context(source: GuideSource) -> dict[str, Any]:
    """The part of the form that renews itself."""
    now = timezone.now()
    how, held = standing(source, now), holdings(source.pk)
    report = source.report or {}
    odd = report.get("oddities") or []
    return {
        "source": source,
        "how": how,
        "lamp": _LAMPS[how.word],
        "held": held,
        "span": _span(held.first_day, held.last_day),
        "last": until(source.last_at, now) if source.last_at else "",
        "report": report,
        "odd": sum(one.get("count", 0) for one in odd if one.get("verdict") != Verdict.UNDERSTOOD),
    }


def report_lines(report: dict[str, Any]) -> list[OddityLine]:
    """The oddities of an import, what was left out first, the most frequent first."""
    order = list(_VERDICTS)
    found = sorted(report.get("oddities") or [], key=lambda one: (order.index(Verdict(one["verdict"])), -one["count"]))
    return [
        OddityLine(
            verdict=_VERDICTS[Verdict(one["verdict"])],
            lamp={Verdict.LEFT_OUT: "rc-bad", Verdict.REPAIRED: "rc-warn"}.get(Verdict(one["verdict"]), "rc-quiet"),
            sentence=one["sentence"],
            count=one["count"],
            places=tuple(_place(line, words) for line, words in one["examples"]),
        )
        for one in found
    ]


def _place(line: int, words: str) -> str:
    shown = words if len(words) <= _MOST_WORDS else words[: _MOST_WORDS - 1] + "…"
    if not line:
        return shown
    return f"line {line:,}: {shown}" if shown else f"line {line:,}"


def _span(first: int | None, last: int | None) -> str:
    if first is None or last is None:
        return ""
    begin, end = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in (first, last))
    return f"{begin:%a %d %b} to {end:%a %d %b}"
