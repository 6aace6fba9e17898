"""Times of samples where the stream's own are scarce or awkward: the wrap, units without a time, lost packets."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from rightcast.formats.cmaf import package
from tests.formats.handmade import in_fields, pictures_in_packets
from tests.formats.tracks import Sample, first_time, package_all, samples_of, split, unit_offsets
from tests.headend.signals import AUDIO_PID, VIDEO_PID, edited, signal, timestamp

if TYPE_CHECKING:
    from collections.abc import Sequence

WRAP = 1 << 33


def shifted(ts: bytes, ticks: int) -> bytes:
    """The stream with all times of PES packets moved."""

    def move(_: int, packet: bytearray) -> bytearray:
        at = 4 + (1 + packet[4] if packet[3] & 0x20 else 0)
        if packet[1] & 0x40 and packet[at : at + 3] == b"\0\0\1":
            for place in (at + 9, at + 14)[: {0x80: 1, 0xC0: 2}.get(packet[at + 7] & 0xC0, 0)]:
                field = packet[place : place + 5]
                old = (field[0] >> 1 & 7) << 30 | field[1] << 22 | field[2] >> 1 << 15 | field[3] << 7 | field[4] >> 1
                packet[place : place + 5] = timestamp(field[0] >> 4, old + ticks)
        return packet

    return edited(ts, move)


def continuous(samples: Sequence[Sample]) -> bool:
    return all(one.dts + one.duration == other.dts for one, other in pairwise(samples))


def test_over_the_wrap_of_33_bits_times_go_on() -> None:
    plain = signal(seconds=4, size="160x90").read_bytes()
    begin = WRAP - 2 * 90_000
    ts = shifted(plain, begin - first_time(plain))
    made = package_all(split(ts, unit_offsets(ts)[::13]))
    for pid, scale in ((VIDEO_PID, 1), (AUDIO_PID, 48_000 / 90_000)):
        samples = samples_of(b"".join(one.fragments[pid].data for one in made if pid in one.fragments))
        assert continuous(samples)
        assert samples[0].dts < WRAP * scale < samples[-1].dts
        expected = samples_of(package(plain, time=first_time(plain), sequence=0).fragments[pid].data)
        assert [one.data for one in samples] == [one.data for one in expected]


def test_segments_far_behind_the_first_one_are_told_from_it_by_their_time() -> None:
    ts = signal(seconds=4, size="160x90").read_bytes()
    start = first_time(ts)
    made = [package(ts, time=start + turns * WRAP + 5_000, sequence=0) for turns in range(3)]
    bases = [one.fragments[VIDEO_PID].base for one in made]
    assert bases == [start, start + WRAP, start + 2 * WRAP]


def test_several_pictures_in_one_packet_follow_each_other() -> None:
    ts = b"".join(pictures_in_packets([3, 3, 3]))
    samples = samples_of(package(ts, time=900_000, sequence=0).fragments[VIDEO_PID].data)
    assert len(samples) == 9
    assert [sample.dts for sample in samples[::3]] == [900_000, 910_800, 921_600]
    assert continuous(samples)


def test_a_picture_in_several_packets_is_one_sample() -> None:
    whole, torn = (
        samples_of(package(b"".join(stream), time=900_000, sequence=0).fragments[VIDEO_PID].data)
        for stream in (pictures_in_packets([1] * 4), pictures_in_packets([1] * 4, torn=True))
    )
    assert whole == torn


def test_a_part_of_one_picture_lasts_as_long_as_the_one_before() -> None:
    pieces = list(in_fields(6, together=True))
    made = package_all([pieces[0] + pieces[1], *pieces[2:]])
    assert [one.fragments[VIDEO_PID].length for one in made] == [3600] * 6


def test_lost_sound_leaves_a_gap_and_what_follows_keeps_its_time() -> None:
    ts = signal(seconds=4, size="160x90").read_bytes()
    sound = [
        row for row, start in enumerate(range(0, len(ts), 188)) if ts[start + 1] & 0x1F == 1 and ts[start + 2] == 1
    ]
    lost = set(sound[40:90])
    left = edited(ts, lambda index, packet: None if index in lost else packet)
    whole, gapped = (
        samples_of(package(data, time=first_time(ts), sequence=0).fragments[AUDIO_PID].data) for data in (ts, left)
    )
    times = {sample.data: sample.dts for sample in whole}
    assert len(gapped) < len(whole)
    assert continuous(gapped)
    assert all(times[sample.data] == sample.dts for sample in gapped if sample.data in times)
    assert sum(sample.data in times for sample in gapped) >= len(gapped) - 2
