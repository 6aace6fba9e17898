"""`rightcast device`: the further ways into a line, one per device."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click
import msgspec

from rightcast.cli.desk import station_command, table
from rightcast.cli.moments import shown
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.domain.lineup import CredentialKind

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk
    from rightcast.panel.lines.models import Credential


class DeviceValue(msgspec.Struct, frozen=True, kw_only=True):
    """A device as it is answered."""

    id: int
    line: str
    kind: str
    device: str
    shows: str
    last_seen: datetime | None
    last_player: str


@click.group("device")
def device_group() -> None:
    """Give, list, rename and revoke the devices of a line."""


@station_command(device_group, "add")
@click.argument("line")
@click.argument("kind", type=click.Choice([one.value for one in CredentialKind]))
@click.option("--mac", default="", help="The box's hardware address; for kind mac.")
@click.option("--name", default="", show_default="made up", help="The name it signs in with; for kind xtream.")
@click.option("--password", default="", show_default="made up", help="The secret beside it; for kind xtream.")
@click.option("--device", default="", help="What the customer calls it.")
def add_device(desk: Desk, *, line: str, kind: str, mac: str, name: str, password: str, device: str) -> None:
    """Give LINE a further way in and print what the device must show, this once."""
    actor = open_to_write(desk)
    from rightcast.panel.lines.devices import add_credential
    from rightcast.panel.lines.queries import find_line

    found = find_line(line)
    made = add_credential(actor, found.pk, CredentialKind(kind), shown=mac or name, secret=password, device=device)
    told = {"shows": made.shown, **({"password": made.secret} if made.secret else {})}
    desk.answer(
        {**msgspec.structs.asdict(_value(made.credential)), **told},
        [
            f"Line {found.name} has device {made.credential} (id {made.credential.pk}); this is shown only now:",
            *(f"  {key:<9} {value}" for key, value in told.items()),
        ],
    )


@station_command(device_group, "list")
@click.argument("line")
def list_devices(desk: Desk, *, line: str) -> None:
    """List the devices of LINE."""
    open_to_read(desk)
    from rightcast.panel.lines.queries import find_line

    values = [_value(one) for one in find_line(line).credentials.select_related("line")]
    rows = (
        (value.id, value.kind, value.device or "-", value.shows, shown(value.last_seen, "never"), value.last_player)
        for value in values
    )
    headings = ("ID", "KIND", "DEVICE", "SHOWS", "LAST SEEN (UTC)", "PLAYER")
    desk.answer(values, table(rows, headings) or ["No devices; the line's own name and password are its only way in."])


@station_command(device_group, "rename")
@click.argument("device_id", type=int)
@click.argument("device")
def rename_device(desk: Desk, *, device_id: int, device: str) -> None:
    """Call the device of DEVICE_ID something else."""
    actor = open_to_write(desk)
    from rightcast.panel.lines.devices import rename_credential

    found = rename_credential(actor, device_id, device)
    desk.answer(_value(found), [f"Device {found.pk} of line {found.line} is called {found}."])


@station_command(device_group, "revoke")
@click.argument("device_id", type=int)
def revoke_device(desk: Desk, *, device_id: int) -> None:
    """Take the way in of DEVICE_ID from its line; the line's other devices go on."""
    actor = open_to_write(desk)
    from rightcast.panel.lines.devices import revoke_credential

    revoke_credential(actor, device_id)
    desk.answer({"id": device_id, "revoked": True}, [f"Device {device_id} is revoked."])


def _value(credential: Credential) -> DeviceValue:
    """A row; what a short address or token shows is not known any more."""
    open_kinds = {CredentialKind.XTREAM.value, CredentialKind.MAC.value}
    return DeviceValue(
        id=credential.pk,
        line=credential.line.name,
        kind=credential.kind,
        device=credential.device,
        shows=credential.handle if credential.kind in open_kinds else "(shown once)",
        last_seen=credential.last_seen,
        last_player=credential.last_player,
    )
