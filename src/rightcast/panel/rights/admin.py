"""Pages of carriage rights."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from rightcast.domain.agreements import Step
from rightcast.domain.rights import Copies, Later, RightStatus
from rightcast.panel.console.numbers import until
from rightcast.panel.desk import OperatedAdmin, button, column
from rightcast.panel.rights import operations, steps
from rightcast.panel.rights.demands import BOUNDS, TERMS, DemandsForm, bounds_from, terms_from
from rightcast.panel.rights.models import CarriageRight
from rightcast.panel.rights.queries import state_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.desk import Row

SOON = timedelta(days=30)
MOST_LISTED = 200
STATE_LABELS = {
    "in force": "success",
    "ends soon": "warning",
    "suspended": "warning",
    "evidence": "info",
    "approved": "info",
    "withdrawn": "danger",
}


_LATER = ("start_over", "catchup_h", "recordings", "recording_days", "download")

_LIBRARY = ("collections", "titles")


class RightForm(DemandsForm):
    """A right as an officer writes it down; the operation judges it."""

    territories = forms.CharField(
        initial="*",
        widget=UnfoldAdminTextInputWidget,
        help_text="Two-letter codes such as IT, SM, VA; or * for the whole world.",
    )
    all_channels = forms.BooleanField(
        required=False,
        label="All channels of today",
        widget=UnfoldBooleanSwitchWidget,
        help_text="Channels added later are not covered.",
    )

    notes = forms.CharField(required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))

    class Meta:
        model = CarriageRight
        fields = ("reference", "licensor", "instrument", "channels", "starts", "ends", "notes", *_LATER, *_LIBRARY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["territories"] = ", ".join(self.instance.territories)
        for name in ("channels", "starts", *_LATER, *_LIBRARY):
            if name in self.fields:
                self.fields[name].required = False
        if "starts" in self.fields:
            self.fields["starts"].help_text = "UTC. Empty: now."


@admin.register(CarriageRight)
class CarriageRightAdmin(OperatedAdmin):
    """Carriage rights: what each covers, and until when."""

    form = RightForm
    list_display = ("reference", "licensor", "instrument", "state", "ends_in", "covers", "where")
    list_filter = ("status", "instrument")
    search_fields = ("reference", "licensor")
    autocomplete_fields = ("channels", "collections", "titles")
    buttons = ("approve", "activate", "send_back", "end_now", "suspend", "resume", "withdraw")
    fieldsets = (
        (None, {"fields": (("reference", "licensor"), "instrument")}),
        ("What it covers", {"fields": ("channels", "all_channels", ("collections", "titles"), "territories")}),
        ("Term (UTC)", {"fields": ("starts", "ends", "notes")}),
        (
            "After it was live",
            {"fields": (("start_over", "catchup_h"), ("recordings", "recording_days"), "download")},
        ),
        ("Bounds that edges enforce", {"fields": BOUNDS}),
        ("Terms that people keep", {"fields": TERMS}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A right over very many channels is not edited channel by channel."""
        if obj is None or getattr(obj, "channel_count", 0) <= MOST_LISTED:
            return super().get_fieldsets(request, obj)
        covers = ("What it covers", {"fields": ("covers", "all_channels", ("collections", "titles"), "territories")})
        first, _, *others = self.fieldsets
        return (first, covers, *others)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The number of channels stands in for their list."""
        return ("covers",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CarriageRight]:
        """With the number of channels, not the channels: a right may cover thousands."""
        return CarriageRight.objects.annotate(channel_count=Count("channels"))

    def store(
        self, actor: Actor, record: CarriageRight, form: Any, rows: list[list[Row]], *, change: bool
    ) -> CarriageRight:
        """Record or change the right."""
        given = form.cleaned_data
        channel_ids = [channel.id for channel in given.get("channels", ())]
        if change:
            changes: operations.RightChanges = {
                "reference": given["reference"],
                "licensor": given["licensor"],
                "instrument": given["instrument"],
                "territories": given["territories"],
                "ends": given["ends"],
                "notes": given["notes"],
                "later": _later(given),
                "bounds": bounds_from(given),
                "terms": terms_from(given),
                "title_ids": [one.id for one in given.get("titles") or ()],
                "collection_ids": [one.id for one in given.get("collections") or ()],
            }
            if given["all_channels"]:
                changes["channel_ids"] = operations.all_channel_ids()
            elif "channels" in given:
                changes["channel_ids"] = channel_ids
            if given["starts"] is not None:
                changes["starts"] = given["starts"]
            return operations.update_right(actor, record.id, **changes)
        return operations.record_right(
            actor,
            reference=given["reference"],
            licensor=given["licensor"],
            instrument=given["instrument"],
            channel_ids=channel_ids,
            all_channels=given["all_channels"],
            territories=given["territories"],
            starts=given["starts"],
            ends=given["ends"],
            notes=given["notes"],
            later=_later(given),
            bounds=bounds_from(given),
            terms=terms_from(given),
            title_ids=[one.id for one in given.get("titles") or ()],
            collection_ids=[one.id for one in given.get("collections") or ()],
        )

    def discard(self, actor: Actor, record: CarriageRight) -> None:
        """Remove a right recorded by mistake."""
        operations.remove_right(actor, record.id)

    def offers(self, name: str, record: CarriageRight) -> bool:
        """What the right's state allows."""
        state = state_of(record, timezone.now())
        return {
            "approve": state == "evidence",
            "activate": state == "approved",
            "send_back": state in {"evidence", "approved"},
            "end_now": state == "in force",
            "suspend": state in {"in force", "upcoming"},
            "resume": state == "suspended",
            "withdraw": state not in {"withdrawn", "ended"},
        }[name]

    @button("Approve", icon="verified")
    def approve(self, actor: Actor, record: CarriageRight) -> str:
        """Say that its evidence holds."""
        return f"Right {steps.take_step(actor, record.id, Step.APPROVE)} is approved; put it into force now."

    @button("Put into force", icon="play_circle")
    def activate(self, actor: Actor, record: CarriageRight) -> str:
        """Let it carry its channels."""
        return f"Right {steps.take_step(actor, record.id, Step.ACTIVATE)} is in force."

    @button("Send back", icon="undo")
    def send_back(self, actor: Actor, record: CarriageRight) -> str:
        """Make it a draft again."""
        return f"Right {steps.take_step(actor, record.id, Step.SEND_BACK)} is a draft again."

    @button("End now", icon="event_busy")
    def end_now(self, actor: Actor, record: CarriageRight) -> str:
        """End it; its pictures stop."""
        return f"Right {operations.end_right(actor, record.id)} has ended."

    @button("Suspend", icon="pause_circle")
    def suspend(self, actor: Actor, record: CarriageRight) -> str:
        """Stop carriage for now."""
        return f"Right {steps.suspend_right(actor, record.id)} is suspended."

    @button("Resume", icon="play_circle")
    def resume(self, actor: Actor, record: CarriageRight) -> str:
        """Carry again."""
        return f"Right {steps.resume_right(actor, record.id)} is active again."

    @button("Withdraw", icon="block")
    def withdraw(self, actor: Actor, record: CarriageRight) -> str:
        """Stop carriage for good."""
        return f"Right {steps.withdraw_right(actor, record.id)} is withdrawn."

    @column("State", label=STATE_LABELS)
    def state(self, right: CarriageRight) -> str:
        """In one word."""
        now = timezone.now()
        state = state_of(right, now)
        return "ends soon" if state == "in force" and right.ends is not None and right.ends < now + SOON else state

    @column("Ends", ordering="ends")
    def ends_in(self, right: CarriageRight) -> str:
        """How long it still runs."""
        return until(right.ends, timezone.now())

    @column("Channels", ordering="channel_count")
    def covers(self, right: CarriageRight) -> int:
        """How many channels it covers."""
        return int(getattr(right, "channel_count", 0))

    @column("Where")
    def where(self, right: CarriageRight) -> str:
        """Its territories."""
        if right.status == RightStatus.DRAFT.value and not right.territories:
            return "—"
        return "worldwide" if "*" in right.territories else ", ".join(right.territories)


def _later(given: dict[str, Any]) -> Later:
    return Later(
        start_over=given["start_over"],
        catchup_h=given["catchup_h"] or 0,
        recordings=Copies(given["recordings"] or Copies.NONE),
        recording_days=given["recording_days"] or 0,
        download=given["download"],
    )
