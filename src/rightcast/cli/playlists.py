"""`rightcast import playlist`: channels from an M3U playlist, read as a stream in constant memory."""
# ruff: noqa: PLC0415 - the panel is imported when the command runs, after Django is set up

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

import click

from rightcast.cli.desk import station_command
from rightcast.cli.fetching import Counted, open_playlist
from rightcast.cli.panel import open_to_write
from rightcast.domain.errors import InvalidInputError
from rightcast.formats.m3u import BrokenLine, read_playlist

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightcast.cli.desk import Desk
    from rightcast.panel.catalogue.operations import ImportEntry

_SHOWN = 20
_BAR_WIDTH = 30
_KEPT = 100_000
"""Broken lines remembered; a file of more is no playlist, and their count is enough."""


@click.group("import")
def import_group() -> None:
    """Import channels from elsewhere."""


@dataclass(slots=True)
class LeftOut:
    """Lines that did not become channels."""

    count: int = 0
    lines: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line_number: int, reason: str) -> None:
        """Remember one."""
        self.count += 1
        if len(self.lines) < _KEPT:
            self.lines.append((line_number, reason))


@station_command(import_group, "playlist")
@click.argument("playlist", metavar="FILE|URL|-")
@click.option("--always", is_flag=True, help="Run the channels always instead of starting each with its first viewer.")
def import_playlist(desk: Desk, *, playlist: str, always: bool) -> None:
    """Import the channels of an M3U playlist from a file, an address, or - for standard input.

    They wait for a right. Broken lines are listed with number and reason; the rest is imported.
    """
    with open_playlist(playlist) as content:
        actor = open_to_write(desk)
        from rightcast.panel.catalogue.operations import import_channels

        left_out = LeftOut()
        bar = ImportBar(content, sys.stderr)
        bar.update(0)
        try:
            outcome = import_channels(
                actor,
                _entries(content, left_out),
                progress=bar.update,
                start="always" if always else "on_demand",
            )
        finally:
            bar.clear()
    for line_number, reason in outcome.skipped:
        left_out.add(line_number, reason)
    left_out.lines.sort()
    if not outcome.added and not outcome.skipped:
        raise InvalidInputError(
            f"There is no channel in {playlist}.",
            remedy=left_out.lines[0][1] + f" (line {left_out.lines[0][0]})"
            if left_out.lines
            else "The playlist is empty.",
            field="playlist",
        )
    desk.answer(
        {
            "added": outcome.added,
            "left_out": left_out.count,
            "lines": [{"line": number, "reason": reason} for number, reason in left_out.lines],
        },
        _lines(outcome.added, left_out),
    )


def _entries(content: Counted, left_out: LeftOut) -> Iterator[ImportEntry]:
    from rightcast.panel.catalogue.operations import ImportEntry

    for entry in read_playlist(content):
        if isinstance(entry, BrokenLine):
            left_out.add(entry.line_number, entry.reason)
            continue
        yield ImportEntry(
            name=entry.name,
            url=entry.url,
            number=entry.number,
            category=entry.group,
            logo_url=entry.logo_url,
            guide_id=entry.guide_id,
            line_number=entry.line_number,
            kind="radio" if entry.is_radio else "tv",
            service_id=entry.service_id,
        )


def _lines(added: int, left_out: LeftOut) -> list[str]:
    lines = [f"{added:,} channels added; they wait for a right (rightcast right add --all ...)."]
    if left_out.count:
        lines.append(f"{left_out.count:,} lines were left out:")
        lines += [f"  line {number}: {reason}" for number, reason in left_out.lines[:_SHOWN]]
    if left_out.count > _SHOWN:
        lines.append(f"  and {left_out.count - _SHOWN:,} more; --json lists them all.")
    return lines


class ImportBar:
    """A bar over the bytes read, or a count when the length is not known; only where `stream` is a terminal."""

    def __init__(self, content: Counted, stream: TextIO) -> None:
        self._content = content
        self._stream = stream
        self._live = stream.isatty()

    def update(self, entries: int) -> None:
        """Show that so many channels were read."""
        if not self._live:
            return
        bar = ""
        if self._content.length:
            share = min(self._content.read_bytes / self._content.length, 1.0)
            filled = round(share * _BAR_WIDTH)
            bar = f"[{'█' * filled}{'░' * (_BAR_WIDTH - filled)}] {share:4.0%}  "
        self._stream.write(f"\r\x1b[KImporting {bar}{entries:,} channels read")
        self._stream.flush()

    def clear(self) -> None:
        """Take the bar away."""
        if self._live:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
