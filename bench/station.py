"""A station for measuring: settings on a scratch folder, a feed filled by hand, rooms pinned to a CPU.

No panel runs; what it would publish is written into the feed directly.
"""

from __future__ import annotations

import http.client
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from bench.rig import LOAD_CPU, SERVER_CPU, Rig, Running, free_port, listening, wait_for
from bench.ring_writer import Plan
from rightcast.contract.catalogue import Change, Kind
from rightcast.contract.reports import HeadendReport
from rightcast.contract.station import HANDOVER_VARIABLE, Address, StationSettings
from rightcast.domain.credentials import digest_secret
from rightcast.domain.lineup import (
    Channel,
    ChannelKind,
    Line,
    LineStatus,
    Lineup,
    LineupEntry,
    Package,
    Source,
    StartMode,
    Station,
)
from rightcast.domain.rights import NOTHING_LATER, WORLDWIDE, CarriageRight, Instrument, Later, RightStatus
from rightcast.domain.sources import parse_source_url
from rightcast.state.feed import FileFeed
from rightcast.state.keys import derived_key, station_key
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rightcast.domain.features import Features

SECRET = "secret"
# The same allocator settings that `rightcast serve` gives its edges.
EDGE_ENVIRONMENT = {
    "MALLOC_TRIM_THRESHOLD_": "268435456",
    "MALLOC_MMAP_THRESHOLD_": "134217728",
    "MALLOC_TOP_PAD_": "16777216",
}


def settings_in(folder: Path, *, tls: tuple[Path, Path] | None = None) -> StationSettings:
    """Settings of a station wholly inside `folder`, on free ports."""
    return StationSettings(
        data=folder / "data",
        ring=folder / "ring",
        listen=Address("127.0.0.1", free_port()),
        console=Address("127.0.0.1", free_port()),
        tls_listen=Address("127.0.0.1", free_port()) if tls else None,
        tls_certificate=tls[0] if tls else None,
        tls_key=tls[1] if tls else None,
    )


def fill_feed(
    settings: StationSettings,
    sources: Sequence[tuple[str, int | None]],
    *,
    lines: int = 1,
    start: StartMode = StartMode.ALWAYS,
    features: Features | None = None,
    fallbacks: Sequence[str] = (),
    later: Later = NOTHING_LATER,
) -> None:
    """Publish one channel per source under one right, and lines v00000, v00001, ... that may watch all.

    `fallbacks`: a second source for each of the first channels.
    """
    now = datetime.now(UTC) - timedelta(hours=1)
    ids = tuple(range(1, len(sources) + 1))
    changes = [Change(Kind.STATION, 0, Station(name="Bench"))]
    for channel_id, (url, service_id) in zip(ids, sources, strict=True):
        kind, _ = parse_source_url(url)
        ordered = [Source(id=channel_id, kind=kind, url=url, service_id=service_id)]
        ordered += [
            Source(id=-channel_id, kind=parse_source_url(fallback)[0], url=fallback)
            for fallback in fallbacks[channel_id - 1 : channel_id]
        ]
        channel = Channel(
            id=channel_id, number=channel_id, name=f"Channel {channel_id}", kind=ChannelKind.TV, sources=tuple(ordered),
            added=now, start=start, features=features,
        )  # fmt: skip
        changes.append(Change(Kind.CHANNEL, channel_id, channel))
    right = CarriageRight(
        id=1, reference="bench", licensor="Bench", instrument=Instrument.OWN_PRODUCTION, status=RightStatus.ACTIVE,
        channel_ids=ids, territories=(WORLDWIDE,), starts=now, later=later,
    )  # fmt: skip
    entries = tuple(LineupEntry(channel_id=one, number=one, category_id=1, category_name="All") for one in ids)
    changes.append(Change(Kind.RIGHT, 1, right))
    changes.append(Change(Kind.LINEUP, 1, Lineup(id=1, name="All", entries=entries)))
    changes.append(Change(Kind.PACKAGE, 1, Package(id=1, name="All", lineup_ids=(1,))))
    changes += fill_lines(settings, lines)
    feed = FileFeed(settings.feed)
    feed.publish(changes)
    feed.close()


def fill_lines(settings: StationSettings, count: int) -> list[Change]:
    """Lines v00000, v00001, ... that may watch what is in package 1."""
    now = datetime.now(UTC) - timedelta(hours=1)
    secrets_key = derived_key(station_key(settings.keys), "secrets")
    changes = []
    for number in range(count):
        name = f"v{number:05d}"
        line = Line(
            id=number + 1, name=name, secret_digest=digest_secret(secrets_key, name, SECRET), status=LineStatus.ACTIVE,
            package_ids=(1,), territory="IT", created=now, max_sessions=4,
        )  # fmt: skip
        changes.append(Change(Kind.LINE, line.id, line))
    return changes


def start_room(rig: Rig, settings: StationSettings, room: str, *, index: int = 0, cpu: int = SERVER_CPU) -> Running:
    """Start a room as `rightcast serve` would, pinned to one CPU."""
    settings.ring_root.mkdir(parents=True, exist_ok=True, mode=0o700)
    environment = {HANDOVER_VARIABLE: settings.handover(), **(EDGE_ENVIRONMENT if room == "edge" else {})}
    return rig.start(
        room, [sys.executable, "-m", "rightcast.serve.child", room, str(index)], cpu=cpu, environment=environment
    )


def start_edge(rig: Rig, settings: StationSettings, *, cpu: int = SERVER_CPU) -> Running:
    """Start the edge and wait until it accepts viewers."""
    edge = start_room(rig, settings, "edge", cpu=cpu)

    def ready() -> bool:
        edge.assert_alive()
        return listening(settings.listen.port)

    wait_for(ready, 20, "the edge to listen")
    return edge


def start_writer(
    rig: Rig, settings: StationSettings, channels: int, *, still: bool = False, bps: int = 4_000_000
) -> Path:
    """Start the synthetic headend on the load's CPU; returns the socket of the reference's plain lines."""
    settings.ring_root.mkdir(parents=True, exist_ok=True, mode=0o700)
    parts_socket = settings.ring_root / "parts.sock"
    plan = Plan(
        ring=str(settings.ring_root / "ring"), socket=str(settings.headend_socket(0)), parts_socket=str(parts_socket),
        channels=channels, still=still, bps=bps,
    )  # fmt: skip
    command = [sys.executable, "-m", "bench.ring_writer", msgspec.json.encode(plan).decode()]
    writer = rig.start("ring-writer", command, cpu=LOAD_CPU)

    def ready() -> bool:
        writer.assert_alive()
        return "writing" in writer.text()

    wait_for(ready, 20, "the ring writer")
    return parts_socket


def headend_report(settings: StationSettings) -> HeadendReport | None:
    """What the headend last said of itself."""
    found = FileReports(settings.reports).fetch("headend-", HeadendReport)
    return found[0] if found else None


def channels_on_air(settings: StationSettings) -> int:
    """How many channels have closed a segment already."""
    report = headend_report(settings)
    return sum(channel.last_segment > 0 for channel in report.channels) if report else 0


def session_path(settings: StationSettings, channel: int, line: int = 0) -> str:
    """The playlist's path under a token, as a player learns it from the redirect."""
    connection = http.client.HTTPConnection("127.0.0.1", settings.listen.port, timeout=10)
    connection.request("GET", f"/live/v{line:05d}/{SECRET}/{channel}.m3u8")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    location = answer.getheader("Location")
    if answer.status != 302 or location is None:
        raise ConnectionError(f"The edge answered {answer.status} instead of a redirect to the session.")
    return location[location.index("/s/") :]
