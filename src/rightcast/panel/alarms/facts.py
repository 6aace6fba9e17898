"""From what processes report and what the records want to findings: facts of this moment, without a database.

`Facts` remembers a little between two looks: counters, for only their growth is news, and who had which channel.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from rightcast.domain.findings import Finding, Severity, Subject, SubjectKind
from rightcast.domain.sources import redact
from rightcast.panel.alarms.archive import ArchiveFacts
from rightcast.panel.alarms.ends import EndingRight, Expiry, certificate_findings, right_findings
from rightcast.panel.alarms.growth import Growth
from rightcast.panel.alarms.origins import dependencies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightcast.contract.reports import ArchivistReport, ChannelReport, EdgeReport, HeadendReport, SenderReport

BEHIND_S = 30.0
"""An edge that has not heard from the feed for longer is behind."""
START_S = 20.0
"""A process that was never seen is not missed while a station may still be starting."""
DAMAGE_WINDOW_S = 60.0
DAMAGE_LEAST = 5
"""So many continuity errors within a minute are worth an alarm."""
_STATES = {
    "silent": "channel-silent",
    "failed": "channel-failed",
    "starting": "channel-starting",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A channel that should run always; `sources` are addresses as stored."""

    id: int
    name: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingGuide:
    """A guide source whose refreshes have failed so often in a row."""

    id: int
    name: str
    failures: int
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingNotifier:
    """A notifier whose messages do not arrive."""

    id: int
    name: str
    since: float
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What the records say should be so. `carried`: every channel that a right in force covers, None while unknown."""

    headends: int = 1
    edges: int = 1
    wanted: Mapping[int, Wanted] = field(default_factory=dict)
    carried: frozenset[int] | None = None
    rights: tuple[EndingRight, ...] = ()
    certificates: tuple[Expiry, ...] = ()
    failing: tuple[FailingNotifier, ...] = ()
    guides: tuple[FailingGuide, ...] = ()
    proof: tuple[Finding, ...] = ()
    notices: tuple[Finding, ...] = ()
    replica_max_age_s: float = 86_400.0


@dataclass(frozen=True, slots=True)
class Look:
    """The findings of one moment, and how many channels rest on each dependency."""

    findings: list[Finding]
    resting: Mapping[Subject, int]


class Picture(Protocol):
    """The reports that are fresh."""

    @property
    def headends(self) -> tuple[HeadendReport, ...]:
        """Of headend processes."""

    @property
    def edges(self) -> tuple[EdgeReport, ...]:
        """Of edge processes."""

    @property
    def senders(self) -> tuple[SenderReport, ...]:
        """Of processes that send datagrams."""

    @property
    def archivists(self) -> tuple[ArchivistReport, ...]:
        """Of the process that keeps channels."""


class Facts:
    """Looks at reports and intent, once a second or so."""

    def __init__(self) -> None:
        self._damage: dict[int, Growth] = {}
        self._lost: dict[int, Growth] = {}
        self._failed: dict[int, Growth] = {}
        self._seen: set[Subject] = set()
        self._missed: dict[int, float] = {}
        self._archive = ArchiveFacts()
        self._begun: float | None = None
        self._shards: dict[int, int] = {}

    def look(self, picture: Picture, intent: Intent, now: float) -> Look:
        """What is wrong at `now`, unix seconds. Reports that are too old are left out by the caller."""
        headends, edges = picture.headends, picture.edges
        findings: list[Finding] = []
        resting: Counter[Subject] = Counter()
        reported: set[int] = set()
        for headend in headends:
            findings += self._of_headend(headend, now)
            for report in headend.channels:
                reported.add(report.id)
                self._shards[report.id] = headend.shard
                rests_on = dependencies(_address(report, intent), headend.shard)
                resting.update(rests_on)
                findings += self._of_channel(report, rests_on, intent, now)
        uncounted = any(one.more_failed or one.more_idle for one in headends)
        findings += self._of_processes(headends, edges, intent, now)
        shards = {one.shard for one in headends}
        findings += self._of_missing(intent, reported, shards, resting, now, uncounted=uncounted)
        for edge in edges:
            findings += _of_edge(edge, intent, now)
        for sender in picture.senders:
            findings += self._of_outputs(sender, intent, now)
        findings += self._archive.look(picture.archivists, now)
        findings += right_findings(intent.rights, now)
        findings += certificate_findings(intent.certificates, now)
        findings += [_of_notifier(one) for one in intent.failing]
        findings += [_of_guide(one) for one in intent.guides]
        findings += intent.proof + intent.notices
        self._damage = {number: one for number, one in self._damage.items() if number in reported}
        return Look(findings, resting)

    def _of_headend(self, headend: HeadendReport, now: float) -> Iterator[Finding]:
        subject = headend_subject(headend.shard)
        budget = headend.ring_budget_bytes
        if budget and headend.ring_bytes > budget:
            detail = f"More than {budget / 1e6:,.0f} MB lie in the rings of {subject}."
            yield Finding(subject=subject, kind="ring-full", detail=detail)
        if headend.more_failed:
            detail = f"There is no room in the ring for {headend.more_failed:,} channels."
            yield Finding(subject=subject, kind="ring-full", detail=detail, severity=Severity.CRITICAL)
        lost = self._lost.setdefault(headend.shard, Growth()).seen(headend.datagrams_lost, now, DAMAGE_WINDOW_S)
        if lost:
            yield Finding(subject=subject, kind="datagrams-lost", detail=f"Datagrams for {subject} were dropped.")

    def _of_channel(
        self, report: ChannelReport, rests_on: tuple[Subject, ...], intent: Intent, now: float
    ) -> Iterator[Finding]:
        subject = channel_subject(report.id, report.name)
        yield from _of_state(report, subject, rests_on)
        yield from _of_sources(report, subject)
        if report.state not in {"idle", "failed"} and intent.carried is not None and report.id not in intent.carried:
            detail = "The headend carries it, and no right in force covers it."
            yield Finding(subject=subject, kind="unlicensed-output", detail=detail)
        damage = self._damage.setdefault(report.id, Growth()).seen(report.continuity_errors, now, DAMAGE_WINDOW_S)
        if damage >= DAMAGE_LEAST and report.quality is None:
            detail = f"At least {DAMAGE_LEAST} continuity errors a minute."
            yield Finding(subject=subject, kind="channel-damaged", detail=detail, rests_on=rests_on)
        for found in report.findings:
            yield Finding(
                subject=subject,
                kind=found.kind,
                detail=redact(found.detail),
                since=found.since,
                severity=Severity.of_word(found.severity),
                rests_on=rests_on,
            )

    def _of_processes(
        self, headends: tuple[HeadendReport, ...], edges: tuple[EdgeReport, ...], intent: Intent, now: float
    ) -> Iterator[Finding]:
        """Processes that have stopped reporting, or after a start never began to."""
        self._begun = now if self._begun is None else min(self._begun, now)
        fresh = {*(headend_subject(one.shard) for one in headends), *(edge_subject(one.edge) for one in edges)}
        self._seen |= fresh
        wanted = [headend_subject(shard) for shard in range(intent.headends)]
        wanted += [edge_subject(index) for index in range(intent.edges)]
        for subject in wanted:
            if subject not in fresh and (subject in self._seen or now - self._begun > START_S):
                yield Finding(subject=subject, kind=f"{subject.kind.value}-missing", detail="It has stopped reporting.")

    def _of_outputs(self, sender: SenderReport, intent: Intent, now: float) -> Iterator[Finding]:
        """Addresses that a channel is sent to: without a right, or with datagrams that the network does not take."""
        failed: Counter[int] = Counter()
        names: dict[int, str] = {}
        for one in sender.outputs:
            names[one.channel_id] = one.channel
            failed[one.channel_id] += one.failed
            if one.sent and intent.carried is not None and one.channel_id not in intent.carried:
                detail = "It is sent to addresses, and no right in force covers it."
                yield Finding(
                    subject=channel_subject(one.channel_id, one.channel), kind="unlicensed-output", detail=detail
                )
        for number, many in failed.items():
            if self._failed.setdefault(number, Growth()).seen(many, now, DAMAGE_WINDOW_S):
                subject = channel_subject(number, names[number])
                yield Finding(subject=subject, kind="output-failing", detail="The network does not take its datagrams.")

    def _of_missing(
        self,
        intent: Intent,
        reported: set[int],
        shards: set[int],
        resting: Counter[Subject],
        now: float,
        *,
        uncounted: bool,
    ) -> Iterator[Finding]:
        """Channels that should run and are in no report; while reports only count some, nobody can say which."""
        gone = [shard for shard in range(intent.headends) if shard not in shards]
        for number, wanted in intent.wanted.items():
            if number in reported:
                self._missed.pop(number, None)
                continue
            if uncounted and not gone:
                continue
            since = self._missed.setdefault(number, now)
            if self._begun is None or now - self._begun <= START_S:
                continue
            known = self._shards.get(number)
            missing = (known,) if known is not None and known in gone else tuple(gone)
            rests_on = tuple(headend_subject(shard) for shard in missing)
            if known is not None:
                resting[headend_subject(known)] += 1
            detail = "No headend reports it."
            yield Finding(
                subject=channel_subject(number, wanted.name),
                kind="channel-missing",
                detail=detail,
                since=max(since, self._begun + START_S),
                rests_on=rests_on,
            )


def channel_subject(number: int, name: str) -> Subject:
    """A channel as a subject."""
    return Subject(SubjectKind.CHANNEL, str(number), name)


def headend_subject(shard: int) -> Subject:
    """A headend process as a subject; people count from 1."""
    return Subject(SubjectKind.HEADEND, str(shard), f"Headend {shard + 1}")


def edge_subject(index: int) -> Subject:
    """An edge process as a subject."""
    return Subject(SubjectKind.EDGE, str(index), f"Edge {index + 1}")


def _address(report: ChannelReport, intent: Intent) -> str:
    """Where its signal comes from now, or should; reports show addresses without what is secret, records with it."""
    wanted = intent.wanted.get(report.id)
    sources = wanted.sources if wanted is not None else ()
    place = source_in_use(report)
    if 0 < place <= len(sources):
        return sources[place - 1]
    return sources[0] if sources else report.source


def source_in_use(report: ChannelReport) -> int:
    """The place of the source on air, counting from 1; 0 while none is."""
    word, _, number = report.showing.partition(" ")
    return int(number) if word == "source" and number.isdecimal() else 0


def _of_state(report: ChannelReport, subject: Subject, rests_on: tuple[Subject, ...]) -> Iterator[Finding]:
    kind = _STATES.get(report.state)
    if kind is None:
        return
    if report.showing == "slate" and report.cause != "asked":
        kind = "channel-on-slate"
    yield Finding(subject=subject, kind=kind, detail=redact(report.detail), since=report.since, rests_on=rests_on)


def _of_sources(report: ChannelReport, subject: Subject) -> Iterator[Finding]:
    """Sources that are faulty while another is on air; and rungs that are not made."""
    place = source_in_use(report)
    if report.state == "on_air" and place:
        faulty = [one for one in report.sources if one.state == "faulty"]
        preferred = [f"source {one.place}: {redact(one.fault or one.state)}" for one in faulty if one.place < place]
        reserves = [f"Source {one.place}: {redact(one.fault or one.state)}" for one in faulty if one.place > place]
        if preferred and report.cause != "asked":
            detail = f"Source {place} of {len(report.sources)} is on air: {', '.join(preferred)}."
            yield Finding(subject=subject, kind="channel-on-reserve", detail=detail, since=report.switched)
        if reserves:
            yield Finding(subject=subject, kind="source-faulty", detail=f"{', '.join(reserves)}.")
    failed = [f"{one.name}: {one.note or one.state}" for one in report.renditions if one.state == "failed"]
    if failed:
        yield Finding(subject=subject, kind="rung-failed", detail=redact(" ".join(failed)))


def _of_edge(edge: EdgeReport, intent: Intent, now: float) -> Iterator[Finding]:
    subject = edge_subject(edge.edge)
    if now - edge.heard > BEHIND_S:
        late = now - edge.heard > intent.replica_max_age_s / 2
        detail = "More than half of the time for which it may serve alone is over." if late else ""
        severity = Severity.CRITICAL if late else None
        yield Finding(subject=subject, kind="edge-behind", detail=detail, since=edge.heard, severity=severity)
    if intent.carried is None:
        return
    unlicensed = Counter(one.channel_id for one in edge.sessions if one.channel_id not in intent.carried)
    for number in sorted(unlicensed)[:100]:
        name = intent.wanted[number].name if number in intent.wanted else f"Channel {number}"
        detail = f"{subject} sends it, and no right in force covers it."
        yield Finding(subject=channel_subject(number, name), kind="unlicensed-output", detail=detail)


def _of_notifier(one: FailingNotifier) -> Finding:
    subject = Subject(SubjectKind.NOTIFIER, str(one.id), one.name)
    return Finding(subject=subject, kind="notifier-failing", detail=one.result, since=one.since)


def _of_guide(one: FailingGuide) -> Finding:
    subject = Subject(SubjectKind.GUIDE, str(one.id), one.name)
    return Finding(subject=subject, kind="guide-failing", detail=f"Failed {one.failures} times in a row. {one.result}")
