"""The week of a channel as a page: seven days side by side, rows to edit, tables and calendars in and out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from rightcast.domain.errors import InvalidInputError, RightcastError
from rightcast.domain.genres import NAMES
from rightcast.domain.schedule import Day
from rightcast.formats.grid_csv import COLUMNS, read_row, write_grid, write_row
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.desk import actor_of
from rightcast.panel.grids import operations, planning
from rightcast.panel.guide.models import GuideSource, SourceKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from django.http import HttpRequest

    from rightcast.domain.grid import GridRow
    from rightcast.domain.guide import Show

_DAY_S = 86_400
_SHORT_S = 2400
"""Less has room for one line."""
_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FURTHEST = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class Block:
    """A show in a column of the week: where it stands in it, in hundredths of a day, and the row it comes from."""

    title: str
    subtitle: str
    clock: str
    top: float
    height: float
    row: int | None
    repeated: bool
    short: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One date of the week."""

    name: str
    date: date
    is_today: bool
    blocks: list[Block]


def weeks_page(request: HttpRequest) -> HttpResponse:
    """All channels with a week or a calendar, and the way to give one to another."""
    _require(request, "guide.view_guidesource")
    kinds = [SourceKind.GRID, SourceKind.ICS]
    sources = list(GuideSource.objects.filter(kind__in=kinds).order_by("name"))
    channels = Channel.objects.in_bulk([int(one.settings["channel"]) for one in sources])
    text = request.GET.get("channel", "").strip()
    if text:
        found = Channel.objects.filter(number=int(text) if text.isdecimal() and len(text) < 9 else -1).first()
        found = found or Channel.objects.filter(name__icontains=text).order_by("number").first()
        if found is not None:
            return HttpResponseRedirect(reverse("week", args=[found.id]))
        messages.error(request, f"No channel is called “{text[:80]}”.")
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Weeks",
        "weeks": [
            (channels[int(one.settings["channel"])], one, len(one.settings.get("rows", [])))
            for one in sources
            if int(one.settings["channel"]) in channels
        ],
    }
    return TemplateResponse(request, "grids/weeks.html", context)


def week_page(request: HttpRequest, channel_id: int) -> HttpResponse:
    """The week of one channel; POST adds, changes or takes a row, or imports a table or a calendar."""
    _require(request, "guide.view_guidesource")
    channel = Channel.objects.filter(id=channel_id).first()
    if channel is None:
        raise Http404
    problems: dict[str, str] = {}
    told: dict[str, str] = {}
    imported: operations.Imported | None = None
    if request.method == "POST":
        _require(request, operations.PERMISSION)
        told = _told(request)
        try:
            answer = _act(request, channel, told)
            if isinstance(answer, HttpResponse):
                return answer
            imported = answer
        except RightcastError as error:
            problems = {error.field or "": str(error)}
    return _week(request, channel, problems, told, imported)


def export(request: HttpRequest, channel_id: int, form: str) -> HttpResponse:
    """The week as CSV or as a calendar."""
    _require(request, "guide.view_guidesource")
    channel = Channel.objects.filter(id=channel_id).first()
    if channel is None:
        raise Http404
    rows = planning.rows_of(operations.source_of(channel_id))
    if form == "csv":
        answer = HttpResponse("\ufeff" + write_grid(rows), content_type="text/csv; charset=utf-8")
    else:
        clock = planning.zone()
        from rightcast.formats.grid_ics import write_calendar  # noqa: PLC0415 - it loads for a second

        body = write_calendar(rows, clock, channel.name, planning.today(clock))
        answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="week-{channel.number}.{form}"'
    return answer


def _week(
    request: HttpRequest,
    channel: Channel,
    problems: dict[str, str],
    told: dict[str, str],
    imported: operations.Imported | None,
) -> HttpResponse:
    clock = planning.zone()
    now = planning.today(clock)
    monday = _monday(request.GET.get("from", ""), now)
    rows = planning.rows_of(operations.source_of(channel.id))
    week = planning.week_of(rows, monday)
    place = _place(request.POST.get("row") or request.GET.get("row", ""), rows)
    cells = told or (write_row(rows[place]) if place is not None else _empty(request))
    calendar = operations.source_of(channel.id, SourceKind.ICS)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": f"Week of {channel.name}",
        "channel": channel,
        "columns": _columns(week.shows, rows, monday, now, clock),
        "hours": [f"{hour:02}:00" for hour in range(0, 24, 2)],
        "remarks": week.remarks,
        "rows": [(number, _days_in_words(row), row) for number, row in enumerate(rows)],
        "place": place,
        "cells": cells,
        "days": [(day.name.lower(), _NAMES[day], day.name.lower() in _day_names(cells)) for day in Day],
        "date": cells.get("days", "") if cells.get("days", "")[:1].isdigit() else "",
        "genres": [*NAMES.values()],
        "problems": problems,
        "imported": imported,
        "calendar": calendar,
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "earlier": monday - timedelta(days=7),
        "later": monday + timedelta(days=7),
        "zone": clock.key,
        "may": request.user.has_perm(operations.PERMISSION),
        "open": bool(problems or place is not None or "day" in request.GET),
    }
    status = 422 if problems or (imported is not None and not imported.stored) else 200
    return TemplateResponse(request, "grids/week.html", context, status=status)


def _act(request: HttpRequest, channel: Channel, told: dict[str, str]) -> HttpResponse | operations.Imported:
    actor = actor_of(request)
    rows = planning.rows_of(operations.source_of(channel.id))
    place = _place(request.POST.get("row", ""), rows)
    match request.POST.get("deed", ""):
        case "save" if place is None:
            operations.add_row(actor, channel.id, read_row(told))
            said = "Added."
        case "save":
            operations.change_row(actor, channel.id, rows[place or 0], read_row(told))
            said = "Changed."
        case "take" if place is not None:
            operations.change_row(actor, channel.id, rows[place], None)
            said = "Taken away."
        case "import":
            return _imported(request, channel)
        case "forget":
            operations.remove(actor, channel.id, SourceKind.ICS)
            said = "The calendar is gone."
        case _:
            raise InvalidInputError("Nothing was asked for.")
    messages.success(request, said)
    return HttpResponseRedirect(_address(request, channel))


def _imported(request: HttpRequest, channel: Channel) -> HttpResponse | operations.Imported:
    file = request.FILES.get("file")
    data = file.read() if file is not None else request.POST.get("text", "").encode()
    if not data.strip():
        raise InvalidInputError("There is nothing to import.", remedy="Choose a file, or paste a table.", field="file")
    actor = actor_of(request)
    if data.lstrip(b"\xef\xbb\xbf \r\n")[:15].upper() == b"BEGIN:VCALENDAR":
        remarks = operations.set_calendar(actor, channel.id, data)
        messages.success(request, " ".join(["The calendar is set.", *remarks]))
        return HttpResponseRedirect(_address(request, channel))
    add, only_good = request.POST.get("add") == "1", request.POST.get("only_good") == "1"
    found = operations.import_table(actor, channel.id, data, add=add, only_good=only_good)
    if not found.stored or found.complaints or found.remarks:
        return found
    messages.success(request, f"{found.rows} rows imported.")
    return HttpResponseRedirect(_address(request, channel))


def _told(request: HttpRequest) -> dict[str, str]:
    """The form's fields as cells of a table; days of the week are boxes, a date overrules them."""
    cells = {name: request.POST.get(name, "") for name in COLUMNS if name not in {"days", "channel"}}
    days = [day for day in request.POST.getlist("day") if day.upper() in Day.__members__]
    cells["days"] = request.POST.get("on", "").strip() or ",".join(days)
    return cells


def _empty(request: HttpRequest) -> dict[str, str]:
    day = request.GET.get("day", "")
    return {"days": day if day.upper() in Day.__members__ else "", "start": "", "end": ""}


def _columns(shows: Sequence[Show], rows: Sequence[GridRow], monday: date, now: date, clock: ZoneInfo) -> list[Column]:
    columns = []
    for number in range(7):
        day = monday + timedelta(days=number)
        blocks = [block for one in shows if (block := _block(one, rows, day, clock)) is not None]
        columns.append(Column(_NAMES[number], day, day == now, blocks))
    return columns


def _block(show: Show, rows: Sequence[GridRow], day: date, clock: ZoneInfo) -> Block | None:
    """A show as far as it lies on a date, by the clock on the wall."""
    begins, ends = (planning.clock_of(moment, clock).replace(tzinfo=None) for moment in (show.start, show.stop))
    first = (begins - begins.replace(hour=0, minute=0, second=0)).total_seconds() if begins.date() == day else 0.0
    last = (ends - ends.replace(hour=0, minute=0, second=0)).total_seconds() if ends.date() == day else float(_DAY_S)
    if begins.date() > day or ends.date() < day or last <= first:
        return None
    found = next(
        (number for number, row in enumerate(rows) if row.comes_on(begins.date()) and row.start == begins.time()), None
    )
    return Block(
        title=show.title,
        subtitle=show.subtitle,
        clock=f"{begins:%H:%M}–{ends:%H:%M}",  # noqa: RUF001 - a span
        top=round(100 * first / _DAY_S, 3),
        height=round(100 * (last - first) / _DAY_S, 3),
        row=found,
        repeated=show.repeated,
        short=last - first < _SHORT_S,
    )


def _days_in_words(row: GridRow) -> str:
    if row.on is not None:
        return f"{row.on:%a %-d %b %Y}"
    if len(row.days) == 7:
        return "Every day"
    if row.days == tuple(range(5)):
        return "Monday to Friday"
    return ", ".join(_NAMES[day][:3] for day in row.days)


def _day_names(cells: dict[str, str]) -> set[str]:
    text = cells.get("days", "")
    return {day.name.lower() for day in Day} if text == "daily" else set(text.split(","))


def _monday(text: str, now: date) -> date:
    try:
        wanted = date.fromisoformat(text)
    except ValueError:
        wanted = now
    wanted = wanted if abs(wanted - now) < _FURTHEST else now
    return wanted - timedelta(days=wanted.weekday())


def _place(text: str, rows: Sequence[GridRow]) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 6 and int(text) < len(rows) else None


def _address(request: HttpRequest, channel: Channel) -> str:
    monday = request.GET.get("from", "")
    return reverse("week", args=[channel.id]) + (f"?from={monday}" if monday else "")


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
