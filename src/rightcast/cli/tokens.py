"""`rightcast token`: end sessions for good, and change the keys that sign tokens."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rightcast.cli.cats import cat_group, network_group
from rightcast.cli.desk import station_command, table
from rightcast.cli.moments import shown
from rightcast.cli.panel import open_to_read, open_to_write

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk
    from rightcast.panel.tracing.models import Revocation


@click.group("token")
def token_group() -> None:
    """Revoke sessions and their tokens, see what was revoked; tokens for delivery networks of others."""


token_group.add_command(network_group)
token_group.add_command(cat_group)


@station_command(token_group, "revoke")
@click.option("--session", "sid", default="", metavar="SID", help="One session, as sessions and reports name it.")
@click.option("--line", default="", metavar="LINE", help="All that were opened on a line so far.")
@click.option("--channel", default="", metavar="CHANNEL", help="All that were opened on a channel so far.")
@click.option("--station", is_flag=True, help="All of the station, and new keys at once: a key has leaked.")
@click.option("--why", default="", help="Why; kept in the trail.")
def revoke_tokens(desk: Desk, *, sid: str, line: str, channel: str, station: bool, why: str) -> None:
    """Void a session, or every token minted so far on a line, a channel or the station; pictures stop."""
    if sum(map(bool, (sid, line, channel, station))) != 1:
        raise click.UsageError("Name one of --session, --line, --channel, --station.")
    actor = open_to_write(desk)
    from rightcast.panel.catalogue.queries import find_channel
    from rightcast.panel.lines.queries import find_line
    from rightcast.panel.tracing import operations

    made = operations.revoke(
        actor,
        sid=sid,
        line_id=find_line(line).pk if line else 0,
        channel_id=find_channel(channel).pk if channel else 0,
        station=station,
        why=why,
    )
    desk.answer(_value(made), [f"Revoked the tokens of {made}. Players may open new sessions if they may watch."])


@station_command(token_group, "revoked")
def list_revoked(desk: Desk) -> None:
    """List what was revoked and is still refused, newest first."""
    open_to_read(desk)
    from rightcast.panel.tracing.models import Revocation

    rows = list(Revocation.objects.all())
    lines = table(((shown(row.at), str(row), row.by, row.why) for row in rows), ("AT (UTC)", "WHAT", "BY", "WHY"))
    desk.answer([_value(row) for row in rows], lines or ["Nothing is revoked."])


def _value(row: Revocation) -> dict[str, object]:
    return {
        "id": row.pk,
        "at": row.at,
        "session": row.sid,
        "line_id": row.line_id,
        "channel_id": row.channel_id,
        "by": row.by,
        "why": row.why,
    }
