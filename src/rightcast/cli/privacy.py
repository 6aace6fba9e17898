"""`rightcast privacy`: what is known of a line's person, erasing it, and how long records are kept."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import station_command
from rightcast.cli.moments import now_utc
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.domain.errors import FolderNotWritableError

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk

_FOLDER = click.Path(path_type=Path, file_okay=False)
_DAYS = click.IntRange(min=1)


@click.group("privacy")
def privacy_group() -> None:
    """Answer and erase on behalf of the person behind a line; set how long records are kept."""


@station_command(privacy_group, "export")
@click.argument("line")
@click.option("--to", "folder", type=_FOLDER, metavar="DIR", help="Write both forms there; otherwise print the text.")
def export_line(desk: Desk, *, line: str, folder: Path | None) -> None:
    """Give out all that is known of a line, by name or number, as JSON and as text to read."""
    actor = open_to_write(desk)
    from rightcast.panel.privacy.subject import export_subject, find_subject

    found = export_subject(actor, find_subject(line))
    if folder is None:
        if desk.as_json:
            click.echo(found.as_json().decode())
        else:
            click.echo(found.as_text())
        return
    paths = [folder / f"line-{found.line_id}.{kind}" for kind in ("json", "txt")]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, data in zip(paths, (found.as_json(), found.as_text().encode()), strict=True):
            path.touch(mode=0o600)
            path.write_bytes(data)
    except OSError as error:
        raise FolderNotWritableError(
            f"The export cannot be written: {error}.", remedy="Name another folder with --to.", field="to"
        ) from error
    desk.answer([str(path) for path in paths], [f"Wrote {path}" for path in paths])


@station_command(privacy_group, "erase")
@click.argument("line")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase_line(desk: Desk, *, line: str, yes: bool) -> None:
    """Erase the person behind a line, by name or number: line, devices, names and addresses. It cannot be undone."""
    actor = open_to_write(desk)
    from rightcast.panel.privacy.subject import erase_person, find_subject

    number = find_subject(line)
    if not yes:
        click.confirm(f"Erase all that is known of line {line.strip()} for good?", abort=True)
    done = erase_person(actor, number)
    told = ", ".join(f"{count} {what}" for what, count in done.items() if count) or "nothing was left to erase"
    desk.answer({"line": number, "erased": done}, [f"Erased of line {number}: {told}."])


@station_command(privacy_group, "keep")
@click.option("--addresses", type=_DAYS, metavar="DAYS", help="Whole addresses; then only their network stays.")
@click.option("--sessions", type=_DAYS, metavar="DAYS", help="Session records.")
@click.option("--devices", type=_DAYS, metavar="DAYS", help="Player and address of a device's last visit.")
@click.option("--refusals", type=_DAYS, metavar="DAYS", help="Counts of refusals.")
@click.option("--notices", type=_DAYS, metavar="DAYS", help="Who sent a notice, once nothing is owed on it.")
@click.option("--audit", type=_DAYS, metavar="DAYS", help="The audit trail.")
@click.option("--smallest", type=_DAYS, metavar="LINES", help="Figures about fewer lines are hidden from licensors.")
def keep(desk: Desk, **wanted: int | None) -> None:
    """Show how long records of persons are kept, and change what is named."""
    names = {
        "addresses": "address_days",
        "sessions": "session_days",
        "devices": "device_days",
        "refusals": "refusal_days",
        "notices": "notice_days",
        "audit": "audit_days",
        "smallest": "smallest_count",
    }
    changes = {names[name]: value for name, value in wanted.items() if value is not None}
    if changes:
        actor = open_to_write(desk)
        from rightcast.panel.privacy.operations import set_retention

        set_retention(actor, changes)
    else:
        open_to_read(desk)
    from rightcast.panel.privacy.queries import retention

    row = retention()
    values = {name: getattr(row, column) for name, column in names.items()}
    lines = [f"{name:10} {value} {'lines' if name == 'smallest' else 'days'}" for name, value in values.items()]
    desk.answer(values, lines)


@station_command(privacy_group, "sweep")
def sweep_now(desk: Desk) -> None:
    """Do now what the station does each night: cut addresses short, forget what is past its time."""
    open_to_write(desk)
    from rightcast.panel.privacy.sweeping import sweep

    done = sweep(now_utc())
    desk.answer(done, [f"{count} {what}" for what, count in done.items()] or ["Nothing is past its time."])
