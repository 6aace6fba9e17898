"""`rightcast explain`: why a line may or may not watch a channel, its past, or a title, link by link."""
# ruff: noqa: PLC0415 - the panel is imported when the command runs, after Django is set up

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import Desk, data_option, json_option
from rightcast.cli.moments import optional_moment, shown
from rightcast.cli.panel import open_to_read
from rightcast.domain.entitlement import Allowed
from rightcast.serve.lock import remembered_settings

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.panel.lines.queries import Explanation

OUTPUTS = ("ts", "hls")
_REFUSALS_SHOWN = 5


@click.command("explain")
@click.argument("line")
@click.argument("channel", required=False, default="")
@click.option("--title", default="", metavar="TITLE", help="A title of the library instead of a channel: name or id.")
@click.option("--past", metavar="DATE", help="What the channel showed then: 2026-12-31T20:00 (UTC), or 2h for 2 h ago.")
@click.option("--at", metavar="DATE", show_default="now", help="At which moment: 2026-12-31T20:00 (UTC), or 12h.")
@click.option("--from", "where", default="", metavar="ADDRESS", help="From which address, or country such as IT.")
@click.option("--device", default="", metavar="DEVICE", help="With what: set_top_box, television, ... or a user agent.")
@click.option("--output", type=click.Choice(OUTPUTS), default="ts", show_default=True, help="Stream, or playlists.")
@click.option("--height", type=int, default=0, metavar="LINES", show_default="left aside", help="Of the picture.")
@data_option
@json_option
def explain_command(
    line: str, channel: str, *, title: str, past: str | None, at: str | None, where: str, device: str, output: str,
    height: int, data: Path, as_json: bool,
) -> None:  # fmt: skip
    """Tell whether LINE may watch CHANNEL, what it showed in the past, or a title, with every check of the chain.

    The bounds of rights (where a viewer is, with what) are asked when one of --from, --device, --height is given.
    """
    desk = Desk(remembered_settings(data.absolute()), as_json)
    moment, then = optional_moment(at, field="at"), optional_moment(past, field="past", back=True)
    open_to_read(desk)
    from rightcast.panel.lines.explaining import explain_asked
    from rightcast.panel.lines.telling import told
    from rightcast.panel.lines.viewpoint import Viewpoint

    seen = Viewpoint(at=moment, where=where.strip(), device=device.strip(), output=output, height=height)
    found = explain_asked(line, channel, title_named=title, past=then, seen=seen)
    asked = f"title {found.title or title}" if title else f"channel {found.channel or channel}"
    desk.answer(told(line, channel, found, title=title), _lines(line, asked, found))


def _lines(line: str, asked: str, found: Explanation) -> list[str]:
    from rightcast.panel.lines.queries import sentence_of

    width = max(len(check.rule) for check in found.checks)
    shown_refusals = [
        f"  {shown(datetime.fromtimestamp(one.at, UTC))}  {one.address}  {sentence_of(one.reason)}"
        for one in found.refusals[:_REFUSALS_SHOWN]
    ]
    return [
        f"line {found.line or line}, {asked}, at {shown(found.at)} UTC",
        *([f"what it showed at {shown(found.past)} UTC"] if found.past else []),
        *([f"viewer {found.viewer}"] if found.viewer else []),
        "",
        *(f"  {'✓' if check.holds else '✗'} {check.rule:<{width}}  {check.detail}" for check in found.checks),
        "",
        f"{'Allowed' if isinstance(found.verdict, Allowed) else 'Refused'}: {found.sentence}",
        *(f"Its recording {one.id}, {one.title}: {one.sentence}" for one in found.recordings),
        *([found.left_aside] if found.left_aside else []),
        *(["", "Refused lately (UTC):", *shown_refusals] if shown_refusals else []),
    ]
