"""What is signed about a chain: roots over all its rows, and checkpoints that stand for rows no longer kept.

Pure. Both are flat records in canonical JSON, so that the signed bytes are the stored bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

from rightcast.domain.chain import canonical
from rightcast.domain.merkle import Frontier

ROOT = "rightcast-root-1"
CHECKPOINT = "rightcast-checkpoint-1"
GENESIS = "rightcast-genesis-1"
NOTHING = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """The tree after row `size`: its root, and the hash of that row. `previous` is SHA-256 of the root before."""

    number: int
    first: int
    size: int
    at: str
    root: str
    chain: str
    frontier: str
    previous: str
    key: str

    def text(self) -> str:
        """The bytes that are signed and stamped."""
        return canonical(
            {
                "at": self.at,
                "chain": self.chain,
                "first": self.first,
                "frontier": self.frontier,
                "key": self.key,
                "kind": ROOT,
                "number": self.number,
                "previous": self.previous,
                "root": self.root,
                "size": self.size,
            }
        ).decode()

    @property
    def tree(self) -> Frontier:
        """The tree as it stood."""
        return frontier_of(self.size, self.frontier)


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Where the rows that are kept begin: after row `seq`, whose hash was `hash`."""

    seq: int
    hash: str
    frontier: str = ""

    @property
    def tree(self) -> Frontier:
        """The tree of what is not kept."""
        return frontier_of(self.seq, self.frontier)


def checkpoint_text(base: Base, *, at: str, through: str, key: str) -> str:
    """The record that replaces the rows up to `base.seq`, the last of which was written at `through`."""
    return canonical(
        {
            "at": at,
            "frontier": base.frontier,
            "hash": base.hash,
            "key": key,
            "kind": CHECKPOINT,
            "root": base.tree.root.hex(),
            "seq": base.seq,
            "through": through,
        }
    ).decode()


def read_root(text: str) -> Root:
    """A root's record. Raises ValueError when it is none or not in its canonical form."""
    found = _flat(text, ROOT)
    made = Root(
        number=_number(found, "number"),
        first=_number(found, "first"),
        size=_number(found, "size"),
        **{name: _text(found, name) for name in ("at", "root", "chain", "frontier", "previous", "key")},
    )
    if made.text() != text or not made.tree.is_whole or made.tree.root.hex() != made.root:
        raise ValueError("a root that does not agree with itself")
    return made


def read_base(text: str) -> Base:
    """A genesis' or a checkpoint's record. Raises ValueError."""
    found = _flat(text, GENESIS, CHECKPOINT)
    if found["kind"] == GENESIS:
        if canonical(found).decode() != text:
            raise ValueError("a genesis that is not in its canonical form")
        return Base(seq=0, hash=sha256(text.encode()).hexdigest())
    made = Base(seq=_number(found, "seq"), hash=_text(found, "hash"), frontier=_text(found, "frontier"))
    if canonical(found).decode() != text or not made.tree.is_whole or made.tree.root.hex() != found.get("root"):
        raise ValueError("a checkpoint that does not agree with itself")
    return made


def frontier_text(tree: Frontier) -> str:
    """A frontier as records write it."""
    return ",".join(one.hex() for one in tree.roots)


def frontier_of(size: int, text: str) -> Frontier:
    """Read what `frontier_text` wrote. Raises ValueError."""
    return Frontier(size, [bytes.fromhex(one) for one in text.split(",") if one])


def digest(text: str) -> str:
    """SHA-256 of a record, hex."""
    return sha256(text.encode()).hexdigest()


def _flat(text: str, *kinds: str) -> dict[str, str | int | None]:
    found = json.loads(text)
    if not isinstance(found, dict) or found.get("kind") not in kinds:
        raise ValueError("a record of another kind")
    if not all(one is None or isinstance(one, str | int) for one in found.values()):
        raise ValueError("a record that is not flat")
    return found


def _number(found: dict[str, str | int | None], name: str) -> int:
    value = found.get(name)
    if not isinstance(value, int):
        raise ValueError(name)  # noqa: TRY004 - one kind of failure for all that is wrong with a record
    return value


def _text(found: dict[str, str | int | None], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str):
        raise ValueError(name)  # noqa: TRY004 - likewise
    return value
