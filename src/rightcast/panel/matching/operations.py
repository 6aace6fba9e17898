"""Writing about matching: search, accept, refuse, undo. A search never changes what operators decided."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from rightcast.domain.errors import InvalidInputError, NotFoundError
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.guide.models import Assignment, GuideChannel, SourceKind, Who
from rightcast.panel.matching import steps
from rightcast.panel.matching.finding import Match, Ours, Theirs, find
from rightcast.panel.matching.models import MatchStep, Proposal, WithoutGuide
from rightcast.panel.matching.steps import PERMISSION, Wish
from rightcast.panel.station.queries import station

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rightcast.panel.audit.operations import Actor

_SEARCHED = (SourceKind.XMLTV, SourceKind.CSV)
"""Kinds whose channels are to be found; grids, calendars and streams know theirs."""
_BATCH = 500
LONGEST_OFFSET_MIN = 24 * 60


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search found: channels assigned by themselves, and channels with something to decide."""

    assigned: int
    proposed: int
    step: MatchStep | None


def search(actor: Actor) -> Outcome:
    """Look for the guide channels of all channels that have none; certain ones are assigned, others proposed."""
    actor.require(PERMISSION)
    ours, theirs = _ours(), _theirs()
    found = find(ours, theirs, station().territory)
    taken, decided, refused = _settled()
    without = set(WithoutGuide.objects.values_list("channel_id", flat=True))

    def is_open(one: Match) -> bool:
        pair = (one.channel, one.source)
        return (
            one.channel not in without
            and pair not in taken
            and pair not in decided
            and (one.channel, one.row) not in refused
        )

    certain = [one for one in found.certain if is_open(one) and one.score < 100]
    assigned = {one.channel for one in certain}
    wishes = [Wish(one.channel, one.row, (0, one.score, Who.AUTOMATIC.value, False)) for one in certain]
    step = steps.take(actor, f"found the guides of {len(assigned)} channels by their names", wishes)
    searched = {one.source for one in theirs}
    has_one = assigned | {channel for channel, source in taken if source in searched}
    _propose([one for one in found.proposed if is_open(one) and one.channel not in has_one])
    return Outcome(len(assigned), Proposal.objects.values("channel").distinct().count(), step)


def accept(actor: Actor, channel_id: int, guide_channel_id: int, offset_min: int | None = None) -> MatchStep | None:
    """Let a channel have a guide channel because an operator says so; it is the only one of its source then.

    `offset_min` None: as proposed. Raises NotFoundError, InvalidInputError.
    """
    channel, theirs = _channel(channel_id), _guide_channel(guide_channel_id)
    offset = _offset(channel_id, guide_channel_id) if offset_min is None else offset_min
    if abs(offset) > LONGEST_OFFSET_MIN:
        raise InvalidInputError("An offset is at most a day.", remedy="Write minutes such as 60.", field="offset_min")
    wishes = _accepted(channel.id, theirs, offset, 100.0, _assigned_by_source(channel.id))
    step = steps.take(actor, f"let {channel} have the guide of {_named(theirs)}", wishes, without=[(channel.id, False)])
    Proposal.objects.filter(channel=channel).delete()
    return step


def accept_above(actor: Actor, score: float) -> MatchStep | None:
    """Accept the best proposal of every channel whose score is at least this."""
    best = best_above(score)
    had = _assigned_by_source()
    wishes = [
        wish for one in best for wish in _accepted(one.channel_id, one.guide_channel, one.offset_min, one.score, had)
    ]
    step = steps.take(actor, f"accepted {len(best)} proposals with a score of at least {score:g}", wishes)
    for start in range(0, len(best), _BATCH):
        Proposal.objects.filter(channel_id__in=[one.channel_id for one in best[start : start + _BATCH]]).delete()
    return step


def best_above(score: float) -> list[Proposal]:
    """The best proposal of each channel, where it is at least this good and no other is as good."""
    by_channel: dict[int, list[Proposal]] = defaultdict(list)
    for one in Proposal.objects.select_related("guide_channel", "channel").order_by("channel__number", "-score", "id"):
        by_channel[one.channel_id].append(one)
    return [
        rows[0]
        for rows in by_channel.values()
        if rows[0].score >= score
        and not any(one.score == rows[0].score and _same_source(one, rows[0]) for one in rows[1:])
    ]


def refuse(actor: Actor, channel_id: int, guide_channel_id: int) -> MatchStep | None:
    """Say that a channel is not a guide channel; nobody proposes or assigns it again."""
    channel, theirs = _channel(channel_id), _guide_channel(guide_channel_id)
    wish = Wish(channel.id, theirs.id, (0, None, Who.OPERATOR.value, True))
    step = steps.take(actor, f"said that {channel} is not {_named(theirs)}", [wish])
    Proposal.objects.filter(channel=channel, guide_channel=theirs).delete()
    return step


def leave_without(actor: Actor, channel_id: int) -> MatchStep | None:
    """Say that no guide has a channel: what was found by itself goes, and nothing is proposed again."""
    channel = _channel(channel_id)
    had = Assignment.objects.filter(channel=channel, refused=False, guide_channel__source__kind__in=_SEARCHED)
    wishes = [Wish(channel.id, one.guide_channel_id, None) for one in had]
    step = steps.take(actor, f"left {channel} without a guide", wishes, without=[(channel.id, True)])
    Proposal.objects.filter(channel=channel).delete()
    return step


def undo(actor: Actor, step_id: int) -> MatchStep:
    """Undo a step, and search again for what is open then. Raises NotFoundError, ConflictError."""
    step = steps.undo(actor, step_id)
    search(actor)
    return step


def fingerprint() -> str:
    """Another one whenever channels or guide channels have other names, so that a search may find more."""
    digest = hashlib.blake2b(digest_size=16)
    for one in (*_ours(), *_theirs()):
        digest.update(repr(one).encode())
    return digest.hexdigest()


def _ours() -> list[Ours]:
    rows = Channel.objects.order_by("id").values_list("id", "name", "guide_id")
    return [Ours(number, name, guide_id) for number, name, guide_id in rows]


def _theirs() -> list[Theirs]:
    rows = GuideChannel.objects.filter(source__kind__in=_SEARCHED, source__enabled=True).order_by("id")
    return [
        Theirs(row, source, guide_id, tuple(map(str, names)))
        for row, source, guide_id, names in rows.values_list("id", "source_id", "guide_id", "names")
    ]


def _settled() -> tuple[set[tuple[int, int]], set[tuple[int, int]], set[tuple[int, int]]]:
    """Pairs of channel and source that have an assignment, or an operator's; and pairs that are refused."""
    rows = Assignment.objects.values_list(
        "channel_id", "guide_channel__source_id", "guide_channel_id", "who", "refused"
    )
    taken, decided, refused = set(), set(), set()
    for channel_id, source_id, row, who, is_refused in rows:
        if is_refused:
            refused.add((channel_id, row))
            continue
        taken.add((channel_id, source_id))
        if who == Who.OPERATOR:
            decided.add((channel_id, source_id))
    return taken, decided, refused


def _propose(proposed: Iterable[Match]) -> None:
    """Let these be all proposals there are."""
    rows = [
        Proposal(channel_id=one.channel, guide_channel_id=one.row, score=one.score, offset_min=one.offset_min)
        for one in proposed
    ]
    with transaction.atomic():
        Proposal.objects.all().delete()
        Proposal.objects.bulk_create(rows, batch_size=_BATCH)


def _accepted(
    channel_id: int, theirs: GuideChannel, offset_min: int, score: float, had: Mapping[tuple[int, int], Sequence[int]]
) -> list[Wish]:
    """The pair assigned, and whatever else of the same source not."""
    gone = [Wish(channel_id, row, None) for row in had.get((channel_id, theirs.source_id), ()) if row != theirs.id]
    return [*gone, Wish(channel_id, theirs.id, (offset_min, score, Who.OPERATOR.value, False))]


def _assigned_by_source(channel_id: int | None = None) -> dict[tuple[int, int], list[int]]:
    """Guide channels that channels have, by channel and source."""
    rows = Assignment.objects.filter(refused=False)
    rows = rows if channel_id is None else rows.filter(channel_id=channel_id)
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for channel, source, row in rows.values_list("channel_id", "guide_channel__source_id", "guide_channel_id"):
        found[channel, source].append(row)
    return found


def _offset(channel_id: int, guide_channel_id: int) -> int:
    proposal = Proposal.objects.filter(channel_id=channel_id, guide_channel_id=guide_channel_id).first()
    return 0 if proposal is None else proposal.offset_min


def _same_source(one: Proposal, other: Proposal) -> bool:
    return one.guide_channel.source_id == other.guide_channel.source_id


def _named(theirs: GuideChannel) -> str:
    return str(theirs.names[0]) if theirs.names else theirs.guide_id


def _channel(channel_id: int) -> Channel:
    found = Channel.objects.filter(id=channel_id).first()
    if found is None:
        raise NotFoundError(f"There is no channel with the id {channel_id}.")
    return found


def _guide_channel(row: int) -> GuideChannel:
    found = GuideChannel.objects.filter(id=row).first()
    if found is None:
        raise NotFoundError(f"There is no guide channel {row}.", remedy="Search again: its source may have changed.")
    return found
