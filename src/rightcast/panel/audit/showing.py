"""Words about the trail for its pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.panel.console.numbers import span

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from rightcast.panel.audit.models import AuditRow
    from rightcast.panel.audit.paths import Proof
    from rightcast.panel.audit.queries import Health


@dataclass(frozen=True, slots=True)
class Word:
    """A sentence with its tone, and what stands under it."""

    tone: str
    sentence: str
    under: str = ""


@dataclass(frozen=True, slots=True)
class RowLine:
    """A row as the table shows it."""

    seq: int
    at: str
    who: str
    sentence: str
    action: str
    about: str
    about_query: str


def health_sentence(health: Health, now: datetime) -> Word:
    """How the chain is."""
    known = health.anchoring
    if known.check_trouble:
        since = f", since {_ago(known.checked_at, now)}" if known.checked_at is not None else ""
        under = "Keep the database as it is. `rightcast audit verify` says what was changed where."
        return Word("bad", f"The trail does not hold{since}: {known.check_trouble}", under)
    if not health.rows:
        return Word("calm", "Nothing was done yet")
    signed = f"{health.rows:,} rows, {health.anchored:,} of them under a signed root"
    if health.last_root is not None:
        signed += f", the last of {_ago(health.last_root.at, now)}"
    told = [signed]
    if health.stamped:
        told.append(f"a time-stamping service saw those up to {health.stamped:,}")
    if not known.stamp_url and not known.mirror:
        told.append("nobody outside witnesses the roots")
    if known.verified_at is None:
        return Word("calm", "The trail was not read through yet", _said(told))
    told.insert(0, f"last read through {_ago(known.verified_at, now)}")
    if health.troubles:
        return Word("warn", f"Nobody changed the trail; a witness fails: {health.troubles[0]}", _said(told))
    return Word("good", "Nobody changed the trail", _said(told))


def proof_sentence(proof: Proof | None, seq: int) -> Word:
    """How one row stands."""
    if proof is None:
        return Word(
            "calm", "No root stands for it yet", "One is signed within the hour; until then the chain holds it."
        )
    if not proof.holds:
        return Word("bad", f"Row {seq} is not what root {proof.root.number} was signed over")
    seen = f"{proof.kept.stamped_at:%Y-%m-%d %H:%M:%S} UTC" if proof.kept.stamped_at is not None else ""
    under = f"A time-stamping service saw that root at {seen}." if seen else "No time stamp vouches for when."
    return Word("good", f"Nobody changed row {seq} since root {proof.root.number} was signed", under)


def row_lines(rows: Iterable[AuditRow]) -> list[RowLine]:
    """Rows for the table, opened."""
    return [
        RowLine(
            seq=row.id,
            at=f"{row.at:%Y-%m-%d %H:%M:%S}",
            who=row.actor_name if row.actor_kind == "staff" else f"{row.actor_name} ({row.actor_kind})",
            sentence=row.sentence,
            action=row.action,
            about=f"{row.subject} {row.subject_id}" if row.subject_id is not None else row.subject,
            about_query=f"subject={row.subject}" + (f"&object={row.subject_id}" if row.subject_id is not None else ""),
        )
        for row in rows
    ]


def _ago(moment: datetime, now: datetime) -> str:
    return f"{span(max(0.0, (now - moment).total_seconds()))} ago"


def _said(parts: list[str]) -> str:
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."
