"""One step of matching: assignments changed together, remembered so that they can be undone, and published.

What somebody changed again since is left alone when a step is undone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from rightcast.domain.errors import ConflictError, NotFoundError
from rightcast.panel.guide.models import Assignment, Who
from rightcast.panel.guide.publication import publish_channels
from rightcast.panel.matching.models import MatchStep, WithoutGuide
from rightcast.panel.operation import operating

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from rightcast.panel.audit.operations import Actor

PERMISSION = "guide.change_guidesource"
AT_ONCE = 20
"""So many channels are published by whoever takes the step; of more the jobs process does it."""
KEPT_STEPS = 200
BATCH = 500

State = tuple[int, float | None, str, bool]
"""An assignment as a step remembers it: offset_min, score, who, refused. None: there is none."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How a pair of channel and guide channel is to be; None: not assigned."""

    channel_id: int
    guide_channel_id: int
    state: State | None


def take(
    actor: Actor, sentence: str, wishes: Sequence[Wish], *, without: Sequence[tuple[int, bool]] = ()
) -> MatchStep | None:
    """Let pairs be as wished, and channels have no guide or may; None where nothing changed."""
    with operating(actor, PERMISSION) as deed:
        changes = [*_assigned(wishes, deed.now), *_left_without(without, deed.now)]
        if not changes:
            return None
        step = MatchStep.objects.create(at=deed.now, who=actor.name, sentence=sentence[:300], changes=changes)
        deed.record("guide.match", step.id, sentence)
        _forget_old()
    publish(step, at_most=AT_ONCE)
    return step


def undo(actor: Actor, step_id: int) -> MatchStep:
    """Let everything that a step changed be as it was; a step of its own, which can be undone too.

    What a search found and an operator undoes is refused: the next search would find it again. Raises NotFoundError,
    ConflictError.
    """
    step = MatchStep.objects.filter(id=step_id).first()
    if step is None:
        raise NotFoundError(f"There is no step {step_id}.", remedy="Only the last 200 are kept.")
    if step.undone:
        raise ConflictError("This step was undone already.")
    wishes, without = [], []
    rows = _rows({change[0] for change in step.changes})
    for channel_id, guide_channel_id, before, after in step.changes:
        if guide_channel_id is None:
            without.append((channel_id, bool(before)))
        elif state_of(rows.get((channel_id, guide_channel_id))) == (None if after is None else tuple(after)):
            wishes.append(Wish(channel_id, guide_channel_id, _before(before, after)))
    with transaction.atomic():
        take(actor, f"undid: {step.sentence}", wishes, without=without)
        MatchStep.objects.filter(id=step.id).update(undone=True)
    step.refresh_from_db()
    return step


def _before(before: Sequence[Any] | None, after: Sequence[Any] | None) -> State | None:
    """The state that undoing leads to."""
    if before is None and after is not None and after[2] == Who.AUTOMATIC:
        return 0, None, Who.OPERATOR.value, True
    return None if before is None else (before[0], before[1], before[2], before[3])


def publish(step: MatchStep, *, at_most: int = 0) -> bool:
    """Make the days of a step's channels anew, unless they are more than `at_most` (0: any number)."""
    channels = list(dict.fromkeys(int(change[0]) for change in step.changes))
    if at_most and len(channels) > at_most:
        return False
    publish_channels(channels)
    MatchStep.objects.filter(id=step.id).update(published=True)
    return True


def publish_waiting() -> int:
    """Publish steps that were too large for whoever took them; called by the jobs process."""
    waiting = MatchStep.objects.filter(published=False).order_by("id")
    return sum(publish(step) for step in waiting)


def _assigned(wishes: Sequence[Wish], now: datetime) -> list[list[object]]:
    rows = _rows({wish.channel_id for wish in wishes})
    changes: list[list[object]] = []
    gone, changed, made = [], [], []
    for wish in wishes:
        row = rows.get((wish.channel_id, wish.guide_channel_id))
        before = state_of(row)
        if before == wish.state:
            continue
        changes.append([wish.channel_id, wish.guide_channel_id, before, wish.state])
        if wish.state is None:
            gone.append(row.id if row is not None else 0)
            continue
        if row is None:
            row = Assignment(channel_id=wish.channel_id, guide_channel_id=wish.guide_channel_id)
            made.append(row)
        else:
            changed.append(row)
        row.offset_min, row.score, row.who, row.refused = wish.state
        row.made = now
    for start in range(0, len(gone), BATCH):
        Assignment.objects.filter(id__in=gone[start : start + BATCH]).delete()
    Assignment.objects.bulk_update(changed, ["offset_min", "score", "who", "refused", "made"], batch_size=BATCH)
    Assignment.objects.bulk_create(made, batch_size=BATCH)
    return changes


def _left_without(without: Sequence[tuple[int, bool]], now: datetime) -> list[list[object]]:
    changes: list[list[object]] = []
    for channel_id, wanted in without:
        had = WithoutGuide.objects.filter(channel_id=channel_id).exists()
        if had is wanted:
            continue
        if wanted:
            WithoutGuide.objects.create(channel_id=channel_id, since=now)
        else:
            WithoutGuide.objects.filter(channel_id=channel_id).delete()
        changes.append([channel_id, None, had, wanted])
    return changes


def state_of(row: Assignment | None) -> State | None:
    """An assignment as a step remembers it."""
    return None if row is None else (row.offset_min, row.score, row.who, row.refused)


def _rows(channel_ids: Collection[int]) -> dict[tuple[int, int], Assignment]:
    """All assignments of channels, by pair."""
    ids = sorted(channel_ids)
    return {
        (row.channel_id, row.guide_channel_id): row
        for start in range(0, len(ids), BATCH)
        for row in Assignment.objects.filter(channel_id__in=ids[start : start + BATCH])
    }


def _forget_old() -> None:
    oldest = MatchStep.objects.order_by("-id").values_list("id", flat=True)[KEPT_STEPS : KEPT_STEPS + 1].first()
    if oldest is not None:
        MatchStep.objects.filter(id__lte=oldest).delete()
