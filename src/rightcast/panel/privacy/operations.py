"""Sets how long records of persons are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError
from rightcast.panel.operation import operating
from rightcast.panel.privacy.queries import ROW_ID, retention

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.privacy.models import RetentionRow

LONGEST_DAYS = 20 * 366
KINDS = ("address_days", "session_days", "refusal_days", "device_days", "notice_days", "audit_days")
MOST_HIDDEN = 1000


def set_retention(actor: Actor, wanted: Mapping[str, int]) -> RetentionRow:
    """Change some of the times, in days, or the smallest count that is told. Raises InvalidInputError."""
    with operating(actor, "privacy.change_retentionrow") as deed:
        row = retention()
        for name, value in wanted.items():
            most = MOST_HIDDEN if name == "smallest_count" else LONGEST_DAYS
            if not 1 <= value <= most:
                raise InvalidInputError(f"{value} is out of range.", remedy=f"Take 1 to {most}.", field=name)
            setattr(row, name, value)
        if row.address_days > row.session_days:
            raise InvalidInputError(
                "Addresses would be kept whole for longer than the sessions they belong to.",
                remedy="Take fewer days, at most those of sessions.",
                field="address_days",
            )
        row.id = ROW_ID
        row.save()
        deed.record("privacy.retention", ROW_ID, "set how long records of persons are kept", **dict(wanted))
    return row
