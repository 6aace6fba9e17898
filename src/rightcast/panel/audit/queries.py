"""Reading what is known of the chain: its end, its last root, who witnesses it, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.domain.findings import Finding, Subject, SubjectKind
from rightcast.panel.audit.models import Anchoring, ChainHead, SignedRoot

if TYPE_CHECKING:
    from datetime import datetime

ANCHORING_ID = 1
HEAD_ID = 1
TRAIL = Subject(SubjectKind.AUDIT, "trail", "Audit trail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The chain at a glance. `anchored`: rows that a signed root stands for; `stamped` those that a service vouches."""

    rows: int
    anchored: int
    stamped: int
    last_root: SignedRoot | None
    anchoring: Anchoring

    @property
    def troubles(self) -> list[str]:
        """What is wrong, in sentences."""
        one = self.anchoring
        return [text for text in (one.check_trouble, one.stamp_trouble, one.mirror_trouble) if text]


def health() -> Health:
    """The chain as it was last looked at."""
    head = ChainHead.objects.filter(id=HEAD_ID).first()
    last = SignedRoot.objects.order_by("-number").first()
    stamped = SignedRoot.objects.exclude(stamp=None).order_by("-number").first()
    return Health(
        rows=head.seq if head is not None else 0,
        anchored=last.size if last is not None else 0,
        stamped=stamped.size if stamped is not None else 0,
        last_root=last,
        anchoring=anchoring(),
    )


def anchoring() -> Anchoring:
    """Where roots are witnessed; nowhere, until somebody says so."""
    return Anchoring.objects.filter(id=ANCHORING_ID).first() or Anchoring(id=ANCHORING_ID)


def proof_findings() -> tuple[Finding, ...]:
    """What the watch is told of the chain."""
    known = anchoring()
    found = []
    if known.check_trouble:
        found.append(_finding("audit-broken", known.check_trouble, known.checked_at))
    if known.stamp_failing_since is not None:
        found.append(_finding("anchoring-failing", known.stamp_trouble, known.stamp_failing_since))
    elif known.mirror_failing_since is not None:
        found.append(_finding("anchoring-failing", known.mirror_trouble, known.mirror_failing_since))
    return tuple(found)


def _finding(kind: str, detail: str, since: datetime | None) -> Finding:
    return Finding(subject=TRAIL, kind=kind, detail=detail, since=since.timestamp() if since is not None else 0.0)
