"""Damage made on purpose is found by the check that is for it, and by no other; clean streams have none.

Counts are compared with a plain reading of TR 101 290 that walks the packets one by one.
"""

from __future__ import annotations

import functools
import math
import random
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightcast.domain.watch import Check, Watch
from rightcast.formats.mpegts.clocks import ClockFigures
from rightcast.formats.mpegts.sections import build_section, packetise
from rightcast.formats.mpegts.units import has_timestamp
from tests.headend.ringside import START, Studio
from tests.headend.signals import (
    AUDIO_PID,
    PMT_PID,
    VIDEO_PID,
    Pictures,
    captures,
    edited,
    packets_of,
    pid_of,
    signal,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.formats.mpegts.tr101290 import Measures

COUNTED_ONLY = {Check.PCR_INTERVAL, Check.PCR_ACCURACY}
TICKS = 27_000_000


@functools.cache
def constant() -> bytes:
    """A stream of constant bitrate with a clock every 20 ms."""
    return signal(seconds=8, muxer=("-muxrate", "1200k")).read_bytes()


def measured(data: bytes, *, block: int = 188 * 80, watch: Watch | None = None) -> Measures:
    """The stream's measures after all of it, at its own pace more or less."""
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(Path(folder))
        studio.segmenter.watch(watch or Watch())
        studio.feed(data, block=block)
        studio.segmenter.measures.digest(studio.now)
        return studio.segmenter.measures


def errors(data: bytes, **options: object) -> dict[Check, int]:
    """Checks in error and their counts, less those that are only counted."""
    counts = measured(data, **options).counts  # type: ignore[arg-type]
    return {check: count for check, count in counts.items() if count and check not in COUNTED_ONLY}


def damaged(change: Callable[[int, bytearray], bytes | bytearray | None]) -> dict[Check, int]:
    return errors(edited(constant(), change))


def pcr_of(data: bytes | bytearray) -> int | None:
    if not data[3] & 0x20 or data[4] < 7 or not data[5] & 0x10:
        return None
    value = int.from_bytes(data[6:12], "big")
    return (value >> 15) * 300 + (value & 0x1FF)


def with_pcr(data: bytearray, value: int) -> bytearray:
    base, extension = divmod(value, 300)
    data[6:12] = ((base & 0x1FFFFFFFF) << 15 | 0x7E00 | extension).to_bytes(6, "big")
    return data


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"video": ("-c:v", "mpeg2video"), "audio": ("-c:a", "mp2")},
        {"rate": 50, "audio": ("-c:a", "ac3")},
        {"muxer": ("-muxrate", "1200k")},
    ],
    ids=["h264", "mpeg2", "50 pictures", "constant"],
)
def test_a_clean_stream_has_no_errors(arguments: dict[str, object]) -> None:
    assert errors(signal(**arguments).read_bytes()) == {}  # type: ignore[arg-type]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 1 << 20), max_size=40), st.sampled_from(["clean", "damaged"]))
def test_counts_do_not_depend_on_how_the_bytes_come(borders: list[int], kind: str) -> None:
    data = constant()[: 188 * 3000]
    if kind == "damaged":
        data = edited(data, lambda index, one: None if index % 397 == 5 or (pid_of(one) == 0 and index > 800) else one)
    places = sorted({border % len(data) for border in borders} | {0, len(data)})
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(Path(folder))
        for start, end in pairwise(places):
            studio.segmenter.feed(data[start:end], START)
        studio.segmenter.measures.digest(START)
        found = {check: count for check, count in studio.segmenter.measures.counts.items() if count}
    assert found == whole(kind, data)


@functools.cache
def whole(_kind: str, data: bytes) -> dict[Check, int]:
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(Path(folder))
        studio.segmenter.feed(data, START)
        studio.segmenter.measures.digest(START)
        return {check: count for check, count in studio.segmenter.measures.counts.items() if count}


def plain_reading(data: bytes, limit_ms: dict[str, int]) -> dict[Check, int]:
    """PAT, PMT, PTS and clock errors, packet by packet: the reference."""
    packets = packets_of(data)
    first_map = next(i for i, one in enumerate(packets) if pid_of(one) == PMT_PID)
    clocks = [
        (i, value)
        for i, one in enumerate(packets)
        if i > first_map and pid_of(one) == VIDEO_PID and (value := pcr_of(one)) is not None
    ]
    steps = [(b - a) if 0 <= b - a <= TICKS else 0 for (_, a), (_, b) in pairwise(clocks)]
    moments = [0]
    for step in steps:
        moments.append(moments[-1] + step)

    def moment(place: int) -> float:
        if place <= clocks[0][0]:
            return 0.0
        after = next(k for k, (i, _) in enumerate(clocks) if i >= place)
        (i0, _), (i1, _) = clocks[after - 1], clocks[after]
        return moments[after - 1] + (moments[after] - moments[after - 1]) * (place - i0) / (i1 - i0)

    end, last = moments[-1], clocks[-1][0]

    def missed(places: list[int], limit: float) -> int:
        times = [0.0, *(moment(place) for place in places if place <= last), end]
        return sum(max(0, math.ceil((b - a) / limit) - 1) for a, b in pairwise(times))

    units = {
        pid: [i for i, one in enumerate(packets) if i > first_map and pid_of(one) == pid and one[1] & 0x40]
        for pid in (VIDEO_PID, AUDIO_PID)
    }
    timed = {pid: [i for i in places if has_timestamp(packets[i])] for pid, places in units.items()}
    tables = {pid: [i for i, one in enumerate(packets) if pid_of(one) == pid] for pid in (0, PMT_PID)}
    return {
        Check.PAT: missed(tables[0], limit_ms["pat"] * TICKS / 1000),
        Check.PMT: missed(tables[PMT_PID], limit_ms["pmt"] * TICKS / 1000),
        Check.PTS: sum(missed(places, limit_ms["pts"] * TICKS / 1000) for places in timed.values()),
        Check.PCR_INTERVAL: sum(step > limit_ms["pcr"] * TICKS // 1000 for step in steps),
        Check.PCR_REPETITION: sum(step > TICKS // 10 for step in steps),
    }


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 1 << 32))
def test_counts_are_those_of_a_plain_reading(seed: int) -> None:
    chance = random.Random(seed)
    limits = {name: chance.choice(span) for name, span in LIMITS.items()}
    share = chance.choice([0.0, 0.5, 0.9])
    data = edited(
        constant(),
        lambda index, one: None if index > 200 and chance.random() < share and _may_go(one) else one,
    )
    watch = Watch(pat_ms=limits["pat"], pmt_ms=limits["pmt"], pcr_ms=limits["pcr"], pts_ms=limits["pts"])
    counts = measured(data, watch=watch).counts
    expected = plain_reading(data, limits)
    assert {check: counts[check] for check in expected} == expected


LIMITS = {"pat": (200, 500, 900), "pmt": (150, 500), "pcr": (20, 40, 100), "pts": (100, 300, 700)}


def _may_go(one: bytearray) -> bool:
    """Tables, and packets of a clock alone."""
    return pid_of(one) in {0, PMT_PID} or (one[3] & 0x30) == 0x20


def withheld(pid: int) -> bytes:
    """The stream without this PID's packets for four seconds; its counters go on as if none had been."""
    counter = 0

    def change(index: int, one: bytearray) -> bytearray | None:
        nonlocal counter
        if pid_of(one) != pid:
            return one
        if 1000 < index < 4200:
            return None
        one[3] = one[3] & 0xF0 | counter & 15
        counter += 1
        return one

    return edited(constant(), change)


def test_a_withheld_pat_is_found() -> None:
    found = errors(withheld(0))
    assert found.keys() == {Check.PAT}
    assert found[Check.PAT] >= 5


def test_a_withheld_map_is_found() -> None:
    found = errors(withheld(PMT_PID))
    assert found.keys() == {Check.PMT}
    assert found[Check.PMT] >= 5


def test_another_table_on_the_pid_of_the_pat_is_found() -> None:
    foreign = packetise(build_section(0x42, 1, 0, b"\0" * 8), 0, 0)
    places = [i for i, one in enumerate(packets_of(constant())) if pid_of(one) == 0][20:22]

    def change(index: int, one: bytearray) -> bytes | bytearray:
        return foreign[:3] + bytes((foreign[3] & 0xF0 | one[3] & 15,)) + foreign[4:] if index in places else one

    assert damaged(change) == {Check.PAT: 2}


def test_a_lost_packet_is_one_continuity_error() -> None:
    lost = next(i for i, one in enumerate(packets_of(constant())) if i > 1000 and one[3] & 0x30 == 0x10)
    assert damaged(lambda index, one: None if index == lost else one) == {Check.CONTINUITY: 1}


def test_a_wrong_checksum_is_found() -> None:
    broken = [i for i, one in enumerate(packets_of(constant())) if pid_of(one) == PMT_PID][10:12]

    def change(index: int, one: bytearray) -> bytearray:
        if index in broken:
            one[20] ^= 0x01
        return one

    assert damaged(change) == {Check.CRC: 2}


def test_a_transport_error_indicator_is_found() -> None:
    marked = [i for i, one in enumerate(packets_of(constant())) if pid_of(one) == 8191][100:103]

    def change(index: int, one: bytearray) -> bytearray:
        if index in marked:
            one[1] |= 0x80
        return one

    assert damaged(change) == {Check.TRANSPORT: 3}


def test_one_wrong_sync_byte_is_not_a_loss_of_sync() -> None:
    nulls = [i for i, one in enumerate(packets_of(constant())) if pid_of(one) == 8191]

    def change(index: int, one: bytearray) -> bytearray:
        if index == nulls[200]:
            one[0] = 0x48
        return one

    assert damaged(change) == {Check.SYNC_BYTE: 1}


def test_bytes_out_of_place_are_a_loss_of_sync() -> None:
    nulls = [i for i, one in enumerate(packets_of(constant())) if pid_of(one) == 8191]
    found = damaged(lambda index, one: one[:100] if index == nulls[200] else one)
    assert found == {Check.SYNC_LOSS: 1}


def test_an_absent_stream_is_found_after_the_time_set() -> None:
    found = damaged(lambda index, one: None if pid_of(one) == AUDIO_PID and index > 700 else one)
    assert found.keys() == {Check.PID, Check.PTS}
    assert found[Check.PID] == 1


def test_an_absent_stream_is_named() -> None:
    data = edited(constant(), lambda index, one: None if pid_of(one) == AUDIO_PID and index > 700 else one)
    measures = measured(data, watch=Watch(absent_s=2))
    assert measures.absent == [AUDIO_PID]
    assert measures.errored(Check.PID, 1e12)


def test_a_late_clock_is_found() -> None:
    found = damaged(lambda index, one: _without_pcr(one) if 2000 < index < 2200 else one)
    assert found == {Check.PCR_REPETITION: 1}


def _without_pcr(one: bytearray) -> bytearray:
    if pcr_of(one) is not None:
        one[5] &= ~0x10
    return one


def test_a_clock_that_jumps_is_found_once() -> None:
    def change(index: int, one: bytearray) -> bytearray:
        value = pcr_of(one)
        return with_pcr(one, value + 60 * TICKS) if value is not None and index > 3000 else one

    assert damaged(change)[Check.PCR_DISCONTINUITY] == 1


def test_an_announced_jump_of_the_clock_is_no_error() -> None:
    announced: list[int] = []

    def change(index: int, one: bytearray) -> bytearray:
        value = pcr_of(one)
        if value is None or index <= 3000:
            return one
        if not announced:
            announced.append(index)
            one[5] |= 0x80
        return with_pcr(one, value + 60 * TICKS)

    assert Check.PCR_DISCONTINUITY not in damaged(change)


def test_a_clock_that_wraps_is_no_error() -> None:
    first = next(value for one in packets_of(constant()) if (value := pcr_of(one)) is not None)
    shift = (1 << 33) * 300 - first - 3 * TICKS

    def change(_index: int, one: bytearray) -> bytearray:
        value = pcr_of(one)
        return one if value is None else with_pcr(one, (value + shift) % ((1 << 33) * 300))

    assert damaged(change) == {}


def test_a_clock_is_exact_against_the_bytes_of_a_constant_bitrate() -> None:
    figures = measured(constant()).clock_figures
    assert figures.accuracy_us is not None
    assert figures.accuracy_us < 0.1


def test_a_clock_that_is_off_by_microseconds_is_counted() -> None:
    def change(index: int, one: bytearray) -> bytearray:
        value = pcr_of(one)
        return one if value is None or index % 7 else with_pcr(one, value + 54)

    data = edited(constant(), change)
    assert errors(data) == {}
    measures = measured(data)
    assert measures.counts[Check.PCR_ACCURACY] > 3
    assert 1 < (measures.clock_figures.accuracy_us or 0) < 3


def test_a_varying_bitrate_says_nothing_of_the_clock() -> None:
    assert measured(signal().read_bytes()).clock_figures.accuracy_us is None


def test_missing_time_stamps_are_found() -> None:
    def change(index: int, one: bytearray) -> bytearray:
        if pid_of(one) == AUDIO_PID and one[1] & 0x40 and 1000 < index < 4000:
            start = 4 + (1 + one[4] if one[3] & 0x20 else 0)
            one[start + 7] &= 0x3F
        return one

    assert damaged(change).keys() == {Check.PTS}


def test_scrambled_packets_without_a_cat_are_found() -> None:
    def change(index: int, one: bytearray) -> bytearray:
        if pid_of(one) in {VIDEO_PID, AUDIO_PID} and index > 3000 and pcr_of(one) is None:
            one[3] |= 0x80
        return one

    found = damaged(change)
    assert found.keys() == {Check.CAT}


def test_bitrates_by_pid_add_up_to_the_muxed_rate() -> None:
    bitrates = measured(constant()).bitrates
    assert sum(bitrates.values()) == pytest.approx(1_200_000, rel=0.02)
    assert bitrates[VIDEO_PID] > bitrates[AUDIO_PID] > bitrates[0]


def test_a_pause_of_the_line_is_no_jump_of_the_clock(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    data = constant()
    half = len(data) // 376 * 188
    studio.feed(data[:half])
    studio.silence(1.5)
    studio.feed(
        edited(data[half:], lambda _index, one: one if (v := pcr_of(one)) is None else with_pcr(one, v + 2 * TICKS))
    )
    studio.segmenter.measures.digest(studio.now)
    assert studio.segmenter.measures.counts[Check.PCR_DISCONTINUITY] == 0


def test_a_stream_that_loses_its_clock_goes_on_by_arrival() -> None:
    data = edited(Pictures(gop=5).take(600), lambda index, one: _without_pcr(one) if index > 800 else one)
    measures = measured(data, block=188 * 15)
    assert measures.counts[Check.PCR_REPETITION] > 3
    assert measures.counts[Check.PAT] == 0


def test_measures_that_are_switched_off_count_nothing() -> None:
    data = edited(constant(), lambda index, one: None if pid_of(one) == 0 and index > 1000 else one)
    assert errors(data, watch=Watch(stream=False)) == {}


@pytest.mark.parametrize("name", ["bbb-h264-mp2.ts", "hevc-scte35-mpts.ts", "dvb-t-mux-8-services.ts"])
def test_real_captures_are_measured_alike_in_any_blocks(name: str) -> None:
    folder = captures()
    if folder is None or not (folder / name).exists():
        pytest.skip("needs the captures, see RIGHTCAST_TEST_DATA")
    data = (folder / name).read_bytes()[: 188 * 6000]
    found = []
    for block in (188 * 17, 50_001, len(data)):
        with tempfile.TemporaryDirectory() as place:
            studio = Studio(Path(place))
            for start in range(0, len(data), block):
                studio.segmenter.feed(data[start : start + block], START)
            studio.segmenter.measures.digest(START)
            found.append((studio.segmenter.measures.counts, studio.segmenter.measures.bitrates))
    assert found[0] == found[1] == found[2]


def test_a_clock_that_runs_fast_is_told_in_parts_per_million() -> None:
    figures = ClockFigures()
    for second in range(120):
        figures.add(1e9 + second + 0.05 * (second % 3), second * 1.00002)
    assert figures.offset_ppm == pytest.approx(20, abs=30)
    assert figures.jitter_ms == pytest.approx(50, abs=5)


def test_a_minute_is_needed_to_compare_a_clock_with_arrival() -> None:
    figures = ClockFigures()
    for second in range(50):
        figures.add(1e9 + second, float(second))
    assert figures.offset_ppm is None
