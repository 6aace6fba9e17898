"""The chain of the audit trail: what of a row is committed to, its hash, and where a chain was tampered with.

Pure; docs/reference/audit.md gives the format byte by byte. Rows are numbered 1, 2, 3 ... by `seq`.
"""

from __future__ import annotations

import enum
import json
import re
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING

from rightcast.domain.merkle import Frontier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

FORMAT = 1
_HASH = re.compile(r"[0-9a-f]{64}")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def canonical(flat: Mapping[str, str | int | None]) -> bytes:
    """RFC 8785 of an object of texts, integers below 2**53 and nulls whose keys are ASCII.

    For such objects the scheme is sorted keys, no spaces and the escapes that Python's encoder writes too.
    """
    return _encode(dict(sorted(flat.items()))).encode()


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in the table. `at` is RFC 3339 in UTC with six decimals; hashes are lower-case hex."""

    seq: int
    at: str
    actor_kind: str
    actor_id: int | None
    actor_name: str
    action: str
    subject: str
    subject_id: int | None
    person_kind: str
    person_id: int | None
    sentence: str
    detail: str
    prev_hash: str = ""
    hash: str = ""

    def committed(self) -> bytes:
        """The canonical JSON of everything but the two hashes; keys stand in their order already."""
        return _encode(
            {
                "action": self.action,
                "actor_id": self.actor_id,
                "actor_kind": self.actor_kind,
                "actor_name": self.actor_name,
                "at": self.at,
                "detail": self.detail,
                "person_id": self.person_id,
                "person_kind": self.person_kind,
                "sentence": self.sentence,
                "seq": self.seq,
                "subject": self.subject,
                "subject_id": self.subject_id,
                "v": FORMAT,
            }
        ).encode()

    def hash_after(self, prev_hash: str) -> str:
        """SHA-256(prev_hash || committed), hex."""
        return sha256(bytes.fromhex(prev_hash) + self.committed()).hexdigest()


def moment_text(moment: datetime) -> str:
    """A moment as rows commit to it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Wrong(enum.StrEnum):
    """What is wrong at a place of the chain."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    REORDERED = "reordered"
    UNREADABLE = "unreadable"
    BROKEN_LINK = "broken link"
    TRUNCATED = "truncated"
    ROOT = "root"
    SIGNATURE = "signature"
    CHECKPOINT = "checkpoint"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where the trail does not hold: `first` to `last` are rows, equal when it is one."""

    wrong: Wrong
    first: int
    last: int
    sentence: str


@dataclass(slots=True)
class Walk:
    """Follows a chain row by row from where a checkpoint stands; gathers faults, and the Merkle tree as it grows.

    After a fault it goes on from what the row itself says, so that each later fault is located too.
    """

    seq: int
    hash: str
    tree: Frontier

    def step(self, row: Row) -> Fault | None:
        """Take the next row in the order of the table; what is wrong with it."""
        expected, before = self.seq + 1, self.hash
        self.seq, self.hash = max(self.seq, row.seq), row.hash
        if not _is_hash(row.hash) or not _is_hash(row.prev_hash):
            self.hash = row.hash if _is_hash(row.hash) else before
            return _fault(Wrong.CHANGED, row.seq, "a hash that is none")
        self.tree.append(bytes.fromhex(row.hash))
        if row.seq > expected:
            gap = f"row {expected} is" if row.seq - 1 == expected else f"rows {expected} to {row.seq - 1} are"
            return Fault(Wrong.MISSING, expected, row.seq - 1, f"{gap} missing")
        if row.seq < expected:
            return _fault(Wrong.INSERTED, row.seq, f"stands where row {expected} should")
        return _compared(row, before)


def follow(rows: Iterable[Row], walk: Walk) -> list[Fault]:
    """All faults of a chain's rows."""
    return [fault for fault in map(walk.step, rows) if fault is not None]


def _compared(row: Row, before: str) -> Fault | None:
    """What is wrong with a row that stands in its place, after a row of hash `before`."""
    genuine = row.hash_after(row.prev_hash) == row.hash
    if row.prev_hash == before:
        return None if genuine else _fault(Wrong.CHANGED, row.seq, "its contents do not give its hash")
    if row.hash_after(before) == row.hash:
        return _fault(Wrong.CHANGED, row.seq, "its prev_hash was changed")
    if genuine:
        return _fault(Wrong.BROKEN_LINK, row.seq, f"does not follow row {row.seq - 1} as that stands now")
    return _fault(Wrong.CHANGED, row.seq, "neither its contents nor its link give its hash")


def _is_hash(text: str) -> bool:
    return _HASH.fullmatch(text) is not None


def _fault(wrong: Wrong, seq: int, words: str) -> Fault:
    return Fault(wrong, seq, seq, f"row {seq}: {words}")
