"""Shared answers: made once, compressed, tagged, unpacked for those who need it."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.edge.answers import Answers, packed_pieces, response, takes_gzip
from rightcast.edge.http_message import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

BIG = [b"%d," % number * 50 for number in range(5000)]


def asked(**headers: str) -> Request:
    named = {key.replace("_", "-").encode(): value.encode() for key, value in headers.items()}
    return Request(method="GET", path="/", headers=named)


async def test_an_answer_is_made_once_however_many_ask_for_it() -> None:
    answers, made = Answers(), []

    def pieces() -> Iterator[bytes]:
        made.append(1)
        yield from BIG

    found = await asyncio.gather(*(answers.get(("streams", 1), pieces) for _ in range(5)))
    again = await answers.get(("streams", 1), pieces)
    assert len(made) == 1
    assert {id(one) for one in found} == {id(again)}


async def test_the_packed_answer_unpacks_to_what_was_made() -> None:
    made = await Answers().get(("a",), lambda: BIG)
    packed = response(asked(accept_encoding="br, gzip"), made, "text/plain")
    assert ("Content-Encoding", "gzip") in packed.headers
    assert gzip.decompress(packed.body) == b"".join(BIG)


@pytest.mark.parametrize("pieces", [[b"[", b"]"], BIG])
async def test_who_takes_no_gzip_gets_the_same_bytes(pieces: list[bytes]) -> None:
    made = await Answers().get(("a",), lambda: pieces)
    plain = response(asked(), made, "text/plain")
    assert (plain.body or b"".join(plain.pieces or ())) == b"".join(pieces)
    assert not any(name == "Content-Encoding" for name, _ in plain.headers)


async def test_who_has_the_answer_already_gets_its_tag_only() -> None:
    made = await Answers().get(("a",), lambda: BIG)
    for held in (made.tag, f'"other", W/{made.tag}'):
        answer = response(asked(if_none_match=held, accept_encoding="gzip"), made, "text/plain")
        assert (answer.status, answer.body) == (304, b"")
    assert response(asked(if_none_match='"other"'), made, "text/plain").status == 200


async def test_the_least_asked_answers_are_forgotten_first() -> None:
    answers = Answers(kept_bytes=200)
    for key in ("a", "b", "c"):
        await answers.get((key,), lambda: BIG)
    made = []
    await answers.get(("a",), lambda: made.append(1) or BIG)  # type: ignore[func-returns-value] # notes that it was made
    assert made


async def test_a_failure_is_told_to_all_who_wait_and_tried_again() -> None:
    answers = Answers()

    def broken() -> Iterator[bytes]:
        yield b"x"
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        await answers.get(("a",), broken)
    assert (await answers.get(("a",), lambda: [b"whole"])).size == 5


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("gzip", True),
        ("deflate, GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("identity", False),
        ("", False),
        ("br", False),
    ],
)
def test_the_wish_for_gzip_is_read(header: str, taken: bool) -> None:
    assert takes_gzip(asked(accept_encoding=header)) is taken


@given(st.lists(st.binary(max_size=2000), max_size=20))
def test_pieces_are_packed_as_they_come(pieces: list[bytes]) -> None:
    assert gzip.decompress(b"".join(packed_pieces(pieces))) == b"".join(pieces)
