"""Pages of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from rightcast.domain.lineup import LineStatus
from rightcast.panel.console.live import live
from rightcast.panel.console.numbers import span, until
from rightcast.panel.desk import OperatedAdmin, RecordForm, button, column
from rightcast.panel.library.queries import watched_names
from rightcast.panel.lines import operations, showing
from rightcast.panel.lines.models import Line
from rightcast.panel.lines.queries import recent_refusals, sentence_of
from rightcast.panel.recordings.queries import usage_of
from rightcast.panel.station.queries import station

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.desk import Row

_NAMED = 5
STATE_LABELS = {
    "active": "success",
    "disabled": "warning",
    "unconfirmed": "warning",
    "expired": "warning",
    "banned": "danger",
}


class LineForm(RecordForm):
    """A line; its name and secret are chosen once, when it is made."""

    name = forms.CharField(
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Letters, digits, - and _. Empty: one is made up.",
    )
    secret = forms.CharField(
        required=False, widget=UnfoldAdminTextInputWidget, help_text="Empty: one is made up and shown once."
    )

    note = forms.CharField(required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))

    class Meta:
        model = Line
        fields = ("name", "packages", "max_sessions", "expires", "territory", "trial", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "territory" in self.fields and not self.instance.pk:
            self.initial.setdefault("territory", station().territory)


@admin.register(Line)
class LineAdmin(OperatedAdmin):
    """Lines: who may watch what, until when, on how many screens."""

    form = LineForm
    list_display = ("name", "state", "holds", "screens", "expires_in", "territory", "shown_note")
    list_filter = ("status", "packages", "trial")
    search_fields = ("name", "note")
    autocomplete_fields = ("packages",)
    buttons = ("kick", "disable", "enable", "ban", "new_secret")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Line]:
        """With the packages that the list shows."""
        return Line.objects.prefetch_related("packages")

    readonly_fields = ("standing", "devices", "watching", "refused", "recorded", "privacy")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Name and secret only when it is made."""
        limits = ("What it may do", {"fields": ("packages", ("max_sessions", "territory"), "expires", "trial", "note")})
        if obj is None:
            return ((None, {"fields": (("name", "secret"),)}), limits)
        return ((None, {"fields": ("standing", "devices", "watching", "refused", "recorded", "privacy")}), limits)

    def store(self, actor: Actor, record: Line, form: Any, rows: list[list[Row]], *, change: bool) -> Line:
        """Create or change the line; a new secret waits to be shown once."""
        given = form.cleaned_data
        package_ids = [package.id for package in given["packages"]]
        if change:
            return operations.update_line(
                actor,
                record.id,
                package_ids=package_ids,
                max_sessions=given["max_sessions"],
                expires=given["expires"],
                territory=given["territory"],
                trial=given["trial"],
                note=given["note"],
            )
        made = operations.create_line(
            actor,
            name=given["name"] or None,
            secret=given["secret"] or None,
            package_ids=package_ids,
            max_sessions=given["max_sessions"],
            expires=given["expires"],
            territory=given["territory"],
            trial=given["trial"],
            note=given["note"],
        )
        form.made = made
        return made.line

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Hand the new secret on to the page that follows."""
        super().save_related(request, form, formsets, change)
        made = getattr(form, "made", None)
        if made is not None:
            request.META["rightcast.made"] = made

    def response_add(self, request: HttpRequest, obj: Line, post_url_continue: str | None = None) -> HttpResponse:
        """On to the secret, the only time it can be seen."""
        return self._to_secret(request.META["rightcast.made"])

    def discard(self, actor: Actor, record: Line) -> None:
        """Remove the line."""
        operations.remove_line(actor, record.id)

    def offers(self, name: str, record: Line) -> bool:
        """Enable what is not active; disable and ban what is."""
        active = record.status == LineStatus.ACTIVE.value
        return {"enable": not active, "disable": active, "ban": active}.get(name, True)

    @button("End sessions", icon="logout")
    def kick(self, actor: Actor, record: Line) -> str:
        """End what it watches now."""
        return f"The sessions of line {operations.kick_line(actor, record.id).name} were ended."

    @button("Disable", icon="pause_circle")
    def disable(self, actor: Actor, record: Line) -> str:
        """Refuse it until enabled."""
        return f"Line {operations.disable_line(actor, record.id).name} is disabled."

    @button("Enable", icon="play_circle")
    def enable(self, actor: Actor, record: Line) -> str:
        """Let it watch again."""
        return f"Line {operations.enable_line(actor, record.id).name} is active."

    @button("Ban", icon="block")
    def ban(self, actor: Actor, record: Line) -> str:
        """Refuse it for abuse."""
        return f"Line {operations.ban_line(actor, record.id).name} is banned."

    @button("New secret", icon="key")
    def new_secret(self, actor: Actor, record: Line) -> HttpResponse:
        """Make up another secret and show it once."""
        return self._to_secret(operations.change_secret(actor, record.id))

    def _to_secret(self, made: operations.NewLine) -> HttpResponse:
        return HttpResponseRedirect(reverse("line-secret", args=(showing.hide(made),)))

    @column("Now")
    def standing(self, line: Line) -> str:
        """State, expiry and screens in one line."""
        expiry, screens = self.expires_in(line), self.screens(line)
        return f"{line.name} · {self.state(line)} · expires {expiry} · {screens} screens in use"

    @column("Devices")
    def devices(self, line: Line) -> str:
        """Their names, and the way to their page."""
        names = [str(one) for one in line.credentials.all()]
        shown = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
        told = shown or "none of their own"
        return format_html(
            '{} · <a class="rc-link" href="{}">add, rename, revoke</a>', told, reverse("line-devices", args=(line.pk,))
        )

    @column("Recordings")
    def recorded(self, line: Line) -> str:
        """What it keeps of what it may, and the way to the list."""
        return format_html(
            '<a class="rc-link" href="{}?line__id__exact={}">Recordings</a> <span class="rc-quiet">{}</span>',
            reverse("admin:recordings_recording_changelist"),
            line.pk,
            usage_of(line.pk).sentence,
        )

    @column("Privacy")
    def privacy(self, line: Line) -> str:
        """The way to what is known of it."""
        told = "tell or erase what is known"
        return format_html('<a class="rc-link" href="{}">{}</a>', reverse("line-privacy", args=(line.pk,)), told)

    @column("Watching")
    def watching(self, line: Line) -> str:
        """What it watches now, since when, with which player."""
        now = timezone.now().timestamp()
        sessions = [one for edge in live().edges for one in edge.sessions if one.line_id == line.id]
        devices = {one.id: one.device for one in line.credentials.exclude(device="")}
        names = watched_names([one.channel_id for one in sessions])
        return format_html_join(
            mark_safe("<br>"),
            "{} for {} · {} · {} from {}{}",
            (
                (
                    names.get(one.channel_id, "something that was removed"),
                    span(now - one.opened),
                    one.kind,
                    one.player or "unknown player",
                    one.address,
                    f" · {devices[one.credential_id]}" if one.credential_id in devices else "",
                )
                for one in sessions
            ),
        )

    @column("Refused lately")
    def refused(self, line: Line) -> str:
        """The last refusals, in words."""
        now = timezone.now().timestamp()
        return format_html_join(
            mark_safe("<br>"),
            '{} ago · <a class="rc-link" href="{}?line={}&channel=id:{}">{}</a>',
            (
                (span(now - one.at), reverse("why"), line.name, one.channel_id, sentence_of(one.reason))
                for one in recent_refusals(line.name, live().edges)[:5]
            ),
        )

    @column("State", label=STATE_LABELS)
    def state(self, line: Line) -> str:
        """Its status, or that its time is over."""
        over = line.expires is not None and line.expires <= timezone.now()
        return "expired" if over and line.status == LineStatus.ACTIVE.value else line.status

    @column("Packages")
    def holds(self, line: Line) -> str:
        """What it is entitled to."""
        return ", ".join(package.name for package in line.packages.all()) or "none"

    @column("Screens", ordering="max_sessions")
    def screens(self, line: Line) -> str:
        """In use and allowed."""
        return f"{live().sessions_of(line.id)} of {line.max_sessions}"

    @column("Note")
    def shown_note(self, line: Line) -> str:
        """Its first words, and whether it is a trial."""
        words = " ".join(line.note.split())
        short = words if len(words) <= 40 else f"{words[:39]}…"
        return " · ".join(filter(None, ("trial" if line.trial else "", short))) or "—"

    @column("Expires", ordering="expires")
    def expires_in(self, line: Line) -> str:
        """How long it still runs."""
        return until(line.expires, timezone.now())
