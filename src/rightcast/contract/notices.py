"""What edges, mail servers' pipes and the panel tell each other of notices: files in the data folder.

What was sent is written whole before its sender hears that it arrived; the panel may be away for days.
"""

from __future__ import annotations

import msgspec

from rightcast.domain.notices import NoticeKind, Side, State, Step, Way


class SentNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice as it came in. `original`: a form's or a call's JSON (`Filled`), or a mail's bytes; `received` unix s.

    `own_id` is the number that flagger `flagger_id` gave it.
    """

    reference: str
    way: Way
    received: float
    original: bytes
    language: str = "en"
    flagger_id: int = 0
    own_id: str = ""


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """What a form or a call says; the original of a notice that is no mail."""

    kind: NoticeKind
    addresses: tuple[str, ...] = ()
    work: str = ""
    reasons: str = ""
    sender: str = ""
    email: str = ""
    contact: str = ""
    good_faith: bool = False
    accuracy: bool = False
    signature: str = ""


class SentWord(msgspec.Struct, frozen=True, kw_only=True):
    """What a side adds on its private page: an answer to a question, or a dispute; `id` tells words apart."""

    id: str
    reference: str
    side: Side
    step: Step
    received: float
    original: bytes


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    """The original of a word. `by_mistake`, `jurisdiction` and `signature` are those of 17 U.S.C. 512(g)(3)."""

    text: str
    name: str = ""
    email: str = ""
    contact: str = ""
    by_mistake: bool = False
    jurisdiction: bool = False
    signature: str = ""


class Passed(msgspec.Struct, frozen=True):
    """A state that a notice reached, and when (unix seconds)."""

    state: State
    at: float


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How far a notice is, as its sender and the affected side may see it. Moments are unix seconds, 0 for none.

    `message` is what the operator says to the sender: a question, or why it decided so; `affected` to the other side.
    """

    reference: str
    kind: NoticeKind
    sha256: str
    state: State
    passed: tuple[Passed, ...] = ()
    message: str = ""
    affected: str = ""
    due: float = 0.0
    dispute_until: float = 0.0
    disputable: tuple[Side, ...] = ()
    restore_from: float = 0.0


class FlaggerKey(msgspec.Struct, frozen=True, kw_only=True):
    """A flagger that may use the interface; `digest` is the SHA-256 of its token, which is random."""

    id: int
    name: str
    digest: str
    email: str = ""
    trusted: bool = False
    hourly: int = 600


class NoticeDesk(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator offers: kinds of notices, and who answers them."""

    kinds: tuple[NoticeKind, ...] = (NoticeKind.DSA,)
    operator: str = ""
    contact: str = ""
    decide_days: int = 5
    flaggers: tuple[FlaggerKey, ...] = ()
