"""The Merkle tree of RFC 6962 over a list that only grows: its root, and proofs of inclusion and of consistency.

Pure. A frontier is what must be remembered of a tree to let it grow: the roots of its perfect subtrees, largest first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

EMPTY = sha256(b"").digest()
"""The root of no leaves (section 2.1)."""


_REMEMBERED = 32
"""Leaves under a node that is kept once it was made; smaller ones are made anew, or a million rows fill the memory."""


def leaf_hash(data: bytes) -> bytes:
    """MTH({d}) of section 2.1: leaves and nodes are told apart by their first byte."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node, section 2.1."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class Frontier:
    """A tree of `size` leaves, as the roots of its perfect subtrees; one for each bit of `size` that is set."""

    size: int = 0
    roots: list[bytes] = field(default_factory=list)

    def append(self, data: bytes) -> None:
        """Add one leaf."""
        node, size = sha256(b"\x00" + data).digest(), self.size
        while size & 1:
            node = sha256(b"\x01" + self.roots.pop() + node).digest()
            size >>= 1
        self.roots.append(node)
        self.size += 1

    @property
    def root(self) -> bytes:
        """MTH of all leaves."""
        if not self.roots:
            return EMPTY
        node = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            node = node_hash(left, node)
        return node

    @property
    def is_whole(self) -> bool:
        """Whether there are as many roots as a tree of this size has."""
        return len(self.roots) == self.size.bit_count()

    def spans(self) -> list[tuple[int, int]]:
        """The half-open ranges of leaves that each root stands for."""
        found, low = [], 0
        for bit in range(self.size.bit_length() - 1, -1, -1):
            if self.size >> bit & 1:
                found.append((low, low + (1 << bit)))
                low += 1 << bit
        return found


class Tree:
    """A tree whose first leaves may be known only by a frontier; answers with proofs about the others."""

    def __init__(self, base: Frontier, leaves: Sequence[bytes]) -> None:
        """`leaves` are the data of the leaves from `base.size` on."""
        self._base = base
        self._levels = [[leaf_hash(one) for one in leaves]]
        self._known = dict(zip(base.spans(), base.roots, strict=True))
        self.size = base.size + len(leaves)

    def root(self, size: int) -> bytes:
        """The root as it was at `size` leaves. Raises KeyError for a size inside the forgotten part."""
        return EMPTY if size == 0 else self._hash(0, size)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """PATH(index, D[size]) of section 2.1.1. Raises KeyError for a leaf that is forgotten."""
        if not self._base.size <= index < size <= self.size:
            raise KeyError(index)
        return self._path(index, 0, size)

    def consistency(self, first: int, second: int) -> list[bytes]:
        """PROOF(first, D[second]) of section 2.1.2. Raises KeyError for sizes inside the forgotten part."""
        if not 0 < first <= second <= self.size:
            raise KeyError(first)
        return self._proof(first, 0, second, whole=True)

    def _path(self, index: int, low: int, high: int) -> list[bytes]:
        if high - low == 1:
            return []
        middle = low + _split(high - low)
        if index < middle:
            return [*self._path(index, low, middle), self._hash(middle, high)]
        return [*self._path(index, middle, high), self._hash(low, middle)]

    def _proof(self, first: int, low: int, high: int, *, whole: bool) -> list[bytes]:
        if first == high:
            return [] if whole else [self._hash(low, high)]
        middle = low + _split(high - low)
        if first <= middle:
            return [*self._proof(first, low, middle, whole=whole), self._hash(middle, high)]
        return [*self._proof(first, middle, high, whole=False), self._hash(low, middle)]

    def _hash(self, low: int, high: int) -> bytes:
        known = self._known.get((low, high))
        if known is not None:
            return known
        if high - low == 1:
            if low < self._base.size:
                raise KeyError(low)
            return self._levels[0][low - self._base.size]
        middle = low + _split(high - low)
        made = node_hash(self._hash(low, middle), self._hash(middle, high))
        if high - low >= _REMEMBERED:
            self._known[low, high] = made
        return made


def included(leaf: bytes, index: int, size: int, path: Iterable[bytes], root: bytes) -> bool:
    """Whether `path` leads from a leaf's data at `index` to the root of a tree of `size`, RFC 9162 section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    node, place, last = leaf_hash(leaf), index, size - 1
    for other in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(other, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, other)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def consistent(first: int, first_root: bytes, second: int, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the tree of `second` leaves begins with that of `first`, RFC 9162 section 2.1.4.2."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    steps = list(path)
    if first & (first - 1) == 0:
        steps.insert(0, first_root)
    if not steps:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for other in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(other, old), node_hash(other, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, other)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def grown(base: Frontier, leaves: Iterable[bytes], *, at: Callable[[Frontier], None] | None = None) -> Frontier:
    """A copy of `base` with more leaves; `at` is shown the tree after each of them."""
    made = Frontier(base.size, list(base.roots))
    for one in leaves:
        made.append(one)
        if at is not None:
            at(made)
    return made


def _split(count: int) -> int:
    """The largest power of two below `count`, section 2.1."""
    return 1 << (count - 1).bit_length() - 1
