"""How the bytes arrive changes nothing about the segments."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.headend.ringside import Studio
from tests.headend.signals import Pictures, edited, pid_of

STREAM = Pictures(gop=25).take(130)
CHANGED = Pictures(gop=25, video=0x120).take(60, version=1)
DAMAGED = edited(STREAM, lambda index, packet: None if index % 97 == 5 else packet)


def segments(data: bytes, borders: list[int]) -> list[tuple[int, float, bytes, list[tuple[int, int, float, bool]]]]:
    places = sorted({border % (len(data) + 1) for border in borders} | {0, len(data)})
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(Path(folder))
        for start, end in pairwise(places):
            studio.segmenter.feed(data[start:end], studio.now)
        studio.silence(4)
        return [
            (
                segment.opened.epoch,
                segment.duration,
                segment.data,
                [(part.offset, part.size, part.duration, part.joinable) for part in segment.parts],
            )
            for segment in studio.closed
        ]


WHOLE = {data: segments(data, []) for data in (STREAM, STREAM + CHANGED + STREAM, DAMAGED)}


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(list(WHOLE)), st.lists(st.integers(0, 300_000), max_size=60))
def test_any_chopping_gives_the_same_segments(data: bytes, borders: list[int]) -> None:
    assert segments(data, borders) == WHOLE[data]


def test_single_bytes_give_the_same_segments() -> None:
    short = STREAM[: 188 * 320]
    assert segments(short, list(range(len(short)))) == segments(short, [])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(STREAM)), st.binary(max_size=500)), min_size=1, max_size=8))
def test_garbage_anywhere_never_fails_and_costs_little(garbage: list[tuple[int, bytes]]) -> None:
    data = STREAM
    for place, trash in garbage:
        data = data[:place] + trash + data[place:]
    assert len(segments(data, [])) >= 1


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_flipped_bits_never_fail(noise: object) -> None:
    damaged = bytearray(STREAM)
    for _ in range(400):
        damaged[noise.randrange(len(damaged))] ^= 1 << noise.randrange(8)  # type: ignore[attr-defined]
    segments(bytes(damaged), [10_000, 20_000, 30_000])


def test_packets_of_all_pids_stay_in_order() -> None:
    found = b"".join(data[376:] for _, _, data, _ in WHOLE[STREAM])
    assert [pid_of(found[i : i + 188]) for i in range(0, len(found), 188)] == [
        pid_of(STREAM[i : i + 188]) for i in range(len(STREAM) - len(found), len(STREAM), 188)
    ]
