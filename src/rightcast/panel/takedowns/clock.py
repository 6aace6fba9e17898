"""The stopwatch of a takedown: what every edge said of it, and those that have said nothing yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from rightcast.contract.reports import EdgeReport, SenderReport
from rightcast.panel.takedowns.queries import dark_reports
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from datetime import datetime

    from rightcast.panel.takedowns.models import Takedown

GOAL_S = 2.0
SILENT_S = 10.0
"""A process that has not reported for so long is not on air, and serves nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What one process said. `refused_after_s`: from the order to the first refusal; `after_s`: until all was dark.

    Both None while nothing was heard of it; `waited_s` is then how long.
    """

    who: str
    refused_after_s: float | None = None
    after_s: float | None = None
    stopped: int = 0
    waited_s: float = 0.0

    @property
    def tone(self) -> str:
        """good, warn while it may still come, or bad."""
        if self.after_s is None:
            return "warn" if self.waited_s < GOAL_S else "bad"
        return "good" if self.after_s <= GOAL_S else "bad"

    @property
    def in_words(self) -> str:
        """For lists."""
        if self.after_s is None:
            if self.waited_s < GOAL_S:
                return f"waiting for {self.waited_s:.1f} s"
            return (
                f"has not answered for {self.waited_s:.1f} s. Restart it (`rightcast status` names its process), "
                "or take it off the network: what it serves is not known."
            )
        what = f"{self.stopped} session{'' if self.stopped == 1 else 's'} stopped"
        return (
            f"refuses since {self.refused_after_s:.3f} s after the order, all dark after {self.after_s:.3f} s, {what}"
        )


def standings(row: Takedown, now: datetime | None = None) -> list[Standing]:
    """Every edge on air and whoever else carried it out, by name; the first word of each counts."""
    moment = (now or timezone.now()).timestamp()
    began = max(row.at, row.begins).timestamp()
    said = {one.who: (one.heard, one.dark, one.stopped) for one in row.acknowledgements.all()}
    for report in dark_reports():
        for dark in report.takedowns:
            if dark.id == row.pk:
                said.setdefault(report.who, (dark.heard, dark.dark, dark.stopped))
    found = [
        Standing(who=who, refused_after_s=max(0.0, heard - began), after_s=max(0.0, dark - began), stopped=stopped)
        for who, (heard, dark, stopped) in said.items()
    ]
    if row.lifted is None and moment >= began:
        waited = max(0.0, moment - began)
        found += [Standing(who=who, waited_s=waited) for who in _on_air(moment) if who not in said]
    return sorted(found, key=lambda one: one.who)


def last_dark_s(found: list[Standing]) -> float | None:
    """When the last of them was dark, in seconds after the order; None while one has not said so."""
    times = [one.after_s for one in found]
    return max((one for one in times if one is not None), default=None) if None not in times else None


def _on_air(now: float) -> list[str]:
    reports = FileReports(settings.STATION.reports)
    who = [f"edge {one.edge}" for one in reports.fetch("edge-", EdgeReport) if now - one.at < SILENT_S]
    senders = [one for one in reports.fetch("sender", SenderReport) if now - one.at < SILENT_S]
    return [*who, *("multicast" for one in senders if one.outputs)]
