"""Each coding of pictures in a CMAF track: the same pictures at the same times, and what the file says of them."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from rightcast.formats.cmaf import package
from rightcast.formats.isobmff.boxes import find
from tests.formats.tracks import file_of, first_time, package_all, probed_frames, samples_of, split, unit_offsets
from tests.headend.signals import FFMPEG, VIDEO_PID, edited, pid_of, signal

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("ffprobe") is None, reason="needs ffprobe")

_X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", "-x265-params")
CODINGS = {
    "pyramids": ("-c:v", "libx264", "-preset", "fast", "-bf", "3", "-x264-params", "b-pyramid=normal"),
    "slices": ("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-x264-params", "slices=4"),
    "interlaced": ("-c:v", "libx264", "-preset", "fast", "-flags", "+ildct+ilme", "-x264-params", "tff=1"),
    "open groups": ("-c:v", "libx264", "-preset", "fast", "-bf", "2", "-x264-params", "open-gop=1"),
    "wide dots": (
        *("-vf", "setsar=16/11", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "0"),
        *("-x264-params", "colorprim=bt709:transfer=bt709:colormatrix=bt709"),
    ),
    "hevc": (*_X265, "log-level=error:bframes=3"),
    "hevc open": (*_X265, "log-level=error:bframes=2:open-gop=1:wpp=1", "-vf", "setsar=4/3"),
}


@pytest.fixture(params=CODINGS)
def coding(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def stream_of(coding: str) -> bytes:
    return path_of(coding).read_bytes()


def path_of(coding: str) -> Path:
    return signal(seconds=3, size="320x180", gop=25, video=CODINGS[coding])


def joinable_segments(ts: bytes) -> list[bytes]:
    """One a second, as the groups of pictures are."""
    return split(ts, unit_offsets(ts)[::25])


def test_pictures_decode_alike_at_the_same_times(coding: str, tmp_path: Path) -> None:
    path = tmp_path / "track.mp4"
    path.write_bytes(file_of(package_all(joinable_segments(stream_of(coding))), VIDEO_PID))
    assert probed_frames(path, "v") == probed_frames(path_of(coding), "v")
    assert checksums(path) == checksums(path_of(coding))


def test_the_file_says_what_the_stream_is(coding: str, tmp_path: Path) -> None:
    path = tmp_path / "track.mp4"
    path.write_bytes(file_of(package_all([stream_of(coding)]), VIDEO_PID))
    assert probed_stream(path) == probed_stream(path_of(coding))


def test_in_parts_no_picture_is_lost_or_doubled(coding: str) -> None:
    ts = stream_of(coding)
    whole = samples_of(package(ts, time=first_time(ts), sequence=0).fragments[VIDEO_PID].data)
    made = package_all(split(ts, unit_offsets(ts)[::4]))
    parts = samples_of(b"".join(one.fragments[VIDEO_PID].data for one in made if VIDEO_PID in one.fragments))
    assert parts == whole


def test_every_part_finds_the_parameter_sets(coding: str) -> None:
    made = package_all(split(stream_of(coding), unit_offsets(stream_of(coding))[::4]))
    assert len({one.inits[VIDEO_PID] for one in made}) == 1
    assert sum(one.fragments[VIDEO_PID].independent for one in made) >= 1


def test_parameter_sets_stand_in_the_init_segment_only() -> None:
    made = package_all(joinable_segments(stream_of("pyramids")))
    for sample in samples_of(made[1].fragments[VIDEO_PID].data):
        assert not {kind & 31 for kind in nal_heads(sample.data)} & {7, 8, 9, 12}


def test_other_parameter_sets_make_another_init_segment() -> None:
    made = [package_all([stream_of(one)])[0] for one in ("pyramids", "interlaced")]
    assert made[0].tracks[0].init_hash != made[1].tracks[0].init_hash


def test_sets_that_change_within_a_segment_stay_in_the_samples() -> None:
    """A segment of two encoders: the init segment is the first one's, and the second's come with their pictures."""
    first, second = stream_of("pyramids"), stream_of("interlaced")
    fragment = package(first + second, time=first_time(first), sequence=0).fragments[VIDEO_PID]
    heads = [nal_heads(sample.data) for sample in samples_of(fragment.data)]
    assert sum(7 in {head & 31 for head in one} for one in heads) == 6


def test_shape_of_dots_and_colour_are_told() -> None:
    init = package_all([stream_of("wide dots")])[0].inits[VIDEO_PID]
    assert b"pasp\0\0\0\x10\0\0\0\x0b" in init
    assert b"colrnclx\0\1\0\1\0\1" in init
    header = find(init, b"moov", b"trak", b"tkhd")
    assert header is not None
    assert int.from_bytes(init[header[1] - 8 : header[1] - 6], "big") == round(320 * 16 / 11)


def test_pictures_without_decoding_times_are_taken_as_in_order() -> None:
    made = package_all([stream_of("slices")])
    samples = samples_of(made[0].fragments[VIDEO_PID].data)
    assert all(sample.dts == sample.pts for sample in samples)


def test_a_packet_sent_twice_is_taken_once() -> None:
    ts = stream_of("pyramids")
    doubled = edited(ts, lambda index, packet: packet * 2 if index % 9 == 0 and packet[3] & 0x10 else packet)
    assert len(doubled) > len(ts)
    made = [package(data, time=first_time(ts), sequence=0).fragments for data in (ts, doubled)]
    assert made[0] == made[1]


def test_scrambled_packets_leave_no_fragment() -> None:
    def scramble(_: int, packet: bytearray) -> bytearray:
        if pid_of(bytes(packet)) == VIDEO_PID:
            packet[3] |= 0x80
        return packet

    ts = stream_of("slices")
    made = package(edited(ts, scramble), time=first_time(ts), sequence=0)
    assert VIDEO_PID not in made.fragments
    assert "scrambled" in made.refused[VIDEO_PID]


def test_mpeg_2_pictures_are_refused_with_the_reason() -> None:
    path = signal(seconds=1, size="160x90", video=("-c:v", "mpeg2video"), audio=None)
    made = package(path.read_bytes(), time=0, sequence=0)
    assert made.tracks == ()
    assert "MPEG-2" in made.refused[VIDEO_PID]


def nal_heads(sample: bytes) -> list[int]:
    """The first byte of each NAL unit of a sample."""
    heads, place = [], 0
    while place < len(sample):
        heads.append(sample[place + 4])
        place += 4 + int.from_bytes(sample[place : place + 4], "big")
    assert place == len(sample)
    return heads


def checksums(path: Path) -> list[str]:
    command = [FFMPEG, "-v", "error", "-i", str(path), "-map", "0:v", "-f", "framemd5", "-"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert not told.stderr
    return [line.rpartition(",")[2] for line in told.stdout.splitlines() if not line.startswith("#")]


def probed_stream(path: Path) -> dict[str, object]:
    entries = (
        "codec_name,profile,level,width,height,sample_aspect_ratio,pix_fmt,field_order,"
        "color_space,color_transfer,color_primaries,r_frame_rate"
    )
    command = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", f"stream={entries}"]
    told = subprocess.run([*command, "-of", "json", str(path)], capture_output=True, text=True, check=True, timeout=60)
    return dict(json.loads(told.stdout)["streams"][0])
