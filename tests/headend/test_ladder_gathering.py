"""What is learnt of a stream before its ffmpeg is started: sounds that really come, pictures a second."""

from __future__ import annotations

import pytest

from rightcast.contract.ring import Track
from rightcast.headend.transcode_gathering import Gathering, picture_pid
from tests.headend.signals import AUDIO_PID, VIDEO_PID, Pictures, edited, packet, pes

TRACKS = (Track(pid=AUDIO_PID, kind="audio"), Track(pid=VIDEO_PID, kind="video"))


def gathered(data: bytes) -> Gathering:
    found = Gathering(0.0, picture_pid(TRACKS))
    found.add(data)
    return found


def test_the_rate_of_pictures_is_told_after_half_a_second() -> None:
    assert gathered(Pictures().take(5)).waits_for_rate
    found = gathered(Pictures().take(13))
    assert (found.waits_for_rate, found.rate) == (False, 25.0)
    assert found.rated(TRACKS[1]).frame_rate == 25.0
    assert found.rated(TRACKS[0]).frame_rate == 0.0


def test_a_lost_picture_and_pictures_out_of_order_change_nothing() -> None:
    times = [0, 9, 3, 6, 18, 12, 15, 27, 21, 24, 36, 33, 39, 42]  # the one of 30 is missing
    data = b"".join(
        packet(VIDEO_PID, place, pes(0xE0, 900_000 + 1001 * time, b"\0\0\1\x09"), start=True)
        for place, time in enumerate(times)
    )
    assert gathered(data).rate == pytest.approx(30000 / 1001)


def test_a_sound_that_is_only_announced_is_not_heard() -> None:
    assert gathered(Pictures().take(2)).heard >= {0, VIDEO_PID, AUDIO_PID}
    assert AUDIO_PID not in gathered(Pictures().take(2, audio=None)).heard
    silent = edited(
        Pictures().take(2), lambda _, one: bytes((*one[:3], 0x20, 183, 0, *b"\xff" * 182)) if one[2] == 1 else one
    )
    assert AUDIO_PID not in gathered(silent).heard


def test_radio_waits_for_no_pictures() -> None:
    found = Gathering(0.0, picture_pid(TRACKS[:1]))
    found.add(Pictures().take(13))
    assert (found.waits_for_rate, found.rate) == (False, 0.0)
