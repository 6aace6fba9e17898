"""Writing the station's own row."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.images import Images
from rightcast.panel.operation import operating
from rightcast.panel.station.models import StationRow
from rightcast.panel.station.queries import ROW_ID, STATION_KEY
from rightcast.panel.territories import check_territory

if TYPE_CHECKING:
    from rightcast.domain.cues import SignalPolicy
    from rightcast.panel.audit.operations import Actor


def update_station(
    actor: Actor,
    *,
    name: str,
    territory: str,
    timezone: str = "UTC",
    replica_max_age_s: int = 86_400,
    login_failure_status: int = 200,
    images: str | None = None,
) -> StationRow:
    """Set what every edge knows of the station. Raises InvalidInputError."""
    if not name.strip():
        raise InvalidInputError("The station needs a name.", remedy="Write one.", field="name")
    if timezone not in zoneinfo.available_timezones():
        raise InvalidInputError(
            f"'{timezone}' is not a time zone.", remedy="Write one such as Europe/Rome.", field="timezone"
        )
    if replica_max_age_s < 60:
        raise InvalidInputError(
            "Edges must be able to serve alone for at least 60 seconds.",
            remedy="Write a number of seconds, 86400 for a day.",
            field="replica_max_age_s",
        )
    kept = _images(images)
    with operating(actor, "station.change_stationrow") as deed:
        row, _ = StationRow.objects.update_or_create(
            id=ROW_ID,
            defaults={
                "name": name.strip(),
                "territory": check_territory(territory),
                "timezone": timezone,
                "replica_max_age_s": replica_max_age_s,
                "login_failure_status": login_failure_status,
                **kept,
            },
        )
        deed.record("station.update", ROW_ID, f"set the station to {row.name}, {row.territory}, {timezone}")
        deed.changed(Kind.STATION, STATION_KEY)
    return row


def _images(images: str | None) -> dict[str, str]:
    """Which pictures are kept, as the row has it; None leaves it. Raises InvalidInputError."""
    if images is None:
        return {}
    if images not in set(Images):
        raise InvalidInputError("There is no such choice of pictures.", field="images")
    return {"images": images}


def set_signal_policy(actor: Actor, policy: SignalPolicy) -> StationRow:
    """Set whom a provider's signals concern. Raises InvalidInputError."""
    policy.check()
    with operating(actor, "station.change_stationrow") as deed:
        row, _ = StationRow.objects.update_or_create(
            id=ROW_ID,
            defaults={
                "own_networks": "\n".join(policy.own_networks),
                "regional_blackouts": policy.regional_blackouts,
                "device_groups": [list(group) for group in policy.device_groups],
            },
        )
        networks = ", ".join(policy.own_networks) or "none"
        deed.record("station.signals", ROW_ID, f"set whom a provider's signals concern; own networks: {networks}")
        deed.changed(Kind.STATION, STATION_KEY)
    return row
