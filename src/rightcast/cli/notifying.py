"""`rightcast notify`: who is told of alarms, and by which way."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click
import msgspec

from rightcast.cli.alarms import SEVERITIES
from rightcast.cli.desk import station_command, table
from rightcast.cli.moments import now_utc, span_words
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.domain.errors import InvalidInputError, RightcastError
from rightcast.domain.findings import Severity

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk
    from rightcast.panel.alarms.models import NotifierRow


class NotifierValue(msgspec.Struct, frozen=True, kw_only=True):
    """A notifier as it is answered; its secret stays where it is."""

    id: int
    name: str
    kind: str
    enabled: bool
    least: str
    settings: dict[str, str]
    has_secret: bool
    waiting: int
    last: datetime | None
    last_ok: bool | None
    last_result: str


@click.group("notify")
def notify_group() -> None:
    """Say who is told of alarms: by e-mail, webhook, Alertmanager or syslog."""


@station_command(notify_group, "add")
@click.argument("name")
@click.argument("kind", type=click.Choice(["email", "webhook", "alertmanager", "syslog"]))
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting of the kind; may be repeated.")
@click.option("--secret-stdin", is_flag=True, help="Read the password, token or key from standard input.")
@click.option("--least", type=SEVERITIES, default="warning", show_default=True, help="The least severity it tells.")
def add_notifier(
    desk: Desk, *, name: str, kind: str, settings: tuple[str, ...], secret_stdin: bool, least: str
) -> None:
    """Add notifier NAME of KIND.

    Settings: email to, sender, server, security (starttls, tls, none), user; webhook url; alertmanager url;
    syslog transport (udp, tcp, unix), host, path.
    """
    secret = sys.stdin.readline().rstrip("\r\n") if secret_stdin else ""
    actor = open_to_write(desk)
    from rightcast.panel.alarms import operations

    row = operations.add_notifier(
        actor, name=name, kind=kind, settings=_pairs(settings), secret=secret, least=Severity.of_word(least)
    )
    desk.answer(_value(row), [f"Added notifier {row.name}.", f"  rightcast notify test '{row.name}'"])


@station_command(notify_group, "list")
def list_notifiers(desk: Desk) -> None:
    """List notifiers, and how their last message fared."""
    open_to_read(desk)
    from rightcast.panel.alarms.models import NotifierRow

    values = [_value(row) for row in NotifierRow.objects.all()]
    now = now_utc()
    rows = (
        (
            one.id,
            one.name,
            one.kind,
            one.least if one.enabled else "off",
            one.waiting,
            "-" if one.last is None else f"{span_words((now - one.last).total_seconds())} ago",
            one.last_result or "-",
        )
        for one in values
    )
    desk.answer(values, table(rows, ("ID", "NAME", "KIND", "FROM", "WAITING", "LAST", "RESULT")) or ["No notifiers."])


@station_command(notify_group, "test")
@click.argument("notifier")
def test_notifier(desk: Desk, *, notifier: str) -> None:
    """Send a test message by NOTIFIER now, and say what was answered."""
    actor = open_to_write(desk)
    from rightcast.panel.alarms import operations
    from rightcast.panel.alarms.queries import find_notifier

    ok, result = operations.send_test(actor, find_notifier(notifier).id)
    if not ok:
        raise RightcastError(f"The test did not arrive: {result}", remedy="Correct its settings and try again.")
    desk.answer({"ok": ok, "result": result}, [f"The test was taken: {result}."])


@station_command(notify_group, "remove")
@click.argument("notifier")
def remove_notifier(desk: Desk, *, notifier: str) -> None:
    """Tell nobody by NOTIFIER any more."""
    actor = open_to_write(desk)
    from rightcast.panel.alarms import operations
    from rightcast.panel.alarms.queries import find_notifier

    row = find_notifier(notifier)
    operations.remove_notifier(actor, row.id)
    desk.answer({"removed": row.name}, [f"Removed notifier {row.name}."])


def _pairs(settings: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for one in settings:
        name, sign, value = one.partition("=")
        if not sign:
            raise InvalidInputError(f"'{one}' is no setting.", remedy="Write NAME=VALUE.", field="set")
        found[name.strip()] = value
    return found


def _value(row: NotifierRow) -> NotifierValue:
    return NotifierValue(
        id=row.id,
        name=row.name,
        kind=row.kind,
        enabled=row.enabled,
        least=Severity(row.least).word,
        settings=dict(row.settings),
        has_secret=bool(row.sealed),
        waiting=row.deliveries.filter(state="waiting").count(),
        last=row.last_at,
        last_ok=row.last_ok,
        last_result=row.last_result,
    )
