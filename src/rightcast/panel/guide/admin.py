"""The table of guide sources: how each is in words, its form, a refresh at once, and what would go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from rightcast.panel.console.numbers import until
from rightcast.panel.desk import OperatedAdmin, button, column
from rightcast.panel.guide import operations, queries
from rightcast.panel.guide.forms import SourceForm
from rightcast.panel.guide.models import GuideSource, SourceKind
from rightcast.panel.guide.showing import standing_context
from rightcast.panel.guide.uploading import keep_upload

if TYPE_CHECKING:
    from django.http import HttpRequest

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.desk import Row

STATE_LABELS = {"ok": "success", "warning": "warning", "error": "danger", "busy": "info", "idle": "default"}
_FIELDS = ("name", "address", "private", "position", "enabled", "every_h", "at_local", "zone", "offset_min")


@admin.register(GuideSource)
class GuideSourceAdmin(OperatedAdmin):
    """Guide sources, the first that tells a channel's guide first."""

    form = SourceForm
    list_display = ("name", "state", "says", "way", "position", "used_by", "next_time")
    list_display_links = ("name",)
    search_fields = ("name", "address")
    buttons = ("refresh_now",)
    readonly_fields = ("how",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A stored source says first how it is; one that another room feeds has no address."""
        own = obj is None or obj.kind == SourceKind.XMLTV
        where = [("Where it lies", {"fields": ("address", "private", "upload")})] if own else []
        when = [("When it is asked", {"fields": (("every_h", "at_local"),)})] if own else []
        return [
            *([(None, {"fields": ("how",)})] if obj is not None else []),
            (None, {"fields": ("name", ("position", "enabled"))}),
            *where,
            *when,
            ("How its times are meant", {"fields": (("zone", "offset_min"),)}),
        ]

    def store(
        self, actor: Actor, record: GuideSource, form: Any, rows: list[list[Row]], *, change: bool
    ) -> GuideSource:
        """Add or change the source; a file that was handed in is imported by the jobs."""
        given = form.cleaned_data
        named = {name: given[name] for name in _FIELDS if name in given}
        if not change and not named.get("position"):
            named.pop("position", None)
        fields = cast("operations.SourceFields", named)
        stored = (
            operations.update_source(actor, record.pk, **fields) if change else operations.add_source(actor, **fields)
        )
        if given.get("upload") is not None:
            keep_upload(stored.pk, given["upload"].chunks())
            operations.ask_refresh(actor, stored.pk)
        return stored

    def discard(self, actor: Actor, record: GuideSource) -> None:
        """Remove it."""
        operations.remove_source(actor, record.pk)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes, in sentences; its thousands of days are not listed one by one."""
        told, counts = [], {}
        for one in objs:
            held = queries.holdings(one.pk)
            counted = queries.counted
            days, channels = counted(held.days, "day"), counted(held.channels, "guide channel")
            told.append(f"{one}: {counted(held.shows, 'show')} on {days} of {channels}")
            told.append(f"Of our channels {held.used_by:,} have its shows, {held.only_by:,} of them no other guide")
            counts = {"guide channels": held.channels, "days": held.days}
        told.append("Switching it off instead can be undone.")
        return told, counts, set(), []

    @button("Refresh now", icon="refresh")
    def refresh_now(self, actor: Actor, record: GuideSource) -> str:
        """Have it fetched and imported."""
        operations.ask_refresh(actor, record.pk)
        return f"{record} is refreshed in a moment; this page says how far it is."

    def offers(self, name: str, record: Any) -> bool:
        """Only what has an address can be asked for."""
        return bool(record.address)

    @column("Now", label=STATE_LABELS)
    def state(self, row: GuideSource) -> str:
        """How it is, in a word."""
        return queries.standing(row, timezone.now()).word

    @column("In words")
    def says(self, row: GuideSource) -> str:
        """How it is, in a sentence."""
        return queries.standing(row, timezone.now()).sentence

    @column("Comes by")
    def way(self, row: GuideSource) -> str:
        """How its shows come in."""
        if row.kind != SourceKind.XMLTV:
            return row.get_kind_display()
        return "XMLTV, fetched" if row.address else "XMLTV, handed in"

    @column("Channels")
    def used_by(self, row: GuideSource) -> str:
        """How many channels of ours have something of it."""
        count = queries.holdings(row.pk).used_by
        return f"{count:,}" if count else "—"

    @column("Next refresh", ordering="next_at")
    def next_time(self, row: GuideSource) -> str:
        """When it is asked again."""
        if not row.enabled or row.next_at is None:
            return "—"
        now = timezone.now()
        return until(row.next_at, now) if row.next_at > now else "due"

    @column("How it is")
    def how(self, row: GuideSource) -> str:
        """State, holdings and the last import; it renews itself."""
        inner = render_to_string("guide/standing.html", standing_context(row))
        return format_html('<div data-live="{}">{}</div>', reverse("guide-standing", args=[row.pk]), inner)
