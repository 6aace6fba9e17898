"""The life of an agreement: who may take which step, and what may be changed once it allows something.

Decided here, without a database; an agreement is the record `CarriageRight`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rightcast.domain.rights import Copies, Floor, RightStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rightcast.domain.rights import Bounds, CarriageRight, Later

FOUR_EYES_FROM = 2
"""Active operators from which on nobody approves what was prepared by the same hand."""


class Step(enum.StrEnum):
    """What can be done with an agreement. Everything but its words changes through one of these."""

    SUBMIT = "submit"
    APPROVE = "approve"
    SEND_BACK = "send-back"
    ACTIVATE = "activate"
    SUSPEND = "suspend"
    RESUME = "resume"
    WITHDRAW = "withdraw"


class Why(enum.StrEnum):
    """Why a step is refused."""

    STATE = "state"
    EVIDENCE = "evidence"
    SAME_PERSON = "same-person"
    UNNAMED = "unnamed"
    WIDER = "wider"


@dataclass(frozen=True, slots=True)
class Hand:
    """Who takes a step. `person` names an operator who is signed in; the shell and the station have none.

    `station`: the program itself, such as the demo that sets itself up; it prepares nothing in a person's name.
    """

    key: str
    person: bool
    station: bool = False


@dataclass(frozen=True, slots=True)
class Office:
    """How many operators the station has that may sign in."""

    staff: int

    @property
    def four_eyes(self) -> bool:
        """Whether approving takes a second person."""
        return self.staff >= FOUR_EYES_FROM


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an agreement stands, and by whose hands. `lacking`: what evidence is missing, in words."""

    status: RightStatus
    lacking: tuple[str, ...] = ()
    prepared_by: frozenset[str] = frozenset()
    approved_by: str = ""
    suspended_by: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A step that is not taken, with what to do instead."""

    why: Why
    sentence: str
    remedy: str


_FROM: dict[Step, tuple[RightStatus, ...]] = {
    Step.SUBMIT: (RightStatus.DRAFT,),
    Step.APPROVE: (RightStatus.EVIDENCE,),
    Step.SEND_BACK: (RightStatus.EVIDENCE, RightStatus.APPROVED),
    Step.ACTIVATE: (RightStatus.APPROVED,),
    Step.SUSPEND: (RightStatus.ACTIVE,),
    Step.RESUME: (RightStatus.SUSPENDED,),
    Step.WITHDRAW: tuple(one for one in RightStatus if one is not RightStatus.WITHDRAWN),
}
_DONE: dict[Step, str] = {
    Step.SUBMIT: "submitted",
    Step.APPROVE: "approved",
    Step.SEND_BACK: "sent back",
    Step.ACTIVATE: "put into force",
    Step.SUSPEND: "suspended",
    Step.RESUME: "resumed",
    Step.WITHDRAW: "withdrawn",
}
WORDS: dict[RightStatus, str] = {
    RightStatus.DRAFT: "a draft",
    RightStatus.EVIDENCE: "waiting for approval",
    RightStatus.APPROVED: "approved",
    RightStatus.ACTIVE: "active",
    RightStatus.SUSPENDED: "suspended",
    RightStatus.WITHDRAWN: "withdrawn",
}


def begins(by: Hand, office: Office) -> RightStatus:
    """The status of an agreement just recorded: active where nobody else could approve it."""
    return RightStatus.DRAFT if office.four_eyes and not by.station else RightStatus.ACTIVE


def take(standing: Standing, step: Step, by: Hand, office: Office) -> Standing | Refused:
    """The standing after a step of `by`, or why it is not taken."""
    if standing.status not in _FROM[step]:
        return Refused(Why.STATE, f"It is {WORDS[standing.status]}; it cannot be {_DONE[step]}.", _next(standing))
    return _AFTER[step](standing, by, office)


def steps(standing: Standing, by: Hand, office: Office) -> list[Step]:
    """Those steps that `by` could take now, in the order in which they come."""
    return [step for step in Step if isinstance(take(standing, step, by, office), Standing)]


def change(standing: Standing, wider: str, by: Hand, office: Office) -> Standing | Refused:
    """The standing after its words were changed by `by`; `wider` names what then allows more, "" when nothing.

    What was approved was approved in other words: it waits for approval again. What is active already may be
    narrowed by anybody on duty, and widened only where one person does everything.
    """
    if standing.status is RightStatus.WITHDRAWN:
        return Refused(Why.STATE, "It is withdrawn; its words stay as they were.", _next(standing))
    if standing.status in {RightStatus.ACTIVE, RightStatus.SUSPENDED}:
        if not wider or not office.four_eyes or by.station:
            return standing
        return Refused(
            Why.WIDER,
            f"It is {WORDS[standing.status]}, and {wider} would allow more; that takes a second person.",
            "Record what is added as an agreement of its own and have it approved: rights add up.",
        )
    lacks = RightStatus.DRAFT if standing.lacking or standing.status is RightStatus.DRAFT else RightStatus.EVIDENCE
    return replace(standing, status=lacks, prepared_by=standing.prepared_by | {by.key}, approved_by="")


def _submit(standing: Standing, by: Hand, office: Office) -> Standing | Refused:
    if standing.lacking:
        return Refused(Why.EVIDENCE, f"Evidence is missing: {', '.join(standing.lacking)}.", "Attach it first.")
    return replace(standing, status=RightStatus.EVIDENCE, prepared_by=standing.prepared_by | {by.key})


def _approve(standing: Standing, by: Hand, office: Office) -> Standing | Refused:
    if standing.lacking:
        return Refused(Why.EVIDENCE, f"Evidence is missing: {', '.join(standing.lacking)}.", "Attach it first.")
    refused = _second(standing.prepared_by, by, office, "approve what you prepared yourself")
    return refused or replace(standing, status=RightStatus.APPROVED, approved_by=by.key)


def _send_back(standing: Standing, by: Hand, office: Office) -> Standing:
    return replace(standing, status=RightStatus.DRAFT, approved_by="")


def _activate(standing: Standing, by: Hand, office: Office) -> Standing:
    return replace(standing, status=RightStatus.ACTIVE)


def _suspend(standing: Standing, by: Hand, office: Office) -> Standing:
    return replace(standing, status=RightStatus.SUSPENDED, suspended_by=by.key)


def _resume(standing: Standing, by: Hand, office: Office) -> Standing | Refused:
    refused = _second({standing.suspended_by}, by, office, "resume what you suspended yourself")
    return refused or replace(standing, status=RightStatus.ACTIVE, suspended_by="")


def _withdraw(standing: Standing, by: Hand, office: Office) -> Standing:
    return replace(standing, status=RightStatus.WITHDRAWN)


_AFTER: dict[Step, Callable[[Standing, Hand, Office], Standing | Refused]] = {
    Step.SUBMIT: _submit,
    Step.APPROVE: _approve,
    Step.SEND_BACK: _send_back,
    Step.ACTIVATE: _activate,
    Step.SUSPEND: _suspend,
    Step.RESUME: _resume,
    Step.WITHDRAW: _withdraw,
}


def _second(first: frozenset[str] | set[str], by: Hand, office: Office, deed: str) -> Refused | None:
    if not office.four_eyes or by.station:
        return None
    if not by.person:
        return Refused(
            Why.UNNAMED,
            "The station has several operators, and a shell does not say which of them you are.",
            "Sign in to the console and do it there.",
        )
    if by.key in first:
        return Refused(
            Why.SAME_PERSON,
            f"You cannot {deed}: the station has several operators, so a second one looks at it.",
            "Ask another operator who may change rights: an owner, or one of the group Rights officer.",
        )
    return None


def _next(standing: Standing) -> str:
    return {
        RightStatus.DRAFT: "Attach its evidence and submit it first.",
        RightStatus.EVIDENCE: "Have it approved first.",
        RightStatus.APPROVED: "Put it into force.",
        RightStatus.ACTIVE: "Nothing needs to be done for it to allow what it names.",
        RightStatus.SUSPENDED: "Resume it, or withdraw it.",
        RightStatus.WITHDRAWN: "Record a new right if carriage is allowed again.",
    }[standing.status]


def widens(before: CarriageRight, after: CarriageRight) -> str:
    """The first thing by which `after` could allow what `before` did not; "" when it allows nothing more."""
    names: Sequence[tuple[str, bool]] = (
        ("another instrument", after.instrument is not before.instrument),
        ("more channels", not set(after.channel_ids) <= set(before.channel_ids)),
        ("more titles", not set(after.title_ids) <= set(before.title_ids)),
        ("more collections", not set(after.collection_ids) <= set(before.collection_ids)),
        ("more territories", "*" not in before.territories and not set(after.territories) <= set(before.territories)),
        ("an earlier beginning", after.starts < before.starts),
        ("a later end", before.ends is not None and (after.ends is None or after.ends > before.ends)),
        *_later_widens(before.later, after.later),
        *_bounds_widen(before.bounds, after.bounds),
    )
    return next((name for name, more in names if more), "")


def _later_widens(before: Later, after: Later) -> list[tuple[str, bool]]:
    kept = before.recordings is not Copies.NONE and before.recording_days
    return [
        ("start-over", after.start_over and not before.start_over),
        ("a longer catch-up", after.catchup_h > before.catchup_h),
        ("recordings", after.recordings not in {before.recordings, Copies.NONE}),
        ("longer recordings", bool(kept) and (not after.recording_days or after.recording_days > kept)),
        ("download", after.download and not before.download),
    ]


def _bounds_widen(before: Bounds, after: Bounds) -> list[tuple[str, bool]]:
    return [
        ("more places", _looser_list(before.presence, after.presence)),
        ("portability", after.portable and not before.portable),
        ("more ways of distribution", _looser_list(before.distribution, after.distribution)),
        ("more devices", _looser_list(before.device_classes, after.device_classes)),
        ("a higher resolution", _looser_cap(before.max_height, after.max_height)),
        ("less protection", list(Floor).index(after.floor) < list(Floor).index(before.floor)),
        ("more sessions of a line", _looser_cap(before.per_line, after.per_line)),
        ("more sessions in total", _looser_cap(before.total, after.total)),
        ("more subscribers", _looser_cap(before.subscribers, after.subscribers)),
    ]


def _looser_list(before: Sequence[str], after: Sequence[str]) -> bool:
    return bool(before) and (not after or not set(after) <= set(before))


def _looser_cap(before: int, after: int) -> bool:
    return before > 0 and (after == 0 or after > before)


def faults(right: CarriageRight) -> list[str]:
    """What keeps an approved agreement from being put into force, in sentences; most are slips of the pen."""
    bounds, later = right.bounds, right.later
    term_h = None if right.ends is None else (right.ends - right.starts).total_seconds() / 3600
    found = (
        (not right.territories, "It names no territory."),
        (
            not (right.channel_ids or right.title_ids or right.collection_ids),
            "It covers no channel and nothing of the library.",
        ),
        (
            0 < bounds.total < bounds.per_line,
            f"It allows {bounds.per_line} sessions of one line, yet {bounds.total} in total.",
        ),
        (
            term_h is not None and later.catchup_h > term_h,
            f"Its catch-up of {later.catchup_h} hours is longer than its term.",
        ),
        (
            term_h is not None and later.recordings is not Copies.NONE and later.recording_days * 24 > term_h,
            f"Its recordings of {later.recording_days} days would outlast its term.",
        ),
        (
            bool(bounds.presence)
            and "*" not in right.territories
            and not bounds.portable
            and not set(bounds.presence) & {*right.territories, "*"},
            "Nobody who lives in its territories may be where it lets them be.",
        ),
    )
    return [sentence for wrong, sentence in found if wrong]
