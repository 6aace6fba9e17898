"""The Sessions page: who watches what from which edge and country, renewed in place, and a session cut short.

The page answers from what the edges reported last; cutting voids the session at every edge within two seconds.
"""

from __future__ import annotations

import csv
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from rightcast.domain.errors import RightcastError
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.console.live import live
from rightcast.panel.console.numbers import rate, span
from rightcast.panel.console.watching import Watcher, Wish, by_country, fitting, sortable, watchers
from rightcast.panel.console.world import HEIGHT, Dot, dots, land
from rightcast.panel.desk import actor_of
from rightcast.panel.tracing.operations import revoke
from rightcast.panel.tracing.sightings import country_finder

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, QueryDict

PAGE = 100
_COUNTRIES_SHOWN = 12
_FINDER_S = 60
_COLUMNS = (
    ("line", "Line"),
    ("channel", "Channel"),
    ("country", "From"),
    ("edge", "Edge"),
    ("player", "Player"),
    ("kind", "As"),
    ("rate", "Rate"),
    ("opened", "For"),
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading: the address that sorts by it, and which way it sorts now: up, down or ""."""

    name: str
    address: str
    sorted: str


@dataclass(frozen=True, slots=True)
class Row:
    """A session in words."""

    watcher: Watcher
    span: str
    rate: str
    opened: str
    past: str


def sessions_page(request: HttpRequest) -> HttpResponse:
    """The table with its filters around it."""
    _may_see(request)
    wish, context = _wish(request.GET), {**admin.site.each_context(request), "title": "Sessions"}
    context |= {
        "wish": wish,
        "live_address": f"{reverse('sessions-live')}?{request.GET.urlencode()}",
        "file_address": f"{reverse('sessions-file')}?{request.GET.urlencode()}",
        "channels": list(Channel.objects.order_by("number").values_list("id", "name")),
        "edges": [str(one.edge) for one in live().edges],
        "kinds": ("endless", "playlist", "past"),
        **_table(request, wish),
    }
    return TemplateResponse(request, "console/sessions.html", context)


def sessions_live(request: HttpRequest) -> HttpResponse:
    """The table alone."""
    _may_see(request)
    return TemplateResponse(request, "console/sessions_live.html", _table(request, _wish(request.GET)))


def sessions_file(request: HttpRequest) -> HttpResponse:
    """All sessions that fit, as CSV."""
    _may_see(request)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="sessions.csv"'
    out = csv.writer(answer)
    out.writerow(("session", "line", "channel", "right", "edge", "as", "address", "country", "player", "opened", "bps"))
    for one in fitting(_all(), _wish(request.GET)):
        opened = datetime.fromtimestamp(one.opened, UTC).isoformat(timespec="seconds")
        told = (one.line, one.channel, one.right_id, one.edge, one.kind, one.address, one.country, one.player)
        out.writerow([_inert(str(value)) for value in (one.sid, *told, opened, round(one.bps))])
    return answer


def cut(request: HttpRequest) -> HttpResponse:
    """POST `sid`, `why`: end a session; its player may open a new one if its line may watch."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    _may_see(request)
    sid = request.POST.get("sid", "")
    watcher = next((one for one in _all() if one.sid == sid), None)
    try:
        if watcher is None:
            messages.info(request, "That session had ended already.")
        else:
            revoke(actor_of(request), sid=sid, why=request.POST.get("why", ""))
            messages.success(
                request,
                f"{watcher.line}'s session on {watcher.channel} is cut within two seconds. "
                "The player may open another; to keep a customer out, disable the line.",
            )
    except RightcastError as error:
        messages.error(request, str(error))
    back = request.POST.get("back", "")
    here = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return HttpResponseRedirect(back if here else reverse("sessions"))


def _may_see(request: HttpRequest) -> None:
    if not request.user.has_perms(("lines.view_line", "catalogue.view_channel")):
        raise PermissionDenied


def _wish(asked: QueryDict) -> Wish:
    channel, sort = asked.get("channel", ""), asked.get("sort", "-opened")
    return Wish(
        words=asked.get("q", "")[:100].strip(),
        edge=asked.get("edge", ""),
        country=asked.get("country", "")[:7],
        channel=int(channel) if channel.isdecimal() and len(channel) < 10 else 0,
        kind=asked.get("as", ""),
        sort=sort if sort.removeprefix("-") in sortable() else "-opened",
    )


def _all() -> list[Watcher]:
    names = dict(Channel.objects.values_list("id", "name"))
    now = time.time()
    return watchers(live(now).edges, names, _finder(int(now // _FINDER_S)), now)


@lru_cache(maxsize=1)
def _finder(_minute: int) -> Callable[[str], str]:
    """Tells countries, each address looked up once a minute: networks and country file may change."""
    return lru_cache(maxsize=50_000)(country_finder())


def _table(request: HttpRequest, wish: Wish) -> dict[str, Any]:
    everybody, now = _all(), time.time()
    found = fitting(everybody, wish)
    lines = {one.line_id for one in found}
    asked = request.GET.get("page", "")
    pages = max(1, -(-len(found) // PAGE))
    page = min(int(asked) if asked.isdecimal() and len(asked) < 6 else 1, pages) or 1
    first = (page - 1) * PAGE
    countries = by_country(fitting(everybody, replace(wish, country="")))
    return {
        "wish": wish,
        "here": f"{reverse('sessions')}?{request.GET.urlencode()}",
        "headings": [_heading(request.GET, name, title, wish.sort) for name, title in _COLUMNS],
        "rows": [_row(one, now) for one in found[first : first + PAGE]],
        "total": len(everybody),
        "lines": len(lines),
        "found": len(found),
        "shown": {"total": f"{len(everybody):,}", "found": f"{len(found):,}", "lines": f"{len(lines):,}"},
        "sum": rate(sum(one.bps for one in found)) if found else "",
        "first": first + 1,
        "last": first + len(found[first : first + PAGE]),
        "before": _address(request.GET, page=str(page - 1)) if page > 1 else "",
        "after": _address(request.GET, page=str(page + 1)) if page < pages else "",
        "countries": [
            (code, count, _address(request.GET, country="" if code == wish.country else code, page=""))
            for code, count in countries[:_COUNTRIES_SHOWN]
        ],
        "more_countries": max(0, len(countries) - _COUNTRIES_SHOWN),
        "land": land(),
        "map_height": HEIGHT,
        "dots": _dots(countries, wish.country, request.GET),
        "may_cut": request.user.has_perm("tracing.add_revocation"),
        "has_filter": wish.narrows,
    }


def _dots(countries: list[tuple[str, int]], chosen: str, asked: QueryDict) -> list[tuple[Dot, str, bool]]:
    return [
        (dot, _address(asked, country="" if dot.code == chosen else dot.code, page=""), dot.code == chosen)
        for dot in dots(dict(countries))
    ]


def _heading(asked: QueryDict, name: str, title: str, sort: str) -> Heading:
    now = {name: "up", f"-{name}": "down"}.get(sort, "")
    return Heading(title, _address(asked, sort=f"-{name}" if now == "up" else name, page=""), now)


def _address(asked: QueryDict, **changed: str) -> str:
    wanted = {key: value for key, value in {**asked.dict(), **changed}.items() if value}
    return f"{reverse('sessions')}?{urlencode(wanted)}"


def _row(one: Watcher, now: float) -> Row:
    def shown(moment: float) -> str:
        return datetime.fromtimestamp(moment, UTC).strftime("%d %b %H:%M:%S UTC")

    return Row(one, span(max(0.0, now - one.opened)), rate(one.bps), shown(one.opened), shown(one.past))


def _inert(value: str) -> str:
    """A value that a spreadsheet takes for text: players name themselves as they like."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
