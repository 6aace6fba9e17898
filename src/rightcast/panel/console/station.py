"""The Station page: is all well, what needs somebody, what to do first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from rightcast.domain.findings import SubjectKind
from rightcast.domain.sources import redact
from rightcast.panel.alarms.queries import open_rows
from rightcast.panel.alarms.showing import alarm_lines
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.catalogue.models import Channel, Package
from rightcast.panel.catalogue.queries import ChannelState, state_of
from rightcast.panel.console.live import Live, live
from rightcast.panel.console.numbers import codecs, rate, size, span, until
from rightcast.panel.lines.models import Line
from rightcast.panel.publish.publisher import station_feed
from rightcast.panel.rights.queries import covered_ids, ending_before, in_force_ids
from rightcast.panel.takedowns.models import Takedown
from rightcast.panel.takedowns.queries import dark_channels

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from rightcast.contract.reports import ChannelReport, EdgeReport
    from rightcast.panel.alarms.showing import AlarmLine

SHOWN_CHANNELS = 60
SHOWN_NEEDS = 8
SOON = timedelta(days=30)
TONES = {"on_air": "good", "starting": "calm", "idle": "calm", "silent": "bad", "failed": "bad"}
WORDS = {"on_air": "on air", "idle": "ready"}
TAKEN_DOWN = "taken down"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelLine:
    """One row of the table of channels. `tone` is good, calm, warn or bad."""

    link: str
    number: int
    name: str
    tone: str
    state: str
    since: str
    detail: str
    picture: str
    bitrate: str
    viewers: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeLine:
    """One row of the table of edges."""

    name: str
    tone: str
    revision: str
    heard: str
    viewers: int
    sent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Something that wants a person: what, why, and where to go."""

    tone: str
    title: str
    detail: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of the first steps of a new station."""

    done: bool
    title: str
    detail: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything the Station page shows."""

    tone: str
    sentence: str
    last_change: str
    needs: list[Need]
    ends_soon: list[Need]
    channels: list[ChannelLine]
    more_channels: int
    edges: list[EdgeLine]
    steps: list[Step]
    totals: list[tuple[str, str]]
    not_understood: int = 0


def station_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the index page of the console."""
    context.update({"title": "Station", "station": overview(request), "live_address": reverse("station-live")})
    return context


def live_fragment(request: HttpRequest) -> HttpResponse:
    """The part of the Station page that is swapped in place every few seconds."""
    return TemplateResponse(request, "console/station_live.html", {"station": overview(request)})


def overview(request: HttpRequest) -> Overview:
    """The present picture, for what the user may see."""
    now = timezone.now()
    picture = live()
    allowed = in_force_ids(now)
    channels = list(Channel.objects.prefetch_related("sources").order_by("number")[:SHOWN_CHANNELS])
    covered = covered_ids([channel.id for channel in channels])
    total = Channel.objects.count()
    wanted = len(set(Channel.objects.filter(wanted=True).values_list("id", flat=True)) & allowed)
    steps = _steps(total, bool(allowed))
    tone, sentence = _headline(picture, wanted)
    dark = dark_channels(now)
    if dark:
        sentence += f" · {len(dark):,} taken down"
    last = AuditRow.objects.order_by("-id").first()
    return Overview(
        tone=tone,
        sentence=sentence,
        last_change="" if last is None else until(last.at, now),
        needs=_needs(picture, wanted, now),
        ends_soon=[
            Need(
                tone="warn",
                title=right.reference,
                detail=f"{right.licensor} · ends {until(right.ends, now)}",
                link=reverse("admin:rights_carriageright_change", args=[right.id]),
            )
            for right in ending_before(now + SOON, now)[:8]
        ],
        channels=[_channel_line(one, picture, Known(now, covered, allowed, dark)) for one in channels],
        more_channels=max(0, total - SHOWN_CHANNELS),
        edges=[_edge_line(edge, now) for edge in picture.edges],
        steps=[] if all(step.done for step in steps) else steps,
        totals=_totals(picture, total),
        not_understood=sum(len(edge.unknown) for edge in picture.edges),
    )


def _headline(picture: Live, wanted: int) -> tuple[str, str]:
    if not picture.headends:
        return ("warn" if wanted else "calm"), "Off air: no headend is running."
    on_air = sum(1 for one in picture.channels.values() if one.state == "on_air")
    ready = sum(1 for one in picture.channels.values() if one.state == "idle")
    ready += sum(headend.more_idle for headend in picture.headends)
    failing = sum(1 for one in picture.channels.values() if one.state in {"silent", "failed"})
    sentence = f"On air: {on_air:,} of {wanted - ready:,} channels"
    if ready:
        sentence += f" · {ready:,} ready on demand"
    viewers = picture.viewers
    sentence += f" · {viewers:,} viewer{'' if viewers == 1 else 's'}"
    past = sum(1 for edge in picture.edges for one in edge.sessions if one.past)
    if past:
        sentence += f", {past:,} of the past"
    return ("bad" if failing else "good" if on_air else "calm"), sentence


def _totals(picture: Live, total: int) -> list[tuple[str, str]]:
    arriving = sum(one.bitrate_bps for one in picture.channels.values())
    leaving = sum(
        picture.channels[one.channel_id].bitrate_bps
        for edge in picture.edges
        for one in edge.sessions
        if one.channel_id in picture.channels
    )
    used = sum(one.ring_bytes for one in picture.headends)
    budget = sum(one.ring_budget_bytes for one in picture.headends)
    return [
        ("Channels", f"{total:,}"),
        ("Lines", f"{Line.objects.count():,}"),
        ("Arriving", rate(arriving)),
        ("To viewers", rate(leaving)),
        (f"Ring of {size(budget)}" if budget else "Ring", size(used) if picture.headends else "—"),
    ]


def _needs(picture: Live, wanted: int, now: datetime) -> list[Need]:
    """Alarms first; then what is seen to be wrong now and is no alarm yet, or never will be while nobody watches."""
    needs = []
    alarmed = {(row.subject_kind, row.subject_id) for row in open_rows()}
    planes = ((SubjectKind.HEADEND, picture.headends), (SubjectKind.EDGE, picture.edges))
    for kind, processes in planes:
        if wanted and not processes and (kind.value, "0") not in alarmed:
            detail = "channels are wanted on air; start the station with `rightcast serve`"
            needs.append(Need(tone="bad", title=f"No {kind.value} is running", detail=detail, link=""))
    if picture.headends and not picture.watches:
        detail = "the jobs process does not report, so no alarm is raised or told; its log says why"
        needs.append(Need(tone="bad", title="Nobody watches for alarms", detail=detail, link=reverse("alarms")))
    failing = (one for one in picture.channels.values() if one.state in {"silent", "failed"})
    needs += [_need_of(one, now) for one in failing if (SubjectKind.CHANNEL.value, str(one.id)) not in alarmed]
    latest = station_feed().latest()
    for edge in picture.edges:
        behind = now.timestamp() - edge.heard
        is_behind = behind > 30 or edge.revision < latest - 1000
        if is_behind and (SubjectKind.EDGE.value, str(edge.edge)) not in alarmed:
            title = f"Edge {edge.edge + 1} is behind"
            detail = f"heard from the panel {span(behind)} ago, revision {edge.revision} of {latest}"
            needs.append(Need(tone="warn", title=title, detail=detail, link=""))
    return [*_alarm_needs(now), *needs][:SHOWN_NEEDS]


def _alarm_needs(now: datetime) -> list[Need]:
    """Open alarms that nobody has seen; what a cause explains is told by its cause."""
    rows = open_rows().filter(cause=None, seen_at=None, quiet=False)[:SHOWN_NEEDS]
    return [
        Need(
            tone=line.tone,
            title=f"{line.subject}: {line.title}",
            detail=" · ".join(filter(None, (f"for {line.age}", line.detail, _explains(line)))),
            link=line.link,
        )
        for line in alarm_lines(rows, now)
    ]


def _explains(line: AlarmLine) -> str:
    many = len(line.hides) + line.more_hidden
    return f"explains {many} more" if many else ""


def _need_of(report: ChannelReport, now: datetime) -> Need:
    since = span(now.timestamp() - report.since)
    return Need(
        tone="bad",
        title=f"{report.name}: {report.state}",
        detail=f"for {since} · {report.detail or redact(report.source)}",
        link=reverse("admin:catalogue_channel_change", args=[report.id]),
    )


def _channel_line(channel: Channel, picture: Live, known: Known) -> ChannelLine:
    report = picture.channels.get(channel.id)
    tone, state, since, detail = channel_standing(channel, report, known)
    sources = [redact(source.url) for source in channel.sources.all()]
    return ChannelLine(
        link=reverse("admin:catalogue_channel_change", args=[channel.id]),
        number=channel.number,
        name=channel.name,
        tone=tone,
        state=state,
        since=since,
        detail=detail,
        picture=" ".join(filter(None, (report.resolution, codecs(report.codecs)))) if report else "",
        bitrate=rate(report.bitrate_bps) if report and report.bitrate_bps else "",
        viewers=picture.viewers_of(channel.id),
        source=sources[0] if sources else "",
    )


@dataclass(frozen=True, slots=True)
class Known:
    """Of all channels at a moment: which have a right recorded, which one in force, and what takedown darkens them."""

    now: datetime
    covered: Collection[int]
    allowed: Collection[int]
    dark: Mapping[int, Takedown]


def channel_standing(channel: Channel, report: ChannelReport | None, known: Known) -> tuple[str, str, str, str]:
    """Tone, state, how long it lasts and what there is to say, of a channel beside its report.

    What the headend still makes of a channel that was taken down reaches nobody, and that comes before all else.
    """
    now = known.now
    takedown = known.dark.get(channel.id)
    if takedown is not None:
        detail = f"takedown {takedown.pk}: nobody may watch it until the takedown is lifted or expires"
        return "calm", TAKEN_DOWN, span((now - takedown.begins).total_seconds()), detail
    state = state_of(channel, known.covered)
    if state is not ChannelState.PUBLISHED:
        return "calm", state.value, "", ""
    if channel.id not in known.allowed:
        return "warn", "no right in force", "", "a right is recorded, but none is in force now"
    if report is None:
        return "calm", "not running", "", ""
    since = datetime.fromtimestamp(report.since, UTC)
    word = WORDS.get(report.state, report.state)
    return TONES.get(report.state, "calm"), word, span((now - since).total_seconds()), report.detail


def _edge_line(edge: EdgeReport, now: datetime) -> EdgeLine:
    behind = now.timestamp() - edge.heard
    latest = station_feed().latest()
    return EdgeLine(
        name=f"Edge {edge.edge + 1}",
        tone="good" if behind < 30 else "warn",
        revision=f"{edge.revision:,}" if edge.revision >= latest else f"{edge.revision:,} of {latest:,}",
        heard=f"{span(behind)} ago",
        viewers=len(edge.sessions),
        sent=size(edge.bytes_sent),
    )


def _steps(channels: int, carried: bool) -> list[Step]:
    return [
        Step(
            done=channels > 0,
            title="Add a channel",
            detail="A name and where its signal comes from: UDP, RTP, HTTP, HLS, SRT, RTMP, RTSP, a file.",
            link=reverse("admin:catalogue_channel_add"),
        ),
        Step(
            done=carried,
            title="Record the right to carry it",
            detail="Own production, a contract, a licence. Without one in force nothing is carried.",
            link=reverse("admin:rights_carriageright_add"),
        ),
        Step(
            done=Package.objects.exists(),
            title="Put it into a package",
            detail="A lineup gives channels their numbers; a package is one or more lineups.",
            link=reverse("admin:catalogue_lineup_add"),
        ),
        Step(
            done=Line.objects.exists(),
            title="Give a viewer a line",
            detail="A name and a secret that any IPTV app understands.",
            link=reverse("admin:lines_line_add"),
        ),
    ]
