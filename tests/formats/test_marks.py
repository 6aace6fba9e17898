"""Marks in pictures: the session whose code they spell is found, and nobody else."""

from __future__ import annotations

import numpy as np
import pytest

from rightcast.domain.marking import code_of
from rightcast.formats.marks import CARRIER_HZ, HEIGHT, RATE_HZ, WIDTH, strength, whose

KEY = b"k" * 32
OTHERS = [f"e0.other{number}" for number in range(150)]


def captured(sid: str, *, windows: int, begins: int, segment_s: float = 2.0, power: float = 1.0) -> np.ndarray:
    """Pictures that stir by themselves, with the marks of a session; a capture that begins inside a segment."""
    random = np.random.default_rng(7)
    count = round(windows * segment_s * RATE_HZ)
    at = np.arange(count) / RATE_HZ + 0.7
    code = code_of(KEY, sid)
    signs = np.array([1 if code[(begins + int(one // segment_s)) % 64] else -1 for one in at])
    pattern = np.outer(
        np.cos(2 * np.pi * (np.arange(HEIGHT) + 0.5) / HEIGHT), np.cos(3 * np.pi * (np.arange(WIDTH) + 0.5) / WIDTH)
    )
    wave = power * signs * np.sin(2 * np.pi * CARRIER_HZ * at + 1.1)
    drift = 30 * np.sin(at / 3)[:, None, None] * np.linspace(-1, 1, WIDTH)
    noise = random.normal(0, 4, (count, HEIGHT, WIDTH))
    cuts = np.repeat(random.normal(0, 20, (count // 60 + 1, HEIGHT, WIDTH)), 60, axis=0)[:count]
    return np.clip(110 + drift + noise + cuts + wave[:, None, None] * pattern, 0, 255).round().astype(np.uint8)


def codes(*sids: str) -> dict[str, tuple[bool, ...]]:
    return {sid: code_of(KEY, sid) for sid in sids}


def test_the_session_is_found_among_others_wherever_a_capture_begins() -> None:
    seen = strength(captured("e0.thief", windows=60, begins=41))
    best, second, *_ = whose(seen, codes("e0.thief", *OTHERS), segment_s=2.0)
    assert best.sid == "e0.thief"
    assert best.odds < 1e-3 < 1e-1 < second.odds


def test_nobody_is_found_whose_marks_are_not_there() -> None:
    seen = strength(captured("e0.thief", windows=60, begins=3))
    assert whose(seen, codes(*OTHERS), segment_s=2.0)[0].odds > 0.05
    clean = strength(captured("e0.thief", windows=60, begins=3, power=0.0))
    assert whose(clean, codes("e0.thief", *OTHERS), segment_s=2.0)[0].odds > 0.05


def test_segments_may_last_longer_than_they_should() -> None:
    code = code_of(KEY, "e0.thief")
    at = np.arange(round(150 * RATE_HZ)) / RATE_HZ
    places = np.round((at // 2.4) * 2.4 / 2.0).astype(int) % 64
    seen = np.array([1 if code[place] else -1 for place in places]) * np.sin(2 * np.pi * CARRIER_HZ * at)
    best = whose(seen, codes("e0.thief", *OTHERS), segment_s=2.0, lasting_s=2.4)[0]
    assert (best.sid, best.share > 0.8) == ("e0.thief", True)


@pytest.mark.parametrize("frames", [0, 3, 40])
def test_too_little_is_nothing(frames: int) -> None:
    seen = strength(np.zeros((frames, HEIGHT, WIDTH), np.uint8))
    assert whose(seen, codes("e0.x"), segment_s=2.0) == []
