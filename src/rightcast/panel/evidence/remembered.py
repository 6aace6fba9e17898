"""What the trail remembers of rights and blackouts that covered a channel once, also if they were removed since."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from rightcast.panel.audit.models import AuditRow

if TYPE_CHECKING:
    from rightcast.panel.evidence.scope import Scope

REMOVING, ENDING, ATTACHING, DETACHING = "remove", "end", "attach", "detach"


@dataclass(frozen=True, slots=True)
class Paper:
    """A piece of evidence as the deed of attaching it tells of it."""

    need: str
    kind: str
    sha256: str
    size_bytes: int


@dataclass(slots=True)
class Remembered:
    """One record as its deeds tell of it. `facts`: what was said of it last; `pieces`: its evidence."""

    number: int
    first: datetime
    facts: dict[str, object] = field(default_factory=dict)
    channel_ids: set[int] = field(default_factory=set)
    pieces: dict[tuple[str, str], Paper] = field(default_factory=dict)
    removed: datetime | None = None

    def moment(self, name: str) -> datetime | None:
        """What was said of one moment last."""
        text = self.facts.get(name)
        return datetime.fromisoformat(text) if isinstance(text, str) else None


def remembered(subject: str, scope: Scope) -> dict[int, Remembered]:
    """All records of a kind that a deed before the span's end said to concern a channel of the case, by number."""
    wanted, found = set(scope.channel_ids), dict[int, Remembered]()
    rows = AuditRow.objects.filter(subject=subject, subject_id__isnull=False).order_by("id")
    if scope.until is not None:
        rows = rows.filter(at__lt=scope.until)
    for row in rows.iterator(1000):
        number = row.subject_id or 0
        one = found.setdefault(number, Remembered(number, row.at))
        verb, told = row.action.rpartition(".")[2], row.detail
        if verb in {ATTACHING, DETACHING}:
            need, kind, digest = (str(told.get(name) or "") for name in ("need", "kind", "sha256"))
            paper = Paper(need, kind, digest, int(told.get("size_bytes") or 0))
            if verb == ATTACHING:
                one.pieces[paper.need, paper.sha256] = paper
            else:
                one.pieces.pop((paper.need, paper.sha256), None)
            continue
        if verb == ENDING and "ends" not in told:  # as it was written before deeds said so
            one.facts.pop("ends", None)
        one.facts |= told
        covered = told.get("channels")
        if isinstance(covered, list):
            one.channel_ids.update(each for each in covered if isinstance(each, int))
        if verb == REMOVING:
            one.removed = row.at
    return {number: one for number, one in found.items() if one.channel_ids & wanted}
