"""`rightcast explain LINE CHANNEL`: why a line may or may not watch a channel, link by link."""
# ruff: noqa: PLC0415 - the panel is imported when the command runs, after Django is set up

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import Desk, data_option, json_option
from rightcast.cli.moments import shown
from rightcast.cli.panel import open_to_read
from rightcast.domain.entitlement import Allowed
from rightcast.serve.lock import remembered_settings

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.panel.lines.queries import Explanation

_REFUSALS_SHOWN = 5


@click.command("explain")
@click.argument("line")
@click.argument("channel")
@data_option
@json_option
def explain_command(line: str, channel: str, data: Path, as_json: bool) -> None:
    """Tell whether LINE may watch CHANNEL now, with every check of the chain."""
    desk = Desk(remembered_settings(data.absolute()), as_json)
    open_to_read(desk)
    from rightcast.panel.lines.queries import explain

    found = explain(line, channel)
    desk.answer(_value(line, channel, found), _lines(line, channel, found))


def _value(line: str, channel: str, found: Explanation) -> dict[str, object]:
    verdict = found.verdict
    allowed = isinstance(verdict, Allowed)
    return {
        "line": found.line.name if found.line else line,
        "channel": {"id": found.channel.pk, "name": found.channel.name} if found.channel else channel,
        "allowed": allowed,
        "reason": None if isinstance(verdict, Allowed) else verdict.reason,
        "sentence": found.sentence,
        "right_id": verdict.right_id if isinstance(verdict, Allowed) else None,
        "until": verdict.until if isinstance(verdict, Allowed) else None,
        "checks": [
            {"rule": check.rule, "holds": check.holds, "detail": check.detail, "reason": check.reason}
            for check in found.checks
        ],
        "recent_refusals": list(found.refusals),
    }


def _lines(line: str, channel: str, found: Explanation) -> list[str]:
    from rightcast.panel.lines.queries import sentence_of

    width = max(len(check.rule) for check in found.checks)
    shown_refusals = [
        f"  {shown(datetime.fromtimestamp(one.at, UTC))}  {one.address}  {sentence_of(one.reason)}"
        for one in found.refusals[:_REFUSALS_SHOWN]
    ]
    return [
        f"line {found.line or line}, channel {found.channel or channel}",
        "",
        *(f"  {'✓' if check.holds else '✗'} {check.rule:<{width}}  {check.detail}" for check in found.checks),
        "",
        f"{'Allowed' if isinstance(found.verdict, Allowed) else 'Refused'}: {found.sentence}",
        *(["", "Refused lately (UTC):", *shown_refusals] if shown_refusals else []),
    ]
