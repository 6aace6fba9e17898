"""The tree of RFC 6962: roots, and proofs of inclusion and consistency."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.merkle import EMPTY, Frontier, Tree, consistent, grown, included

KNOWN = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
"""The eight leaves that implementations of the RFC test with."""
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def leaves(count: int) -> list[bytes]:
    return [sha256(str(number).encode()).digest() for number in range(count)]


@pytest.mark.parametrize(("count", "root"), ROOTS.items())
def test_roots_are_those_of_other_implementations(count: int, root: str) -> None:
    data = [bytes.fromhex(one) for one in KNOWN[:count]]
    assert grown(Frontier(), data).root.hex() == root
    assert Tree(Frontier(), data).root(count).hex() == root


def test_no_leaves_have_the_root_of_the_rfc() -> None:
    assert Frontier().root == EMPTY == sha256(b"").digest()


@given(st.integers(1, 70), st.data())
def test_every_leaf_is_proven_and_no_other_is(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    forgotten = data.draw(st.integers(0, index))
    listed = leaves(size)
    tree = Tree(grown(Frontier(), listed[:forgotten]), listed[forgotten:])
    path, root = tree.inclusion(index, size), tree.root(size)
    assert root == grown(Frontier(), listed).root
    assert included(listed[index], index, size, path, root)
    assert not included(sha256(b"other").digest(), index, size, path, root)
    assert not included(listed[index], (index + 1) % (size + 1), size, path, root)


@given(st.integers(1, 70), st.data())
def test_a_tree_is_proven_to_begin_with_an_older_one(second: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, second))
    listed = leaves(second)
    tree = Tree(Frontier(), listed)
    path = tree.consistency(first, second)
    assert consistent(first, tree.root(first), second, tree.root(second), path)
    assert not consistent(first, sha256(b"other").digest(), second, tree.root(second), path)
    assert not consistent(first, tree.root(first), second, sha256(b"other").digest(), path)
