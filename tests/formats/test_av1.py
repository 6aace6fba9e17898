"""AV1 from what an encoder really writes to a CMAF track; its headers read from any bytes."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats.cenc import SampleProtection
from rightcast.formats.cmaf import package
from rightcast.formats.cmaf_obus import format_of
from rightcast.formats.codecs import av1
from rightcast.formats.mpegts.elementary import stretch
from rightcast.formats.mpegts.obu_streams import ObuNaming, named
from rightcast.formats.mpegts.pictures import picture_format, sequence_header, starts_random_access
from rightcast.formats.mpegts.psi import Pmt, Stream, build_pmt, parse_pmt
from rightcast.formats.mpegts.streams import OWN_AV1
from tests.formats.tracks import file_of, first_time, package_all, samples_of, split, unit_offsets

if TYPE_CHECKING:
    from pathlib import Path

MAP_PID, VIDEO_PID = 0x1000, 256
HEADER = bytes.fromhex("0a0b0000000cc4ff673efe4010")
"""The sequence header of 640x360 pictures, main profile, from SVT-AV1."""


class Writer:
    """Writes a header bit by bit."""

    def __init__(self) -> None:
        self.bits = ""

    def put(self, *fields: tuple[int, int]) -> Writer:
        """Numbers and how many bits each takes."""
        self.bits += "".join(f"{value:0{count}b}" for value, count in fields if count)
        return self

    def obu(self) -> bytes:
        """As a sequence header OBU."""
        padded = self.bits + "1"
        padded += "0" * (-len(padded) % 8)
        body = int(padded, 2).to_bytes(len(padded) // 8, "big")
        return bytes((0x0A, len(body))) + body


def header(*, profile: int, level: int, tier: int, width: int, height: int, high: int, numbers: bytes) -> bytes:
    """A sequence header with timing, a decoder model and two operating points."""
    made = Writer().put((profile, 3), (0, 1), (0, 1))
    made.put((1, 1), (1001, 32), (60_000, 32), (1, 1), (1, 1), (1, 1), (9, 5), (1001, 32), (9, 5), (9, 5))
    made.put((1, 1), (1, 5))
    for _ in range(2):
        made.put((0x101, 12), (level, 5), (tier, int(level > 7)), (1, 1), (5, 10), (6, 10), (0, 1), (1, 1), (3, 4))
    made.put((15, 4), (15, 4), (width - 1, 16), (height - 1, 16), (1, 1), (4, 4), (2, 3), (5, 3))
    made.put((0, 4), (1, 1), (3, 2), (0, 1), (1, 1), (0, 1), (1, 1), (6, 3), (7, 3), (high, 1))
    made.put((0, int(profile != 1)), (1, 1), *((number, 8) for number in numbers), (0, 1))
    return made.put((1, 2 if profile == 0 else 0), (0, 1), (0, 1)).obu()


def test_the_header_of_a_real_encoder_is_read() -> None:
    found = av1.parse_sequence(HEADER)
    assert found is not None
    assert (found.codec, found.picture.width, found.picture.height) == ("av01.0.01M.08", 640, 360)
    assert found.told == bytes.fromhex("81010c00")


@given(
    profile=st.sampled_from([0, 1]),
    level=st.integers(0, 23),
    tier=st.integers(0, 1),
    width=st.integers(1, 65_536),
    height=st.integers(1, 65_536),
    high=st.integers(0, 1),
)
def test_what_a_header_says_is_what_was_written(
    profile: int, level: int, tier: int, width: int, height: int, high: int
) -> None:
    made = header(profile=profile, level=level, tier=tier, width=width, height=height, high=high, numbers=b"\1\1\1")
    found = av1.parse_sequence(made)
    assert found is not None
    letter = "H" if level > 7 and tier else "M"
    tail = "" if profile == 0 else ".0.000.01.01.01.0"
    if profile == 0:
        assert found.codec.startswith(f"av01.{profile}.{level:02}{letter}.{10 if high else 8:02}")
    else:
        assert found.codec == f"av01.{profile}.{level:02}{letter}.{10 if high else 8:02}{tail}"
    assert (found.picture.width, found.picture.height) == (width, height)
    assert found.picture.frame_rate == pytest.approx(60_000 / 1001)
    assert found.told[1] == profile << 5 | level


def test_wide_colours_stand_in_the_name() -> None:
    found = av1.parse_sequence(
        header(profile=0, level=12, tier=1, width=3840, height=2160, high=1, numbers=bytes((9, 16, 9)))
    )
    assert found is not None
    assert found.codec == "av01.0.12H.10.0.111.09.16.09.0"
    assert found.picture.colour is not None
    assert found.picture.colour.transfer == 16


@given(st.binary(max_size=64))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    whole = HEADER + data
    found = av1.obus(whole)
    assert all(one.start < one.payload <= one.end <= len(whole) for one in found)
    assert av1.obus(data) == [] or av1.obus(data)[-1].end == len(data)
    av1.parse_sequence(b"\x0a" + bytes((len(data),)) + data)
    picture_format("av1", data)
    starts_random_access("av1", data)
    assert sequence_header("av1", whole) == HEADER
    format_of(data)
    named(data)


@given(st.lists(st.tuples(st.sampled_from([2, 3, 6, 15]), st.binary(max_size=300)), min_size=1, max_size=5))
def test_obus_are_found_where_they_were_put(wanted: list[tuple[int, bytes]]) -> None:
    data = b"".join(bytes((kind << 3 | 2, len(body) & 127 | 128, len(body) >> 7)) + body for kind, body in wanted)
    assert [(one.kind, data[one.payload : one.end]) for one in av1.obus(data)] == wanted


@given(st.integers(1, 400))
def test_only_the_bare_private_stream_gets_a_name_however_the_stream_is_cut(step: int) -> None:
    opus = Stream(258, 6, ((5, b"Opus"),))
    many = tuple(Stream(300 + number, 15, ((10, b"ita\0"),)) for number in range(20))
    pmt = Pmt(1, 0, VIDEO_PID, (opus, Stream(VIDEO_PID, 6), *many))
    found = parse_pmt(named(build_pmt(pmt)))
    assert found is not None
    assert [one.descriptor(5) for one in found.streams[:3]] == [b"Opus", OWN_AV1, None]
    ts = b"".join(b"\x47\x01\x00" + bytes((0x10 | counter & 15,)) + bytes(184) for counter in range(4))
    naming = ObuNaming(MAP_PID)
    assert b"".join(naming.feed(ts[at : at + step]) for at in range(0, len(ts), step)) == ts


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two seconds of a rung as a headend keeps it, key pictures at 0.4 and 1 s besides those of the grid."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("needs ffmpeg")
    path = tmp_path_factory.mktemp("av1") / "rung.ts"
    subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=128x64:r=25:d=2", "-c:v", "libaom-av1"),
            *("-usage", "realtime", "-cpu-used", "8", "-lag-in-frames", "0", "-g", "50", "-b:v", "100k"),
            *("-force_key_frames", "0.4,1", str(path)),
        ],
        check=True,
        timeout=60,
    )
    naming = ObuNaming(MAP_PID)
    return naming.feed(path.read_bytes())


def test_a_track_of_fragments_decodes_to_every_picture(stream: bytes, tmp_path: Path) -> None:
    pieces = split(stream, unit_offsets(stream, joinable=True))
    assert len(pieces) == 3
    made = package_all(pieces)
    path = tmp_path / "track.mp4"
    path.write_bytes(file_of(made, VIDEO_PID))
    words = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-of", "json", str(path)]
    shown = subprocess.run(words, capture_output=True, check=True, timeout=60)
    (found,) = json.loads(shown.stdout)["streams"]
    assert shown.stderr == b""
    assert (found["codec_name"], found["width"], found["height"]) == ("av1", 128, 64)
    assert (found["nb_read_frames"], found["r_frame_rate"]) == ("50", "25/1")
    assert all(one.fragments[VIDEO_PID].independent for one in made)
    assert {one.inits[VIDEO_PID] for one in made} == {made[0].inits[VIDEO_PID]}
    assert made[0].tracks[0].codec == "av01.0.00M.08"


def test_a_part_without_a_header_is_known_by_what_came_before(stream: bytes) -> None:
    places = unit_offsets(stream)
    before, part = stream[: places[5]], stream[places[5] : places[8]]
    made = package(part, before=before, time=first_time(stream), sequence=1)
    assert (made.fragments[VIDEO_PID].samples, made.fragments[VIDEO_PID].independent) == (3, False)
    assert [one.sync for one in samples_of(made.fragments[VIDEO_PID].data)] == [False] * 3
    alone = package(part, time=first_time(stream), sequence=1)
    assert not alone.fragments


def test_encryption_is_refused_with_a_reason(stream: bytes) -> None:
    made = package(
        stream,
        time=first_time(stream),
        sequence=0,
        protection=SampleProtection("cbcs", bytes(16), bytes(16), bytes(16)),
    )
    assert made.refused == {VIDEO_PID: "AV1 video is not encrypted here."}
    assert not made.inits


@given(place=st.integers(0, 5000), value=st.integers(0, 255))
def test_damage_never_raises(stream: bytes, place: int, value: int) -> None:
    pieces = bytearray(stream[: 188 * 40])
    pieces[place % len(pieces)] = value
    if stretch(pieces).programme is not None:
        package(pieces, time=0, sequence=0)
