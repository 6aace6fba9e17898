"""What would change if a right ended now: a dry run that writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from rightcast.domain.lineup import LineStatus
from rightcast.domain.recordings import KEPT
from rightcast.domain.rights import Copies, RightStatus
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.console.live import live
from rightcast.panel.lines.models import Line
from rightcast.panel.recordings.models import Recording
from rightcast.panel.rights.models import CarriageRight
from rightcast.panel.rights.queries import to_record
from rightcast.panel.rights.writing import covered

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from rightcast.domain import rights as domain


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What stops. `dark`: channels that nothing else carries; `lines`: that have one of them in a package.

    `sessions`: that stand on the right now. `catchup`: (channel, hours that can be watched back now, hours then).
    `narrower`: channels that stay on air, in fewer territories. `titles`: of the library that nothing else covers.
    """

    reference: str
    dark: tuple[str, ...]
    lines: int
    sessions: int
    recordings: int
    catchup: tuple[tuple[str, int, int], ...]
    narrower: tuple[tuple[str, tuple[str, ...]], ...]
    titles: int

    @property
    def nothing(self) -> bool:
        """Whether nobody would notice."""
        return not (self.dark or self.sessions or self.recordings or self.catchup or self.narrower or self.titles)


def if_ended(right: CarriageRight, now: datetime) -> Ending:
    """The dry run; a right that is not in force changes nothing."""
    record = to_record(right, covered(right))
    channels = (
        {one.pk: one for one in Channel.objects.filter(id__in=record.channel_ids)} if record.in_force(now) else {}
    )
    others = _others(right, channels, now)
    dark = [number for number in channels if not others[number]]
    return Ending(
        reference=right.reference,
        dark=tuple(str(channels[number]) for number in dark),
        lines=Line.objects.filter(status=LineStatus.ACTIVE.value, packages__lineups__entries__channel__in=dark)
        .distinct()
        .count(),
        sessions=sum(1 for edge in live().edges for one in edge.sessions if one.right_id == right.pk),
        recordings=_recordings(record, channels, others),
        catchup=tuple(
            (str(channel), record.later.catchup_h, left)
            for number, channel in channels.items()
            if (left := max((one.later.catchup_h for one in others[number]), default=0)) < record.later.catchup_h
        ),
        narrower=tuple(
            (str(channel), lost)
            for number, channel in channels.items()
            if others[number] and (lost := _lost(record, others[number]))
        ),
        titles=_titles(record, now) if record.in_force(now) else 0,
    )


def _others(right: CarriageRight, channels: dict[int, Channel], now: datetime) -> dict[int, list[domain.CarriageRight]]:
    """The other rights in force that cover each channel."""
    found: dict[int, list[domain.CarriageRight]] = {number: [] for number in channels}
    rows = _in_force(now).filter(channels__in=list(channels)).exclude(id=right.pk).distinct()
    pairs: dict[int, list[int]] = {}
    through = CarriageRight.channels.through.objects.filter(channel__in=list(channels), carriageright__in=rows)
    for right_id, channel_id in through.values_list("carriageright_id", "channel_id"):
        pairs.setdefault(right_id, []).append(channel_id)
    for other in rows.prefetch_related("titles", "collections"):
        record = to_record(other, pairs.get(other.pk, ()))
        for number in record.channel_ids:
            found[number].append(record)
    return found


def _in_force(now: datetime) -> QuerySet[CarriageRight]:
    active = CarriageRight.objects.filter(status=RightStatus.ACTIVE.value, starts__lte=now)
    return active.filter(Q(ends=None) | Q(ends__gt=now))


def _recordings(
    record: domain.CarriageRight, channels: dict[int, Channel], others: dict[int, list[domain.CarriageRight]]
) -> int:
    if record.later.recordings is Copies.NONE:
        return 0
    lost = [number for number in channels if all(one.later.recordings is Copies.NONE for one in others[number])]
    return Recording.objects.filter(channel__in=lost, status__in=[one.value for one in KEPT]).count()


def _lost(record: domain.CarriageRight, others: Sequence[domain.CarriageRight]) -> tuple[str, ...]:
    return tuple(code for code in record.territories if not any(one.covers_territory(code) for one in others))


def _titles(record: domain.CarriageRight, now: datetime) -> int:
    others = _in_force(now).exclude(id=record.id)
    kept = set(others.filter(titles__in=record.title_ids).values_list("titles", flat=True))
    return len(set(record.title_ids) - kept)
