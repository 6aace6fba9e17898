"""The page of the station's own settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from django.contrib import admin
from django.http import HttpResponse, HttpResponseRedirect

from rightcast.domain.cues import SignalPolicy
from rightcast.domain.errors import InvalidInputError
from rightcast.panel.desk import OperatedAdmin
from rightcast.panel.station import operations
from rightcast.panel.station.models import StationRow
from rightcast.panel.station.queries import ROW_ID, station

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.desk import Row


@admin.register(StationRow)
class StationAdmin(OperatedAdmin):
    """One row, so its list is its form."""

    fieldsets = (
        (None, {"fields": (("name", "territory"), "timezone")}),
        ("Guide", {"fields": ("images",)}),
        ("Policy", {"fields": ("replica_max_age_s", "login_failure_status")}),
        ("Provider's signals", {"fields": ("own_networks", "regional_blackouts", "device_groups")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one already."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A station is not without itself."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Straight to the form."""
        return HttpResponseRedirect(self._address("change", str(ROW_ID)))

    def store(self, actor: Actor, record: StationRow, form: Any, rows: list[list[Row]], *, change: bool) -> StationRow:
        """Set the station."""
        given = form.cleaned_data
        policy = _policy(given)
        if policy != station().signals:
            operations.set_signal_policy(actor, policy)
        return operations.update_station(
            actor,
            name=given["name"],
            territory=given["territory"],
            timezone=given["timezone"],
            replica_max_age_s=given["replica_max_age_s"],
            login_failure_status=given["login_failure_status"],
            images=given["images"],
        )


def _policy(given: Mapping[str, Any]) -> SignalPolicy:
    """The policy as written into the form. Raises InvalidInputError."""
    try:
        return msgspec.convert(
            {
                "own_networks": given["own_networks"].split(),
                "regional_blackouts": given["regional_blackouts"],
                "device_groups": given["device_groups"] or [],
            },
            SignalPolicy,
        )
    except msgspec.ValidationError as error:
        raise InvalidInputError(
            "The device groups are lists of words.", remedy='Write [["android"], [], []].', field="device_groups"
        ) from error
