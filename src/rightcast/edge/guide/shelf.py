"""Days of the guide in the replica's file: put there as they come, without reading them whole.

Beside the days lie the folded titles of their shows, which is what a search goes through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from rightcast.contract import codec
from rightcast.domain.guide import guide_key
from rightcast.domain.guide_words import folded

if TYPE_CHECKING:
    import sqlite3

SCHEMA = """
CREATE TABLE IF NOT EXISTS guide (key INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS guide_titles (key INTEGER PRIMARY KEY, titles TEXT NOT NULL)
"""
_SHOW = b'{"id":'
_FIRST_DAY, _LAST_DAY = 0, 99_999


class _Titled(msgspec.Struct):
    title: str = ""
    subtitle: str = ""


class _Day(msgspec.Struct):
    shows: list[_Titled]


def titles_in(body: bytes) -> str:
    """A line of folded words for each show of a day, a space before each word. Raises ContractError."""
    shows = codec.decode(body, _Day).shows
    return "\n".join([f" {folded(f'{one.title} {one.subtitle}')}" for one in shows])


def put(base: sqlite3.Connection, key: int, body: bytes, titles: str) -> None:
    """Keep a day, in place of what was there."""
    base.execute("INSERT OR REPLACE INTO guide VALUES (?, ?)", (key, body))
    base.execute("INSERT OR REPLACE INTO guide_titles VALUES (?, ?)", (key, titles))


def remove(base: sqlite3.Connection, key: int) -> None:
    """Forget a day."""
    base.execute("DELETE FROM guide WHERE key = ?", (key,))
    base.execute("DELETE FROM guide_titles WHERE key = ?", (key,))


def keys(base: sqlite3.Connection) -> list[int]:
    """Of all days that are kept."""
    return [key for (key,) in base.execute("SELECT key FROM guide_titles")]


def body_of(base: sqlite3.Connection, key: int) -> bytes | None:
    """A day as it came; None when there is none."""
    row = base.execute("SELECT body FROM guide WHERE key = ?", (key,)).fetchone()
    return None if row is None else bytes(row[0])


def ending(body: bytes) -> bytes:
    """The same day with its last show only, so that no more is decoded.

    Within texts quotes are escaped, and nothing but a show begins with its number: what is cut cannot be another thing.
    """
    first, last = body.find(_SHOW), body.rfind(_SHOW)
    return body if first == last else body[:first] + body[last:]


def days_of(base: sqlite3.Connection, channel_id: int) -> list[int]:
    """The days of a channel that are kept, in order."""
    ends = guide_key(channel_id, _FIRST_DAY), guide_key(channel_id, _LAST_DAY)
    rows = base.execute("SELECT key FROM guide_titles WHERE key BETWEEN ? AND ? ORDER BY key", ends)
    return [key - ends[0] for (key,) in rows]


def keys_with(base: sqlite3.Connection, words: tuple[str, ...]) -> list[int]:
    """Of those days of which some titles hold words that begin so; perhaps not all in one title."""
    likes = [f"% {word}%" for word in words]
    rows = base.execute("SELECT key, titles FROM guide_titles WHERE titles LIKE ?", (max(likes, key=len),))
    return [key for key, titles in rows if all(f" {word}" in titles for word in words)]
