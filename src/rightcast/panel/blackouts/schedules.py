"""Taking in a provider's schedule (SCTE 224): what it would do, doing it, and giving blackouts out again.

A document is taken in whole or not at all. Each blackout is known again by where it stands in the provider's document
and by the provider's date of it, so that the same document changes nothing a second time. The document itself is kept.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from rightcast.domain.blackouts import Audience, Instead
from rightcast.domain.errors import InvalidInputError, NotFoundError
from rightcast.formats.scte224.elements import parse, serialize
from rightcast.formats.scte224.schedules import Kept, read_schedule
from rightcast.formats.scte224.writing import SLATE, write_schedule
from rightcast.panel.blackouts.models import Blackout, Schedule
from rightcast.panel.blackouts.operations import facts, store
from rightcast.panel.blackouts.queries import listed
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.catalogue.queries import find_channel
from rightcast.panel.operation import operating

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rightcast.formats.scte224.schedules import Medium
    from rightcast.panel.audit.operations import Actor

_MOST = 2000


class Step(enum.StrEnum):
    """What becomes of one blackout of a document."""

    ADD = "add"
    CHANGE = "change"
    SAME = "same"
    OLDER = "older"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One blackout of a document, its channel here, and what becomes of it."""

    kept: Kept
    source: str
    channel_id: int
    channel: str
    instead: Instead
    instead_id: int | None
    step: Step

    @property
    def words(self) -> str:
        """Whom it keeps out."""
        taller = f", pictures over {self.kept.max_height} lines" if self.kept.max_height else ""
        mark, past = self.kept.begins_by, ", the past alone" if self.kept.only_past else ""
        signal = "" if mark is None else f"; begins by {mark.in_words}"
        return self.kept.audience.in_words + taller + past + signal


@dataclass(slots=True)
class Plan:
    """Everything that taking in a document would do. `notes`: what is kept but not done as the provider says."""

    planned: list[Planned] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def count(self, step: Step) -> int:
        """How many blackouts come to that."""
        return sum(one.step is step for one in self.planned)


def plan_import(data: bytes, channels: Mapping[str, str] | None = None) -> Plan:
    """What a document would do; nothing is changed. `channels` names a channel here for a provider's name of a Media.

    Raises InvalidInputError naming line and element, NotFoundError where no channel fits.
    """
    plan = Plan()
    given = {name.casefold(): channel for name, channel in (channels or {}).items()}
    for medium in read_schedule(parse(data)):
        plan.notes.extend(medium.notes)
        if medium.kept:
            _plan_medium(plan, medium, _channel_of(medium, given))
    if len(plan.planned) > _MOST:
        raise InvalidInputError(
            f"The document holds more than {_MOST} blackouts.", remedy="Import it in parts.", field="file"
        )
    return plan


def import_schedule(actor: Actor, data: bytes, channels: Mapping[str, str] | None = None) -> Plan:
    """Take a document in, whole or not at all. Raises like `plan_import`."""
    with operating(actor, "blackouts.add_blackout") as deed:
        plan = plan_import(data, channels)
        digest = sha256(data).hexdigest()
        Schedule.objects.get_or_create(digest=digest, defaults={"imported": deed.now, "body": data})
        for one in plan.planned:
            if one.step not in {Step.ADD, Step.CHANGE}:
                continue
            row = Blackout.objects.filter(source=one.source).first() or Blackout(source=one.source, recorded=deed.now)
            _fill(row, one)
            store(deed, row, [one.channel_id], one.kept.audience)
            sentence = f"took in the blackout {row.name} of a provider's schedule"
            deed.record(f"blackout.{one.step}", row.id, sentence, document=digest, **facts(row, [one.channel_id]))
    return plan


def export_blackouts(*, everything: bool = False) -> bytes:
    """Blackouts that run or are to come, or all of them, as a document of SCTE 224."""
    now = timezone.now()
    chosen = [one for one in listed() if everything or one.ends is None or one.ends > now]
    names = dict(Channel.objects.values_list("id", "name"))
    issuer = f"station-{sha256(str(settings.STATION.data).encode()).hexdigest()[:8]}.invalid"
    return serialize(write_schedule(chosen, names, issuer=issuer, now=now))


def document(number: int) -> bytes:
    """A provider's document as it was taken in. Raises NotFoundError."""
    row = Schedule.objects.filter(id=number).first()
    if row is None:
        raise NotFoundError(f"There is no imported schedule {number}.", remedy="They are numbered from 1.")
    return bytes(row.body)


def _plan_medium(plan: Plan, medium: Medium, channel: Channel) -> None:
    seen: dict[str, int] = {}
    for kept in medium.kept:
        seen[kept.source] = seen.get(kept.source, 0) + 1
        source = kept.source if seen[kept.source] == 1 else f"{kept.source[:390]}#{seen[kept.source]}"
        instead, instead_id = _instead(plan, kept)
        planned = Planned(
            kept=kept,
            source=source,
            channel_id=channel.id,
            channel=channel.name,
            instead=instead,
            instead_id=instead_id,
            step=Step.ADD,
        )
        plan.planned.append(_judged(planned))
    sources = {one.source for one in plan.planned}
    gone = Blackout.objects.filter(source__startswith=f"{medium.id}|").exclude(source__in=sources)
    for row in gone.filter(Q(ends=None) | Q(ends__gt=timezone.now())):
        plan.notes.append(f"Blackout {row.id} ({row.name}) is no longer named; end it by hand if it is to end.")


def _judged(planned: Planned) -> Planned:
    """With what becomes of it."""
    row = Blackout.objects.filter(source=planned.source).first()
    if row is None:
        return planned
    before, after = _moment(row.source_updated), _moment(planned.kept.updated)
    if before is not None and after is not None:
        step = Step.SAME if after == before else Step.CHANGE if after > before else Step.OLDER
    else:
        step = Step.SAME if _same(row, planned) else Step.CHANGE
    return replace(planned, step=step)


def _same(row: Blackout, planned: Planned) -> bool:
    fresh = Blackout()
    _fill(fresh, planned)
    names = ("name", "starts", "ends", "instead", "instead_channel_id", "max_height", "begins_by", "ends_by",
             "lasts_s", "latest", "only_past", "kept_from", "kept_until")  # fmt: skip
    alike = msgspec.convert(row.audience, Audience) == planned.kept.audience
    return alike and all(getattr(row, name) == getattr(fresh, name) for name in names)


def _fill(row: Blackout, planned: Planned) -> None:
    kept = planned.kept
    row.name, row.starts, row.ends = kept.name, kept.starts, kept.ends
    row.audience = msgspec.to_builtins(kept.audience)
    row.instead, row.instead_channel_id = planned.instead.value, planned.instead_id
    row.max_height, row.source_updated = kept.max_height, kept.updated
    row.begins_by = None if kept.begins_by is None else msgspec.to_builtins(kept.begins_by)
    row.ends_by = None if kept.ends_by is None else msgspec.to_builtins(kept.ends_by)
    row.lasts_s, row.latest = kept.lasts_s, kept.latest
    row.only_past, row.kept_from, row.kept_until = kept.only_past, kept.kept_from, kept.kept_until


def _instead(plan: Plan, kept: Kept) -> tuple[Instead, int | None]:
    """What is shown to those who are kept out; content that nobody here knows is the slate."""
    if not kept.content:
        return Instead.NOTHING, None
    if kept.content.casefold() == SLATE:
        return Instead.SLATE, None
    found = _channels_named([kept.content])
    if len(found) == 1:
        return Instead.CHANNEL, found[0].id
    plan.notes.append(f"Line {kept.line}: Content '{kept.content[:100]}' is no channel here: the slate stands for it.")
    return Instead.SLATE, None


def _channel_of(medium: Medium, given: Mapping[str, str]) -> Channel:
    named = next((given[name.casefold()] for name in medium.names if name.casefold() in given), None)
    if named is not None:
        return find_channel(named)
    found = _channels_named(medium.names)
    if len(found) == 1:
        return found[0]
    what = "fits no channel" if not found else "fits several channels"
    raise NotFoundError(
        f"Line {medium.line}: Media '{medium.id}' {what}.",
        remedy=f"Say which: --map '{medium.names[0]}=NAME'.",
        field="map",
    )


def _channels_named(names: Iterable[str]) -> list[Channel]:
    """Channels of which the name or the guide's id is one of these, the first name that fits any."""
    for name in names:
        found = list(Channel.objects.filter(Q(name__iexact=name) | Q(guide_id__iexact=name)))
        if found:
            return found
    return []


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
