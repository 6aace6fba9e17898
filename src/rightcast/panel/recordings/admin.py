"""Pages of recordings, rules and allowances. What a recording lacks is told in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.contrib import admin

from rightcast.domain.recording_plans import Match
from rightcast.domain.recording_room import Allowance
from rightcast.domain.recordings import SENTENCES, Cause
from rightcast.domain.schedule import zone_named
from rightcast.panel.desk import OperatedAdmin, RecordForm, button, column
from rightcast.panel.recordings import operations, rules
from rightcast.panel.recordings.models import AllowanceRow, RecorderPolicy, Recording, RecordingRule
from rightcast.panel.recordings.queries import by_status, recorder_report, station_bytes, to_rule, usage_of
from rightcast.panel.station.queries import station

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.desk import Row

STATUS_LABELS = {
    "planned": "info",
    "recording": "info",
    "done": "success",
    "partial": "warning",
    "refused": "warning",
    "failed": "danger",
}


class RecordingForm(RecordForm):
    """What of a recording may be set by hand."""

    class Meta:
        model = Recording
        fields = ("priority", "locked")


@admin.register(Recording)
class RecordingAdmin(OperatedAdmin):
    """Recordings of all lines: what is planned, under way, kept, refused or failed, and why."""

    form = RecordingForm
    list_display = ("title", "line", "channel", "shown", "state", "why", "size")
    list_filter = ("status", "cause", "copies", "channel")
    list_select_related = ("line", "channel")
    search_fields = ("title", "subtitle", "line__name")
    readonly_fields = ("told", "held", "room")
    buttons = ("remove",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What it is, and the little that may be set."""
        return ((None, {"fields": ("told", "held", "room", ("priority", "locked"))}),)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Ordered by viewers, by rules and by `rightcast recording order`."""
        return False

    def store(self, actor: Actor, record: Recording, form: Any, rows: list[list[Row]], *, change: bool) -> Recording:
        """Set priority and lock."""
        if form.cleaned_data["locked"] != Recording.objects.get(id=record.pk).locked:
            operations.lock(actor, record.pk, locked=form.cleaned_data["locked"])
        return operations.prioritise(actor, record.pk, form.cleaned_data["priority"])

    def discard(self, actor: Actor, record: Recording) -> None:
        """Remove it; its row stays a while to tell so."""
        operations.remove(actor, record.pk)

    @button("Remove", icon="delete")
    def remove(self, actor: Actor, record: Recording) -> str:
        """Cancel it, or delete what is kept."""
        return f"{operations.remove(actor, record.pk).title} is removed."

    @column("Shown", ordering="start")
    def shown(self, row: Recording) -> str:
        """When, by the station's clock."""
        zone = zone_named(station().timezone)
        start, stop = datetime.fromtimestamp(row.start, zone), datetime.fromtimestamp(row.stop, zone)
        return f"{start:%Y-%m-%d %H:%M}-{stop:%H:%M}"

    @column("Status", label=STATUS_LABELS)
    def state(self, row: Recording) -> str:
        """How far it is."""
        return row.status

    @column("Why")
    def why(self, row: Recording) -> str:
        """What is missing, or why it is not made."""
        return f"{SENTENCES[Cause(row.cause)]} {row.detail}".strip() or "—"

    @column("Size")
    def size(self, row: Recording) -> str:
        """On disk."""
        return f"{row.size_bytes / 1e6:.0f} MB" if row.size_bytes else "—"

    @column("Recording")
    def told(self, row: Recording) -> str:
        """In one line."""
        return f"{row.title} · {row.channel} · {self.shown(row)} · line {row.line} · {row.status} · {self.why(row)}"

    @column("Kept")
    def held(self, row: Recording) -> str:
        """How, and until when."""
        until = (
            f"until {datetime.fromtimestamp(row.expires, UTC):%Y-%m-%d %H:%M} UTC" if row.expires else "with its right"
        )
        return f"{row.copies.replace('_', ' ')} · {until} · {self.size(row)} · {row.take or 'no take'}"

    @column("Room of the line")
    def room(self, row: Recording) -> str:
        """What the line keeps and may keep."""
        return usage_of(row.line_id).sentence


class RuleForm(RecordForm):
    """A rule by series or title; times of the week are given at the command line."""

    class Meta:
        model = RecordingRule
        fields = (
            "line", "channel", "match", "word", "new_only", "keep", "priority", "before_s", "after_s",
        )  # fmt: skip


@admin.register(RecordingRule)
class RecordingRuleAdmin(OperatedAdmin):
    """What lines want recorded again and again."""

    form = RuleForm
    list_display = ("word", "line", "match", "channel", "new_only", "keep", "priority")
    list_filter = ("match", "channel")
    list_select_related = ("line", "channel")
    search_fields = ("word", "line__name")
    autocomplete_fields = ("line", "channel")

    def store(
        self, actor: Actor, record: RecordingRule, form: Any, rows: list[list[Row]], *, change: bool
    ) -> RecordingRule:
        """Add or change it."""
        record.match = record.match or Match.TITLE.value
        rule = to_rule(record)
        return rules.change_rule(actor, record.pk, rule) if change else rules.add_rule(actor, rule)

    def discard(self, actor: Actor, record: RecordingRule) -> None:
        """Remove it with what it planned."""
        rules.remove_rule(actor, record.pk)


@admin.register(AllowanceRow)
class AllowanceAdmin(OperatedAdmin):
    """How much may be kept, by whom."""

    list_display = ("__str__", "hours", "gigabytes", "number", "at_once", "make_room")
    autocomplete_fields = ("line", "package")
    fields = (("line", "package"), ("hours", "gigabytes", "number"), "at_once", "make_room")

    def store(
        self, actor: Actor, record: AllowanceRow, form: Any, rows: list[list[Row]], *, change: bool
    ) -> AllowanceRow:
        """Set it."""
        given = Allowance(
            hours=record.hours,
            gigabytes=record.gigabytes,
            number=record.number,
            at_once=record.at_once,
            make_room=record.make_room,
        )
        return rules.set_allowance(actor, given, line_id=record.line_id, package_id=record.package_id)

    def discard(self, actor: Actor, record: AllowanceRow) -> None:
        """Let what is more general hold again."""
        rules.remove_allowance(actor, record.pk)


@admin.register(RecorderPolicy)
class RecorderPolicyAdmin(OperatedAdmin):
    """What holds for all recordings of the station."""

    list_display = ("__str__", "standing", "disk_gigabytes", "grace_h", "before_s", "after_s")
    readonly_fields = ("standing",)
    fields = ("standing", "disk_gigabytes", "grace_h", ("before_s", "after_s"))

    @column("Now")
    def standing(self, _row: RecorderPolicy) -> str:
        """What recordings take of the disk, how many there are of each status, and how the recorder is."""
        counts = ", ".join(f"{number} {status}" for status, number in sorted(by_status().items()))
        report = recorder_report()
        held = f"{station_bytes() / 1e9:.1f} GB kept and planned"
        if report is None:
            return f"The recorder does not run. {held}. {counts}"
        strangers = f" {report.strangers} takes on disk are not ours." if report.strangers else ""
        return f"{held}, {report.free_bytes / 1e9:.1f} GB free.{strangers} {counts}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[RecorderPolicy]:
        """The one row."""
        return RecorderPolicy.objects.order_by("id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Until it is there."""
        return not RecorderPolicy.objects.exists() and super().has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def store(
        self, actor: Actor, record: RecorderPolicy, form: Any, rows: list[list[Row]], *, change: bool
    ) -> RecorderPolicy:
        """Set it."""
        given = form.cleaned_data
        return rules.set_policy(
            actor,
            disk_gigabytes=given["disk_gigabytes"],
            grace_h=given["grace_h"],
            before_s=given["before_s"],
            after_s=given["after_s"],
        )
