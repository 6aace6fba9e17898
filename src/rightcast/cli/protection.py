"""`rightcast protection` and `rightcast cpix`: how a channel is encrypted, and keys to and from a DRM vendor."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import station_command
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.domain.errors import FolderNotWritableError, NotFoundError
from rightcast.domain.protection import KeyOrigin, Protection, Scheme
from rightcast.state.content_keys import ContentKeys
from rightcast.state.keys import station_key

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk


@click.group("protection")
def protection_group() -> None:
    """Encrypt a channel on its way to viewers."""


@station_command(protection_group, "set")
@click.argument("channel")
@click.option("--scheme", type=click.Choice([one.value for one in Scheme if one is not Scheme.NONE]),
              help="aes-128 and sample-aes for HLS; cbcs and cenc for fragmented MP4 in HLS and DASH.")  # fmt: skip
@click.option("--period", type=int, metavar="MINUTES", help="A new key every so many minutes.")
@click.option("--keys", type=click.Choice([one.value for one in KeyOrigin]), help="Whose keys; vendor: imported ones.")
@click.option(
    "--also-clear-ts/--no-clear-ts", default=None, help="Let endless streams, which are clear, through; or refuse them."
)
@click.option(
    "--also-clear-keys/--no-clear-keys", default=None, help="Give a vendor's keys to sessions in the clear; or do not."
)
def set_protection(
    desk: Desk,
    *,
    channel: str,
    scheme: str | None,
    period: int | None,
    keys: str | None,
    also_clear_ts: bool | None,
    also_clear_keys: bool | None,
) -> None:
    """Encrypt CHANNEL (name, number or id); what is not named stays, and AES-128 is where one begins."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue import operations
    from rightcast.panel.catalogue.features import feature_of
    from rightcast.panel.catalogue.queries import find_channel

    found = find_channel(channel)
    before = feature_of(found, Protection)
    record = replace(
        before,
        scheme=Scheme(scheme) if scheme else before.scheme if before.is_on else Scheme.AES_128,
        period_s=period * 60 if period is not None else before.period_s,
        origin=KeyOrigin(keys) if keys else before.origin,
        also_clear_ts=before.also_clear_ts if also_clear_ts is None else also_clear_ts,
        also_clear_keys=before.also_clear_keys if also_clear_keys is None else also_clear_keys,
    )
    operations.set_feature(actor, found.pk, record, sentence=f"protected channel {found} with {record.scheme}")
    _tell(desk, str(found), record)


@station_command(protection_group, "show")
@click.argument("channel")
def show_protection(desk: Desk, *, channel: str) -> None:
    """Tell how CHANNEL (name, number or id) is encrypted. Keys are not shown."""
    open_to_read(desk)
    from rightcast.panel.catalogue.features import feature_of
    from rightcast.panel.catalogue.queries import find_channel

    found = find_channel(channel)
    _tell(desk, str(found), feature_of(found, Protection))


@station_command(protection_group, "off")
@click.argument("channel")
def end_protection(desk: Desk, *, channel: str) -> None:
    """Let CHANNEL (name, number or id) leave in the clear again; imported keys are forgotten."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue import operations
    from rightcast.panel.catalogue.queries import find_channel

    found = operations.reset_feature(actor, find_channel(channel).pk, Protection)
    _tell(desk, str(found), Protection())


def _tell(desk: Desk, channel: str, record: Protection) -> None:
    kids = [one.kid for one in record.keys]
    told = {
        "channel": channel,
        "scheme": record.scheme,
        "period_s": record.period_s,
        "keys": record.origin,
        "also_clear_ts": record.also_clear_ts,
        "also_clear_keys": record.also_clear_keys,
        "imported": kids,
    }
    desk.answer(told, [f"{channel}: {record.summary}", *(f"  imported key {kid}" for kid in kids)])


@click.group("cpix")
def cpix_group() -> None:
    """Hand keys to a DRM vendor, and take the vendor's, as CPIX documents."""


@station_command(cpix_group, "export")
@click.argument("channel")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--hours", type=int, default=24, show_default=True, metavar="N", help="Keys for so many hours from now.")
def export_document(desk: Desk, *, channel: str, file: Path, hours: int) -> None:
    """Write the keys of CHANNEL (name, number or id) to FILE, readable by its owner only. They are secrets."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue.protecting import export_keys
    from rightcast.panel.catalogue.queries import find_channel

    found = find_channel(channel)
    document = export_keys(actor, found.pk, _keys(desk), hours=hours)
    try:
        file.unlink(missing_ok=True)  # lest the new content take an old file's mode
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as target:
            target.write(document)
    except OSError as error:
        raise FolderNotWritableError(
            f"{file} cannot be written: {error.strerror}.", remedy="Name a file in a folder of yours.", field="file"
        ) from error
    desk.answer(
        {"channel": found.name, "file": str(file), "bytes": len(document)},
        [f"Wrote the keys of {found} to {file}. Whoever has the file can decrypt the channel: delete it after use."],
    )


@station_command(cpix_group, "import")
@click.argument("channel")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
def import_document(desk: Desk, *, channel: str, file: Path) -> None:
    """Take the keys of CHANNEL (name, number or id) from FILE (- for standard input), and use them from now on."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue.protecting import import_keys
    from rightcast.panel.catalogue.queries import find_channel

    try:
        document = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise NotFoundError(
            f"{file} cannot be read: {error.strerror}.", remedy="Name the vendor's CPIX document.", field="file"
        ) from error
    found = find_channel(channel)
    _tell(desk, str(found), import_keys(actor, found.pk, _keys(desk), document))


def _keys(desk: Desk) -> ContentKeys:
    return ContentKeys(station_key(desk.settings.keys))
