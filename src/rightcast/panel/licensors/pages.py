"""The pages of a licensor: an overview, one page for each of its rights, and its reports as files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.schedule import zone_named
from rightcast.panel.console.numbers import until
from rightcast.panel.licensors import queries, written
from rightcast.panel.licensors.report import build_report
from rightcast.panel.licensors.sign_in import for_licensors
from rightcast.panel.station.queries import station
from rightcast.panel.usage.counting import next_month
from rightcast.state.report_signatures import SUFFIX, signature_text
from rightcast.state.signing import signer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from rightcast.domain.suppression import Figures
    from rightcast.panel.licensors.models import LicensorAccount
    from rightcast.panel.rights.models import CarriageRight

MOST_CHANNELS = 200
_TYPES = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}
_TONES = {"in force": "good", "upcoming": "warn", "suspended": "warn", "ended": "off", "withdrawn": "bad"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A channel or territory with its figures; `share` in per cent of the largest, for a bar."""

    name: str
    shown: str
    hours: str
    peak: str
    lines: str
    share: int


@for_licensors
def overview_page(request: HttpRequest, account: LicensorAccount) -> HttpResponse:
    """All rights of the licensor: state, territories, sessions now, caps; and the reports there are."""
    rights = queries.granted_by(account.licensor)
    now = timezone.now()
    running = queries.sessions_now([one.pk for one in rights])
    months = sorted({month for one in rights for month in queries.months_of(one.pk)}, reverse=True)
    return _page(
        request,
        "overview",
        account,
        rights=[_summary(one, running[one.pk]) for one in rights],
        months=[month for month in months if next_month(month) <= _today()],
        now=now,
    )


@for_licensors
def right_page(request: HttpRequest, account: LicensorAccount, right_id: int) -> HttpResponse:
    """One right: who watches now in numbers, what it grants, what was refused, and its months."""
    right = queries.own_right(account, right_id)
    if right is None:
        raise Http404
    months = queries.months_of(right.pk)
    month = _chosen(request.GET.get("month", ""), months)
    channels, territories = queries.usage_of(right.pk, month) if month else (None, None)
    return _page(
        request,
        "right",
        account,
        right=_summary(right, queries.sessions_now([right.pk])[right.pk]),
        grants=_grants(right),
        channels=[one.name for one in right.channels.all()[:MOST_CHANNELS]],
        titles=[one.name for one in right.titles.all()[:MOST_CHANNELS]],
        months=months,
        month=month,
        total=_part("", channels.total, 0) if channels and channels.total else None,
        by_channel=_parts(channels.parts) if channels else [],
        by_territory=_parts(territories.parts) if territories else [],
        breaches=queries.breaches_of(right, timezone.now()),
        darkened=queries.darkened(right, timezone.now()),
        days=queries.BREACH_DAYS,
    )


@for_licensors
def report_file(_request: HttpRequest, account: LicensorAccount, month: str, form: str) -> HttpResponse:
    """The report of a month that is over, as CSV or PDF, or the signature that goes beside it."""
    kind, _, signature = form.partition(".")
    if kind not in _TYPES or signature not in {"", SUFFIX[1:]}:
        raise Http404
    try:
        report = build_report(account.licensor, _month(month), _today())
    except (InvalidInputError, ValueError) as error:
        raise Http404 from error
    signs = signer(settings.STATION.keys)
    data = written.csv_of(report) if kind == "csv" else written.pdf_of(report, signs)
    name = f"{report.name}.{kind}"
    if signature:
        data, name = signature_text(name, data, signs).encode(), name + SUFFIX
    answer = HttpResponse(data, content_type="application/json" if signature else _TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _summary(right: CarriageRight, now: queries.Now) -> dict[str, object]:
    moment = timezone.now()
    state = queries.state(right, moment)
    cap = queries.bounds_of(right).total
    return {
        "id": right.pk,
        "reference": right.reference,
        "state": state,
        "tone": _TONES.get(state, "off"),
        "starts": right.starts,
        "ends": right.ends,
        "ends_in": until(right.ends, moment) if right.ends else "open-ended",
        "territories": ", ".join("the whole world" if one == "*" else one for one in right.territories),
        "covers": right.channels.count() + right.titles.count() + right.collections.count(),
        "now": now,
        "shown": _few(now.total),
        "cap": cap,
        "used": min(100, round(100 * (now.total or 0) / cap)) if cap else 0,
        "channels_now": [(name, _few(count)) for name, count in now.channels.items()],
        "territories_now": [(name, _few(count)) for name, count in now.territories.items()],
    }


def _grants(right: CarriageRight) -> list[tuple[str, str]]:
    """What the right grants and bounds, in words; what it leaves open is left out."""
    bounds = queries.bounds_of(right)
    lists = (
        ("Viewers must be in", bounds.presence),
        ("Ways to reach viewers", tuple(one.value.replace("_", " ") for one in bounds.distribution)),
        ("Devices", tuple(one.value.replace("_", " ") for one in bounds.device_classes)),
    )
    numbers = (
        ("Tallest picture", bounds.max_height, "lines"),
        ("Sessions of one line", bounds.per_line, "at once"),
        ("Sessions in all", bounds.total, "at once"),
        ("Subscribers", bounds.subscribers, "lines"),
        ("Catch-up", right.catchup_h, "hours"),
    )
    found = [(name, ", ".join(values)) for name, values in lists if values]
    found += [(name, f"{number} {unit}") for name, number, unit in numbers if number]
    if bounds.floor.value != "none":
        found.append(("Protection at least", bounds.floor.value))
    if right.start_over:
        found.append(("Start-over", "yes"))
    if right.recordings != "none":
        days = f" for {right.recording_days} days" if right.recording_days else ""
        found.append(("Recordings", right.recordings.replace("_", " ") + days))
    return found


def _parts(parts: Mapping[str, Figures | None]) -> list[Part]:
    most = max((one.seconds for one in parts.values() if one), default=0.0)
    ordered = sorted(parts.items(), key=lambda item: (-(item[1].seconds if item[1] else -1.0), item[0]))
    return [_part(name, one, most) for name, one in ordered]


def _part(name: str, one: Figures | None, most: float) -> Part:
    name = "unknown" if name == "-" else name
    if one is None:
        return Part(name=name, shown="hidden", hours="", peak="", lines="", share=0)
    share = round(100 * one.seconds / most) if most else 0
    hours = f"{one.seconds / 3600:,.1f}"
    return Part(
        name=name, shown=f"{one.sessions:,}", hours=hours, peak=f"{one.peak:,}", lines=f"{one.lines:,}", share=share
    )


def _few(count: int | None) -> str:
    return "few" if count is None else f"{count:,}"


def _chosen(text: str, months: list[date]) -> date | None:
    try:
        wanted = _month(text) if text else None
    except ValueError:
        wanted = None
    return wanted if wanted in months else next(iter(months), None)


def _month(text: str) -> date:
    """The first day of `2026-11`. Raises ValueError."""
    if len(text) != len("2026-11"):
        raise ValueError(text)
    return date.fromisoformat(f"{text}-01")


def _today() -> date:
    return timezone.now().astimezone(zone_named(station().timezone)).date()


def _page(request: HttpRequest, name: str, account: LicensorAccount, **context: object) -> TemplateResponse:
    said = {"account": account, "station": station().name, "smallest": queries.smallest_told(), **context}
    return TemplateResponse(request, f"licensors/{name}.html", said)
