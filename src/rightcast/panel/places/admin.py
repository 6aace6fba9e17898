"""Pages of networks and of verified residences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.utils import timezone
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from rightcast.panel.console.numbers import until
from rightcast.panel.desk import OperatedAdmin, RecordForm, column
from rightcast.panel.places import operations
from rightcast.panel.places.models import MEANS, Network, Residence

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.desk import Row


@admin.register(Network)
class NetworkAdmin(OperatedAdmin):
    """Ranges of addresses that the operator knows: its own access network, hotel floors, screens in public."""

    list_display = ("shown", "cidr", "place", "way")
    list_filter = ("distribution",)
    search_fields = ("name", "cidr", "country")
    fieldsets = ((None, {"fields": (("cidr", "name"), ("country", "distribution"))}),)

    def store(self, actor: Actor, record: Network, form: Any, rows: list[list[Row]], *, change: bool) -> Network:
        """Record or change one."""
        given = form.cleaned_data
        return operations.put_network(
            actor,
            cidr=given["cidr"],
            name=given["name"],
            country=given["country"],
            distribution=given["distribution"],
            network_id=record.pk if change else 0,
        )

    def discard(self, actor: Actor, record: Network) -> None:
        """Know it no more."""
        operations.remove_network(actor, record.pk)

    @column("Network", ordering="name")
    def shown(self, row: Network) -> str:
        """Its name."""
        return row.name or "—"

    @column("In", ordering="country")
    def place(self, row: Network) -> str:
        """The country."""
        return row.country or "as the country file says"

    @column("Reached by", ordering="distribution")
    def way(self, row: Network) -> str:
        """How its viewers are reached."""
        shown: str = row.get_distribution_display()
        return shown


class ResidenceForm(RecordForm):
    """What verified a residence is one or two of a closed list."""

    means = forms.MultipleChoiceField(
        label="verified by",
        choices=[(one.value, word) for one, word in MEANS.items()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="One or two (Regulation (EU) 2017/1128, article 5). The last three do not do alone.",
    )

    class Meta:
        model = Residence
        fields = ("line", "means", "verified", "until", "note")


@admin.register(Residence)
class ResidenceAdmin(OperatedAdmin):
    """Customers who may be abroad in the European Union for a while as if at home."""

    form = ResidenceForm
    list_display = ("line", "country", "by", "verified", "state")
    search_fields = ("line__name", "country")
    list_select_related = ("line",)
    autocomplete_fields = ("line",)
    fieldsets = ((None, {"fields": ("line", "means", ("verified", "until"), "note")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Residence]:
        """With their lines."""
        return Residence.objects.select_related("line")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A case stays with its line."""
        return ("line",) if obj is not None else ()

    def store(self, actor: Actor, record: Residence, form: Any, rows: list[list[Row]], *, change: bool) -> Residence:
        """Record one; another of the same line replaces it."""
        given = form.cleaned_data
        return operations.verify_residence(
            actor,
            record.line if change else given["line"],
            means=given["means"],
            until=given["until"],
            verified=given["verified"],
            note=given["note"],
        )

    def discard(self, actor: Actor, record: Residence) -> None:
        """Forget it."""
        operations.forget_residence(actor, record.line)

    @column("Verified by")
    def by(self, row: Residence) -> str:
        """In words."""
        return ", ".join(MEANS[one] for one in MEANS if one.value in row.means)

    @column("Holds for", ordering="until")
    def state(self, row: Residence) -> str:
        """How long it still holds."""
        now = timezone.now()
        return "to be verified again" if row.until <= now else until(row.until, now)
