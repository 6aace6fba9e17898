"""The verifier's own arithmetic: Ed25519 as RFC 8032 has it, proofs as RFC 6962, spans of rights."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightcast.domain.merkle import Frontier, Tree
from rightcast.state.evidence.verify import L, consistent, included, signed, spans
from rightcast.state.signing import Signer

# RFC 8032 section 7.1: TEST 1, TEST 2 and TEST 3.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_signatures_of_the_standard_hold_and_no_others(public: str, message: str, signature: str) -> None:
    key, said, made = (bytes.fromhex(one) for one in (public, message, signature))
    assert signed(key, said, made)
    assert not signed(key, said + b"x", made)
    assert not signed(key, said, made[:5] + bytes([made[5] ^ 1]) + made[6:])
    assert not signed(key, said, made[:40] + bytes([made[40] ^ 1]) + made[41:])
    assert not signed(bytes([key[0] ^ 1]) + key[1:], said, made)
    larger = int.from_bytes(made[32:], "little") + L  # section 5.1.7: a scalar that is not reduced is refused
    assert not signed(key, said, made[:32] + larger.to_bytes(32, "little"))


def test_what_is_no_key_or_no_signature_is_refused() -> None:
    assert not signed(b"", b"", bytes(64))
    assert not signed(b"\xff" * 32, b"", bytes(64))
    assert not signed(bytes(32), b"", b"\xff" * 64)


@given(st.binary(max_size=200), st.binary(min_size=32, max_size=32))
@settings(max_examples=5)
def test_what_the_station_signs_the_verifier_reads(message: bytes, seed: bytes) -> None:
    signs = Signer(seed)
    text = message.hex()
    assert signed(signs.public, text.encode(), bytes.fromhex(signs.sign(text)))


@given(
    st.integers(1, 70).flatmap(lambda size: st.tuples(st.just(size), st.integers(1, size), st.integers(0, size - 1)))
)
@settings(max_examples=60)
def test_proofs_hold_and_nothing_near_them_does(asked: tuple[int, int, int]) -> None:
    size, first, index = asked
    leaves = [bytes([one]) * 32 for one in range(size)]
    tree = Tree(Frontier(), leaves)
    path, root = tree.inclusion(index, size), tree.root(size)
    assert included(leaves[index], index, size, path, root)
    assert not included(b"x" * 32, index, size, path, root)
    assert not included(leaves[index], index, size, [*path, root], root)
    assert not included(leaves[index], size, size, path, root)
    if first < size:
        steps = tree.consistency(first, size)
        assert consistent(first, tree.root(first), size, root, steps)
        assert not consistent(first, root, size, root, steps)
        assert not consistent(first, tree.root(first), size, tree.root(first), steps)


def row(seq: int, verb: str, at: str, detail: str = "{}") -> dict[str, object]:
    return {"seq": seq, "action": f"right.{verb}", "subject": "right", "subject_id": 1, "at": at, "detail": detail}


@pytest.mark.parametrize(
    ("verbs", "ends", "expected"),
    [
        (["record"], None, [("2026-01-02", "")]),
        (["record"], "2026-05-01", [("2026-01-02", "2026-05-01")]),
        (["record", "suspend"], None, [("2026-01-02", "2026-01-03")]),
        (["record", "suspend", "resume"], None, [("2026-01-02", "2026-01-03"), ("2026-01-04", "")]),
        (["record", "end"], "2026-04-01", [("2026-01-02", "2026-04-01")]),
        (["record", "update", "withdraw"], None, [("2026-01-02", "2026-01-04")]),
        ([], None, []),
    ],
)
def test_a_right_is_in_force_between_its_deeds(
    verbs: list[str], ends: str | None, expected: list[tuple[str, str]]
) -> None:
    rows = [row(seq, verb, f"2026-01-0{seq + 1}") for seq, verb in enumerate(verbs, 1)]
    assert spans({"id": 1, "starts": "2026-01-01", "ends": ends}, rows) == expected


def test_a_draft_is_in_force_from_its_second_persons_step_on() -> None:
    rows = [
        row(1, "record", "2026-01-02", '{"status":"draft"}'),
        row(2, "approve", "2026-01-03"),
        row(3, "activate", "2026-01-04"),
        row(4, "update", "2026-01-05", '{"status":"evidence"}'),
        row(5, "activate", "2026-01-06"),
    ]
    right = {"id": 1, "starts": "2026-01-01", "ends": None}
    assert spans(right, rows) == [("2026-01-04", "2026-01-05"), ("2026-01-06", "")]
