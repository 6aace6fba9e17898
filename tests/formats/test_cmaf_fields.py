"""Interlaced pictures whose fields are coded one by one: both fields make one sample, also across a cut."""

from __future__ import annotations

from itertools import pairwise

import pytest

from rightcast.formats.cmaf import package
from tests.formats.handmade import in_fields
from tests.formats.tracks import package_all, samples_of
from tests.headend.signals import VIDEO_PID


@pytest.mark.parametrize("together", [False, True])
def test_two_fields_are_one_sample(*, together: bool) -> None:
    fragment = package(b"".join(in_fields(10, together=together)), time=900_000, sequence=0).fragments[VIDEO_PID]
    samples = samples_of(fragment.data)
    assert [sample.dts for sample in samples] == [900_000 + 3600 * frame for frame in range(10)]
    assert {sample.duration for sample in samples} == {3600}
    assert [sample.sync for sample in samples] == [True] + [False] * 9


def test_a_sample_is_that_of_one_packet_with_both_fields() -> None:
    apart, together = (
        samples_of(package(b"".join(in_fields(4, together=one)), time=0, sequence=0).fragments[VIDEO_PID].data)
        for one in (False, True)
    )
    assert [sample.data for sample in apart] == [sample.data for sample in together]


def test_a_cut_between_fields_gives_the_frame_to_the_part_in_which_it_ends() -> None:
    tables, *fields = in_fields(10)
    pieces = [b"".join([tables, *fields[:5]]), b"".join(fields[5:8]), b"".join(fields[8:13]), b"".join(fields[13:])]
    made = package_all(pieces)
    assert [one.fragments[VIDEO_PID].samples for one in made] == [2, 2, 2, 4]
    whole = samples_of(package(b"".join(pieces), time=900_000, sequence=0).fragments[VIDEO_PID].data)
    parts = samples_of(b"".join(one.fragments[VIDEO_PID].data for one in made))
    assert [sample.data for sample in parts] == [sample.data for sample in whole]
    assert [sample.dts for sample in parts] == [sample.dts for sample in whole]
    assert all(one.dts + one.duration == other.dts for one, other in pairwise(parts))


def test_the_size_is_that_of_the_frame() -> None:
    track = package(b"".join(in_fields(2)), time=900_000, sequence=0).tracks[0]
    assert (track.width, track.height, track.codec) == (720, 576, "avc1.4d001e")
