"""Reading lines: as domain records, by what people type, and why one is refused a channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings
from django.utils import timezone

from rightcast.contract.reports import EdgeReport, RefusalReport
from rightcast.domain import lineup as domain
from rightcast.domain.bounds import reaches_everybody
from rightcast.domain.entitlement import SENTENCES, Allowed, Check, Denied, Question, Reason, examine
from rightcast.domain.errors import NotFoundError
from rightcast.domain.schedule import is_off, zone_named
from rightcast.panel.blackouts.queries import of_channel as blackouts_of
from rightcast.panel.catalogue import queries as catalogue
from rightcast.panel.catalogue.models import Channel, LineupEntry
from rightcast.panel.library.models import Title
from rightcast.panel.lines.models import Line
from rightcast.panel.lines.viewpoint import Viewpoint, standpoint
from rightcast.panel.places.queries import portability_of
from rightcast.panel.rights.queries import rights_of
from rightcast.panel.station.queries import station
from rightcast.panel.takedowns.queries import takedowns_of_channel
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rightcast.domain.rights import CarriageRight

REPORT_AGE_S = 10.0
NOBODY = Viewpoint()
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingTold:
    """A recording of the line that shows the moment that is asked about. `reason` None: it may be watched."""

    id: int
    title: str
    reason: Reason | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The whole chain behind one answer. `refusals` are the line's recent ones, newest first.

    About a title of the library `title` stands instead of `channel`; `past`: the moment of the channel's past.
    `viewer` says what the bounds of rights were held against, "" nothing; `left_aside` what could not be asked then.
    """

    verdict: Allowed | Denied
    checks: tuple[Check, ...]
    line: Line | None
    channel: Channel | None
    at: datetime
    refusals: tuple[RefusalReport, ...] = ()
    viewer: str = ""
    left_aside: str = ""
    title: Title | None = None
    past: datetime | None = None
    recordings: tuple[RecordingTold, ...] = ()

    @property
    def sentence(self) -> str:
        """The verdict in words for the help desk."""
        if isinstance(self.verdict, Denied):
            return self.verdict.sentence
        until = self.verdict.until
        return "It may watch." if until is None else f"It may watch until {until:%Y-%m-%d %H:%M} UTC."


def to_record(line: Line) -> domain.Line:
    """The line as edges know it; prefetch `packages` and `credentials` when reading many."""
    return domain.Line(
        id=line.id,
        name=line.name,
        secret_digest=line.secret_digest,
        status=domain.LineStatus(line.status),
        package_ids=tuple(sorted(package.id for package in line.packages.all())),
        territory=line.territory,
        created=line.created,
        max_sessions=line.max_sessions,
        expires=line.expires,
        sessions_from=line.sessions_from,
        trial=line.trial,
        credentials=tuple(
            domain.Credential(
                id=one.id,
                kind=domain.CredentialKind(one.kind),
                handle=one.handle,
                digest=one.digest,
                device=one.device,
            )
            for one in line.credentials.all()
        ),
        portability=portability_of(line),
    )


def line_records(keys: Sequence[int]) -> dict[int, domain.Line]:
    """Records of those lines that exist."""
    found = Line.objects.filter(id__in=keys).select_related("residence").prefetch_related("packages", "credentials")
    return {line.id: to_record(line) for line in found}


def line_ids() -> list[int]:
    """All lines, oldest first."""
    return list(Line.objects.order_by("id").values_list("id", flat=True))


def find_line(named: str | int) -> Line:
    """The line of this name or id. Raises NotFoundError."""
    text = str(named).strip()
    line = Line.objects.filter(name=text).first()
    if line is None and text.isdecimal():
        line = Line.objects.filter(id=int(text)).first()
    if line is None:
        raise NotFoundError(f"There is no line '{text}'.", remedy="List them with `rightcast line list`.")
    return line


def carried_ids(line: Line) -> frozenset[int]:
    """Ids of the channels in all lineups of the line's packages."""
    entries = LineupEntry.objects.filter(lineup__packages__lines=line)
    return frozenset(entries.order_by().values_list("channel_id", flat=True))


def explain(
    line_named: str | int, channel_named: str | int, now: datetime | None = None, seen: Viewpoint = NOBODY
) -> Explanation:
    """Ask the question an edge would ask, and answer with every link of the chain.

    An unknown line or channel is an answer, not an error. Raises ConflictError when
    `channel_named` fits several channels, InvalidInputError for a viewpoint that cannot be.
    """
    moment = seen.at or now or timezone.now()
    line = one_or_none(find_line, line_named)
    channel = one_or_none(catalogue.find_channel, channel_named)
    reports = edge_reports()
    question = question_of(line, channel, seen, moment, reports)
    verdict, checks = examine(question)
    name = str(line_named) if line is None else line.name
    return Explanation(
        verdict=verdict,
        checks=checks,
        line=line,
        channel=channel,
        at=moment,
        refusals=recent_refusals(name, reports),
        viewer="" if question.stand is None else question.stand.in_words,
        left_aside=left_aside(question.rights, moment) if question.stand is None else "",
    )


def question_of(
    line: Line | None, channel: Channel | None, seen: Viewpoint, moment: datetime, reports: Sequence[EdgeReport] = ()
) -> Question:
    """What an edge would ask; screens in use are those that `reports` tell of, and left aside for another moment."""
    record = None if channel is None else catalogue.to_record(channel)
    return Question(
        line=None if line is None else to_record(line),
        channel=record,
        off=record is not None and _is_off(record, moment),
        carried=frozenset() if line is None else carried_ids(line),
        rights=[] if channel is None else rights_of(channel.id),
        viewer=seen.viewer,
        stand=standpoint(seen, record),
        blackouts=[] if channel is None else blackouts_of(channel.id),
        now=moment,
        published=channel is not None and channel.wanted,
        takedowns=[] if channel is None else takedowns_of_channel(channel.id),
        sessions_in_use=None if line is None or not reports or seen.at else sessions_in_use(line.id, reports),
    )


def left_aside(rights: Sequence[CarriageRight], moment: datetime) -> str:
    """What could not be asked because nobody said where and with what the viewer watches."""
    bounded = [one.reference for one in rights if one.in_force(moment) and not reaches_everybody(one.bounds)]
    if not bounded:
        return ""
    return f"Left aside, for nobody said from where and with what: the bounds of {', '.join(sorted(set(bounded)))}."


def _is_off(channel: domain.Channel, now: datetime) -> bool:
    return is_off(channel.schedule, channel.failover.pick, now, zone_named(station().timezone))


def edge_reports(now: datetime | None = None) -> list[EdgeReport]:
    """What the edges that are alive said last."""
    moment = (now or timezone.now()).timestamp()
    reports = FileReports(settings.STATION.reports).fetch("edge-", EdgeReport)
    return [report for report in reports if moment - report.at < REPORT_AGE_S]


def sessions_in_use(line_id: int, reports: Sequence[EdgeReport]) -> int:
    """How many screens a line uses now, over all edges."""
    return len({one.sid for report in reports for one in report.sessions if one.line_id == line_id})


def recent_refusals(line_name: str, reports: Sequence[EdgeReport]) -> tuple[RefusalReport, ...]:
    """What edges refused to a line lately, newest first."""
    mine = [one for report in reports for one in report.recent_refusals if one.line == line_name]
    return tuple(sorted(mine, key=lambda one: one.at, reverse=True))


def sentence_of(reason: str) -> str:
    """A reason code in words; the code itself when a newer edge said one unknown here."""
    return SENTENCES[Reason(reason)] if reason in set(Reason) else reason


def one_or_none(find: Callable[[str | int], Found], named: str | int) -> Found | None:
    """What is named so; None where nothing is."""
    try:
        return find(named)
    except NotFoundError:
        return None
