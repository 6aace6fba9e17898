"""The Wall: every channel as a small live picture, faults in front, for the operator's screen and the control room's.

The page asks for the present picture every two seconds as JSON and changes only what changed; nothing jumps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from rightcast.domain.findings import SubjectKind
from rightcast.domain.lineup import ChannelKind
from rightcast.panel.alarms.queries import open_rows
from rightcast.panel.alarms.showing import AlarmLine, alarm_lines
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.console.live import Live, live
from rightcast.panel.console.numbers import rate, span
from rightcast.panel.console.pictures import thumbnail_address
from rightcast.panel.console.station import Known, channel_standing
from rightcast.panel.rights.queries import covered_ids, in_force_ids
from rightcast.panel.takedowns.queries import dark_channels

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from rightcast.contract.reports import PictureReport

SHOWN = 400
"""Tiles of a wall; of more channels the first by number, and every one with a fault."""
METER_FLOOR_DBFS = -60.0
_FAULTS = {"bad": 0, "warn": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One channel. `tone` is bad, warn, good or calm; `level`, `peak` are 0 to 100, None without a sound heard.

    `since` is how long the state lasts, `age` how old the picture is; `fault` is what is wrong, "" for nothing.
    """

    id: int
    link: str
    number: int
    name: str
    radio: bool
    tone: str
    state: str
    since: str
    fault: str
    picture: str
    age: str
    bitrate: str
    viewers: int
    level: int | None
    peak: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """All tiles, faults first, then by number. `more`: channels that are not shown."""

    tone: str
    sentence: str
    tiles: list[Tile]
    more: int


@dataclass(frozen=True, slots=True)
class _Moment:
    """What is known of all channels: reports, alarms, viewers, and what the records say."""

    live: Live
    alarms: Mapping[int, AlarmLine]
    viewers: Counter[int]
    known: Known


def wall_page(request: HttpRequest) -> HttpResponse:
    """The page around the tiles; `?kiosk=1` without the console's frame, for a monitor on a wall."""
    _may(request)
    kiosk = request.GET.get("kiosk") == "1"
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Wall",
        "kiosk": kiosk,
        "now": reverse("wall-now"),
        "empty": not Channel.objects.exists(),
    }
    return TemplateResponse(request, "console/wall_kiosk.html" if kiosk else "console/wall.html", context)


def wall_now(request: HttpRequest) -> HttpResponse:
    """What the tiles show at this moment."""
    _may(request)
    return JsonResponse(asdict(wall()), headers={"Cache-Control": "no-store"})


def wall() -> Wall:
    """The present picture of the channels that are wanted on air."""
    now, picture = timezone.now(), live()
    alarms = _alarms(now)
    wanted = Channel.objects.filter(wanted=True)
    total = wanted.count()
    faulty = {one.id for one in picture.channels.values() if one.state in {"silent", "failed"}} | alarms.keys()
    shown = {one.id: one for one in wanted.order_by("number")[:SHOWN]}
    shown |= {one.id: one for one in wanted.filter(id__in=sorted(faulty - shown.keys())[:SHOWN])}
    viewers = Counter(one.channel_id for edge in picture.edges for one in edge.sessions)
    known = Known(now, covered_ids(list(shown)), in_force_ids(now), dark_channels(now))
    moment = _Moment(picture, alarms, viewers, known)
    tiles = [_tile(one, moment) for one in shown.values()]
    tiles.sort(key=lambda tile: (_FAULTS.get(tile.tone, 2), tile.number))
    tone, sentence = _headline(tiles, picture)
    return Wall(tone=tone, sentence=sentence, tiles=tiles, more=total - len(tiles))


def _may(request: HttpRequest) -> None:
    if not request.user.has_perm("catalogue.view_channel"):
        raise PermissionDenied


def _alarms(now: datetime) -> dict[int, AlarmLine]:
    """The worst open alarm of each channel that nobody has put off."""
    rows = list(open_rows().filter(subject_kind=SubjectKind.CHANNEL.value, quiet=False).order_by("severity", "-since"))
    lines = alarm_lines(rows, now)
    return {int(row.subject_id): line for row, line in zip(rows, lines, strict=True) if row.subject_id.isdigit()}


def _tile(channel: Channel, moment: _Moment) -> Tile:
    report, alarm, now = moment.live.channels.get(channel.id), moment.alarms.get(channel.id), moment.known.now
    tone, state, since, detail = channel_standing(channel, report, moment.known)
    dark = moment.known.dark.get(channel.id)
    picture = None if report is None else report.picture
    faults = [alarm.title] if alarm is not None else [detail] if tone in _FAULTS and detail else []
    faults += _seen(picture, now.timestamp())
    if dark is not None:  # nobody may watch it, so that nothing is a fault, and no picture is shown
        faults = [f"Takedown {dark.pk}"]
    elif alarm is not None and tone not in _FAULTS:
        tone = alarm.tone if alarm.tone in _FAULTS else tone
    elif faults and tone == "good":
        tone = "warn"
    at = 0.0 if picture is None else picture.thumbnail_at
    return Tile(
        id=channel.id,
        link=reverse("admin:catalogue_channel_change", args=[channel.id]),
        number=channel.number,
        name=channel.name,
        radio=channel.kind == ChannelKind.RADIO,
        tone=tone,
        state=state,
        since=since,
        fault=" · ".join(dict.fromkeys(faults)),
        picture=thumbnail_address(report) if channel.id in moment.known.allowed and dark is None else "",
        age=span(now.timestamp() - at) if at else "",
        bitrate=rate(report.bitrate_bps) if report and report.bitrate_bps else "",
        viewers=moment.viewers[channel.id],
        level=_meter(picture.level_dbfs if picture else None),
        peak=_meter(picture.peak_dbfs if picture else None),
    )


def _seen(picture: PictureReport | None, now: float) -> Iterable[str]:
    """What a machine that looks and listens finds wrong now."""
    if picture is None:
        return
    for since, said in (
        (picture.black_since, "black"),
        (picture.frozen_since, "standing still"),
        (picture.silent_since, "silent"),
    ):
        if since:
            yield f"{said} for {span(now - since)}"


def _meter(dbfs: float | None) -> int | None:
    """A level as a share of the meter, which begins at METER_FLOOR_DBFS."""
    if dbfs is None:
        return None
    return round(100 * min(1.0, max(0.0, 1 - dbfs / METER_FLOOR_DBFS)))


def _headline(tiles: list[Tile], picture: Live) -> tuple[str, str]:
    if not picture.headends:
        return ("warn" if tiles else "calm"), "No headend is running; pictures are those of a moment ago or none."
    bad = sum(tile.tone in _FAULTS for tile in tiles)
    if not bad:
        return "good", "All that should run runs."
    worst = "bad" if any(tile.tone == "bad" for tile in tiles) else "warn"
    return worst, f"{bad} channel{'' if bad == 1 else 's'} need{'s' if bad == 1 else ''} a look."
