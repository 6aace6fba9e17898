"""Key pictures, sizes and codec names are found in what real encoders write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats.mpegts.pictures import (
    PictureFormat,
    aac_name,
    mpeg_audio_name,
    picture_format,
    sequence_header,
    starts_random_access,
)
from rightcast.formats.mpegts.sounds import SoundFormat, sound_format
from rightcast.formats.mpegts.units import parse_unit_start
from tests.headend.signals import VIDEO_PID, packets_of, pid_of, signal

H264 = ("-c:v", "libx264", "-preset", "ultrafast")
HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=25:scenecut=0")
MPEG2 = ("-c:v", "mpeg2video", "-b:v", "400k")
CASES = [
    pytest.param("h264", (*H264, "-profile:v", "baseline"), "320x180", "avc1.42c0", id="h264-baseline"),
    pytest.param("h264", ("-c:v", "libx264", "-preset", "veryfast"), "1920x1080", "avc1.6400", id="h264-1080"),
    pytest.param("h264", (*H264, "-x264opts", "interlaced=1"), "720x576", "avc1.", id="h264-interlaced"),
    pytest.param("hevc", HEVC, "416x240", "hvc1.1.6.L", id="hevc"),
    pytest.param("mpeg2video", MPEG2, "352x288", "mp4v.61", id="mpeg2"),
]


def first_bytes(video: tuple[str, ...], size: str) -> list[tuple[bool, bytes]]:
    """Flag and first bytes of each access unit of a real stream."""
    data = signal(seconds=2, video=video, audio=None, size=size, gop=25).read_bytes()
    starts = [one for one in packets_of(data) if pid_of(one) == VIDEO_PID and one[1] & 0x40]
    units = [(one, parse_unit_start(one)) for one in starts]
    return [(unit.random_access, one[unit.payload :]) for one, unit in units if unit is not None]


@pytest.mark.parametrize(("codec", "video", "size", "name"), CASES)
def test_pictures_tell_what_the_flags_tell(codec: str, video: tuple[str, ...], size: str, name: str) -> None:
    units = first_bytes(video, size)
    assert sum(flag for flag, _ in units) == 2
    assert [starts_random_access(codec, data) for _, data in units] == [flag for flag, _ in units]


@pytest.mark.parametrize(("codec", "video", "size", "name"), CASES)
def test_size_and_name_are_read(codec: str, video: tuple[str, ...], size: str, name: str) -> None:
    header = sequence_header(codec, first_bytes(video, size)[0][1])
    found = picture_format(codec, header)
    assert found is not None
    assert f"{found.width}x{found.height}" == size
    assert found.codec.startswith(name)


def test_parameter_sets_before_a_predicted_picture_are_no_random_access() -> None:
    parameters, predicted, intra = b"\0\0\1\x67abc", b"\0\0\1\x41\x9a\x02", b"\0\0\1\x41\x88\x02"
    assert not starts_random_access("h264", parameters + predicted)
    assert starts_random_access("h264", parameters + intra)
    assert starts_random_access("h264", parameters)


def test_sound_is_named_by_its_header() -> None:
    assert aac_name(b"\xff\xf1\x4c\x80") == "mp4a.40.2"
    assert aac_name(b"\xff\xf1\x58\x40") == "mp4a.40.5"  # 24 kHz: what HE-AAC has at its core
    assert aac_name(b"\x12\x34\x56\x78") == ""
    assert aac_name(b"\xff\xf1\x7c\x80") == ""  # no such rate
    assert mpeg_audio_name(b"\xff\xfd\xc4\x04") == "mp4a.40.33"
    assert mpeg_audio_name(b"\xff\xfb\xc4\x04") == "mp4a.40.34"
    assert mpeg_audio_name(b"") == ""


@given(st.sampled_from(("h264", "hevc", "mpeg2video")), st.binary(max_size=160))
def test_no_bytes_make_it_fail(codec: str, data: bytes) -> None:
    starts_random_access(codec, b"\0\0\1" + data)
    sequence_header(codec, b"\0\0\1" + data)
    found = picture_format(codec, data)
    assert found is None or isinstance(found, PictureFormat)


def test_aac_in_latm_is_named_by_its_configuration() -> None:
    """SBR at 24 kHz told outright: object type 5, core of 24 kHz, two channels, doubled to 48 kHz."""
    specific = "00101" + "0110" + "0010" + "0011" + "00010" + "000"
    bits = "001" + "0" * 13 + specific + "000" + "0" * 8 + "00"
    element = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big") + b"\0" * 8
    found = sound_format("aac_latm", b"\x56\xe0" + bytes((len(element),)) + element)
    assert found == SoundFormat("mp4a.40.5", 24_000, 2)
    assert sound_format("aac_latm", b"\x56\xe0\x08" + b"\x80" * 8) is None  # its configuration is still to come
