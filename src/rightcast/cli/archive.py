"""`rightcast archive`: what is kept of channels, whether index and files agree, and erasing a stretch."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import Desk, station_command, table
from rightcast.cli.moments import parse_moment, shown
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.contract.reports import ArchivistReport
from rightcast.domain.errors import NotFoundError, RightcastError
from rightcast.state.archive.checking import Checked, check_reel
from rightcast.state.archive.reel import ReelReader, channel_reel
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightcast.contract.reports import ArchiveReport
    from rightcast.contract.station import StationSettings
    from rightcast.panel.catalogue.models import Channel

FRESH_S = 10.0
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What is kept of a channel; hours are None while the archivist does not report."""

    channel: str
    id: int
    wished_h: int | None
    granted_h: int | None
    kept_h: int | None
    start: datetime | None
    stop: datetime | None
    bytes: int
    detail: str

    @property
    def cells(self) -> tuple[str, ...]:
        hours = ("-" if one is None else f"{one} h" for one in (self.kept_h, self.wished_h, self.granted_h))
        return (self.channel, *hours, shown(self.start), shown(self.stop), _size(self.bytes), self.detail)


@click.group("archive")
def archive_group() -> None:
    """See what is kept of channels on disk, check it, and erase stretches of it."""


@station_command(archive_group, "show")
@click.argument("channel", required=False)
def show_archive(desk: Desk, *, channel: str | None) -> None:
    """Show what is kept of all channels, or of CHANNEL (name, number or id) with the gaps of its last day."""
    open_to_read(desk)
    reports = _reports(desk.settings)
    rows = [_shown(desk.settings, one, reports.get(one.pk)) for one in _channels(channel)]
    if channel is None:
        rows = [row for row in rows if row.bytes or row.wished_h]
    headings = ("CHANNEL", "KEPT", "WISHED", "GRANTED", "FROM (UTC)", "TO (UTC)", "SIZE", "")
    lines = table((row.cells for row in rows), headings)
    if channel is None:
        desk.answer(rows, lines or ["Nothing is kept."])
        return
    gaps = _gaps(desk.settings, rows[0].id)
    told_gaps = table(
        ((shown(_moment(start)), f"{stop - start:.0f} s", cause) for start, stop, cause in gaps),
        ("GAP FROM (UTC)", "FOR", "CAUSE"),
    )
    gap_rows = [{"start": _moment(start), "stop": _moment(stop), "cause": cause} for start, stop, cause in gaps]
    desk.answer({"kept": rows[0], "gaps": gap_rows}, [*lines, "", *(told_gaps or ["No gaps in the last day."])])


@station_command(archive_group, "verify")
@click.argument("channel", required=False)
def verify_archive(desk: Desk, *, channel: str | None) -> None:
    """Check that index and files of all channels, or of CHANNEL, agree; reads the beginning of every segment."""
    open_to_read(desk)
    found = []
    for one in _channels(channel):
        folder = channel_reel(desk.settings.archive_root, one.pk)
        if (folder / "index.sqlite3").exists():
            found.append((one.name, check_reel(folder)))
    lines = table(
        ((name, checked.segments, checked.elsewhere, len(checked.faults)) for name, checked in found),
        ("CHANNEL", "SEGMENTS", "IN A STORE", "FAULTS"),
    )
    lines += [f"{name}: {fault}" for name, checked in found for fault in checked.faults[:20]]
    desk.answer([_row(name, checked) for name, checked in found], lines or ["Nothing is kept."])
    broken = sum(len(checked.faults) for _, checked in found)
    if broken:
        raise RightcastError(
            f"{broken} segments of the index are not as they should be on the disk.",
            remedy="Check the disk. A restart drops from the index what is not in the files.",
        )


@station_command(archive_group, "forget")
@click.argument("channel")
@click.option("--from", "start", metavar="MOMENT", help="The beginning of the stretch; all from the first without.")
@click.option("--to", "stop", metavar="MOMENT", help="Its end; up to now without.")
def forget_archive(desk: Desk, *, channel: str, start: str | None, stop: str | None) -> None:
    """Erase what is kept of CHANNEL, or a stretch of it in whole files of ten minutes; the archivist does it."""
    actor = open_to_write(desk)
    from rightcast.panel.archive.operations import erase_archive
    from rightcast.panel.catalogue.queries import find_channel

    found = find_channel(channel)
    begin = parse_moment(start, field="from") if start else datetime(1970, 1, 1, tzinfo=UTC)
    end = parse_moment(stop, field="to") if stop else datetime.now(UTC)
    erase_archive(actor, found.pk, start=begin, stop=end)
    words = f"{shown(begin)} to {shown(end)} UTC" if start else f"all up to {shown(end)} UTC"
    desk.answer(
        {"channel": found.name, "start": begin, "stop": end},
        [f"{found}: {words} is erased within seconds while the station is on air, else when it next is."],
    )


def _channels(named: str | None) -> Iterator[Channel]:
    from rightcast.panel.catalogue.models import Channel
    from rightcast.panel.catalogue.queries import find_channel

    if named is not None:
        yield find_channel(named)
    else:
        yield from Channel.objects.order_by("number")


def _reports(settings: StationSettings) -> dict[int, ArchiveReport]:
    found = FileReports(settings.reports).fetch("archivist", ArchivistReport)
    return {one.channel_id: one for report in found if time.time() - report.at < FRESH_S for one in report.channels}


def _shown(settings: StationSettings, channel: Channel, told: ArchiveReport | None) -> _Shown:
    span, held = None, 0
    with suppress(sqlite3.Error), closing(ReelReader(channel_reel(settings.archive_root, channel.pk))) as reel:
        span, held = reel.span(), sum(one.bytes for one in reel.files())
    return _Shown(
        channel=channel.name,
        id=channel.pk,
        wished_h=told.wished_h if told else None,
        granted_h=told.granted_h if told else None,
        kept_h=told.kept_h if told else None,
        start=_moment(span[0]) if span else None,
        stop=_moment(span[1]) if span else None,
        bytes=held,
        detail=told.detail if told else "the archivist does not report",
    )


def _gaps(settings: StationSettings, channel_id: int) -> list[tuple[float, float, str]]:
    now = time.time()
    try:
        with closing(ReelReader(channel_reel(settings.archive_root, channel_id))) as reel:
            return [(one.start, one.stop, one.cause) for one in reel.gaps(now - _DAY_S, now)]
    except sqlite3.Error as error:
        raise NotFoundError(
            "Nothing of this channel is kept.", remedy="`rightcast archive show` lists what is."
        ) from error


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def _row(name: str, checked: Checked) -> dict[str, object]:
    return {
        "channel": name, "segments": checked.segments, "in_store": checked.elsewhere, "faults": checked.faults,
    }  # fmt: skip
