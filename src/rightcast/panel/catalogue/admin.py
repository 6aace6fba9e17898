"""Pages of channels, categories, lineups and packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from rightcast.domain.sources import redact
from rightcast.panel.alarms.showing import channel_alarms
from rightcast.panel.archive.pages import kept_link
from rightcast.panel.catalogue import operations
from rightcast.panel.catalogue.channels import SourceInput
from rightcast.panel.catalogue.features import feature_of
from rightcast.panel.catalogue.models import Category, Channel, Lineup, LineupEntry, Package
from rightcast.panel.catalogue.queries import ChannelState, state_of
from rightcast.panel.catalogue.seen import SeenColumns
from rightcast.panel.catalogue.source_rows import SourceInline
from rightcast.panel.console.cues import cues_link
from rightcast.panel.console.live import live
from rightcast.panel.console.numbers import codecs, rate, span, until
from rightcast.panel.desk import OperatedAdmin, OperatedInline, button, column
from rightcast.panel.features.registry import FORMS
from rightcast.panel.matching.showing import guide_link
from rightcast.panel.rights.models import CarriageRight
from rightcast.panel.rights.queries import PENDING
from rightcast.panel.rights.queries import state_of as right_state

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.desk import Row

STATE_LABELS = {
    ChannelState.PUBLISHED.value: "success",
    ChannelState.WAITING.value: "warning",
}
AIR_LABELS = {"on air": "success", "silent": "danger", "failed": "danger"}


@admin.register(Channel)
class ChannelAdmin(SeenColumns, OperatedAdmin):
    """Channels: their state on the way to viewers, and how they do on air."""

    list_display = (
        "number",
        "thumbnail",
        "shown_name",
        "state",
        "air",
        "bitrate",
        "viewers",
        "category",
        "kind",
        "shown_source",
    )
    list_display_links = ("number", "shown_name")
    list_filter = ("wanted", "kind", "category", "start")
    search_fields = ("name", "number", "guide_id")
    list_select_related = ("category",)
    inlines = (SourceInline,)
    buttons = ("publish", "hold")
    readonly_fields = ("standing", "seen", "alarms", "carried_under", "by_hand", "also_set")
    fieldsets = (
        (None, {"fields": (("name", "number"), ("kind", "category"), ("start", "wanted"))}),
        ("How apps show it", {"fields": (("logo_url", "guide_id"), "adult"), "classes": ("collapse",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Channel]:
        """With the sources that the list shows."""
        mine = CarriageRight.objects.filter(channels=OuterRef("pk")).exclude(status__in=PENDING)
        channels = Channel.objects.annotate(covered=Exists(mine))
        return channels.prefetch_related("sources").select_related("category")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Number and category may stay empty: the next number, the default category."""
        form = super().get_form(request, obj, change, **kwargs)
        for name in ("number", "category"):
            if name in form.base_fields:
                form.base_fields[name].required = False
        if obj is None and "start" in form.base_fields:
            form.base_fields["start"].initial = "always"
            form.base_fields["kind"].initial = "tv"
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A channel that exists says first how it stands."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        return [(None, {"fields": ("standing", "seen", "alarms", "carried_under", "by_hand", "also_set")}), *fieldsets]

    def store(self, actor: Actor, record: Channel, form: Any, rows: list[list[Row]], *, change: bool) -> Channel:
        """Create or change the channel with its sources."""
        given = form.cleaned_data
        ordered = sorted(rows[0], key=lambda row: 1000 if row.get("order") is None else row["order"])
        sources = [SourceInput(row["url"], row.get("service_id")) for row in ordered]
        fields: operations.ChannelChanges = {
            "name": given["name"],
            "sources": sources,
            "kind": given["kind"],
            "category": given["category"].name if given["category"] else "",
            "logo_url": given["logo_url"],
            "guide_id": given["guide_id"],
            "start": given["start"],
            "adult": given["adult"],
            "wanted": given["wanted"],
        }
        if not change:
            created: dict[str, Any] = {**fields, "number": given["number"]}
            return operations.create_channel(actor, **created)
        if given["number"] is not None:
            fields["number"] = given["number"]
        return operations.update_channel(actor, record.id, **fields)

    def discard(self, actor: Actor, record: Channel) -> None:
        """Remove the channel."""
        operations.remove_channel(actor, record.id)

    def offers(self, name: str, record: Channel) -> bool:
        """Publish what is held, hold what is wanted."""
        return record.wanted is (name == "hold")

    @button("Publish", icon="play_circle")
    def publish(self, actor: Actor, record: Channel) -> str:
        """Want it on air."""
        return f"{operations.publish_channel(actor, record.id)} is published."

    @button("Hold off the air", icon="pause_circle")
    def hold(self, actor: Actor, record: Channel) -> str:
        """Take it off the air."""
        return f"{operations.hold_channel(actor, record.id)} is held off the air."

    @column("Name", ordering="name")
    def shown_name(self, channel: Channel) -> str:
        """The name."""
        return channel.name

    @column("State", label=STATE_LABELS)
    def state(self, channel: Channel) -> str:
        """Published, waiting for a right, or held."""
        return state_of(channel, {channel.id} if getattr(channel, "covered", False) else ()).value

    @column("Now")
    def standing(self, channel: Channel) -> str:
        """State, since when, why, and who watches."""
        report = live().channels.get(channel.id)
        words = [self.state(channel)]
        if report is not None:
            word = "ready" if report.state == "idle" else report.state.replace("_", " ")
            words.append(f"{word} for {span(timezone.now().timestamp() - report.since)}")
            words += [redact(one) for one in (report.detail, report.source) if one]
            words += [one for one in (report.resolution, codecs(report.codecs)) if one]
            words += [rate(report.bitrate_bps)] if report.bitrate_bps else []
            words.append(f"{live().viewers_of(channel.id)} watching")
        return " · ".join(words)

    @column("Alarms")
    def alarms(self, channel: Channel) -> str:
        """What is open, with the way there."""
        return channel_alarms(channel.id, timezone.now())

    @column("Carried under")
    def carried_under(self, channel: Channel) -> str:
        """The rights recorded for it, and how they stand."""
        now = timezone.now()
        rights = CarriageRight.objects.filter(channels=channel)
        if not rights:
            address = reverse("admin:rights_carriageright_add") + f"?channels={channel.id}"
            return format_html('No right recorded. <a class="rc-link" href="{}">Record one</a>', address)
        return format_html_join(
            " · ",
            '<a class="rc-link" href="{}">{}</a> ({}, ends {})',
            (
                (
                    reverse("admin:rights_carriageright_change", args=[right.id]),
                    right.reference,
                    right_state(right, now),
                    until(right.ends, now),
                )
                for right in rights
            ),
        )

    @column("By hand")
    def by_hand(self, channel: Channel) -> str:
        """The way to the page with its buttons."""
        address = reverse("air", args=[channel.id])
        return format_html('<a class="rc-link" href="{}">Switch, start, stop, restart, drain</a>', address)

    @column("Also set")
    def also_set(self, channel: Channel) -> str:
        """Its features and its cues, each a sentence and the way to its page."""
        return (
            format_html_join(
                "",
                '<div><a class="rc-link" href="{}">{}</a> <span class="rc-quiet">{}</span></div>',
                (
                    (
                        reverse("feature", args=[channel.id, name]),
                        form.title,
                        form.summary(feature_of(channel, form.feature)),
                    )
                    for name, form in FORMS.items()
                ),
            )
            + guide_link(channel.id)
            + cues_link(channel.id)
            + kept_link(channel.id)
        )

    @column("On air", label=AIR_LABELS)
    def air(self, channel: Channel) -> str:
        """What the headend says of it."""
        report = live().channels.get(channel.id)
        return "" if report is None else report.state.replace("_", " ")

    @column("Bitrate")
    def bitrate(self, channel: Channel) -> str:
        """What arrives now."""
        report = live().channels.get(channel.id)
        return rate(report.bitrate_bps) if report is not None and report.bitrate_bps else "—"

    @column("Viewers")
    def viewers(self, channel: Channel) -> str:
        """Who watches now."""
        return str(live().viewers_of(channel.id) or "—")

    @column("Source")
    def shown_source(self, channel: Channel) -> str:
        """The preferred address without credentials."""
        sources = [redact(source.url) for source in channel.sources.all()]
        if not sources:
            return "—"
        first = sources[0] if len(sources[0]) < 48 else f"{sources[0][:47]}…"
        return first if len(sources) == 1 else f"{first} +{len(sources) - 1}"


@admin.register(Category)
class CategoryAdmin(OperatedAdmin):
    """Categories that apps group channels by."""

    list_display = ("name", "position")
    search_fields = ("name",)
    fields = ("name", "position")

    def store(self, actor: Actor, record: Category, form: Any, rows: list[list[Row]], *, change: bool) -> Category:
        """Create or change the category."""
        given = form.cleaned_data
        if change:
            return operations.update_category(actor, record.id, name=given["name"], position=given["position"])
        return operations.create_category(actor, name=given["name"], position=given["position"])

    def discard(self, actor: Actor, record: Category) -> None:
        """Remove the category."""
        operations.remove_category(actor, record.id)


class EntryInline(OperatedInline):
    """Places of a lineup, fifty to a page."""

    model = LineupEntry
    fields = ("number", "channel", "category")
    autocomplete_fields = ("channel",)
    per_page = 50
    verbose_name_plural = "channels"

    def get_queryset(self, request: HttpRequest) -> QuerySet[LineupEntry]:
        """With what each row shows."""
        return LineupEntry.objects.select_related("channel", "category").order_by("number")

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Number and category may stay empty: the channel's own."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name in {"number", "category"}:
            field.required = False
        return field


@admin.register(Lineup)
class LineupAdmin(OperatedAdmin):
    """Lineups: which channels, with which numbers, in which categories."""

    list_display = ("name", "size", "sold_in")
    search_fields = ("name",)
    fields = ("name",)
    inlines = (EntryInline,)

    def store(self, actor: Actor, record: Lineup, form: Any, rows: list[list[Row]], *, change: bool) -> Lineup:
        """Create the lineup, or change it; rows of other pages stay as they are."""
        shown: set[int] = set()
        for row in form.entry_rows:
            if row.instance.pk:
                shown.add(row.instance.pk)
        others = LineupEntry.objects.filter(lineup_id=record.pk or 0).exclude(pk__in=shown).select_related("category")
        entries: list[tuple[int, int | None, str | None]] = [
            (entry.channel_id, entry.number, entry.category.name) for entry in others
        ]
        for row in rows[0]:
            category = row.get("category")
            entries.append((row["channel"].id, row.get("number"), category.name if category else None))
        if change:
            return operations.update_lineup(actor, record.id, name=form.cleaned_data["name"], entries=entries)
        return operations.create_lineup(actor, name=form.cleaned_data["name"], entries=entries)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Remember which rows the page showed."""
        listed = list(formsets)
        form.entry_rows = [row for formset in listed for row in formset.forms]
        super().save_related(request, form, listed, change)

    def discard(self, actor: Actor, record: Lineup) -> None:
        """Remove the lineup."""
        operations.remove_lineup(actor, record.id)

    @column("Channels")
    def size(self, lineup: Lineup) -> int:
        """How many channels it holds."""
        return lineup.entries.count()

    @column("In packages")
    def sold_in(self, lineup: Lineup) -> str:
        """Packages that contain it."""
        return ", ".join(package.name for package in lineup.packages.all()) or "—"


@admin.register(Package)
class PackageAdmin(OperatedAdmin):
    """Packages: what a line is entitled to."""

    list_display = ("name", "holds", "sold_to")
    search_fields = ("name",)
    fields = ("name", "lineups")
    autocomplete_fields = ("lineups",)

    def store(self, actor: Actor, record: Package, form: Any, rows: list[list[Row]], *, change: bool) -> Package:
        """Create or change the package."""
        lineup_ids = [lineup.id for lineup in form.cleaned_data["lineups"]]
        if change:
            return operations.update_package(actor, record.id, name=form.cleaned_data["name"], lineup_ids=lineup_ids)
        return operations.create_package(actor, name=form.cleaned_data["name"], lineup_ids=lineup_ids)

    def discard(self, actor: Actor, record: Package) -> None:
        """Remove the package."""
        operations.remove_package(actor, record.id)

    @column("Lineups")
    def holds(self, package: Package) -> str:
        """Its lineups."""
        return ", ".join(lineup.name for lineup in package.lineups.all()) or "—"

    @column("Lines")
    def sold_to(self, package: Package) -> int:
        """How many lines have it."""
        return package.lines.count()
