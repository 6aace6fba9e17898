"""Titles between blocks of sound, and titles in ID3 tags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats.icy import Interleaver, header_value, title_block
from rightcast.formats.id3 import title_of


def undone(data: bytes, every: int) -> tuple[bytes, list[str]]:
    sound, titles, place = b"", [], 0
    while place + every < len(data):
        sound += data[place : place + every]
        length = data[place + every] * 16
        titles.append(data[place + every + 1 : place + every + 1 + length].rstrip(b"\0").decode())
        place += every + 1 + length
    return sound + data[place:], titles


@given(st.lists(st.binary(max_size=300), max_size=12), st.text(max_size=80))
def test_however_sound_comes_it_comes_out_whole_with_one_title(chunks: list[bytes], title: str) -> None:
    interleaver = Interleaver(100)
    data = b"".join(interleaver.feed(chunk, title) for chunk in chunks)
    if len(data) and len(b"".join(chunks)) % 100 == 0:
        data += b"x"
    sound, titles = undone(data, 100)
    assert sound.startswith(b"".join(chunks))
    assert all(not one for one in titles[1:])


@given(st.text(max_size=6000))
def test_any_text_is_a_block_that_players_can_read(title: str) -> None:
    block = title_block(title)
    assert len(block) == 1 + block[0] * 16
    text = block[1:].rstrip(b"\0").decode()
    assert text.startswith("StreamTitle='")
    assert text.endswith("';")
    assert "'" not in text[len("StreamTitle='") : -2]


@given(st.text(max_size=300))
def test_a_name_never_ends_its_header_line(name: str) -> None:
    assert not {10, 13, 0} & set(header_value(name))


def tag(*frames: tuple[bytes, bytes], version: int = 4) -> bytes:
    body = b"".join(name + len(text).to_bytes(4, "big") + b"\0\0" + text for name, text in frames)
    size = len(body)
    return b"ID3" + bytes((version, 0, 0, 0, 0, size >> 7, size & 0x7F)) + body


@pytest.mark.parametrize(
    ("data", "title"),
    [
        (tag((b"TIT2", b"\3Volare"), (b"TPE1", b"\3Modugno")), "Modugno - Volare"),
        (tag((b"TIT2", b"\0Perch\xe9"), version=3), "Perché"),
        (tag((b"TIT2", b"\1" + "Così".encode("utf-16")), version=3), "Così"),
        (tag((b"TXXX", b"\3other")), ""),
        (b"before" + tag((b"TIT2", b"\3News")), "News"),
        (b"", ""),
    ],
)
def test_artist_and_title_are_read(data: bytes, title: str) -> None:
    assert title_of(data) == title


@given(st.binary(max_size=200))
def test_any_bytes_are_a_title_or_none(data: bytes) -> None:
    title_of(b"ID3" + data)
