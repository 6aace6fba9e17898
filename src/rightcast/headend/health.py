"""What state a channel is in, and the sentences that tell its operator so. Decided from facts, no I/O.

States are those of the contract's ChannelReport: starting, on_air, silent, idle, failed.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.domain.failover import SLATE, Cause, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rightcast.domain.failover import Standing

SILENT_AFTER_S = 2.0
"""Silence after which the channel is no longer called on air."""
NO_PICTURE_AFTER_S = 12.0
"""Data without a segment for so long deserves a sentence."""

READY = "Starts with its first viewer."
"""What an idle channel says."""
STOPPED = "Stopped by its operator."
DRAINED = "Takes no new viewers, and has none left."
OFF = "Off by its schedule."


class State(enum.StrEnum):
    """How a channel does."""

    STARTING = "starting"
    ON_AIR = "on_air"
    SILENT = "silent"
    IDLE = "idle"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a channel at `now`; times are unix seconds, 0 for never.

    `source` counts from 1. `tried_since`: when the present source was turned to. `last_bytes`:
    when anything came from it; `last_data`: when packets of the channel's service did.
    """

    now: float
    active: bool
    source: int
    sources: int
    tried_since: float
    last_bytes: float
    last_data: float
    last_segment: float
    picture_open: bool
    scrambled: bool
    trouble: str
    note: str
    patience_s: float = SILENT_AFTER_S
    failure: str = ""


def judge(facts: Facts) -> tuple[State, str]:
    """The state and its sentence; an empty sentence when there is nothing to say."""
    if facts.failure:
        return State.FAILED, facts.failure
    if not facts.active:
        return State.IDLE, READY
    if facts.sources == 0:
        return State.FAILED, "The channel has no source."
    which = f"Source {facts.source}" if facts.sources > 1 else "The source"
    fresh = facts.last_data > facts.tried_since
    if facts.now - max(facts.last_data, facts.tried_since) <= facts.patience_s and not facts.trouble:
        return _with_data(facts) if fresh else (State.STARTING, f"{which} is being opened.")
    if fresh and facts.now - facts.last_data <= facts.patience_s:
        return _with_data(facts)
    return _without_data(facts, which)


def _with_data(facts: Facts) -> tuple[State, str]:
    if facts.scrambled:
        sentence = "The signal is scrambled and is left as it is; ask for it in the clear, or descramble it before."
        return (State.ON_AIR if facts.picture_open else State.FAILED), sentence
    if facts.picture_open or facts.now - facts.last_segment <= NO_PICTURE_AFTER_S:
        return State.ON_AIR, facts.note
    late = facts.now - facts.tried_since > NO_PICTURE_AFTER_S
    return State.STARTING, "Data comes, but no picture that a viewer could begin with." if late else facts.note


def _without_data(facts: Facts, which: str) -> tuple[State, str]:
    if facts.trouble:
        return State.FAILED, f"{which}: {facts.trouble}"
    since = max(facts.last_data, facts.tried_since)
    if facts.now - facts.last_bytes <= facts.patience_s:
        return State.SILENT, f"{which} sends since {clock(since)}, but nothing of the wanted service is in it."
    return State.SILENT, f"{which} is silent since {clock(since)}."


FAULT_WORDS = {
    Fault.SILENT: "silent",
    Fault.CLOSED: "closed",
    Fault.NO_PICTURE: "without a picture",
    Fault.ERRORS: "full of errors",
    Fault.BITRATE: "at a fallen bitrate",
}


def off_air(since: float, faults: Mapping[int, str]) -> str:
    """What is told while the slate is shown for want of a picture; `faults` in words by source."""
    listed = ", ".join(f"source {place} {words}" for place, words in sorted(faults.items()))
    alone = next(iter(faults.values()), "")
    told = f": {listed}" if len(faults) > 1 else f": the source is {alone}" if alone else ""
    return f"Off air since {clock(since)}, the slate is shown{told}."


def switched(standing: Standing, sources: int) -> str:
    """Why something else than the preferred source is on air; empty when nothing is worth telling."""
    since = clock(standing.since)
    if standing.active == SLATE:
        return f"The slate is shown since {since}, as asked." if standing.cause is Cause.ASKED else ""
    if standing.cause is Cause.ASKED:
        return f"Source {standing.active} is on air since {since}, as asked."
    if sources < 2 or standing.active == 1:
        return ""
    if standing.cause is Cause.FAULT and standing.before != SLATE and standing.fault is not None:
        words = FAULT_WORDS[standing.fault]
        return f"Source {standing.active} is on air since {since}: source {standing.before} was {words}."
    return f"Source {standing.active} is on air since {since}."


def clock(moment: float) -> str:
    """A moment of today as operators read it."""
    return f"{datetime.fromtimestamp(moment, UTC):%H:%M:%S} UTC"
