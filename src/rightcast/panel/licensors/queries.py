"""What a licensor may know of its own rights; everything is asked for by right, and rights by licensor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from rightcast.domain.entitlement import SENTENCES, Reason
from rightcast.domain.library import watched_as
from rightcast.domain.rights import RightStatus
from rightcast.domain.suppression import Figures, Told, protect
from rightcast.domain.takedown import Cause, State
from rightcast.panel.console.live import live
from rightcast.panel.licensors.models import LicensorAccount
from rightcast.panel.privacy.queries import retention
from rightcast.panel.rights.models import CarriageRight
from rightcast.panel.rights.queries import state_of, to_record
from rightcast.panel.takedowns.models import Takedown
from rightcast.panel.usage.models import MonthUsage, RefusalRow, SessionRow
from rightcast.panel.usage.names import names_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser, User

    from rightcast.contract.reports import SessionReport
    from rightcast.domain.rights import Bounds

BREACH_DAYS = 30
_BREACHES = frozenset({
    Reason.NO_RIGHT, Reason.RIGHT_NOT_YET, Reason.RIGHT_ENDED, Reason.RIGHT_WITHDRAWN, Reason.OUTSIDE_TERRITORY,
    Reason.PLACE_UNKNOWN, Reason.OUTSIDE_PRESENCE, Reason.DISTRIBUTION, Reason.DEVICE, Reason.PICTURE_TOO_LARGE,
    Reason.PROTECTION_TOO_LOW, Reason.RIGHT_FULL_FOR_LINE, Reason.RIGHT_FULL, Reason.BLACKED_OUT,
    Reason.SESSION_REVOKED, Reason.NOT_RECORDABLE, Reason.NO_DOWNLOAD, Reason.PAST_NOT_GRANTED, Reason.TOO_LONG_AGO,
    Reason.LIVE_ONLY,
})  # fmt: skip
"""What rights bound; wrong passwords and packages are the station's own matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """Sessions on a right at this moment. None: some, but fewer than may be told."""

    total: int | None
    channels: Mapping[str, int | None] = field(default_factory=dict)
    territories: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dark:
    """A takedown of channels or titles of a right: which, since when, until when (None: it lasts), and why."""

    names: str
    since: datetime
    until: datetime | None
    why: str
    stands: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """Something that the station refused or ended on channels of a right, how often; None: too seldom to be told."""

    reason: str
    sentence: str
    count: int | None


def account_of(user: User | AnonymousUser) -> LicensorAccount | None:
    """The account that somebody signed in by; None for everybody else, operators too."""
    if not user.is_authenticated or not user.is_active or user.is_staff:
        return None
    return LicensorAccount.objects.select_related("user").filter(user_id=user.pk).first()


def granted_by(licensor: str) -> list[CarriageRight]:
    """Rights of a licensor, by reference; what was never in force was granted by nobody yet."""
    wanted = _plain(licensor)
    rows = CarriageRight.objects.exclude(status__in=[one.value for one in RightStatus if one.pending]).values_list(
        "id", "licensor"
    )
    ids = [number for number, name in rows if wanted and _plain(name) == wanted]
    return list(CarriageRight.objects.filter(id__in=ids).prefetch_related("channels", "titles", "collections"))


def own_right(account: LicensorAccount, right_id: int) -> CarriageRight | None:
    """The right of this id if it is the account's licensor's."""
    return next((one for one in granted_by(account.licensor) if one.pk == right_id), None)


def bounds_of(right: CarriageRight) -> Bounds:
    """What it demands beyond term and residence."""
    return to_record(right).bounds


def state(right: CarriageRight, now: datetime) -> str:
    """In one word."""
    return state_of(right, now)


def sessions_now(right_ids: Sequence[int]) -> dict[int, Now]:
    """Who watches now under each right, in numbers that name nobody."""
    wanted, smallest = set(right_ids), retention().smallest_count
    running: dict[int, list[SessionReport]] = {number: [] for number in wanted}
    for edge in live().edges:
        for one in edge.sessions:
            if one.right_id in wanted:
                running[one.right_id].append(one)
    everybody = [one for found in running.values() for one in found]
    names = names_of({one.channel_id for one in everybody}, {one.line_id for one in everybody})
    return {
        number: _now(
            found,
            [names.called(one.channel_id) for one in found],
            [names.homes.get(one.line_id) or "-" for one in found],
            smallest,
        )
        for number, found in running.items()
    }


def months_of(right_id: int) -> list[date]:
    """Months in which something was counted, newest first."""
    found = MonthUsage.objects.filter(right_id=right_id).order_by("-month").values_list("month", flat=True)
    return list(dict.fromkeys(found))


def usage_of(right_id: int, month: date) -> tuple[Told[str], Told[str]]:
    """What may be told of a month of a right: the total with its channels, and with its territories."""
    smallest = retention().smallest_count
    rows = list(MonthUsage.objects.filter(right_id=right_id, month=month))
    total = next((_figures(row) for row in rows if not row.channel_id and not row.territory), Figures())
    channels = {row.channel or f"channel {row.channel_id}": _figures(row) for row in rows if row.channel_id}
    territories = {row.territory: _figures(row) for row in rows if row.territory}
    return protect(total, channels, smallest), protect(total, territories, smallest)


def breaches_of(right: CarriageRight, now: datetime, days: int = BREACH_DAYS) -> list[Breach]:
    """What was refused on channels of a right, and what was ended under it, in the last days; most often first."""
    smallest, since = retention().smallest_count, now - timedelta(days=days)
    counts: Counter[str] = Counter()
    watched = [one.pk for one in right.channels.all()] + [watched_as(one.pk) for one in right.titles.all()]
    refused = RefusalRow.objects.filter(channel_id__in=watched, began__gte=since)
    counts.update(dict(refused.order_by().values_list("reason").annotate(total=Sum("count"))))
    ended = SessionRow.objects.filter(stands__right_id=right.pk, ended__gte=since).order_by()
    for reason, count in ended.values_list("reason").annotate(total=Count("id", distinct=True)):
        counts[reason] = max(counts[reason], count)  # an end by a decision is counted as a refusal as well
    known = {one.value: SENTENCES[one] for one in _BREACHES}
    return [
        Breach(reason=reason, sentence=known[reason], count=count if count >= smallest else None)
        for reason, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if reason in known
    ]


def darkened(right: CarriageRight, now: datetime, days: int = BREACH_DAYS) -> list[Dark]:
    """Takedowns of what a right covers that stood in the last days, newest first; of others' channels nothing."""
    channels = {one.pk: one.name for one in right.channels.all()}
    titles = {one.pk: one.name for one in right.titles.all()}
    since = now - timedelta(days=days)
    found = []
    for row in Takedown.objects.exclude(lifted__lt=since).exclude(expires__lt=since):
        names = [channels[one] for one in row.channel_ids if one in channels]
        names += [titles[one] for one in row.title_ids if one in titles]
        if not (row.channel_ids or row.title_ids or row.line_ids):
            names = ["everything"]
        if names:
            ends = [one for one in (row.lifted, row.expires) if one is not None]
            state = row.state(now)
            found.append(
                Dark(
                    names=", ".join(names),
                    since=row.begins,
                    until=min(ends, default=None),
                    why=Cause(row.cause).in_words,
                    stands=state is State.IN_FORCE,
                )
            )
    return found


def _now(found: Sequence[SessionReport], channels: Sequence[str], places: Sequence[str], smallest: int) -> Now:
    def by(names: Sequence[str]) -> dict[str, Figures]:
        lines: dict[str, set[int]] = {}
        for one, name in zip(found, names, strict=True):
            lines.setdefault(name, set()).add(one.line_id)
        counts = Counter(names)
        return {name: Figures(sessions=counts[name], lines=len(lines[name])) for name in sorted(counts)}

    if not found:
        return Now(total=0)
    total = Figures(sessions=len(found), lines=len({one.line_id for one in found}))
    told = protect(total, by(channels), smallest), protect(total, by(places), smallest)
    return Now(
        total=told[0].total.sessions if told[0].total else None,
        channels={name: one.sessions if one else None for name, one in told[0].parts.items()},
        territories={name: one.sessions if one else None for name, one in told[1].parts.items()},
    )


def _figures(row: MonthUsage) -> Figures:
    return Figures(sessions=row.sessions, seconds=row.seconds, peak=row.peak, lines=row.lines)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def smallest_told() -> int:
    """Figures about fewer lines are hidden."""
    return retention().smallest_count
