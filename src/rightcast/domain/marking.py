"""Which of two marked variants of a segment a session gets: its code, bit by bit (ETSI TS 104 002, direct mode).

A marked rung is made twice, as variants A and B that look alike. Which variant each segment comes in spells a number
that only this station can tell from the session.
"""

from __future__ import annotations

import enum
import hmac

from rightcast.domain.errors import InvalidInputError

CODE_BITS = 64
"""As long as a code is; then it begins anew."""
TWIN = 100
"""Variant B of rendition N is rendition N + TWIN inside the station; viewers hear of N only."""
_CLOCK_HZ = 90_000


class Variant(enum.StrEnum):
    """One of the two."""

    A = "a"
    B = "b"


def code_of(key: bytes, sid: str) -> tuple[bool, ...]:
    """The code of a session, CODE_BITS long; True: variant B. `key`: the station's for marks."""
    digest = hmac.digest(key, sid.encode(), "sha256")
    return tuple(bool(digest[place // 8] >> (7 - place % 8) & 1) for place in range(CODE_BITS))


def place_of(time: int, segment_s: float) -> int:
    """Which bit of a code the segment that begins at `time` (90 kHz) carries.

    By the time of the media and not by a count, so that all edges agree and a restart changes nothing.
    """
    return round(time / (_CLOCK_HZ * segment_s)) % CODE_BITS


def variant_of(code: tuple[bool, ...], time: int, segment_s: float) -> Variant:
    """The variant in which a session with this code gets the segment that begins at `time`."""
    return Variant.B if code[place_of(time, segment_s)] else Variant.A


def is_twin(rendition: int) -> bool:
    """Whether a rendition is the variant B of another, which no viewer may name."""
    return rendition >= TWIN


def check_sid(sid: str) -> str:
    """A session's id as somebody typed it. Raises InvalidInputError."""
    cleaned = sid.strip()
    if not cleaned or len(cleaned) > 80 or not cleaned.isascii() or not cleaned.isprintable():
        raise InvalidInputError(
            "That is no session.", remedy="Copy its id from the list of sessions or the log.", field="sid"
        )
    return cleaned
