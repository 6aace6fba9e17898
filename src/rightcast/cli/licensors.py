"""`rightcast licensor` and `rightcast report`: who of the licensors may sign in, and what is reported to them."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import station_command, table
from rightcast.cli.moments import now_utc, shown
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.cli.public_keys import read_key
from rightcast.cli.usage import parse_month
from rightcast.domain.errors import FolderNotWritableError, InvalidInputError, NotFoundError
from rightcast.state.report_signatures import SUFFIX, fault_of, signature_text
from rightcast.state.signing import fingerprint, public_key, signer

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("licensor")
def licensor_group() -> None:
    """Let those who grant rights sign in at /licensor/ and see how their own channels are carried."""


@station_command(licensor_group, "add")
@click.argument("name")
@click.option("--licensor", required=True, metavar="LICENSOR", help="As the agreements name it.")
def add_licensor(desk: Desk, *, name: str, licensor: str) -> None:
    """Add a sign-in; the password is shown once."""
    actor = open_to_write(desk)
    from rightcast.panel.licensors.operations import add_account

    made = add_account(actor, username=name, licensor=licensor)
    value = {"name": name.strip(), "licensor": made.account.licensor, "password": made.password}
    desk.answer(value, [f"{made.account} signs in at /licensor/ of the console.", f"Password: {made.password}"])


@station_command(licensor_group, "list")
def list_licensors(desk: Desk) -> None:
    """List sign-ins and the agreements they see."""
    open_to_read(desk)
    from rightcast.panel.licensors.models import LicensorAccount
    from rightcast.panel.licensors.queries import granted_by

    rows = [
        (
            one.user.get_username(),
            one.licensor,
            [right.reference for right in granted_by(one.licensor)],
            one.user.last_login,
        )
        for one in LicensorAccount.objects.select_related("user")
    ]
    values = [{"name": name, "licensor": whose, "rights": own, "last_login": at} for name, whose, own, at in rows]
    lines = table(
        ((name, whose, ", ".join(own) or "none", shown(at, "never")) for name, whose, own, at in rows),
        ("NAME", "LICENSOR", "SEES", "LAST SIGNED IN (UTC)"),
    )
    desk.answer(values, lines or ["No licensor signs in here."])


@station_command(licensor_group, "password")
@click.argument("name")
def renew_licensor(desk: Desk, *, name: str) -> None:
    """Give a sign-in another password, shown once."""
    actor = open_to_write(desk)
    from rightcast.panel.licensors.operations import find_account, renew_password

    made = renew_password(actor, find_account(name))
    desk.answer({"name": name, "password": made.password}, [f"Password: {made.password}"])


@station_command(licensor_group, "remove")
@click.argument("name")
def remove_licensor(desk: Desk, *, name: str) -> None:
    """Remove a sign-in; the agreements stay."""
    actor = open_to_write(desk)
    from rightcast.panel.licensors.operations import find_account, remove_account

    account = find_account(name)
    told = str(account)
    remove_account(actor, account)
    desk.answer({"removed": name}, [f"Removed the sign-in of {told}."])


@click.group("report")
def report_group() -> None:
    """Make the monthly report to a licensor, and check one."""


@station_command(report_group, "make")
@click.argument("licensor")
@click.argument("month", metavar="YYYY-MM")
@click.option("--to", "folder", type=_FOLDER, default=Path(), show_default="here", help="Where the files go.")
def make_report(desk: Desk, *, licensor: str, month: str, folder: Path) -> None:
    """Write a month's report as CSV and PDF, each with its signature beside it."""
    first = parse_month(month)
    open_to_read(desk)
    from rightcast.panel.licensors import written
    from rightcast.panel.licensors.report import build_report

    report = build_report(licensor, first, now_utc().date())
    signs = signer(desk.settings.keys)
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for kind, data in (("csv", written.csv_of(report)), ("pdf", written.pdf_of(report, signs))):
            name = f"{report.name}.{kind}"
            for path, content in (
                (folder / name, data),
                (folder / (name + SUFFIX), signature_text(name, data, signs).encode()),
            ):
                path.write_bytes(content)
                paths.append(path)
    except OSError as error:
        raise FolderNotWritableError(
            f"The report cannot be written: {error}.", remedy="Name another folder with --to.", field="to"
        ) from error
    desk.answer([str(path) for path in paths], [f"Wrote {path}" for path in paths])


@station_command(report_group, "verify")
@click.argument("file", type=_FILE)
@click.option("--signature", type=_FILE, metavar="FILE", help="The signature; otherwise the .sig file beside it.")
@click.option("--key", default="", metavar="KEY", help="The station's public key, as 64 hex digits or in a file.")
def verify_report(desk: Desk, *, file: Path, signature: Path | None, key: str) -> None:
    """Check that a report is what the station signed. Needs the public key and no station."""
    public = read_key(key) if key else public_key(desk.settings.keys)
    if public is None:
        raise InvalidInputError(
            "There is no public key to check with.", remedy="Name the station's with --key.", field="key"
        )
    beside = signature or file.with_name(file.name + SUFFIX)
    fault = fault_of(_read(file), _read(beside), public)
    said = f"{file.name} is what the station of key {fingerprint(public)[:16]} signed."
    desk.answer({"holds": not fault, "fault": fault}, [fault or said])
    if fault:
        click.get_current_context().exit(1)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFoundError(
            f"{path} cannot be read.", remedy="A report and its .sig file belong together.", field="file"
        ) from error
