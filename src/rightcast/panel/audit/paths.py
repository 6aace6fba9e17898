"""The way from a row to a signed root: proofs of inclusion and of consistency, from as few rows as they need."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.domain.anchors import Root, read_root
from rightcast.domain.merkle import Frontier, Tree, included
from rightcast.panel.audit.models import AuditRow, SignedRoot
from rightcast.panel.audit.pruning import base

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Proof:
    """A row under a root: `holds` when its contents give its hash and `path` leads from there to the root."""

    root: Root
    kept: SignedRoot
    path: list[bytes]
    holds: bool


def proof_of(row: AuditRow) -> Proof | None:
    """The proof of one row under the first root after it; None while there is none."""
    kept = SignedRoot.objects.filter(size__gte=row.id).order_by("number").first()
    if kept is None:
        return None
    root = read_root(kept.record)
    try:
        path = tree_of(root).inclusion(row.id - 1, root.size)
    except (KeyError, ValueError):
        return Proof(root, kept, [], holds=False)
    own = row.chained()
    fits = own.hash_after(own.prev_hash) == own.hash
    leads = included(bytes.fromhex(own.hash), row.id - 1, root.size, path, bytes.fromhex(root.root))
    return Proof(root, kept, path, fits and leads)


def tree_of(root: Root) -> Tree:
    """The tree at a root, from the root before it on: that one's frontier stands for the rows before."""
    before = SignedRoot.objects.filter(number=root.number - 1).first()
    return grown_from(read_root(before.record).tree if before is not None else Frontier(), root.size)


def grown_from(known: Frontier, size: int) -> Tree:
    """A tree of `size` rows whose first are known by a frontier, or by the checkpoint where that is later."""
    begin = base()
    if begin is not None and begin.seq > known.size:
        known = begin.tree
    hashes = AuditRow.objects.filter(id__gt=known.size, id__lte=size).order_by("id").values_list("hash", flat=True)
    return Tree(known, [bytes.fromhex(one) for one in hashes.iterator(chunk_size=5000)])


def steps_between(roots: Sequence[Root]) -> list[tuple[Root, Root, list[bytes]]]:
    """Proofs that each root's tree begins with the tree of the one before it in the list."""
    return [
        (one, other, grown_from(one.tree, other.size).consistency(one.size, other.size))
        for one, other in itertools.pairwise(roots)
    ]
