"""Console pages of what was revoked, and of delivery networks of others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from rightcast.panel.desk import OperatedAdmin, ReadOnlyAdmin, button, column
from rightcast.panel.tracing import networks
from rightcast.panel.tracing.models import DeliveryNetwork, Revocation

if TYPE_CHECKING:
    from django.http import HttpRequest

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.desk import Row


@admin.register(Revocation)
class RevocationAdmin(ReadOnlyAdmin):
    """What was revoked, when, by whom and why."""

    list_display = ("at", "__str__", "by", "why")
    search_fields = ("sid", "why", "by")


@admin.register(DeliveryNetwork)
class DeliveryNetworkAdmin(OperatedAdmin):
    """Delivery networks of others. Their keys are shown at the shell only."""

    list_display = ("name", "serves", "life_s", "key_name", "rotated")
    fieldsets = ((None, {"fields": ("name", ("host", "path"), "life_s", "key_name", "rotated")}),)
    buttons = ("rotate",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The name is part of every key, so it stays."""
        return ("name", "key_name", "rotated") if obj is not None else ("key_name", "rotated")

    def store(
        self, actor: Actor, record: DeliveryNetwork, form: Any, rows: list[list[Row]], *, change: bool
    ) -> DeliveryNetwork:
        """Record or change one."""
        given = form.cleaned_data
        where = {"host": given["host"], "path": given["path"], "life_s": given["life_s"]}
        if change:
            return networks.change_network(actor, networks.find_network(record.name), **where)
        return networks.add_network(actor, name=given["name"], **where)

    def discard(self, actor: Actor, record: DeliveryNetwork) -> None:
        """Make no more tokens for it."""
        networks.remove_network(actor, record)

    @column("Serves")
    def serves(self, record: DeliveryNetwork) -> str:
        """Addresses of viewers."""
        return f"https://{record.host}{record.path}"

    @column("Key that signs")
    def key_name(self, record: DeliveryNetwork) -> str:
        """Its name, never the key."""
        return networks.key_name(record) if record.pk else "made with the record"

    @button("Change key", icon="key")
    def rotate(self, actor: Actor, record: DeliveryNetwork) -> str:
        """Sign with a new key; the network must have been told it."""
        row = networks.rotate_key(actor, record)
        return f"{row} signs with {networks.key_name(row)} now. Show it with `rightcast token network key {row}`."
