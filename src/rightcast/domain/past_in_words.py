"""Why a moment of a channel's past may or may not be watched, link by link: the permit of `catchup`, in words.

Nothing is decided here: the links say what the permit says, and the first that fails is its refusal.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.domain.blackouts import dark_spans, facts_of
from rightcast.domain.catchup import Span, permit
from rightcast.domain.entitlement import Allowed, Check, Denied, Question, Reason, examine, standing_rights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.domain.catchup import Permit
    from rightcast.domain.guide import Show

ASKED_S = 60.0
"""A moment stands for so much of the past."""
_MOST_NAMED = 3


def examine_past(
    question: Question, shows: Sequence[Show], moment: float, *, kept: bool
) -> tuple[Allowed | Denied, tuple[Check, ...]]:
    """Answer for what was on air at `moment` (unix seconds), with the whole chain; that of the live picture first.

    `shows` are those around the moment and around now; `kept`: whether the archive holds the moment.
    """
    whole = tuple(one for one in question.takedowns if not one.is_partial)
    _, live = examine(replace(question, takedowns=whole))
    found = permit(question, shows)
    if isinstance(found, Denied):
        if found.reason is Reason.PAST_NOT_GRANTED:
            return found, (*live, Check("a right grants the past", False, _granted(question), found.reason))
        return found, live
    dark = dark_spans(question.blackouts, facts_of(question), question.now) if question.blackouts else []
    found = replace(found, live_only=(*found.live_only, *(Span(start, stop) for start, stop in dark)))
    checks = (*live, *_links(question, found, shows, moment, kept=kept))
    failed = next((one for one in checks if not one.holds), None)
    if failed is not None:
        return Denied(failed.reason or Reason.PAST_NOT_GRANTED), checks
    return Allowed(found.right_id, found.until), checks


def _links(question: Question, found: Permit, shows: Sequence[Show], moment: float, *, kept: bool) -> tuple[Check, ...]:
    """What comes after the live picture, in the order in which an edge asks it."""
    now = question.now.timestamp()
    refused = found.refusal(Span(moment, moment + ASKED_S), now)
    open_sent = question.channel is None or not question.channel.protection.is_on
    running = next((one for one in shows if one.start <= moment < one.stop), None)
    dark = refused is Reason.TAKEN_DOWN or bool(found.taken_down)
    steps = (
        Check("a right grants the past", holds=True, detail=_granted(question)),
        Check(
            "the channel's past is sent unencrypted",
            open_sent,
            "not encrypted" if open_sent else "encrypted live; what is kept of it is not, so it is not sent",
            None if open_sent else Reason.ENCRYPTED_ONLY,
        ),
        _link("the moment has been on air", refused, {Reason.NOT_YET_ON_AIR}, _on_air(moment, running)),
        _link(
            "what is granted reaches back to it",
            refused,
            {Reason.TOO_LONG_AGO, Reason.PAST_NOT_GRANTED},
            _reach(found, now),
        ),
        _link(
            "it may be watched later",
            refused,
            {Reason.LIVE_ONLY},
            "live only, by the guide or a blackout" if refused is Reason.LIVE_ONLY else "nothing keeps it live only",
        ),
        *([_link("no takedown keeps it dark", refused, {Reason.TAKEN_DOWN}, _takedowns(question))] if dark else []),
        Check(
            "the archive holds it",
            kept,
            "kept" if kept else "nothing of that moment is kept",
            None if kept else Reason.NOT_KEPT,
        ),
    )
    first = next((index for index, one in enumerate(steps) if not one.holds), len(steps))
    return steps[: first + 1]


def _link(rule: str, refused: Reason | None, failing: set[Reason], detail: str) -> Check:
    fails = refused in failing
    return Check(rule, not fails, detail, refused if fails else None)


def _granted(question: Question) -> str:
    said = []
    for one in standing_rights(question):
        grants = [f"catch-up of {one.later.catchup_h} h"] if one.later.catchup_h else []
        grants += ["start-over"] if one.later.start_over else []
        said.append(f"{one.reference}: {' and '.join(grants) or 'live only'}")
    return "; ".join(said)


def _on_air(moment: float, running: Show | None) -> str:
    return f"{_clock(moment)}, {running.title if running is not None else 'of which the guide tells nothing'}"


def _reach(found: Permit, now: float) -> str:
    floor = found.floor(now)
    back = [f"back to {_clock(floor)}"] if floor != float("inf") else []
    begun = [f"the programme that began at {_clock(one.show.start)}" for one in found.begun if one.at(now)]
    return ", ".join((*back, *begun[:_MOST_NAMED])) or "nothing at this moment"


def _takedowns(question: Question) -> str:
    partial = [one.in_words for one in question.takedowns if one.is_partial and one.stands(question.now)]
    return "; ".join(partial[:_MOST_NAMED]) or "none stands here"


def _clock(moment: float) -> str:
    try:
        return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M} UTC"
    except (OverflowError, ValueError, OSError):
        return "the beginning of time"
