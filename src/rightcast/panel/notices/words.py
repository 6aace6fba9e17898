"""The words and colours in which the console speaks of notices."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rightcast.domain.notice_deadlines import Due
from rightcast.domain.notices import NoticeKind, State, Step, Way

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

STATE_WORDS: Mapping[str, str] = {
    State.RECEIVED: "new",
    State.ACKNOWLEDGED: "acknowledged",
    State.TRIAGED: "looked at",
    State.ASKED: "asked back",
    State.REJECTED: "rejected",
    State.ACTED: "taken down",
    State.STATED: "reasons given",
    State.DISPUTED: "disputed",
    State.RESTORED: "restored",
    State.UPHELD: "upheld",
}
STEP_WORDS: Mapping[str, str] = {
    Step.ACKNOWLEDGE: "receipt confirmed",
    Step.TRIAGE: "looked at it",
    Step.ASK: "asked the sender",
    Step.ANSWER: "the sender answered",
    Step.REJECT: "rejected it",
    Step.ACT: "took it down",
    Step.STATE: "gave reasons",
    Step.DISPUTE: "disputed the decision",
    Step.RESTORE: "restored it",
    Step.UPHOLD: "upheld the decision",
}
DUE_WORDS: Mapping[str, str] = {
    Due.ACKNOWLEDGE: "confirm receipt",
    Due.DECIDE: "decide",
    Due.ANSWER: "the sender answers",
    Due.STATE: "give reasons",
    Due.COMPLAIN: "may be disputed",
    Due.RESOLVE: "resolve the dispute",
    Due.RESTORE: "restore",
}
KIND_WORDS: Mapping[str, str] = {NoticeKind.DSA: "DSA", NoticeKind.DMCA: "DMCA"}
WAY_WORDS: Mapping[str, str] = {Way.FORM: "form", Way.MAIL: "e-mail", Way.API: "program"}
SOON = timedelta(days=1)


def tone_of(due: datetime | None, now: datetime, *, ours: bool) -> str:
    """The colour of a clock: bad when it ran out, warn when it does within a day; calm when others are to act."""
    if due is None or not ours:
        return "calm"
    return "bad" if due < now else "warn" if due - now < SOON else "good"
