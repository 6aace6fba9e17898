"""Access units cut out of packets for a decoder: whole, in order, and never a fault on garbage."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats.mpegts import samples
from tests.headend.signals import AUDIO_PID, VIDEO_PID, Pictures, packet, packets_of, pes, pid_of

STREAM = Pictures(gop=5).take(12)


def plain(data: bytes, pid: int) -> list[bytes]:
    """The same, packet by packet."""
    units: list[bytes] = []
    for one in packets_of(data):
        if pid_of(one) != pid or not one[3] & 0x10:
            continue
        payload = one[5 + one[4] :] if one[3] & 0x20 else one[4:]
        if one[1] & 0x40:
            units.append(payload[9 + payload[8] :])
        elif units:
            units[-1] += payload
    return units


def test_units_are_those_of_a_plain_reading() -> None:
    for pid in (VIDEO_PID, AUDIO_PID):
        assert samples.units(STREAM, pid, most=100, most_bytes=1 << 20) == plain(STREAM, pid)


def test_what_lies_before_the_first_start_is_passed_over() -> None:
    assert (
        samples.units(STREAM[188 * 4 :], VIDEO_PID, most=1, most_bytes=1 << 20)
        == plain(STREAM[188 * 4 :], VIDEO_PID)[:1]
    )


def test_no_more_is_given_than_asked_for() -> None:
    assert len(samples.units(STREAM, VIDEO_PID, most=3, most_bytes=1 << 20)) == 3
    assert samples.units(STREAM, VIDEO_PID, most=3, most_bytes=100) == []


def test_damaged_and_scrambled_packets_are_left_out() -> None:
    good = packet(VIDEO_PID, 0, pes(0xE0, 0, b"picture"), start=True)
    scrambled = packet(VIDEO_PID, 1, b"x" * 184, scrambled=True)
    damaged = bytearray(packet(VIDEO_PID, 2, b"y" * 184))
    damaged[1] |= 0x80
    [unit] = samples.units(good + scrambled + bytes(damaged), VIDEO_PID, most=1, most_bytes=1 << 20)
    assert unit == b"picture"


def test_a_pid_is_scrambled_when_most_of_its_packets_are() -> None:
    clear, hidden = packet(VIDEO_PID, 0, b"x" * 184), packet(VIDEO_PID, 1, b"x" * 184, scrambled=True)
    assert samples.is_scrambled(clear + hidden * 2, VIDEO_PID)
    assert not samples.is_scrambled(clear * 2 + hidden, VIDEO_PID)
    assert not samples.comes(clear, AUDIO_PID)


@given(st.binary(max_size=188 * 12), st.integers(0, 0x1FFF))
def test_garbage_gives_nothing_worse_than_garbage(data: bytes, pid: int) -> None:
    samples.units(data, pid, most=3, most_bytes=1000)
    if len(data) >= 188:
        samples.is_scrambled(data, pid)
        samples.comes(data, pid)


@given(st.randoms(use_true_random=False))
def test_flipped_bits_never_fail(noise: object) -> None:
    damaged = bytearray(STREAM)
    for _ in range(60):
        damaged[noise.randrange(len(damaged))] ^= 1 << noise.randrange(8)  # type: ignore[attr-defined]
    samples.units(bytes(damaged), VIDEO_PID, most=5, most_bytes=1 << 20)
