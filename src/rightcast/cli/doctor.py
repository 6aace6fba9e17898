"""`rightcast doctor LINE`: what a player app would see with a line, step by step, on the station that runs here."""
# ruff: noqa: PLC0415 - the panel is imported when the command runs, after Django is set up

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import Desk, data_option, json_option
from rightcast.cli.panel import open_to_write
from rightcast.cli.replaying import Replay
from rightcast.domain.errors import StationNotRunningError
from rightcast.domain.lineup import CredentialKind
from rightcast.domain.players import PLAYERS, player_named
from rightcast.serve.addresses import reachable
from rightcast.serve.lock import on_air, remembered_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rightcast.cli.replaying import Step
    from rightcast.domain.players import PlayerApp

KNOWN_WITHIN_S = 10.0
_AGAIN_S = 0.2


@click.command("doctor")
@click.argument("line")
@click.option(
    "--player",
    type=click.Choice([one.key for one in PLAYERS]),
    default="generic",
    show_default=True,
    help="The app whose calls are replayed.",
)
@data_option
@json_option
def doctor_command(line: str, player: str, data: Path, as_json: bool) -> None:
    """Replay what an app would call with LINE and show what it would see.

    The line gets a device of its own for as long as this takes, so that no password is needed. Playing takes one of the
    line's screens for a moment, and is refused like any other when all are in use.
    """
    desk = Desk(remembered_settings(data.absolute()), as_json)
    if not on_air(desk.settings.data):
        raise StationNotRunningError(
            f"No station runs in {desk.settings.data}.", remedy="Put it on air with `rightcast serve`.", field="data"
        )
    app = player_named(player) or PLAYERS[-1]
    with _device(desk, line, app) as replay:
        steps = list(replay.steps())
    desk.answer(
        {
            "line": line,
            "player": app.key,
            "well": all(one.well for one in steps),
            "steps": [asdict(one) for one in steps],
        },
        [f"line {line}, as {app.title} calls", "", *(row for step in steps for row in _rows(step))],
    )


@contextmanager
def _device(desk: Desk, line: str, app: PlayerApp) -> Iterator[Replay]:
    """A device of the line that lives as long as the replay. Raises StationNotRunningError when no edge hears of it."""
    actor = open_to_write(desk)
    from rightcast.panel.lines.devices import add_credential, revoke_credential
    from rightcast.panel.lines.queries import find_line

    found = find_line(line)
    made = add_credential(actor, found.pk, CredentialKind.XTREAM, device="doctor")
    try:
        replay = Replay(app, reachable(desk.settings.listen), made.shown, made.secret)
        deadline = time.monotonic() + KNOWN_WITHIN_S
        while not replay.signed_in():
            if time.monotonic() > deadline:
                raise StationNotRunningError(
                    f"The edge did not hear of a new device within {KNOWN_WITHIN_S:.0f} s.",
                    remedy="`rightcast status` shows whether edges follow the panel.",
                )
            time.sleep(_AGAIN_S)
        yield replay
    finally:
        revoke_credential(actor, made.credential.pk)


def _rows(step: Step) -> list[str]:
    rows = [f"  {'✓' if step.well else '✗'} {step.title:<30}  {step.seen}"]
    return [*rows, f"    {step.remedy}"] if step.remedy else rows
