"""The station's figures for Prometheus, made of what its processes report; panel and edges answer with the same.

Everything comes from the folder of reports on this machine, so whichever process is asked, counters never jump back,
and nothing of it needs the panel. No line, viewer or address is named; docs/reference/metrics.md lists every figure.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from prometheus_client.metrics_core import Metric

from rightcast.contract.reports import ArchivistReport, ChannelReport, HeadendReport, SenderReport, WatchReport
from rightcast.state.exposition import process_use
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightcast.contract.station import StationSettings

ALIVE_S = 10.0
MOST_CHANNELS = 1000
"""Channels with figures of their own; those that run go before those that wait. The others are counted."""
MOST_KINDS = 64
"""Kinds of findings, and reasons of refusals, that get a series of their own."""
STATES = ("on_air", "starting", "silent", "idle", "failed")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its name without prefix, its type, what it says, and its labels in order."""

    name: str
    type: str
    help: str
    labels: tuple[str, ...] = ()


def _figure(name: str, kind: str, text: str, *labels: str) -> tuple[str, Figure]:
    return name, Figure(name, kind, text, labels)


FIGURES: dict[str, Figure] = dict(
    (
        _figure("build_info", "gauge", "1, with the version that runs.", "version"),
        _figure("headend_up", "gauge", "Whether the headend process reports (1) or not (0).", "headend"),
        _figure("edge_up", "gauge", "Whether the edge process reports (1) or not (0).", "edge"),
        _figure("watch_up", "gauge", "Whether the jobs process watches for alarms (1) or not (0)."),
        _figure("process_start_time_seconds", "gauge", "When a process started, unix seconds.", "process"),
        _figure("process_resident_memory_bytes", "gauge", "Memory that a process holds.", "process"),
        _figure("process_cpu_seconds_total", "counter", "CPU time that a process has used.", "process"),
        _figure("ring_bytes", "gauge", "Bytes in the rings of a headend.", "headend"),
        _figure("ring_budget_bytes", "gauge", "Bytes that the rings of a headend may take.", "headend"),
        _figure("datagrams_lost_total", "counter", "Datagrams that the kernel dropped.", "headend"),
        _figure("channels", "gauge", "Channels by state.", "state"),
        _figure("channels_unlisted", "gauge", "Channels without figures of their own."),
        _figure("channel_info", "gauge", "1, with name and picture.", "channel", "name", "resolution", "codecs"),
        _figure("channel_state", "gauge", "1 for the state the channel is in.", "channel", "state"),
        _figure("channel_state_seconds", "gauge", "For how long it has been in this state.", "channel"),
        _figure("channel_bitrate_bits_per_second", "gauge", "What arrives.", "channel"),
        _figure("channel_segment_age_seconds", "gauge", "Age of its last segment.", "channel"),
        _figure("channel_continuity_errors_total", "counter", "Continuity errors in what arrives.", "channel"),
        _figure("channel_scrambled_packets_total", "counter", "Packets that arrive scrambled.", "channel"),
        _figure("channel_discontinuities_total", "counter", "Breaks inside the stream.", "channel"),
        _figure("channel_errors_total", "counter", "TR 101 290 errors by check.", "channel", "check"),
        _figure("channel_findings", "gauge", "1 for each fault that lasts.", "channel", "kind", "severity"),
        _figure("channel_viewers", "gauge", "Sessions that watch it.", "channel"),
        _figure("channel_source", "gauge", "Which source is on air, counting from 1; 0 for the slate.", "channel"),
        _figure("output_bytes_sent_total", "counter", "Bytes sent to the channel's addresses.", "channel"),
        _figure("output_failed_total", "counter", "Datagrams that the network did not take.", "channel"),
        _figure("output_late_total", "counter", "Datagrams that left over 20 ms late.", "channel"),
        _figure(
            "archive_bytes", "gauge", "Bytes of kept channels: on the first disk, on the second, in a store.", "place"
        ),
        _figure("archive_allowed_bytes", "gauge", "What they may take on the first disk."),
        _figure("archive_free_bytes", "gauge", "What is free there."),
        _figure("archive_backlog", "gauge", "Segments that wait to be written."),
        _figure("archive_missed_total", "counter", "Segments that fell off the ring before they were written."),
        _figure("sessions", "gauge", "Running sessions.", "edge", "kind"),
        _figure("edge_bytes_sent_total", "counter", "Bytes sent to viewers.", "edge"),
        _figure("edge_refusals_total", "counter", "Refused requests by reason.", "edge", "reason"),
        _figure("edge_revision", "gauge", "The last revision an edge applied.", "edge"),
        _figure("edge_replica_age_seconds", "gauge", "Since when an edge has not heard from the feed.", "edge"),
    )
)


class _Session(msgspec.Struct, frozen=True):
    channel_id: int
    kind: str


class _Edge(msgspec.Struct, frozen=True, kw_only=True):
    """What the figures need of an EdgeReport; it names every viewer, and none of them is read."""

    edge: int
    pid: int
    at: float
    started: float
    revision: int
    heard: float
    version: str = ""
    sessions: list[_Session] = []
    refusals: dict[str, int] = {}
    bytes_sent: int = 0


class Samples:
    """Collects samples under the names and labels that FIGURES declares."""

    def __init__(self, figures: dict[str, Figure] = FIGURES) -> None:
        self._figures = figures
        self._metrics: dict[str, Metric] = {}

    def add(self, name: str, value: float, *labels: str) -> None:
        """One sample; labels in the declared order."""
        figure = self._figures[name]
        metric = self._metrics.get(name)
        if metric is None:
            family = f"rightcast_{name.removesuffix('_total')}"
            metric = self._metrics[name] = Metric(family, figure.help, figure.type)
        metric.add_sample(f"rightcast_{name}", dict(zip(figure.labels, labels, strict=True)), value)

    def all(self) -> list[Metric]:
        """In the order of the declaration."""
        return [self._metrics[name] for name in self._figures if name in self._metrics]


def station_samples(settings: StationSettings, now: float) -> Samples:
    """Figures of all headends and edges whose reports lie on this machine."""
    reports = FileReports(settings.reports)
    headends = [one for one in reports.fetch("headend-", HeadendReport) if now - one.at < ALIVE_S]
    edges = [one for one in reports.fetch("edge-", _Edge) if now - one.at < ALIVE_S]
    samples = Samples()
    for version in sorted({*(one.version for one in headends), *(one.version for one in edges)}):
        samples.add("build_info", 1, version)
    _up(samples, "headend", settings.headends, {one.shard for one in headends})
    _up(samples, "edge", settings.edges, {one.edge for one in edges})
    for headend in headends:
        _of_headend(samples, headend)
    _of_channels(samples, headends, Counter(one.channel_id for edge in edges for one in edge.sessions), now)
    for edge in edges:
        _of_edge(samples, edge, now)
    watches = [one for one in reports.fetch("watch", WatchReport) if now - one.at < ALIVE_S]
    samples.add("watch_up", float(bool(watches)))
    for watch in watches:
        _of_process(samples, "jobs", watch.pid, watch.started)
    for sender in reports.fetch("sender", SenderReport):
        if now - sender.at < ALIVE_S:
            _of_outputs(samples, sender)
    for archivist in reports.fetch("archivist", ArchivistReport):
        if now - archivist.at < ALIVE_S:
            _of_archive(samples, archivist)
    return samples


def _of_archive(samples: Samples, archivist: ArchivistReport) -> None:
    _of_process(samples, "archivist", archivist.pid, archivist.started)
    samples.add("archive_bytes", sum(one.bytes for one in archivist.channels), "first")
    samples.add("archive_bytes", sum(one.second_bytes for one in archivist.channels), "second")
    samples.add("archive_bytes", sum(one.store_bytes for one in archivist.channels), "store")
    samples.add("archive_allowed_bytes", archivist.allowed_bytes)
    samples.add("archive_free_bytes", archivist.free_bytes)
    samples.add("archive_backlog", archivist.backlog)
    samples.add("archive_missed_total", archivist.missed)


def _up(samples: Samples, plane: str, many: int, seen: set[int]) -> None:
    for index in range(many):
        samples.add(f"{plane}_up", float(index in seen), str(index + 1))


def _of_headend(samples: Samples, headend: HeadendReport) -> None:
    number = str(headend.shard + 1)
    _of_process(samples, f"headend {number}", headend.pid, headend.started)
    samples.add("ring_bytes", headend.ring_bytes, number)
    samples.add("ring_budget_bytes", headend.ring_budget_bytes, number)
    samples.add("datagrams_lost_total", headend.datagrams_lost, number)


def _of_channels(samples: Samples, headends: Iterable[HeadendReport], viewers: Counter[int], now: float) -> None:
    channels: dict[int, ChannelReport] = {}
    states: Counter[str] = Counter(dict.fromkeys(STATES, 0))
    unlisted = 0
    for headend in headends:
        channels |= {one.id: one for one in headend.channels}
        states["idle"] += headend.more_idle
        states["failed"] += headend.more_failed
        unlisted += headend.more_idle + headend.more_failed
    states.update(one.state for one in channels.values())
    for state, many in sorted(states.items()):
        samples.add("channels", many, state)
    order = sorted(channels.values(), key=lambda one: (one.state == "idle", one.id))
    samples.add("channels_unlisted", unlisted + max(0, len(order) - MOST_CHANNELS))
    for report in sorted(order[:MOST_CHANNELS], key=lambda one: one.id):
        _of_channel(samples, report, viewers[report.id], now)


def _of_channel(samples: Samples, report: ChannelReport, viewers: int, now: float) -> None:
    number = str(report.id)
    samples.add("channel_info", 1, number, report.name, report.resolution, report.codecs)
    samples.add("channel_state", 1, number, report.state)
    samples.add("channel_state_seconds", max(0.0, now - report.since), number)
    samples.add("channel_viewers", viewers, number)
    if report.state == "idle":
        return
    samples.add("channel_bitrate_bits_per_second", report.bitrate_bps, number)
    if report.last_segment:
        samples.add("channel_segment_age_seconds", max(0.0, now - report.last_segment), number)
    samples.add("channel_continuity_errors_total", report.continuity_errors, number)
    samples.add("channel_scrambled_packets_total", report.scrambled_packets, number)
    samples.add("channel_discontinuities_total", report.discontinuities, number)
    for check in report.quality.checks[:MOST_KINDS] if report.quality is not None else ():
        samples.add("channel_errors_total", check.count, number, check.check)
    word, _, place = report.showing.partition(" ")
    if word:
        samples.add("channel_source", float(place) if place.isdecimal() else 0.0, number)
    kinds = {found.kind: found.severity for found in report.findings}
    for kind in sorted(kinds)[:MOST_KINDS]:
        samples.add("channel_findings", 1, number, kind, kinds[kind])


def _of_outputs(samples: Samples, sender: SenderReport) -> None:
    """Summed by channel: addresses are nobody's business here."""
    sums: dict[int, list[int]] = {}
    for one in sender.outputs:
        figures = sums.setdefault(one.channel_id, [0, 0, 0])
        for place, value in enumerate((one.bytes_sent, one.failed, one.late)):
            figures[place] += value
    for number in sorted(sums)[:MOST_CHANNELS]:
        for name, value in zip(("bytes_sent", "failed", "late"), sums[number], strict=True):
            samples.add(f"output_{name}_total", value, str(number))


def _of_edge(samples: Samples, edge: _Edge, now: float) -> None:
    number = str(edge.edge + 1)
    _of_process(samples, f"edge {number}", edge.pid, edge.started)
    kinds = Counter({"ts": 0, "hls": 0})
    kinds.update(one.kind for one in edge.sessions)
    for kind, many in sorted(kinds.items())[:MOST_KINDS]:
        samples.add("sessions", many, number, kind)
    samples.add("edge_bytes_sent_total", edge.bytes_sent, number)
    for reason, many in sorted(edge.refusals.items())[:MOST_KINDS]:
        samples.add("edge_refusals_total", many, number, reason)
    samples.add("edge_revision", edge.revision, number)
    samples.add("edge_replica_age_seconds", max(0.0, now - edge.heard), number)


def _of_process(samples: Samples, name: str, pid: int, started: float) -> None:
    samples.add("process_start_time_seconds", started, name)
    used = process_use(pid)
    if used is not None:
        samples.add("process_resident_memory_bytes", used[1], name)
        samples.add("process_cpu_seconds_total", used[0], name)
