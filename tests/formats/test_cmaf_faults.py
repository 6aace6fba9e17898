"""Whatever comes in, packaging ends, raises nothing, and what it makes can be read; cut anywhere, nothing is lost."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightcast.formats.cenc import SampleProtection
from rightcast.formats.cmaf import Packaged, package
from rightcast.formats.isobmff.boxes import walk
from tests.formats.tracks import first_time, package_all, samples_of, split, unit_offsets
from tests.headend.signals import AUDIO_PID, PMT_PID, VIDEO_PID, edited, packet, pid_of, signal

if TYPE_CHECKING:
    from collections.abc import Callable

_HIDDEN = SampleProtection("cbcs", bytes(16), bytes(16), bytes(16))
_STREAMS = {
    "h264 aac": (("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2"), ("-c:a", "aac", "-b:a", "64k")),
    "h264 opus": (("-c:v", "libx264", "-preset", "ultrafast"), ("-c:a", "libopus", "-b:a", "64k")),
    "hevc ac3": (("-c:v", "libx265", "-x265-params", "log-level=error"), ("-c:a", "ac3", "-b:a", "96k")),
    "h264 latm": (("-c:v", "libx264", "-preset", "ultrafast"), ("-c:a", "aac", "-mpegts_flags", "latm")),
    "h264 mp2": (("-c:v", "libx264", "-preset", "ultrafast", "-bf", "3"), ("-c:a", "mp2", "-b:a", "96k")),
}
kinds = st.sampled_from(sorted(_STREAMS))


@functools.cache
def stream_of(kind: str) -> bytes:
    video, audio = _STREAMS[kind]
    return signal(seconds=2, size="160x90", gop=25, video=video, audio=audio).read_bytes()


def check(made: Packaged) -> None:
    """Every fragment is what its own numbers say."""
    for pid, fragment in made.fragments.items():
        kinds_found = [kind for kind, _, end in walk(fragment.data) if end]
        assert kinds_found == [b"styp", b"moof", b"mdat"]
        samples = samples_of(fragment.data)
        assert len(samples) == fragment.samples > 0
        assert samples[0].dts == fragment.base
        assert sum(sample.duration for sample in samples) == fragment.length
        assert pid in made.inits


@given(st.binary(max_size=2000), st.none() | st.binary(max_size=500), st.integers(-(1 << 40), 1 << 40))
def test_garbage_makes_nothing(data: bytes, before: bytes | None, time: int) -> None:
    made = package(data, before=before, time=time, sequence=1)
    assert made == Packaged({}, {}, (), {})


@settings(max_examples=60)
@given(kinds, st.data())
def test_damage_breaks_nothing_but_what_it_hits(kind: str, data: st.DataObject) -> None:
    ts = bytearray(stream_of(kind))
    places = st.integers(0, len(ts) - 1)
    for place in data.draw(st.lists(places, max_size=30)):
        ts[place] ^= data.draw(st.integers(1, 255))
    for place in data.draw(st.lists(places, max_size=3)):
        del ts[place : place + data.draw(st.integers(1, 700))]
    border = data.draw(st.integers(0, len(ts)))
    check(package(bytes(ts), time=126_000, sequence=1, protection=data.draw(st.none() | st.just(_HIDDEN))))
    check(package(bytes(ts[border:]), before=bytes(ts[:border]), time=126_000, sequence=1))


@settings(max_examples=30)
@given(kinds, st.sets(st.integers(0, 4000), max_size=200))
def test_lost_packets_leave_fragments_that_can_be_read(kind: str, lost: set[int]) -> None:
    ts = stream_of(kind)
    check(package(edited(ts, lambda index, one: None if index in lost else one), time=first_time(ts), sequence=1))


@settings(max_examples=30)
@given(kinds, st.sets(st.integers(1, 49), max_size=12))
def test_cut_at_any_pictures_nothing_is_lost_or_doubled(kind: str, cuts: set[int]) -> None:
    ts = stream_of(kind)
    starts = unit_offsets(ts)
    whole = package(ts, time=first_time(ts), sequence=0).fragments
    made = package_all(split(ts, [starts[0], *(starts[cut] for cut in cuts)]))
    for pid in (VIDEO_PID, AUDIO_PID):
        parts = samples_of(b"".join(one.fragments[pid].data for one in made if pid in one.fragments))
        assert parts == samples_of(whole[pid].data)


@given(kinds, st.integers(0, 49))
def test_the_segment_before_is_enough_to_go_on(kind: str, cut: int) -> None:
    """Bytes back to the last pictures to start at are needed, wherever behind them a part begins."""
    ts = stream_of(kind)
    starts = unit_offsets(ts)
    border, begin = starts[cut], starts[max(cut - 30, 0)]
    time = first_time(ts)
    long, short = (package(ts[border:], before=ts[one:border], time=time, sequence=0) for one in (0, begin))
    assert long.fragments == short.fragments


@pytest.mark.parametrize("change", ["tables", "pictures", "sound"])
def test_what_is_missing_is_left_out(change: str) -> None:
    ts = stream_of("h264 aac")
    gone: dict[str, Callable[[int], bool]] = {
        "tables": lambda pid: pid in {0, PMT_PID},
        "pictures": lambda pid: pid == VIDEO_PID,
        "sound": lambda pid: pid == AUDIO_PID,
    }
    left = edited(ts, lambda _, one: None if gone[change](pid_of(bytes(one))) else one)
    made = package(left, time=first_time(ts), sequence=0)
    check(made)
    expected = {"tables": set(), "pictures": {AUDIO_PID}, "sound": {VIDEO_PID}}[change]
    assert set(made.fragments) == expected


def test_tables_may_stand_before_the_part_only() -> None:
    ts = stream_of("h264 aac")
    place = unit_offsets(ts)[30]
    bare = edited(ts[place:], lambda _, one: None if pid_of(bytes(one)) in {0, PMT_PID} else one)
    assert set(package(bare, before=ts[:place], time=first_time(ts), sequence=0).fragments) == {VIDEO_PID, AUDIO_PID}


def test_a_segment_of_null_packets_is_empty() -> None:
    assert package(packet(0x1FFF, 0, b"\xff" * 184) * 50, time=0, sequence=0) == Packaged({}, {}, (), {})


def test_only_the_tracks_asked_for_are_made() -> None:
    ts = stream_of("h264 aac")
    made = package(ts, time=first_time(ts), sequence=0, pids={AUDIO_PID})
    assert set(made.fragments) == set(made.inits) == {AUDIO_PID}
    assert [track.pid for track in made.tracks] == [AUDIO_PID]
