"""What each instrument must be proven by: a document, an address, or a statement somebody signs with a name.

The honest simple cases need little, and the form asks for that only.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.domain.rights import Instrument

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class EvidenceKind(enum.StrEnum):
    """What a piece of evidence is made of."""

    DOCUMENT = "document"
    LINK = "link"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to prove. `kinds`: any of them proves it; `choices`: a statement is one of these words."""

    name: str
    words: str
    kinds: tuple[EvidenceKind, ...]
    ask: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """What an instrument is for, in a sentence, and what it needs."""

    instrument: Instrument
    title: str
    sentence: str
    needs: tuple[Need, ...]
    worldwide: bool = False
    fast: bool = True


_DOCUMENT = (EvidenceKind.DOCUMENT,)
_PAPER = (EvidenceKind.DOCUMENT, EvidenceKind.LINK)
_SAID = (EvidenceKind.STATEMENT,)
CC_LICENCES = ("CC BY", "CC BY-SA", "CC BY-ND", "CC BY-NC", "CC BY-NC-SA", "CC BY-NC-ND", "CC0")
PD_GROUNDS = (
    "The author died more than 70 years ago",
    "The term of protection of the recording is over",
    "It was given to the public domain by its author",
    "It is an official work that no copyright protects",
)

PATHS: Mapping[Instrument, Path] = {
    path.instrument: path
    for path in (
        Path(
            Instrument.OWN_PRODUCTION,
            "Own production",
            "You made it: your cameras, your people, and music and pictures of others cleared.",
            (Need("maker", "who made it and answers for it", _SAID, "Name of the person who answers for it"),),
            worldwide=True,
        ),
        Path(
            Instrument.MUST_CARRY,
            "Must-carry",
            "The law or the regulator obliges you to carry it.",
            (Need("order", "the law or order that obliges you", tuple(EvidenceKind), "Section of the law, or order"),),
        ),
        Path(
            Instrument.FREE_TO_AIR,
            "Free to air, with permission",
            "A broadcaster sends it to everybody, and allows you to pass it on unchanged.",
            (
                Need("permission", "the broadcaster's permission", _DOCUMENT, "The letter or mail that permits it"),
                Need("contact", "who at the broadcaster permitted it", _SAID, "Name and address of who permitted it"),
            ),
        ),
        Path(
            Instrument.CREATIVE_COMMONS,
            "Creative Commons",
            "Its author shares it under a Creative Commons licence, and you do what that asks.",
            (
                Need("licence", "which licence it is", _SAID, "Licence", CC_LICENCES),
                Need("shown", "where the author says so", _PAPER, "Address of the page, or a copy of it"),
                Need("credit", "how the author is named", _SAID, "Credit, as viewers see it"),
            ),
            worldwide=True,
        ),
        Path(
            Instrument.PUBLIC_DOMAIN,
            "Public domain",
            "Nobody holds a right in it any more, or nobody ever did.",
            (
                Need("ground", "why it is free", _SAID, "Ground", PD_GROUNDS),
                Need("shown", "what shows it", tuple(EvidenceKind), "Source: dates of author and work, or where found"),
            ),
        ),
        Path(
            Instrument.CONTRACT,
            "Contract",
            "A licensor grants it to you in writing.",
            (Need("contract", "the signed contract", _DOCUMENT, "The signed contract"),),
            fast=False,
        ),
        Path(
            Instrument.COLLECTIVE_LICENCE,
            "Collective licence",
            "A society that many right holders joined licenses it to you.",
            (Need("licence", "the licence of the society", _DOCUMENT, "The licence"),),
            fast=False,
        ),
    )
}


def missing(instrument: Instrument, held: Iterable[tuple[str, EvidenceKind]]) -> tuple[str, ...]:
    """What is not proven yet, in words. `held`: pairs of a need's name and what its evidence is made of."""
    proven = set(held)
    return tuple(
        need.words for need in PATHS[instrument].needs if not any((need.name, kind) in proven for kind in need.kinds)
    )


def need_of(instrument: Instrument, name: str) -> Need | None:
    """The need of this name; without a name the first that is there."""
    needs = PATHS[instrument].needs
    return next((need for need in needs if name in {"", need.name}), None)
