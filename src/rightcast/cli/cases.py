"""`rightcast case`: what a case is about, and its evidence as one file that a stranger can check."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import station_command, table
from rightcast.cli.moments import optional_moment, shown
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.cli.public_keys import read_key
from rightcast.domain.errors import FolderNotWritableError, InvalidInputError, NotFoundError
from rightcast.state.evidence.verify import check, opened, told
from rightcast.state.signing import public_key

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk

_FILE = click.Path(path_type=Path, dir_okay=False)
_FROM = "First moment it is about: 2026-01-01, or 2026-01-01T20:00 (UTC); from the beginning when left out."
_UNTIL = "Last moment it is about; now when left out."


@click.group("case")
def case_group() -> None:
    """Prove what was carried: cases, and their evidence in one file."""


@station_command(case_group, "open")
@click.argument("number")
@click.option("--title", default="", help="In a few words.")
@click.option("--channel", "channels", multiple=True, required=True, help="A channel it is about; may be repeated.")
@click.option("--from", "since", metavar="WHEN", help=_FROM)
@click.option("--until", metavar="WHEN", help=_UNTIL)
def open_a_case(
    desk: Desk, *, number: str, title: str, channels: tuple[str, ...], since: str | None, until: str | None
) -> None:
    """Record what a case is about, under your own number or an authority's."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue.queries import find_channel
    from rightcast.panel.evidence.operations import open_case

    case = open_case(
        actor,
        number=number,
        title=title,
        channel_ids=[find_channel(one).id for one in channels],
        since=optional_moment(since, field="from"),
        until=optional_moment(until, field="until"),
    )
    desk.answer({"id": case.id, "number": case.number}, [f"Opened case {case}."])


@station_command(case_group, "list")
def list_cases(desk: Desk) -> None:
    """List cases, the newest first."""
    open_to_read(desk)
    from rightcast.panel.evidence.models import Case

    rows = list(Case.objects.prefetch_related("channels"))
    values = [
        {
            "number": row.number,
            "title": row.title,
            "channels": [one.id for one in row.channels.all()],
            "since": row.since,
            "until": row.until,
            "opened": row.opened,
        }
        for row in rows
    ]
    cells = [
        (row.number, shown(row.since, "beginning"), shown(row.until, "now"), row.channels.count(), row.title)
        for row in rows
    ]
    desk.answer(values, table(cells, ("CASE", "FROM (UTC)", "UNTIL", "CHANNELS", "TITLE")) or ["There is no case."])


@station_command(case_group, "export")
@click.argument("case", required=False)
@click.option("--channel", "channels", multiple=True, help="Without a case: a channel; may be repeated.")
@click.option("--from", "since", metavar="WHEN", help=_FROM)
@click.option("--until", metavar="WHEN", help=_UNTIL)
@click.option("--out", type=_FILE, required=True, metavar="FILE", help="Where to write the pack, such as case-12.zip.")
def export_case(
    desk: Desk, *, case: str | None, channels: tuple[str, ...], since: str | None, until: str | None, out: Path
) -> None:
    """Write the evidence of a case, or of channels and a span, into one ZIP file with its own verifier."""
    if bool(case) == bool(channels) or (case and (since or until)):
        raise InvalidInputError(
            "Name a case, or channels and a span.", remedy="A case knows its channels and its span.", field="case"
        )
    actor = open_to_write(desk)
    from rightcast.panel.catalogue.queries import find_channel
    from rightcast.panel.evidence.operations import export_pack, find_case, scope_of, scope_of_channels

    if case:
        scope = scope_of(find_case(case))
    else:
        ids = [find_channel(one).id for one in channels]
        scope = scope_of_channels(ids, optional_moment(since, field="from"), optional_moment(until, field="until"))
    sealed = export_pack(actor, scope)
    try:
        out.write_bytes(sealed.body)
    except OSError as error:
        raise FolderNotWritableError(
            f"{out} cannot be written: {error.strerror}.", remedy="Name another file.", field="out"
        ) from error
    desk.answer(
        {"file": out, "files": sealed.files, "bytes": len(sealed.body), "manifest": sealed.digest},
        [f"Wrote {sealed.files} files into {out}.", "Check it anywhere with the verify.py that lies in it."],
    )


@station_command(case_group, "verify")
@click.argument("pack", type=click.Path(path_type=Path))
@click.option("--key", metavar="KEY", default="", help="The station's public key, as 64 hex digits or in a file.")
def verify_case(desk: Desk, *, pack: Path, key: str) -> None:
    """Check an evidence pack: nobody changed it, and what it says. Needs no station; without one, name the key."""
    public = read_key(key) if key else public_key(desk.settings.keys) or b""
    try:
        found = check(opened(pack), public)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise NotFoundError(f"{pack} is no evidence pack: {error}.", remedy="Name another.", field="pack") from error
    faults = [{"file": name, "what": sentence} for name, sentence in found.faults]
    desk.answer(
        {"holds": not faults, "faults": faults, "rows": len(found.rows), "roots": len(found.roots)}, told(found)
    )
    if faults:
        click.get_current_context().exit(1)
