"""The chain commits to canonical JSON, and says where it was tampered with."""

from __future__ import annotations

import random
from dataclasses import fields, replace

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.chain import Row, Walk, Wrong, canonical, follow
from rightcast.domain.merkle import Frontier

BASE = "ab" * 32


def chain(count: int) -> list[Row]:
    rows, before = [], BASE
    for seq in range(1, count + 1):
        row = Row(
            seq, "2026-01-01T00:00:00.000000Z", "cli", None, "é", "line.add", "line", 1, "", None, f"s{seq}", "{}"
        )
        rows.append(replace(row, prev_hash=before, hash=row.hash_after(before)))
        before = rows[-1].hash
    return rows


def faults(rows: list[Row]) -> list[tuple[Wrong, int, int]]:
    return [(one.wrong, one.first, one.last) for one in follow(rows, Walk(0, BASE, Frontier()))]


@given(
    st.dictionaries(
        st.text("abcdefghijklmnopqrstuvwxyz_"),
        st.none() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    )
)
def test_flat_records_are_canonical_as_rfc_8785_says(flat: dict[str, str | int | None]) -> None:
    assert canonical(flat) == rfc8785.dumps(flat)


def test_a_row_commits_to_everything_but_its_hashes() -> None:
    row = chain(1)[0]
    assert row.committed() == rfc8785.dumps(
        {"v": 1} | {one.name: getattr(row, one.name) for one in fields(row) if one.name not in {"prev_hash", "hash"}}
    )


def test_a_whole_chain_has_no_fault() -> None:
    walk = Walk(0, BASE, Frontier())
    assert follow(chain(5), walk) == []
    assert (walk.seq, walk.tree.size) == (5, 5)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda rows: rows.pop(2), (Wrong.MISSING, 3, 3)),
        (lambda rows: rows.__delitem__(slice(1, 3)), (Wrong.MISSING, 2, 3)),
        (lambda rows: rows.insert(2, rows[1]), (Wrong.INSERTED, 2, 2)),
        (lambda rows: rows.__setitem__(1, replace(rows[1], sentence="other")), (Wrong.CHANGED, 2, 2)),
        (lambda rows: rows.__setitem__(1, replace(rows[1], prev_hash="cd" * 32)), (Wrong.CHANGED, 2, 2)),
        (lambda rows: rows.__setitem__(1, replace(rows[1], hash="x")), (Wrong.CHANGED, 2, 2)),
        (lambda rows: rows.__setitem__(1, _forged(rows[1])), (Wrong.BROKEN_LINK, 3, 3)),
    ],
)
def test_tampering_is_located(spoil: object, expected: tuple[Wrong, int, int]) -> None:
    rows = chain(5)
    spoil(rows)  # type: ignore[operator]
    assert faults(rows)[0] == expected


def test_any_field_of_any_row_changed_is_found_at_that_row() -> None:
    chance = random.Random(7)
    for _ in range(200):
        rows = chain(6)
        at, name = chance.randrange(6), chance.choice([one.name for one in fields(Row) if one.name != "seq"])
        value = getattr(rows[at], name)
        rows[at] = replace(rows[at], **{name: (value or 0) + 1 if not isinstance(value, str) else f"{value}0"})
        assert faults(rows)[0][1] == at + 1


def _forged(row: Row) -> Row:
    other = replace(row, sentence="other")
    return replace(other, hash=other.hash_after(other.prev_hash))
