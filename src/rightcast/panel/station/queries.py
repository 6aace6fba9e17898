"""Reading the station's own row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.cues import SignalPolicy
from rightcast.domain.lineup import Station
from rightcast.panel.places.queries import networks
from rightcast.panel.station.models import StationRow

if TYPE_CHECKING:
    from collections.abc import Sequence

ROW_ID = 1
STATION_KEY = 0


def station() -> Station:
    """The station as edges know it; defaults when nothing was set."""
    row = StationRow.objects.filter(id=ROW_ID).first()
    if row is None:
        return Station(networks=networks())
    return Station(
        name=row.name,
        territory=row.territory,
        timezone=row.timezone,
        replica_max_age_s=row.replica_max_age_s,
        login_failure_status=row.login_failure_status,
        signals=policy_of(row),
        networks=networks(),
    )


def policy_of(row: StationRow) -> SignalPolicy:
    """Whom a provider's signals concern, as stored."""
    return SignalPolicy(
        own_networks=tuple(row.own_networks.split()),
        regional_blackouts=row.regional_blackouts,
        device_groups=tuple(tuple(group) for group in row.device_groups),
    )


def station_records(keys: Sequence[int]) -> dict[int, Station]:
    """The station's record under its only key."""
    return {STATION_KEY: station()} if STATION_KEY in keys else {}


def station_keys() -> list[int]:
    """The only key."""
    return [STATION_KEY]
