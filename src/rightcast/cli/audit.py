"""`rightcast audit`: who did what, when."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import station_command, table
from rightcast.cli.moments import shown
from rightcast.cli.panel import open_to_read

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk


@click.group("audit")
def audit_group() -> None:
    """Read the audit trail."""


@station_command(audit_group, "list")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), metavar="N", default=50, show_default=True, help="Newest rows to show."
)
def list_audit(desk: Desk, *, limit: int) -> None:
    """List deeds, newest first."""
    open_to_read(desk)
    from rightcast.panel.audit.models import AuditRow

    rows = list(AuditRow.objects.order_by("-pk")[:limit])
    values = [
        {
            "id": row.pk,
            "at": row.at,
            "actor": {"kind": row.actor_kind, "name": row.actor_name},
            "action": row.action,
            "subject_id": row.subject_id,
            "sentence": row.sentence,
            "detail": row.detail,
        }
        for row in rows
    ]
    lines = table(
        ((shown(row.at), f"{row.actor_kind} {row.actor_name}", row.action, row.sentence) for row in rows),
        ("AT (UTC)", "BY", "ACTION", "WHAT"),
    )
    desk.answer(values, lines or ["Nothing was done yet."])
