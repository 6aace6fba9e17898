"""What viewers wished at an edge, done or refused: each wish gets an answer in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.contract.recording_wish import VALID_S, RecordingAnswer, RecordingWish
from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.domain.recording_plans import Match, Rule
from rightcast.domain.recordings import SENTENCES, Cause, Status
from rightcast.panel.audit.operations import Actor
from rightcast.panel.lines.models import Line
from rightcast.panel.recordings import operations, rules
from rightcast.panel.recordings.models import Recording, RecordingRule

if TYPE_CHECKING:
    from rightcast.domain.guide import Show
    from rightcast.panel.recordings.guide import PublishedGuide
    from rightcast.state.recording_wishes import RecordingWishes


def settle_wishes(store: RecordingWishes, guide: PublishedGuide, now: float) -> int:
    """Do or refuse what viewers wished; returns how many wishes were answered."""
    count = 0
    for wish in store.waiting():
        if now > wish.at + VALID_S:
            continue
        store.put(_answer(wish, guide, now))
        count += 1
    return count


def _answer(wish: RecordingWish, guide: PublishedGuide, now: float) -> RecordingAnswer:
    line = Line.objects.filter(id=wish.line_id).first()
    if line is None:
        return RecordingAnswer(id=wish.id, at=now, refusal="This subscription has ended.")
    try:
        return _done(Actor("system", f"line {line.name}"), wish, guide, now)
    except (ConflictError, InvalidInputError, NotFoundError) as failure:
        return RecordingAnswer(id=wish.id, at=now, refusal=failure.sentence)


def _done(actor: Actor, wish: RecordingWish, guide: PublishedGuide, now: float) -> RecordingAnswer:
    match wish.action:
        case "order":
            row = operations.order(actor, wish.line_id, _wanted(wish, guide))
            sentence = _told(row)
            refusal = sentence if row.status == Status.REFUSED else ""
            return RecordingAnswer(id=wish.id, at=now, refusal=refusal, sentence=sentence, recording_id=row.pk)
        case "remove":
            operations.remove(actor, _own(wish).pk, Cause.BY_VIEWER)
        case "lock" | "unlock":
            operations.lock(actor, _own(wish).pk, locked=wish.action == "lock")
        case "rule":
            row_of_rule = rules.add_rule(actor, _rule(wish, guide))
            return RecordingAnswer(id=wish.id, at=now, sentence="It will be recorded.", rule_id=row_of_rule.pk)
        case "unrule":
            if not RecordingRule.objects.filter(id=wish.rule_id, line=wish.line_id).exists():
                raise NotFoundError("There is no such rule.")
            rules.remove_rule(actor, wish.rule_id)
    return RecordingAnswer(id=wish.id, at=now, sentence="Done.")


def _wanted(wish: RecordingWish, guide: PublishedGuide) -> operations.Order:
    show = guide.show_at(wish.channel_id, wish.start)
    if show is not None and (not wish.stop or (show.start, show.stop) == (wish.start, wish.stop)):
        return operations.Order(channel_id=wish.channel_id, start=show.start, stop=show.stop, show=show)
    stop = wish.stop or (wish.start + wish.length_s if wish.length_s else 0)
    if not stop:
        raise NotFoundError("The guide has no show at this time.")
    return operations.Order(channel_id=wish.channel_id, start=wish.start, stop=stop, before_s=0, after_s=0)


def _rule(wish: RecordingWish, guide: PublishedGuide) -> Rule:
    show: Show | None = guide.show_at(wish.channel_id, wish.start)
    if show is None:
        raise NotFoundError("The guide has no show at this time.")
    by_series = bool(show.series)
    return Rule(
        id=0,
        line_id=wish.line_id,
        match=Match.SERIES if by_series else Match.TITLE,
        word=show.series if by_series else show.title,
        channel_id=0 if wish.any_channel else wish.channel_id,
        new_only=wish.new_only,
        keep=wish.keep,
    )


def _own(wish: RecordingWish) -> Recording:
    row = Recording.objects.filter(id=wish.recording_id, line=wish.line_id).first()
    if row is None:
        raise NotFoundError("There is no such recording.")
    return row


def _told(row: Recording) -> str:
    if row.status != Status.REFUSED:
        return "It will be recorded." if row.status == Status.PLANNED else "It is recorded."
    return f"{SENTENCES[Cause(row.cause)]} {row.detail}".strip()
