"""Reading carriage rights: as domain records, as lists, and what they cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from rightcast.domain import rights as domain
from rightcast.domain.errors import NotFoundError
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.rights.models import CarriageRight
from rightcast.panel.rights.subscribing import newest_line_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime


PENDING = tuple(one.value for one in domain.RightStatus if one.pending)


def to_record(
    right: CarriageRight, channel_ids: Iterable[int] | None = None, *, newest: int = 0
) -> domain.CarriageRight:
    """The right as every plane knows it; prefetch `channels` when reading many.

    `channel_ids` stands in for what it covers when only these are asked about. `newest`: the newest line that it is
    for, 0: it is for all.
    """
    covered = (channel.id for channel in right.channels.all()) if channel_ids is None else channel_ids
    return domain.CarriageRight(
        id=right.id,
        reference=right.reference,
        licensor=right.licensor,
        instrument=domain.Instrument(right.instrument),
        status=domain.RightStatus(right.status),
        channel_ids=tuple(sorted(covered)),
        territories=tuple(right.territories),
        starts=right.starts,
        ends=right.ends,
        later=domain.Later(
            start_over=right.start_over,
            catchup_h=right.catchup_h,
            recordings=domain.Copies(right.recordings),
            recording_days=right.recording_days,
            download=right.download,
        ),
        title_ids=tuple(sorted(title.id for title in right.titles.all())),
        collection_ids=tuple(sorted(collection.id for collection in right.collections.all())),
        bounds=msgspec.convert(right.bounds, domain.Bounds),
        newest_line_id=newest,
    )


def right_records(keys: Sequence[int]) -> dict[int, domain.CarriageRight]:
    """Records of those rights that were in force once: what waits for approval stays in the panel."""
    now = timezone.now()
    rights = _with_channel_ids().filter(id__in=keys).exclude(status__in=PENDING)
    return {right.id: to_record(right, newest=newest_line_id(right, now)) for right in rights}


def right_ids() -> list[int]:
    """Of all that were in force once, oldest first."""
    return list(CarriageRight.objects.exclude(status__in=PENDING).order_by("id").values_list("id", flat=True))


def rights_of(channel_id: int) -> list[domain.CarriageRight]:
    """Every right recorded for a channel, as far as it concerns that channel."""
    now = timezone.now()
    rights = CarriageRight.objects.filter(channels=channel_id)
    return [to_record(right, (channel_id,), newest=newest_line_id(right, now)) for right in rights]


def rights_of_title(title_id: int, collection_id: int) -> list[domain.CarriageRight]:
    """Every right recorded for a title or for the collection that it is in, without the channels it covers."""
    rights = CarriageRight.objects.filter(Q(titles=title_id) | Q(collections=collection_id)).distinct()
    return [to_record(right, ()) for right in rights.order_by("id").prefetch_related("titles", "collections")]


def covered_ids(channel_ids: Iterable[int] | None = None) -> set[int]:
    """Those channels for which at least one right was in force once (None: of all)."""
    through = CarriageRight.channels.through.objects.exclude(carriageright__status__in=PENDING)
    if channel_ids is not None:
        through = through.filter(channel_id__in=list(channel_ids))
    return set(through.values_list("channel_id", flat=True))


def in_force_ids(now: datetime) -> set[int]:
    """Ids of the channels for which a right is in force."""
    through = CarriageRight.channels.through.objects.filter(
        Q(carriageright__ends=None) | Q(carriageright__ends__gt=now),
        carriageright__status=domain.RightStatus.ACTIVE.value,
        carriageright__starts__lte=now,
    )
    return set(through.values_list("channel_id", flat=True))


def find_right(named: str | int) -> CarriageRight:
    """The right of this id or reference. Raises NotFoundError."""
    text = str(named).strip()
    right = CarriageRight.objects.filter(reference=text).first()
    if right is None and text.isdecimal():
        right = CarriageRight.objects.filter(id=int(text)).first()
    if right is None:
        raise NotFoundError(f"There is no carriage right '{text}'.", remedy="List them with `rightcast right list`.")
    return right


def ending_before(moment: datetime, now: datetime) -> list[CarriageRight]:
    """Active rights in force now that end before `moment`, soonest first."""
    return list(
        CarriageRight.objects.filter(
            status=domain.RightStatus.ACTIVE.value, starts__lte=now, ends__gt=now, ends__lt=moment
        ).order_by("ends")
    )


def state_of(right: CarriageRight, now: datetime) -> str:
    """In a word: draft, evidence, approved, suspended, withdrawn, upcoming, in force or ended."""
    if right.status != domain.RightStatus.ACTIVE.value:
        return right.status
    if now < right.starts:
        return "upcoming"
    return "in force" if right.ends is None or now < right.ends else "ended"


def _with_channel_ids() -> QuerySet[CarriageRight]:
    channels = Prefetch("channels", Channel.objects.only("id").order_by("id"))
    return CarriageRight.objects.prefetch_related(channels, "titles", "collections")
