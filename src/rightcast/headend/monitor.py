"""What is watched of one running channel: the stream's checks, its pictures and sound, and what was found.

Owns no process and opens no file; the channel asks about once a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from rightcast.contract.reports import CheckReport, FindingReport, PictureReport, QualityReport
from rightcast.domain.watch import SENTENCES, Check, Findings
from rightcast.headend.pictures.impressions import Impressions

if TYPE_CHECKING:
    from rightcast.domain.watch import Watch
    from rightcast.formats.mpegts.tr101290 import Measures
    from rightcast.headend.statistics import Statistics

_MOST_PIDS = 24


class Watched(TypedDict):
    """The fields of a channel's report that are the monitor's."""

    quality: QualityReport | None
    picture: PictureReport | None
    findings: list[FindingReport]


class Monitor:
    """The judgement on one channel over time."""

    def __init__(self) -> None:
        self.impressions = Impressions()
        self._findings = Findings()

    def report(self, seen: Statistics, measures: Measures, watch: Watch, *, alive: bool, now: float) -> Watched:
        """What was seen and what is wrong now. `alive`: data comes; of a silent channel its state tells enough."""
        return Watched(
            quality=quality(measures, now) if watch.stream else None,
            picture=self.impressions.report() if watch.pictures or watch.sound else None,
            findings=self._judge(seen, measures, watch, now) if alive else self._nothing(),
        )

    def _nothing(self) -> list[FindingReport]:
        self._findings.forget()
        self.impressions.forget()
        return []

    def _judge(self, seen: Statistics, measures: Measures, watch: Watch, now: float) -> list[FindingReport]:
        faults: dict[str, bool] = {
            check: watch.stream and measures.errored(check, now) for check in Check if check in SENTENCES
        }
        if not seen.has_video:  # muxers put a clock into each packet of sound, and these may be long
            faults[Check.PCR_REPETITION] = False
        faults |= self.impressions.faults(watch, now)
        return [
            FindingReport(kind=one.kind, since=one.since, severity=one.severity.value, detail=one.sentence)
            for one in self._findings.observe(faults, watch, now)
        ]


def quality(measures: Measures, now: float) -> QualityReport:
    """The stream's figures for the report."""
    figures = measures.clock_figures
    busiest = sorted(measures.bitrates.items(), key=lambda item: -item[1])[:_MOST_PIDS]
    return QualityReport(
        checks=[
            CheckReport(check=check, count=count, last=measures.last[check])
            for check, count in measures.counts.items()
            if count
        ],
        active=[check.value for check in Check if measures.errored(check, now)],
        bitrates=sorted(busiest),
        absent=measures.absent,
        clock_offset_ppm=figures.offset_ppm,
        arrival_jitter_ms=figures.jitter_ms,
        clock_accuracy_us=figures.accuracy_us,
    )
