"""`rightcast status`: what runs, what is on air and who watches, read from reports; needs no database."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import Desk, data_option, json_option, table
from rightcast.cli.moments import span_words
from rightcast.contract.reports import ChannelReport, EdgeReport, HeadendReport
from rightcast.domain.sources import redact
from rightcast.serve.addresses import console_url, viewers_url
from rightcast.serve.lock import on_air, remembered_settings
from rightcast.serve.records import published_channels
from rightcast.state.feed import FileFeed
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.contract.station import StationSettings

_CHANNELS_SHOWN = 60
_UNKNOWN_SHOWN = 10
FRESH_S = 5.0
"""A process that has not reported for this long is counted as silent."""


@click.command("status")
@data_option
@json_option
def status_command(data: Path, as_json: bool) -> None:
    """Show what runs, what is on air, and who watches."""
    settings = remembered_settings(data.absolute())
    now = time.time()
    reports = FileReports(settings.reports)
    headends = reports.fetch("headend-", HeadendReport)
    edges = reports.fetch("edge-", EdgeReport)
    alive = on_air(settings.data)
    value = {
        "on_air": alive,
        "data": settings.data,
        "viewers_url": viewers_url(settings),
        "console_url": console_url(settings),
        "revision": _revision(settings),
        "published_channels": len(published_channels(settings)),
        "headends": headends if alive else [],
        "edges": edges if alive else [],
    }
    lines = _lines(settings, headends, edges, now) if alive else _off_air(settings)
    Desk(settings, as_json).answer(value, lines)


def _off_air(settings: StationSettings) -> list[str]:
    count = len(published_channels(settings))
    return [
        f"Off air: no station runs in {settings.data}.",
        f"{count} channels are published." if count else "No channel is published.",
        "`rightcast serve` puts it on air.",
    ]


def _lines(settings: StationSettings, headends: list[HeadendReport], edges: list[EdgeReport], now: float) -> list[str]:
    channels = sorted((one for report in headends for one in report.channels), key=lambda one: one.id)
    sessions = [one for report in edges for one in report.sessions]
    watched: dict[int, int] = {}
    for session in sessions:
        watched[session.channel_id] = watched.get(session.channel_id, 0) + 1
    unlisted = sum(report.more_idle + report.more_failed for report in headends)
    known = len(channels) + unlisted
    running = sum(channel.state == "on_air" for channel in channels)
    rate = sum(channel.bitrate_bps for channel in channels)
    return [
        f"On air: {running} of {known:,} channels, {len(sessions)} viewers, {rate / 1e6:.1f} Mbit/s in",
        f"  Viewers  {viewers_url(settings)}",
        f"  Console  {console_url(settings)}",
        "",
        *_process_lines(headends, edges, _revision(settings), now),
        "",
        *(
            _channel_lines(channels, watched, now, unlisted)
            or ["No channel is carried: none is published under a right in force."]
        ),
        *_unknown_lines(edges, now),
    ]


def _process_lines(headends: list[HeadendReport], edges: list[EdgeReport], revision: int, now: float) -> list[str]:
    rows = [
        (
            f"headend {one.shard + 1}",
            one.pid,
            _health(one.at, now),
            span_words(now - one.started),
            f"ring {one.ring_bytes / 1e6:.0f} of {one.ring_budget_bytes / 1e6:.0f} MB, "
            f"{one.datagrams_lost} datagrams lost",
        )
        for one in headends
    ]
    rows += [
        (
            f"edge {one.edge + 1}",
            one.pid,
            _health(one.at, now),
            span_words(now - one.started),
            f"{len(one.sessions)} viewers, revision {one.revision} of {revision}, "
            f"heard {span_words(now - one.heard)} ago, {sum(one.refusals.values())} refused",
        )
        for one in edges
    ]
    return table(rows, ("PROCESS", "PID", "STATE", "FOR", "DETAIL")) or ["No process has reported yet."]


def _channel_lines(channels: list[ChannelReport], watched: dict[int, int], now: float, unlisted: int) -> list[str]:
    # What asks for attention, or is watched, comes before what waits idle for its first viewer.
    urgent = sorted(channels, key=lambda one: (one.state == "idle", -watched.get(one.id, 0), one.id))[:_CHANNELS_SHOWN]
    rows = (
        (
            one.id,
            one.name,
            one.state.replace("_", " "),
            span_words(now - one.since),
            f"{one.bitrate_bps / 1e6:.2f}",
            watched.get(one.id, 0),
            one.continuity_errors,
            redact(one.source),
            one.detail,
        )
        for one in (urgent if len(channels) > _CHANNELS_SHOWN else channels)
    )
    lines = table(rows, ("ID", "CHANNEL", "STATE", "FOR", "MBIT/S", "VIEWERS", "CC", "SOURCE", "DETAIL"))
    more = max(len(channels) - _CHANNELS_SHOWN, 0) + unlisted
    where = "--json lists those that run" if unlisted else "--json lists them all"
    return [*lines, f"and {more:,} more; {where}."] if more > 0 else lines


def _unknown_lines(edges: list[EdgeReport], now: float) -> list[str]:
    """What apps asked that no interface understands, the latest first; nothing when there was nothing."""
    asked = sorted((one for report in edges for one in report.unknown), key=lambda one: -one.last)[:_UNKNOWN_SHOWN]
    if not asked:
        return []
    rows = ((one.shape, one.count, span_words(now - one.last), one.player or "-") for one in asked)
    return ["", "Asked, but understood by no interface:", *table(rows, ("REQUEST", "TIMES", "AGO", "PLAYER"))]


def _health(at: float, now: float) -> str:
    return "running" if now - at < FRESH_S else f"silent for {span_words(now - at)}"


def _revision(settings: StationSettings) -> int:
    if not settings.feed.exists():
        return 0
    feed = FileFeed(settings.feed)
    try:
        return feed.latest()
    finally:
        feed.close()
