"""Pieces compressed apart are one gzip stream together, for every reader."""

from __future__ import annotations

import gzip
import zlib

from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats.gzip_pieces import joined, piece


@given(st.lists(st.binary(max_size=3000), max_size=12))
def test_joined_pieces_unpack_to_all_their_texts(texts: list[bytes]) -> None:
    packed, size = joined(map(piece, texts))
    whole = b"".join(texts)
    assert gzip.decompress(packed) == whole
    assert size == len(whole)
    unpacker = zlib.decompressobj(31)
    assert unpacker.decompress(packed) == whole
    assert unpacker.eof
    assert unpacker.unused_data == b""


def test_a_piece_may_be_used_again_and_in_another_order() -> None:
    one, other = piece(b"one " * 5000), piece(b"other " * 5000)
    assert gzip.decompress(joined([other, one, other])[0]) == b"other " * 5000 + b"one " * 5000 + b"other " * 5000
