"""A statement of reasons in the shape of the DSA Transparency Database, and what would be refused there.

Article 17 and 24(5) of Regulation (EU) 2022/2065. Nothing in it may be personal data.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import date

LONGEST_FACTS = 5_000
LONGEST_EXPLANATION = 2_000
LONGEST_GROUND = 500
LONGEST_PUID = 500
BATCH = 100
"""Statements that one call to the database takes."""
# fmt: off
COUNTRIES = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT",
    "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
)
# fmt: on
"""Member states of the European Economic Area, which is as far as the scope of a statement reaches."""
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_IP = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b", re.IGNORECASE)
_PHONE = re.compile(r"\+\d[\d ()/-]{7,}\d")
_OURS = re.compile(r"/(?:live|movie|series|timeshift|recording|s|play|p)/\S+")
_PUID = re.compile(r"[A-Za-z0-9_-]+")


class Visibility(enum.StrEnum):
    """What became of the content."""

    REMOVED = "DECISION_VISIBILITY_CONTENT_REMOVED"
    DISABLED = "DECISION_VISIBILITY_CONTENT_DISABLED"
    DEMOTED = "DECISION_VISIBILITY_CONTENT_DEMOTED"
    AGE_RESTRICTED = "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED"
    INTERACTION_RESTRICTED = "DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED"
    LABELLED = "DECISION_VISIBILITY_CONTENT_LABELLED"
    OTHER = "DECISION_VISIBILITY_OTHER"


class Provision(enum.StrEnum):
    """What became of the service to somebody."""

    PARTIAL_SUSPENSION = "DECISION_PROVISION_PARTIAL_SUSPENSION"
    TOTAL_SUSPENSION = "DECISION_PROVISION_TOTAL_SUSPENSION"
    PARTIAL_TERMINATION = "DECISION_PROVISION_PARTIAL_TERMINATION"
    TOTAL_TERMINATION = "DECISION_PROVISION_TOTAL_TERMINATION"


class Account(enum.StrEnum):
    """What became of somebody's account."""

    SUSPENDED = "DECISION_ACCOUNT_SUSPENDED"
    TERMINATED = "DECISION_ACCOUNT_TERMINATED"


class Ground(enum.StrEnum):
    """Whether the law or the operator's terms were the ground."""

    ILLEGAL = "DECISION_GROUND_ILLEGAL_CONTENT"
    INCOMPATIBLE = "DECISION_GROUND_INCOMPATIBLE_CONTENT"


class Category(enum.StrEnum):
    """What kind of wrong it is; television meets few of the database's."""

    INTELLECTUAL_PROPERTY = "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS"
    DATA_PROTECTION = "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS"
    ILLEGAL_SPEECH = "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"
    PROTECTION_OF_MINORS = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"
    OTHER = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"


class Keyword(enum.StrEnum):
    """The narrower kind, of infringements of intellectual property."""

    COPYRIGHT = "KEYWORD_COPYRIGHT_INFRINGEMENT"
    TRADEMARK = "KEYWORD_TRADEMARK_INFRINGEMENT"
    OTHER = "KEYWORD_OTHER"


class Source(enum.StrEnum):
    """What the decision came of."""

    ARTICLE_16 = "SOURCE_ARTICLE_16"
    TRUSTED_FLAGGER = "SOURCE_TRUSTED_FLAGGER"
    OTHER_NOTIFICATION = "SOURCE_TYPE_OTHER_NOTIFICATION"
    VOLUNTARY = "SOURCE_VOLUNTARY"


class ContentType(enum.StrEnum):
    """What the content is."""

    VIDEO = "CONTENT_TYPE_VIDEO"
    AUDIO = "CONTENT_TYPE_AUDIO"
    IMAGE = "CONTENT_TYPE_IMAGE"
    TEXT = "CONTENT_TYPE_TEXT"
    OTHER = "CONTENT_TYPE_OTHER"


class Automation(enum.StrEnum):
    """How much of the decision a program took."""

    NOT = "AUTOMATED_DECISION_NOT_AUTOMATED"
    PARTIALLY = "AUTOMATED_DECISION_PARTIALLY"
    FULLY = "AUTOMATED_DECISION_FULLY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of reasons; the fields are those of the database, under its names.

    `puid` is unique to the station and says nothing of anybody.
    """

    puid: str
    decision_visibility: tuple[Visibility, ...] = (Visibility.DISABLED,)
    decision_provision: Provision | None = None
    decision_account: Account | None = None
    decision_ground: Ground = Ground.ILLEGAL
    illegal_content_legal_ground: str = ""
    illegal_content_explanation: str = ""
    incompatible_content_ground: str = ""
    incompatible_content_explanation: str = ""
    content_type: tuple[ContentType, ...] = (ContentType.VIDEO,)
    category: Category = Category.INTELLECTUAL_PROPERTY
    category_specification: tuple[Keyword, ...] = (Keyword.COPYRIGHT,)
    territorial_scope: tuple[str, ...] = ()
    content_date: date
    application_date: date
    decision_facts: str = ""
    source_type: Source = Source.ARTICLE_16
    automated_detection: bool = False
    automated_decision: Automation = Automation.NOT


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a field would be refused, or should not be published."""

    field: str
    sentence: str
    remedy: str


def problems(statement: Statement, names: tuple[str, ...] = ()) -> list[Problem]:
    """What is wrong with a statement; empty when it may go out. `names` are of persons that it must not name."""
    return [*_of_choices(statement), *_of_texts(statement), *_of_persons(statement, names)]


def as_record(statement: Statement) -> dict[str, object]:
    """The statement as the database takes it, empty fields left out."""
    record: dict[str, object] = {
        "decision_visibility": [one.value for one in statement.decision_visibility],
        "decision_provision": statement.decision_provision and statement.decision_provision.value,
        "decision_account": statement.decision_account and statement.decision_account.value,
        "decision_ground": statement.decision_ground.value,
        "illegal_content_legal_ground": statement.illegal_content_legal_ground,
        "illegal_content_explanation": statement.illegal_content_explanation,
        "incompatible_content_ground": statement.incompatible_content_ground,
        "incompatible_content_explanation": statement.incompatible_content_explanation,
        "content_type": [one.value for one in statement.content_type],
        "category": statement.category.value,
        "category_specification": [one.value for one in statement.category_specification],
        "territorial_scope": list(statement.territorial_scope),
        "content_date": statement.content_date.isoformat(),
        "application_date": statement.application_date.isoformat(),
        "decision_facts": statement.decision_facts,
        "source_type": statement.source_type.value,
        "automated_detection": "Yes" if statement.automated_detection else "No",
        "automated_decision": statement.automated_decision.value,
        "puid": statement.puid,
    }
    return {name: value for name, value in record.items() if value not in (None, "", [])}


def batches(statements: list[Statement]) -> list[dict[str, object]]:
    """Bodies of calls of at most 100 statements."""
    return [
        {"statements": [as_record(one) for one in statements[at : at + BATCH]]}
        for at in range(0, len(statements), BATCH)
    ]


def _of_choices(statement: Statement) -> list[Problem]:
    found = []
    if not (statement.decision_visibility or statement.decision_provision or statement.decision_account):
        found.append(Problem("decision_visibility", "It says of no measure.", "Choose what became of the content."))
    if not statement.content_type:
        found.append(Problem("content_type", "It does not say what the content is.", "Choose at least one type."))
    if unknown := [one for one in statement.territorial_scope if one not in COUNTRIES]:
        found.append(
            Problem(
                "territorial_scope",
                f"{', '.join(unknown)} is not within the scope of the database.",
                "Name countries of the European Economic Area, or none for all of them.",
            )
        )
    if statement.application_date < statement.content_date:
        found.append(
            Problem("application_date", "It was applied before the content was there.", "Correct one of the dates.")
        )
    if not _PUID.fullmatch(statement.puid) or len(statement.puid) > LONGEST_PUID:
        found.append(Problem("puid", "The identifier cannot be that.", "Use letters, digits, - and _."))
    return found


def _of_texts(statement: Statement) -> list[Problem]:
    illegal = statement.decision_ground is Ground.ILLEGAL
    ground, why = (
        ("illegal_content_legal_ground", "illegal_content_explanation")
        if illegal
        else ("incompatible_content_ground", "incompatible_content_explanation")
    )
    found = []
    for field, most in (("decision_facts", LONGEST_FACTS), (ground, LONGEST_GROUND), (why, LONGEST_EXPLANATION)):
        text = str(getattr(statement, field)).strip()
        if not text:
            found.append(Problem(field, "It is empty.", "Write it."))
        elif len(text) > most:
            found.append(Problem(field, f"It has {len(text):,} letters; {most:,} are taken.", "Shorten it."))
    return found


def _of_persons(statement: Statement, names: tuple[str, ...]) -> list[Problem]:
    """Personal data as far as a program sees it: addresses, numbers, lines' addresses, and the names it was told."""
    found = []
    for field in _TEXTS:
        text = str(getattr(statement, field))
        kinds = [word for word, pattern in _PATTERNS if pattern.search(text)]
        kinds += [f"the name {name}" for name in names if len(name) > 2 and _names(text, name)]
        if kinds:
            found.append(Problem(field, f"It holds {', '.join(kinds)}.", "Statements are public: take it out."))
    return found


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


_TEXTS = (
    "decision_facts",
    "illegal_content_legal_ground",
    "illegal_content_explanation",
    "incompatible_content_ground",
    "incompatible_content_explanation",
)
_PATTERNS = (
    ("an e-mail address", _MAIL),
    ("an IP address", _IP),
    ("a telephone number", _PHONE),
    ("the address of somebody's line", _OURS),
)
