"""`rightcast audit verify`, `export`, `root` and `anchor`: the trail as evidence, checked without the station."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from rightcast.cli.audit import audit_group
from rightcast.cli.desk import station_command
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.cli.public_keys import read_key
from rightcast.domain.errors import RightcastError
from rightcast.state.signing import public_key
from rightcast.state.trail import DatabaseTrail, ExportTrail, mirrored_roots, write_export
from rightcast.state.verifying import Verdict, verify

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)
SHOWN_FAULTS = 20


@station_command(audit_group, "verify")
@click.option("--database", type=_FILE, metavar="FILE", help="Another database than the station's own.")
@click.option("--export", "export_file", type=_FILE, metavar="FILE", help="An export instead of a database.")
@click.option("--key", metavar="KEY", default="", help="The station's public key, as 64 hex digits or in a file.")
@click.option("--stamp-authority", type=_FILE, metavar="PEM", help="Certificates under which time stamps must stand.")
@click.option("--mirror", type=_FOLDER, metavar="DIR", help="A mirror of the roots, to compare with.")
def verify_audit(
    desk: Desk,
    *,
    database: Path | None,
    export_file: Path | None,
    key: str,
    stamp_authority: Path | None,
    mirror: Path | None,
) -> None:
    """Check that nobody changed the audit trail; says which rows, where somebody did.

    Needs no running station: a copy of the database or an export, and the public key, are enough.
    """
    trail = ExportTrail(export_file) if export_file is not None else DatabaseTrail(database or desk.settings.database)
    public = read_key(key) if key else public_key(desk.settings.keys)
    found = verify(
        trail,
        public=public,
        authority=stamp_authority.read_bytes() if stamp_authority is not None else b"",
        witnessed=mirrored_roots(mirror) if mirror is not None else (),
    )
    if database is None and export_file is None:
        _remember(desk, found)
    desk.answer(msgspec.to_builtins(found) | {"holds": found.holds}, _words(found))
    if not found.holds:
        click.get_current_context().exit(1)


@station_command(audit_group, "export")
@click.argument("file", type=_FILE)
def export_audit(desk: Desk, *, file: Path) -> None:
    """Write the whole trail, with its roots and stamps, into one file that can be verified anywhere."""
    count = write_export(DatabaseTrail(desk.settings.database), file)
    desk.answer({"file": file, "rows": count}, [f"Wrote {count:,} rows into {file}."])


@station_command(audit_group, "root")
def root_audit(desk: Desk) -> None:
    """Sign a root over all rows now, instead of at the next full hour."""
    open_to_write(desk)
    from django.utils import timezone

    from rightcast.panel.audit.rooting import sign_root

    root = sign_root(timezone.now())
    if root is None:
        desk.answer({"root": None}, ["Nothing was written since the last root."])
    else:
        desk.answer({"root": root.number, "rows": root.size}, [f"Root {root.number} stands for {root.size:,} rows."])


@station_command(audit_group, "anchor")
@click.option("--stamp-url", metavar="URL", default="", help="A time-stamping service of RFC 3161; empty for none.")
@click.option("--mirror", metavar="PLACE", default="", help="A folder, or an address to post to; empty for none.")
def anchor_audit(desk: Desk, *, stamp_url: str, mirror: str) -> None:
    """Say who outside the station witnesses the roots of its audit trail."""
    actor = open_to_write(desk)
    from rightcast.panel.audit.witnessing import set_anchoring

    row = set_anchoring(actor, stamp_url=stamp_url, mirror=mirror)
    lines = [f"Time stamps: {row.stamp_url or 'none'}.", f"Mirror: {row.mirror or 'none'}."]
    desk.answer({"stamp_url": row.stamp_url, "mirror": row.mirror}, lines)


def _remember(desk: Desk, found: Verdict) -> None:
    """Tell the station what came of it: its alarm ends, or begins. A database that cannot be written stays as it is."""
    from django.db import DatabaseError

    try:
        open_to_read(desk)
        from django.utils import timezone

        from rightcast.panel.audit.checking import remember

        remember(found, timezone.now())
    except (DatabaseError, RightcastError) as error:
        click.echo(f"What was found could not be told to the station: {error}", err=True)


def _words(found: Verdict) -> list[str]:
    if not found.rows:
        lines = ["There is no row."]
    else:
        lines = [f"{found.rows:,} rows read, {found.first:,} to {found.last:,}."]
    lines += [f"  {one.sentence}" for one in found.faults[:SHOWN_FAULTS]]
    if len(found.faults) > SHOWN_FAULTS:
        lines.append(f"  and {len(found.faults) - SHOWN_FAULTS} more")
    if not found.holds:
        return ["The audit trail does not hold.", *lines, "Keep the database as it is; compare it with a backup."]
    signed = f"signed with the key {found.key}" if found.key else "not looked at: no public key was given"
    lines.append(f"{found.roots:,} roots, {signed}.")
    lines.append(f"Nobody changed rows up to {found.anchored:,} since their root was signed.")
    if found.last > found.anchored:
        lines.append(
            f"Rows {found.anchored + 1:,} to {found.last:,} agree with each other; no root stands for them yet."
        )
    if found.stamped:
        lines.append(f"A time-stamping service saw the root of rows up to {found.stamped:,} at {found.stamped_at}.")
    else:
        lines.append("No time stamp vouches for when: whoever holds the key could have written all of it anew.")
    return lines
