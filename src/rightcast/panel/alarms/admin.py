"""Tables of notifiers, rules, quiet times and deliveries. Alarms themselves have pages of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from rightcast.domain.findings import Severity
from rightcast.panel.alarms import operations
from rightcast.panel.alarms.forms import NotifierForm, QuietForm, RuleForm, setting_field
from rightcast.panel.alarms.models import DAYS, AlarmRule, DeliveryRow, NotifierRow, QuietRow
from rightcast.panel.alarms.notify.registry import NOTIFIERS
from rightcast.panel.alarms.queries import quiet_time, zone
from rightcast.panel.console.numbers import until
from rightcast.panel.desk import OperatedAdmin, ReadOnlyAdmin, button, column

if TYPE_CHECKING:
    from django.http import HttpRequest

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.desk import Row

LOG_LINES = 12
SEVERITY_LABELS = {"critical": "danger", "warning": "warning", "info": "info"}


@admin.register(NotifierRow)
class NotifierAdmin(OperatedAdmin):
    """Who is told, by which way, and how the last message fared."""

    form = NotifierForm
    list_display = ("name", "way", "enabled", "tells_from", "last", "waiting")
    search_fields = ("name",)
    buttons = ("send_test",)
    readonly_fields = ("way", "last", "log", "kinds")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form with the settings of the kind: of a stored notifier, or of the one being added."""
        kind = self._kind(request, obj)
        found = {field.name: setting_field(field) for field in NOTIFIERS[kind].fields}
        for name, field in found.items():
            field.initial = (obj.settings.get(name) if obj is not None else None) or field.initial
        made = super().get_form(
            request, obj, change, form=type("KindForm", (NotifierForm,), {**found, "way": kind}), **kwargs
        )
        label = NOTIFIERS[kind].credential
        if "secret" in made.base_fields and label:
            made.base_fields["secret"].label = label
        return made

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A stored notifier says first how it does."""
        kind = self._kind(request, obj)
        settings = tuple(field.name for field in NOTIFIERS[kind].fields)
        secret = ("secret",) if NOTIFIERS[kind].credential else ()
        if obj is None:
            return (
                (None, {"fields": ("kinds", "name", ("least", "enabled"))}),
                (NOTIFIERS[kind].title, {"fields": (*settings, *secret)}),
            )
        forget = ("forget",) if secret and obj.sealed else ()
        return (
            (None, {"fields": ("last", "log")}),
            (None, {"fields": ("name", "way", ("least", "enabled"))}),
            (NOTIFIERS[kind].title, {"fields": (*settings, *secret, *forget)}),
        )

    def store(
        self, actor: Actor, record: NotifierRow, form: Any, rows: list[list[Row]], *, change: bool
    ) -> NotifierRow:
        """Add or change the notifier."""
        given = form.cleaned_data
        least = Severity(given["least"])
        written: str | None = given.get("secret") or None
        if change:
            secret = "" if given.get("forget") else written
            return operations.update_notifier(
                actor,
                record.id,
                name=given["name"],
                settings=form.settings(),
                secret=secret,
                least=least,
                enabled=given["enabled"],
            )
        return operations.add_notifier(
            actor,
            name=given["name"],
            kind=form.way,
            settings=form.settings(),
            secret=written or "",
            least=least,
            enabled=given["enabled"],
        )

    def discard(self, actor: Actor, record: NotifierRow) -> None:
        """Remove it."""
        operations.remove_notifier(actor, record.id)

    @button("Send a test", icon="send")
    def send_test(self, actor: Actor, record: NotifierRow) -> str:
        """Have a test message sent."""
        operations.ask_for_test(actor, record.id)
        return f"A test by {record.name} is on its way; the delivery log says what becomes of it."

    def get_urls(self) -> list[Any]:
        """With an address of the delivery log, which renews itself."""
        view = self.admin_site.admin_view(self.log_view)
        return [path("<int:number>/log/", view, name="alarms_notifierrow_log"), *super().get_urls()]

    def log_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """The newest messages of a notifier, for the page that shows it."""
        row = self.get_object(request, str(number))
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        return HttpResponse(_log_lines(row))

    @column("Kind")
    def kinds(self, row: NotifierRow) -> str:
        """Links to the forms of all kinds, for each has settings of its own."""
        return format_html_join(
            " · ",
            '<a class="rc-link" href="?kind={}">{}</a>',
            ((one.kind, one.title) for one in NOTIFIERS.values()),
        )

    @column("By")
    def way(self, row: NotifierRow) -> str:
        """The kind, and where it goes."""
        kind = NOTIFIERS.get(row.kind)
        where = row.settings.get("url", "").split("/")[2:3] or [
            row.settings.get("to") or row.settings.get("host") or row.settings.get("path", "")
        ]
        return f"{kind.title if kind else row.kind} · {where[0]}"

    @column("Tells from", label=SEVERITY_LABELS)
    def tells_from(self, row: NotifierRow) -> str:
        """The least severity."""
        return Severity(row.least).word

    @column("Last message", label={})
    def last(self, row: NotifierRow) -> str:
        """When, and how it fared."""
        if row.last_at is None:
            return "none yet"
        return f"{'delivered' if row.last_ok else 'failed'} {until(row.last_at, timezone.now())}: {row.last_result}"

    @column("Waiting")
    def waiting(self, row: NotifierRow) -> int:
        """How many messages wait."""
        return row.deliveries.filter(state="waiting").count()

    @column("Delivery log")
    def log(self, row: NotifierRow) -> str:
        """The newest messages; they renew themselves."""
        return format_html(
            '<div data-live="{}">{}</div>', reverse("admin:alarms_notifierrow_log", args=[row.pk]), _log_lines(row)
        )

    def _kind(self, request: HttpRequest, obj: Any) -> str:
        if obj is not None:
            return str(obj.kind)
        asked = request.GET.get("kind", "email")
        return asked if asked in NOTIFIERS else "email"


@admin.register(AlarmRule)
class AlarmRuleAdmin(OperatedAdmin):
    """Rules: what of a kind should be otherwise."""

    form = RuleForm
    list_display = ("kind", "concerns", "enabled", "shown_severity", "raise_after_s", "clear_after_s")
    search_fields = ("kind",)
    autocomplete_fields = ("channels",)
    fieldsets = (
        (None, {"fields": ("kind", "channels")}),
        ("Instead of what the kind has", {"fields": (("enabled", "severity"), ("raise_after_s", "clear_after_s"))}),
    )

    def store(self, actor: Actor, record: AlarmRule, form: Any, rows: list[list[Row]], *, change: bool) -> AlarmRule:
        """Add or change the rule."""
        given = form.cleaned_data
        fields: operations.RuleFields = {
            "kind": given["kind"],
            "channel_ids": [one.id for one in given["channels"]],
            "enabled": given["enabled"],
            "severity": given["severity"],
            "raise_after_s": given["raise_after_s"],
            "clear_after_s": given["clear_after_s"],
        }
        return operations.update_rule(actor, record.id, **fields) if change else operations.add_rule(actor, **fields)

    def discard(self, actor: Actor, record: AlarmRule) -> None:
        """Remove it."""
        operations.remove_rule(actor, record.id)

    @column("Concerns")
    def concerns(self, row: AlarmRule) -> str:
        """Which channels."""
        return ", ".join(one.name for one in row.channels.all()[:5]) or "everything"

    @column("Severity", label=SEVERITY_LABELS)
    def shown_severity(self, row: AlarmRule) -> str:
        """The severity it gets."""
        return Severity(row.severity).word if row.severity else "as the kind"


@admin.register(QuietRow)
class QuietAdmin(OperatedAdmin):
    """Quiet times: nights off the air, maintenance."""

    form = QuietForm
    list_display = ("name", "now", "concerns", "when")
    search_fields = ("name",)
    autocomplete_fields = ("channels",)
    fieldsets = (
        (None, {"fields": ("name", "channels", "kinds")}),
        ("Every day, on the station's clock", {"fields": (("begins", "ends"), "days")}),
        ("Only between (UTC)", {"fields": ("not_before", "not_after")}),
    )

    def store(self, actor: Actor, record: QuietRow, form: Any, rows: list[list[Row]], *, change: bool) -> QuietRow:
        """Add or change the quiet time."""
        given = form.cleaned_data
        fields: operations.QuietFields = {
            "name": given["name"],
            "channel_ids": [one.id for one in given["channels"]],
            "kinds": given["kinds"],
            "days": [int(one) for one in given["days"]],
            "begins": given["begins"],
            "ends": given["ends"],
            "not_before": given["not_before"],
            "not_after": given["not_after"],
        }
        return operations.update_quiet(actor, record.id, **fields) if change else operations.add_quiet(actor, **fields)

    def discard(self, actor: Actor, record: QuietRow) -> None:
        """Remove it."""
        operations.remove_quiet(actor, record.id)

    @column("Now", label={"quiet now": "info"})
    def now(self, row: QuietRow) -> str:
        """Whether it holds at this moment."""
        return "quiet now" if quiet_time(row).holds(timezone.now().astimezone(zone())) else "—"

    @column("Concerns")
    def concerns(self, row: QuietRow) -> str:
        """Which channels and kinds."""
        channels = ", ".join(one.name for one in row.channels.all()[:5]) or "the whole station"
        return f"{channels}: {', '.join(row.kinds)}" if row.kinds else channels

    @column("When")
    def when(self, row: QuietRow) -> str:
        """Its limits in words."""
        words = [", ".join(DAYS[one] for one in row.days)] if row.days else []
        if row.begins and row.ends:
            words.append(f"{row.begins:%H:%M} to {row.ends:%H:%M}")
        words += [f"from {row.not_before:%Y-%m-%d %H:%M} UTC"] if row.not_before else []
        words += [f"until {row.not_after:%Y-%m-%d %H:%M} UTC"] if row.not_after else []
        return " · ".join(words)


@admin.register(DeliveryRow)
class DeliveryAdmin(ReadOnlyAdmin):
    """The delivery log of all notifiers."""

    list_display = ("created", "notifier", "notice", "subject", "state", "attempts", "result")
    list_filter = ("state", "notifier", "notice")
    list_select_related = ("notifier",)

    @column("Subject")
    def subject(self, row: DeliveryRow) -> str:
        """What it is about."""
        return str(row.message.get("subject", ""))


def _log_lines(row: NotifierRow) -> str:
    now = timezone.now()
    newest = row.deliveries.order_by("-id")[:LOG_LINES]
    return (
        format_html_join(
            "",
            "<div>{} · {} · {} · {}</div>",
            ((until(one.created, now), one.message.get("subject", ""), one.notice, _fate(one)) for one in newest),
        )
        or "Nothing was sent yet."
    )


def _fate(row: DeliveryRow) -> str:
    if row.state == "waiting" and row.attempts:
        return f"waiting after {row.attempts} attempts: {row.result}"
    return f"{row.state}: {row.result}" if row.result else row.state
