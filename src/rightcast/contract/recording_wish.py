"""What viewers wish of their recordings, left by edges for the panel, and what became of it."""

from __future__ import annotations

from typing import Literal

import msgspec

VALID_S = 86_400.0
"""A wish waits so long for a panel that is away."""

Action = Literal["order", "remove", "lock", "unlock", "rule", "unrule"]


class RecordingWish(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A wish of line `line_id`, made `at` (unix seconds). Which fields count depends on `action`.

    order: `channel_id` with `start`, and `stop` when it is no show of the guide; `length_s` for where the guide has
    none. remove, lock and unlock:
    `recording_id`. rule: the show at `start` on `channel_id`, and its like; `any_channel`, `new_only`, `keep`.
    unrule: `rule_id`.
    """

    id: str
    line_id: int
    action: Action
    at: float
    channel_id: int = 0
    start: int = 0
    stop: int = 0
    length_s: int = 0
    recording_id: int = 0
    rule_id: int = 0
    any_channel: bool = False
    new_only: bool = False
    keep: int = 0


class RecordingAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a wish; `refusal` a sentence, "" when it was done. `sentence` tells more of what was done."""

    id: str
    at: float
    refusal: str = ""
    sentence: str = ""
    recording_id: int = 0
    rule_id: int = 0
