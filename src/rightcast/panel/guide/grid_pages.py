"""Pages of the guide: the grid of a day with a search, and one show. They read; nothing is changed here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from rightcast.domain.guide import DAY_S
from rightcast.domain.schedule import zone_named
from rightcast.panel.catalogue.models import Category, Channel
from rightcast.panel.console.numbers import span
from rightcast.panel.guide import looking
from rightcast.panel.guide.grid import clock, day_of_zone, rows_of
from rightcast.panel.guide.models import GuideSource
from rightcast.panel.station.queries import station

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from django.http import HttpRequest, HttpResponse

    from rightcast.panel.guide.looking import Found

CHANNELS_PER_PAGE = 30
_FOUND = 30
_AHEAD_DAYS = 14
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the page asks for. `channel_id` is to be on the page, `at` in sight; 0: nothing special."""

    day: date
    category: int
    name: str
    page: int
    channel_id: int
    at: int
    find: str

    def address(self, **changes: object) -> str:
        """The address of the same with something else."""
        fields: dict[str, object] = {
            "day": self.day, "category": self.category or "", "name": self.name, "page": self.page, "find": self.find,
            **changes,
        }  # fmt: skip
        return "?" + urlencode({key: str(value) for key, value in fields.items() if value not in {"", 0}})


def grid_page(request: HttpRequest) -> HttpResponse:
    """The guide of a day: thirty channels to a page, by category and name; with `find`, when something is on."""
    _require_view(request)
    zone = zone_named(station().timezone)
    now = int(timezone.now().timestamp())
    asked = _asked(request, zone)
    channels = Channel.objects.order_by("number").filter(Q(name__icontains=asked.name) if asked.name else Q())
    if asked.category:
        channels = channels.filter(category_id=asked.category)
    total = channels.count()
    pages = max(1, -(-total // CHANNELS_PER_PAGE))
    page = min(_page_of(asked, list(channels.values_list("id", flat=True))), pages)
    shown = list(channels[(page - 1) * CHANNELS_PER_PAGE : page * CHANNELS_PER_PAGE])
    day = day_of_zone(asked.day, zone)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Guide",
        "asked": asked,
        "day": day,
        "now": now,
        "today": day.start <= now < day.stop,
        "now_at": (now - day.start) / 60,
        "rows": rows_of(shown, day, now),
        "days": _days(asked, now, zone),
        "pages": [(number, asked.address(page=number), number == page) for number in range(1, pages + 1)],
        "total": total,
        "categories": Category.objects.all(),
        "found": _found(asked, zone, now),
        "sources": _sources(),
        "sources_link": reverse("admin:guide_guidesource_changelist"),
    }
    return TemplateResponse(request, "guide/grid.html", context)


def show_page(request: HttpRequest, channel_id: int, start: int) -> HttpResponse:
    """One show; as a part of the grid when its script asks."""
    _require_view(request)
    channel = Channel.objects.filter(id=channel_id).first()
    show = looking.show_at(channel_id, start)
    if channel is None or show is None:
        raise Http404
    zone = zone_named(station().timezone)
    begins = datetime.fromtimestamp(show.start, zone)
    context = {
        "title": show.title,
        "channel": channel,
        "show": show,
        "when": f"{begins:%A %d %B}, {clock(show.start, zone)} to {clock(show.stop, zone)}",
        "minutes": (show.stop - show.start) // 60,
        "others": _others(channel_id, show.title, int(timezone.now().timestamp()), zone),
        "back": _place(channel_id, show.start, zone),
    }
    if request.headers.get("X-Requested-With") == "fetch":
        return TemplateResponse(request, "guide/show_part.html", context)
    return TemplateResponse(request, "guide/show.html", {**admin.site.each_context(request), **context})


def _asked(request: HttpRequest, zone: ZoneInfo) -> Asked:
    given = request.GET
    at = _number(given.get("at", ""))
    today = timezone.now().astimezone(zone).date()
    try:
        day = date.fromisoformat(given.get("day", ""))
        datetime.combine(day, datetime.min.time()).timestamp()
    except (ValueError, OverflowError):
        day = datetime.fromtimestamp(at, zone).date() if at else today
    return Asked(
        day=day if abs((day - today).days) < 3660 else today,
        category=_number(given.get("category", "")),
        name=given.get("name", "").strip()[:100],
        page=max(1, _number(given.get("page", ""))),
        channel_id=_number(given.get("channel", "")),
        at=at,
        find=given.get("find", "").strip()[:100],
    )


def _page_of(asked: Asked, ids: list[int]) -> int:
    if asked.channel_id in ids:
        return ids.index(asked.channel_id) // CHANNELS_PER_PAGE + 1
    return asked.page


def _days(asked: Asked, now: int, zone: ZoneInfo) -> list[tuple[str, str, bool]]:
    """Yesterday and a week: a word, the address, and whether it is the chosen one."""
    today = datetime.fromtimestamp(now, zone).date()
    days = [today + timedelta(days=step) for step in range(-1, _WEEK + 1)]
    if asked.day not in days:
        days = sorted([*days, asked.day])
    words = {today: "Today", today - timedelta(days=1): "Yesterday", today + timedelta(days=1): "Tomorrow"}
    return [(words.get(one, f"{one:%a} {one.day}"), asked.address(day=one), one == asked.day) for one in days]


def _found(asked: Asked, zone: ZoneInfo, now: int) -> list[tuple[str, str, Found]]:
    """When it is on: words, and the way to it in the grid."""
    if not asked.find:
        return []
    found = looking.search(asked.find, now, now + _AHEAD_DAYS * DAY_S, most=_FOUND)
    return [
        (
            f"{datetime.fromtimestamp(one.show.start, zone):%a %d %b, %H:%M}",
            _place(one.channel_id, one.show.start, zone),
            one,
        )
        for one in found
    ]


def _others(channel_id: int, title: str, now: int, zone: ZoneInfo) -> list[tuple[str, str]]:
    """When shows of this very title come on this channel."""
    found = looking.search(title, now, now + _AHEAD_DAYS * DAY_S, channel_ids=[channel_id], most=_FOUND)
    starts = [one.show.start for one in found if one.show.title == title][:8]
    return [(f"{datetime.fromtimestamp(one, zone):%a %d %b, %H:%M}", _place(channel_id, one, zone)) for one in starts]


def _place(channel_id: int, start: int, zone: ZoneInfo) -> str:
    day = datetime.fromtimestamp(start, zone).date()
    return f"{reverse('guide-grid')}?{urlencode({'day': str(day), 'channel': str(channel_id), 'at': str(start)})}"


def _sources() -> tuple[str, str]:
    """How imports went, in a tone and words."""
    sources = [one for one in GuideSource.objects.all() if one.enabled]
    if not sources:
        return "calm", "No guide source yet"
    failed = [one for one in sources if one.last_ok is False]
    if failed:
        return "warn", f"{failed[0].name}: {failed[0].last_result or 'the last import failed'}"
    last = max((one.last_at for one in sources if one.last_at), default=None)
    told = f"{len(sources)} {'source' if len(sources) == 1 else 'sources'}"
    if last is None:
        return "calm", f"{told}, none imported yet"
    return "good", f"{told}, last import {span((timezone.now() - last).total_seconds())} ago"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


def _require_view(request: HttpRequest) -> None:
    if not request.user.has_perm("guide.view_channelday"):
        raise PermissionDenied
