"""Pages of the archive: of the station, what is kept of which channel where; of a channel, its days and gaps."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html

from rightcast.domain.errors import RightcastError
from rightcast.domain.schedule import zone_named
from rightcast.panel.archive.days import days_of, gap_lines
from rightcast.panel.archive.operations import erase_archive
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.console.live import live
from rightcast.panel.console.numbers import size, span
from rightcast.panel.desk import actor_of
from rightcast.panel.station.queries import station
from rightcast.state.archive.reel import ReelReader, channel_reel

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from django.http import HttpRequest, HttpResponse

    from rightcast.contract.reports import ArchiveReport, ArchivistReport
    from rightcast.state.archive.records import Gap, KeptFile

SHOWN_GAPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLine:
    """One channel in the table of the archive."""

    link: str
    name: str
    tone: str
    kept: str
    why: str
    since: str
    size: str
    elsewhere: str
    trouble: str


def archive_page(request: HttpRequest) -> HttpResponse:
    """What is kept of all channels, and how much room there is."""
    if not request.user.has_perm("catalogue.view_channel"):
        raise PermissionDenied
    report = next(iter(live().archivists), None)
    now = timezone.now().timestamp()
    found = sorted(report.channels, key=lambda one: -one.bytes) if report is not None else []
    shown = [one for one in found if one.wished_h or one.newest]
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Archive",
        "runs": report is not None,
        "headline": _headline(report, now),
        "totals": _totals(report),
        "used": _used_percent(report),
        "lines": [_line(one, now) for one in shown] if report is not None else [],
        "silent": len(found) - len(shown),
    }
    return TemplateResponse(request, "archive/archive.html", context)


def kept_page(request: HttpRequest, channel_id: int) -> HttpResponse:
    """The days of a channel that are kept, with their gaps; on POST a stretch is erased."""
    channel = Channel.objects.filter(id=channel_id).first()
    if channel is None:
        raise Http404
    if not request.user.has_perm("catalogue.view_channel"):
        raise PermissionDenied
    if request.method == "POST":
        return _erase(request, channel)
    files, gaps = _read(channel_id)
    zone = _zone()
    report = next(
        (one for archivist in live().archivists for one in archivist.channels if one.channel_id == channel_id), None
    )
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": f"{channel}: archive",
        "channel": channel,
        "zone": zone.key,
        "sentence": _sentence(report, bool(files)),
        "tone": _tone(report, timezone.now().timestamp()),
        "size": size(sum(one.bytes for one in files)),
        "elsewhere": size(sum(one.bytes for one in files if one.place)) if any(one.place for one in files) else "",
        "days": days_of(files, gaps, zone),
        "gaps": gap_lines(gaps, zone)[:SHOWN_GAPS],
        "may_erase": request.user.has_perm("catalogue.change_channel") and bool(files),
    }
    return TemplateResponse(request, "archive/kept.html", context)


def kept_link(channel_id: int) -> str:
    """The way to a channel's archive, and what is in it."""
    report = next(
        (one for archivist in live().archivists for one in archivist.channels if one.channel_id == channel_id), None
    )
    words = "Nothing is kept." if report is None or not report.newest else f"{_since(report)} of it, {_bytes(report)}."
    return format_html(
        '<div><a class="rc-link" href="{}">Kept</a> <span class="rc-quiet">{}</span></div>',
        reverse("channel-kept", args=[channel_id]),
        words,
    )


def _erase(request: HttpRequest, channel: Channel) -> HttpResponse:
    zone = _zone()
    start, stop = (parse_datetime(request.POST.get(name, "")) for name in ("start", "stop"))
    if start is None or stop is None:
        messages.error(request, "Name a beginning and an end.")
        return HttpResponseRedirect(reverse("channel-kept", args=[channel.id]))
    try:
        moments = [moment.replace(tzinfo=zone).astimezone(UTC) for moment in (start, stop)]
        erase_archive(actor_of(request), channel.id, start=moments[0], stop=moments[1])
    except RightcastError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "It is erased within seconds; the audit trail says when.")
    return HttpResponseRedirect(reverse("channel-kept", args=[channel.id]))


def _read(channel_id: int) -> tuple[list[KeptFile], list[Gap]]:
    try:
        with closing(ReelReader(channel_reel(settings.STATION.archive_root, channel_id))) as reel:
            return reel.files(), reel.gaps(0, 1e12)
    except sqlite3.Error:  # nothing was ever kept of it
        return [], []


def _zone() -> ZoneInfo:
    return zone_named(station().timezone)


def _headline(report: ArchivistReport | None, now: float) -> tuple[str, str]:
    if report is None:
        return "calm", "The archivist is not running."
    if report.trouble:
        return "bad", f"The archive cannot be written: {report.trouble}"
    if report.moving_trouble:
        return "warn", f"Older files cannot be moved: {report.moving_trouble}"
    kept = sum(1 for one in report.channels if one.kept_h)
    words = f"{kept:,} channel{' is' if kept == 1 else 's are'} kept"
    if report.evicted and now - report.evicted < 3600:
        return "warn", f"{words}; the disk is full, and the oldest hours go before their time."
    return ("good" if kept else "calm"), words


def _totals(report: ArchivistReport | None) -> list[tuple[str, str]]:
    if report is None:
        return []
    found = [
        ("On the first disk", size(report.used_bytes)),
        ("May take there", size(report.allowed_bytes)),
        ("Free on it", size(report.free_bytes)),
    ]
    second, store = (sum(getattr(one, name) for one in report.channels) for name in ("second_bytes", "store_bytes"))
    if second:
        found.append(("On the second disk", size(second)))
    if store:
        found.append(("In the store", size(store)))
    if report.missed:
        found.append(("Segments missed", f"{report.missed:,}"))
    return found


def _used_percent(report: ArchivistReport | None) -> float:
    return min(100.0, 100 * report.used_bytes / report.allowed_bytes) if report and report.allowed_bytes else 0.0


def _line(one: ArchiveReport, now: float) -> KeptLine:
    elsewhere = one.second_bytes + one.store_bytes
    return KeptLine(
        link=reverse("channel-kept", args=[one.channel_id]),
        name=one.channel or f"channel {one.channel_id}",
        tone=_tone(one, now),
        kept=f"{one.kept_h} h" if one.kept_h else "nothing new",
        why=_why(one),
        since=_since(one) if one.newest else "",
        size=size(one.bytes) if one.newest else "",
        elsewhere=size(elsewhere) if elsewhere else "",
        trouble=one.detail,
    )


def _why(one: ArchiveReport) -> str:
    if not one.channel:
        return "the channel is not published"
    if not one.granted_h:
        return "no right in force grants it"
    if not one.wished_h:
        return "none is wished"
    return "as wished" if one.wished_h <= one.granted_h else f"{one.wished_h} h wished, {one.granted_h} h granted"


def _tone(one: ArchiveReport | None, now: float) -> str:
    if one is None or not one.kept_h:
        return "calm"
    if one.detail:
        return "bad"
    return "good" if now - one.newest < 60 else "warn"


def _since(one: ArchiveReport) -> str:
    return span(one.newest - one.oldest)


def _bytes(one: ArchiveReport) -> str:
    return size(one.bytes + one.second_bytes + one.store_bytes)


def _sentence(report: ArchiveReport | None, has_files: bool) -> str:
    if report is None:
        return "The archivist says nothing of this channel." if has_files else "Nothing of this channel is kept."
    if report.detail:
        return f"It cannot be kept at the moment: {report.detail}"
    if report.kept_h:
        late = datetime.now(UTC).timestamp() - report.newest
        behind = f"; nothing came for {span(late)}" if report.newest and late > 60 else ""
        kept = "hour is" if report.kept_h == 1 else f"{report.kept_h} hours are"
        return f"The last {kept} kept ({_why(report)}){behind}."
    return f"Nothing new is kept: {_why(report)}."
