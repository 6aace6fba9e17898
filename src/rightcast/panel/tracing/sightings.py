"""Which networks and players lines are watched from, kept for a week, and which lines that makes worth a look."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Q

from rightcast.domain import sharing as domain
from rightcast.domain.library import watched_as
from rightcast.domain.lineup import LineStatus
from rightcast.domain.places import Networks, place_of
from rightcast.panel.audit.operations import Actor
from rightcast.panel.lines.models import Line
from rightcast.panel.operation import operating
from rightcast.panel.places.queries import networks
from rightcast.panel.takedowns.queries import standing_holds
from rightcast.panel.tracing.models import Sighting, Suspect
from rightcast.state.countries import CountryFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rightcast.contract.reports import EdgeReport, SessionReport

QUIET = timedelta(days=30)
"""For so long a line that was looked at stays away, unless its points grow by `GROWN`."""
GROWN = 20
_LIVE_S = 900.0
_LEAST_NETWORKS, _LEAST_DEVICES = 2, 7
_MOST_LINES = 2_000
_DECIDED = (Suspect.State.CONFIRMED, Suspect.State.DISMISSED)


def country_finder() -> Callable[[str], str]:
    """Tells the country of an address as edges do, "" where it is not known: by networks, then by the file."""
    known, file = Networks(networks()), CountryFile(settings.STATION.country_file)
    file.load()
    return lambda address: place_of(address, known, file.country_of).country


def note_sightings(reports: Iterable[EdgeReport], country_of: Callable[[str], str] | None = None) -> int:
    """Keep what edges say of the sessions that run. Returns how many."""
    find = country_finder() if country_of is None else country_of
    found = [_sighting(one, report.at, find) for report in reports for one in report.sessions]
    rows = {row.sid: row for row in found if row.network}
    Sighting.objects.bulk_create(
        rows.values(), batch_size=500, update_conflicts=True, unique_fields=["sid"], update_fields=["seen"]
    )
    return len(rows)


def weigh_lines(now: datetime) -> int:
    """Look at the lines that were watched of late; returns how many are worth a look."""
    at = now.timestamp()
    lines = Line.objects.in_bulk(_candidates(at))
    seen: dict[int, list[domain.Sighting]] = defaultdict(list)
    for one in Sighting.objects.filter(line_id__in=lines):
        seen[one.line_id].append(
            domain.Sighting(
                started=one.started, seen=one.seen, network=one.network, device=one.device, country=one.country
            )
        )
    known = {row.line_id: row for row in Suspect.objects.all()}
    count = 0
    for line_id, line in lines.items():
        row = known.get(line_id)
        screens = row.screens_before if row is not None and row.screens_before else line.max_sessions
        suspicion = domain.weigh(seen[line_id], screens=screens, now=at)
        count += suspicion.is_worth_a_look
        _keep(line, row, suspicion, now)
    return count


def forget_sightings(now: datetime) -> None:
    """Let go of what is older than a week and no legal hold is about."""
    old = Sighting.objects.filter(seen__lt=now.timestamp() - domain.WEEK_S)
    for hold in standing_holds(now):
        watched = [*hold.channel_ids, *map(watched_as, hold.title_ids)]
        old = old.exclude(line_id__in=hold.line_ids).exclude(channel_id__in=watched)
    old.delete()


def _candidates(at: float) -> list[int]:
    """Lines watched just now, from several networks or with many players in the week: the others weigh nothing."""
    recent = Sighting.objects.filter(seen__gte=at - domain.WEEK_S).order_by().values("line_id")
    counted = recent.annotate(
        networks=Count("network", distinct=True),
        devices=Count("device", distinct=True),
        live=Count("sid", filter=Q(seen__gte=at - _LIVE_S)),
    )
    wanted = counted.filter(Q(networks__gte=_LEAST_NETWORKS) | Q(devices__gte=_LEAST_DEVICES), live__gt=0)
    known = list(Suspect.objects.values_list("line_id", flat=True))
    return [*known, *wanted.values_list("line_id", flat=True)[:_MOST_LINES]]


def _keep(line: Line, row: Suspect | None, suspicion: domain.Suspicion, now: datetime) -> None:
    if row is None:
        if suspicion.is_worth_a_look:
            _tell(Suspect(line=line, since=now), suspicion, now)
        return
    if row.state == Suspect.State.ASKED and line.status != LineStatus.UNCONFIRMED.value:
        row.state, row.decided, row.decided_points = Suspect.State.CONFIRMED, now, row.points
    if row.state == Suspect.State.OPEN and not suspicion.is_worth_a_look:
        row.delete()
        return
    if row.state in _DECIDED and suspicion.is_worth_a_look and _comes_back(row, suspicion, now):
        row.state, row.since, row.decided = Suspect.State.OPEN, now, None
        _tell(row, suspicion, now)
        return
    if row.state == Suspect.State.OPEN or suspicion.is_worth_a_look:
        _set(row, suspicion, now)  # else the grounds of the decision stay
    row.save()


def _comes_back(row: Suspect, suspicion: domain.Suspicion, now: datetime) -> bool:
    grown = suspicion.points >= row.decided_points + GROWN
    return grown or row.decided is None or now - row.decided > QUIET


def _tell(row: Suspect, suspicion: domain.Suspicion, now: datetime) -> None:
    """A line is worth a look: into the trail, with its grounds; nothing happens to it by itself."""
    with operating(Actor.system(), "") as deed:
        _set(row, suspicion, now)
        row.save()
        sentence = f"line {row.line} seems to be shared ({row.points} points)"
        deed.record_of(("line", row.line_id), "sharing.suspect", row.line_id, sentence, grounds=row.grounds)


def _set(row: Suspect, suspicion: domain.Suspicion, now: datetime) -> None:
    row.points, row.weighed = suspicion.points, now
    row.grounds = [[one.sign.value, one.points, one.sentence] for one in suspicion.grounds]


def _sighting(session: SessionReport, at: float, country_of: Callable[[str], str]) -> Sighting:
    player = f"{session.player}|{session.credential_id}".encode()
    return Sighting(
        sid=session.sid,
        line_id=session.line_id,
        channel_id=session.channel_id,
        network=domain.network_of(session.address),
        country=country_of(session.address),
        device=hashlib.blake2b(player, digest_size=8).hexdigest(),
        started=session.opened,
        seen=max(at, session.opened),
    )
