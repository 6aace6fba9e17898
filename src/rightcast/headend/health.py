"""What state a channel is in, and the sentence that tells its operator so. Decided from facts, no I/O.

States are those of the contract's ChannelReport: starting, on_air, silent, idle, failed.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import UTC, datetime

SILENT_AFTER_S = 2.0
"""Silence after which the next source is tried, and the channel is no longer called on air."""
NO_PICTURE_AFTER_S = 12.0
"""Data without a segment for so long deserves a sentence."""

READY = "Starts with its first viewer."
"""What an idle channel says."""


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
    clock = f"{datetime.fromtimestamp(since, UTC):%H:%M:%S} UTC"
    if facts.now - facts.last_bytes <= facts.patience_s:
        return State.SILENT, f"{which} sends since {clock}, but nothing of the wanted service is in it."
    return State.SILENT, f"{which} is silent since {clock}."


def next_source(facts: Facts, patience_s: float) -> int | None:
    """Which source to try instead of the present one (counting from 1); None to stay."""
    if facts.sources < 2 or facts.failure or not facts.active:
        return None
    if facts.now - max(facts.last_data, facts.tried_since) <= patience_s:
        return None
    return facts.source % facts.sources + 1
