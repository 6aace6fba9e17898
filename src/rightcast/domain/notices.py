"""Notices: somebody says that something carried here infringes a right. Their states, and what each must contain.

Shaped after Article 16 of Regulation (EU) 2022/2065 (DSA) and after 17 U.S.C. 512(c)(3) (DMCA).
"""

from __future__ import annotations

import enum
import hashlib
import re
from dataclasses import dataclass

_ADDRESS = re.compile(r"(?:https?|rtsp|rtmps?|udp|rtp|srt)://[^\s/?#]+\S*", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@<>\"'\\,;:]+@[^\s@<>\"'\\,;:]+\.[^\s@<>\"'\\,;:]+")
LONGEST_REASONS = 10_000
LONGEST_ADDRESS = 2_000
MOST_ADDRESSES = 50
LONGEST_NAME = 200
LEAST_REASONS = 20
"""Letters under which nothing can be substantiated."""


class NoticeKind(enum.StrEnum):
    """Under which rule a notice is given; the operator chooses which are offered."""

    DSA = "dsa-16"
    DMCA = "dmca-512"


class Way(enum.StrEnum):
    """How a notice came in."""

    FORM = "form"
    MAIL = "mail"
    API = "api"


class State(enum.StrEnum):
    """How far a notice is."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    TRIAGED = "triaged"
    ASKED = "asked"
    REJECTED = "rejected"
    ACTED = "acted"
    STATED = "stated"
    DISPUTED = "disputed"
    RESTORED = "restored"
    UPHELD = "upheld"


class Step(enum.StrEnum):
    """What moves a notice on. DISPUTE is a counter-notice of the affected side or a complaint of either."""

    ACKNOWLEDGE = "acknowledge"
    TRIAGE = "triage"
    ASK = "ask"
    ANSWER = "answer"
    REJECT = "reject"
    ACT = "act"
    STATE = "state"
    DISPUTE = "dispute"
    RESTORE = "restore"
    UPHOLD = "uphold"


class Side(enum.StrEnum):
    """Who disputes a decision."""

    SENDER = "sender"
    AFFECTED = "affected"


UNDECIDED = frozenset({State.RECEIVED, State.ACKNOWLEDGED, State.TRIAGED, State.ASKED})
"""The states in which a decision is owed, by us or, when asked back, by the sender's answer."""
DARK = frozenset({State.ACTED, State.STATED})
"""What the notice points to was made dark and nobody disputes it."""

_DECIDE = {Step.ASK: State.ASKED, Step.REJECT: State.REJECTED, Step.ACT: State.ACTED}
TABLE: dict[State, dict[Step, State]] = {
    State.RECEIVED: {Step.ACKNOWLEDGE: State.ACKNOWLEDGED, Step.TRIAGE: State.TRIAGED, **_DECIDE},
    State.ACKNOWLEDGED: {Step.TRIAGE: State.TRIAGED, **_DECIDE},
    State.TRIAGED: dict(_DECIDE),
    State.ASKED: {Step.ANSWER: State.TRIAGED, Step.REJECT: State.REJECTED, Step.ACT: State.ACTED},
    State.REJECTED: {Step.DISPUTE: State.DISPUTED},
    State.ACTED: {Step.STATE: State.STATED, Step.DISPUTE: State.DISPUTED, Step.RESTORE: State.RESTORED},
    State.STATED: {Step.DISPUTE: State.DISPUTED, Step.RESTORE: State.RESTORED},
    State.DISPUTED: {Step.RESTORE: State.RESTORED, Step.UPHOLD: State.UPHELD, Step.ACT: State.ACTED},
    State.RESTORED: {},
    State.UPHELD: {},
}
"""Where each step leads. RESTORED and UPHELD are the end; what comes later is a new notice.

A dispute of a rejection that is right leads to ACT, of an action that was wrong to RESTORE, and otherwise to UPHOLD.
"""


def after(state: State, step: Step) -> State | None:
    """The state that a step leads to; None where it may not be taken."""
    return TABLE[state].get(step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What somebody says, as it came in. `sha256` is of the original bytes, which nobody changes.

    `addresses` are those that were given, in their order; `work` what is infringed, `statements` what was declared.
    """

    kind: NoticeKind
    sender: str = ""
    email: str = ""
    contact: str = ""
    work: str = ""
    reasons: str = ""
    addresses: tuple[str, ...] = ()
    good_faith: bool = False
    accuracy: bool = False
    signature: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something a notice lacks. `code` and `field` are stable, the sentences are for its sender."""

    code: str
    field: str
    sentence: str
    remedy: str


def digest(original: bytes) -> str:
    """The SHA-256 under which an original is kept and found unchanged."""
    return hashlib.sha256(original).hexdigest()


def missing(notice: Notice) -> list[Missing]:
    """What the notice lacks to be complete under its rule; nothing when it is complete."""
    found = [*_missing_in_any(notice)]
    if notice.kind is NoticeKind.DMCA:
        found += _missing_of_dmca(notice)
    return found


def bad_addresses(notice: Notice) -> list[str]:
    """Those of its addresses that are no exact ones (Article 16(2)(b): the exact electronic location)."""
    return [one for one in notice.addresses if len(one) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(one)]


def is_mail_address(text: str) -> bool:
    """Whether somebody could be written to there, by its looks."""
    return len(text) <= 254 and _MAIL.fullmatch(text) is not None


def _missing_in_any(notice: Notice) -> list[Missing]:
    """Article 16(2)(a) to (d), which 512(c)(3)(A)(ii) to (v) ask for as well."""
    found = []
    if len(notice.reasons.strip()) < LEAST_REASONS:
        found.append(REASONS)
    if not notice.addresses:
        found.append(ADDRESS)
    elif bad_addresses(notice):
        found.append(EXACT)
    if not notice.sender.strip():
        found.append(NAME)
    if not is_mail_address(notice.email):
        found.append(EMAIL)
    if not notice.good_faith:
        found.append(GOOD_FAITH)
    return found


def _missing_of_dmca(notice: Notice) -> list[Missing]:
    """512(c)(3)(A)(i), (ii), (iv) and (vi)."""
    found = []
    if not notice.work.strip():
        found.append(WORK)
    if not notice.contact.strip():
        found.append(CONTACT)
    if not notice.accuracy:
        found.append(ACCURACY)
    if not notice.signature.strip():
        found.append(SIGNATURE)
    return found


REASONS = Missing(
    "reasons",
    "reasons",
    "It does not say why this is unlawful.",
    "Explain in a few sentences whose right is infringed.",
)
ADDRESS = Missing("address", "addresses", "It names no address.", "Give the exact address of each thing, one a line.")
EXACT = Missing(
    "exact-address", "addresses", "An address is not exact.", "Give it whole, beginning with http:// or https://."
)
NAME = Missing("name", "sender", "It does not say who sends it.", "Give a name, of a person or a company.")
EMAIL = Missing("email", "email", "There is no e-mail address to answer to.", "Give one such as name@example.org.")
GOOD_FAITH = Missing(
    "good-faith",
    "good_faith",
    "The statement of good faith is missing.",
    "Confirm that you believe in good faith that what you say is accurate and complete.",
)
WORK = Missing("work", "work", "It does not name the work that is infringed.", "Name the work, or a list of works.")
CONTACT = Missing(
    "contact", "contact", "There is no postal address or telephone number.", "Give one, so that you can be reached."
)
ACCURACY = Missing(
    "accuracy",
    "accuracy",
    "The statement under penalty of perjury is missing.",
    "Confirm that the notice is accurate and that you are authorised to act for the owner.",
)
SIGNATURE = Missing("signature", "signature", "It is not signed.", "Write your full name as an electronic signature.")
EVERY_MISSING = (REASONS, ADDRESS, EXACT, NAME, EMAIL, GOOD_FAITH, WORK, CONTACT, ACCURACY, SIGNATURE)
