"""What guides do that the DTD of XMLTV does not expect: each kind named, counted, and shown with its lines."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


class Verdict(enum.StrEnum):
    """What became of it."""

    UNDERSTOOD = "understood"
    REPAIRED = "repaired"
    LEFT_OUT = "left out"


KINDS: dict[str, tuple[Verdict, str]] = {
    "no-zone": (Verdict.UNDERSTOOD, "times without a zone were read on the source's clock"),
    "zone-name": (Verdict.UNDERSTOOD, "zones were written by name"),
    "short-time": (Verdict.UNDERSTOOD, "times were written short, the rest taken as nought"),
    "twice-time": (Verdict.UNDERSTOOD, "times lay in the hour that comes twice when summer ends"),
    "no-stop": (Verdict.UNDERSTOOD, "shows had no end: they last until the next begins"),
    "undeclared-channel": (Verdict.UNDERSTOOD, "channels had shows and no entry of their own"),
    "double-channel": (Verdict.UNDERSTOOD, "channels were declared more than once: their names were joined"),
    "empty-element": (Verdict.UNDERSTOOD, "elements were empty"),
    "clump": (Verdict.UNDERSTOOD, "shows shared a time slot: it was divided among them"),
    "gap-time": (Verdict.REPAIRED, "times lay in the hour that summer time leaves out"),
    "odd-time": (Verdict.REPAIRED, "times were written otherwise than XMLTV asks for"),
    "bad-stop": (Verdict.REPAIRED, "ends could not be read: the show lasts until the next begins"),
    "early-stop": (Verdict.REPAIRED, "ends lay before their beginning: the show lasts until the next begins"),
    "assumed-stop": (Verdict.REPAIRED, "shows had no end and nothing soon after them: an hour was assumed"),
    "overlap": (Verdict.REPAIRED, "shows ran into the next: they were cut where it begins"),
    "no-title": (Verdict.REPAIRED, "shows had no title"),
    "entity": (Verdict.REPAIRED, "entities of HTML were not declared, and read as HTML means them"),
    "control-character": (Verdict.REPAIRED, "characters that XML forbids were taken out"),
    "leading-space": (Verdict.REPAIRED, "blank lines stood before the XML declaration"),
    "long-text": (Verdict.REPAIRED, "texts were longer than is kept, and cut"),
    "bad-value": (Verdict.LEFT_OUT, "values could not be read"),
    "unknown-entity": (Verdict.LEFT_OUT, "entities are not known"),
    "unknown-element": (Verdict.LEFT_OUT, "elements are not of XMLTV"),
    "unknown-attribute": (Verdict.LEFT_OUT, "attributes are not of XMLTV"),
    "bad-start": (Verdict.LEFT_OUT, "shows had no beginning that can be read"),
    "no-channel": (Verdict.LEFT_OUT, "shows or channels did not say which channel"),
    "no-length": (Verdict.LEFT_OUT, "shows ended when they began"),
    "double-show": (Verdict.LEFT_OUT, "shows stood there twice"),
    "same-time": (Verdict.LEFT_OUT, "shows had the time of another"),
    "container": (Verdict.LEFT_OUT, "shows were made up of others that are listed too"),
    "too-long": (Verdict.LEFT_OUT, "shows lasted longer than two days"),
    "too-old": (Verdict.LEFT_OUT, "shows lay before the days that are kept"),
    "too-far": (Verdict.LEFT_OUT, "shows lay further ahead than is kept"),
}
"""Verdict and sentence of each kind; a sentence follows a number. docs/reference/guide-oddities.md lists them."""
EXAMPLES = 5


@dataclass(slots=True)
class Finding:
    """One kind of oddity of one file: how often, and the first examples as (line, words)."""

    kind: str
    count: int = 0
    examples: list[tuple[int, str]] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """What became of it."""
        return KINDS[self.kind][0]

    @property
    def sentence(self) -> str:
        """What it is."""
        return KINDS[self.kind][1]


@dataclass(slots=True)
class Findings:
    """All oddities of one file."""

    by_kind: dict[str, Finding] = field(default_factory=dict)

    def note(self, kind: str, line: int = 0, words: str = "") -> None:
        """Count one; the first few are kept with their line, 0 where none can be told."""
        found = self.by_kind.get(kind)
        if found is None:
            found = self.by_kind[kind] = Finding(kind)
        found.count += 1
        if len(found.examples) < EXAMPLES:
            found.examples.append((line, words[:120]))

    def join(self, other: Findings) -> None:
        """Those of what comes next in the same file."""
        for kind, found in other.by_kind.items():
            own = self.by_kind.get(kind)
            if own is None:
                self.by_kind[kind] = found
            else:
                own.count += found.count
                own.examples += found.examples[: EXAMPLES - len(own.examples)]

    def listed(self) -> list[Finding]:
        """In the order of the kinds: understood, repaired, left out."""
        return [self.by_kind[kind] for kind in KINDS if kind in self.by_kind]
