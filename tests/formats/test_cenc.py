"""Encrypted samples: read by another implementation with the key, by nobody without, headers in the clear."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Literal

import pytest

from rightcast.formats.cenc import COMMON_SYSTEM_ID, SampleProtection, common_pssh, subsamples
from rightcast.formats.codecs import avc, hevc
from rightcast.formats.codecs.avc_coding import Avc
from rightcast.formats.codecs.avc_slices import slice_header_bytes
from rightcast.formats.codecs.hevc_coding import Hevc
from rightcast.formats.isobmff.boxes import find
from rightcast.formats.mpegts.access_units import nal_units
from rightcast.formats.mpegts.elementary import stretch
from tests.formats.tracks import file_of, package_all, samples_of, split, unit_offsets
from tests.headend.signals import AUDIO_PID, FFMPEG, VIDEO_PID, signal

if TYPE_CHECKING:
    from pathlib import Path

KEY, KID, IV = (bytes(range(start, start + 16)) for start in (0, 16, 32))
BOTH: tuple[Literal["cenc", "cbcs"], ...] = ("cenc", "cbcs")
SLICED = ("-c:v", "libx264", "-preset", "fast", "-bf", "3", "-x264-params", "slices=3:weightp=2")
LEADING = ("-c:v", "libx264", "-preset", "veryslow", "-coder", "0", "-refs", "5", "-x264-params", "weightp=2")

H265 = ("-c:v", "libx265", "-preset", "fast", "-x265-params", "log-level=error:slices=2:weightb=1:bframes=3:ref=4")


def protection(scheme: Literal["cenc", "cbcs"]) -> SampleProtection:
    return SampleProtection(scheme, KEY, KID, IV, (common_pssh([KID]),))


def decoded(path: Path, *options: str) -> tuple[str, str]:
    """Checksums of all decoded frames, and complaints, by the program that comes with the house."""
    command = [FFMPEG, "-v", "error", *options, "-i", str(path), "-f", "framemd5", "-"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return result.stdout, result.stderr


@pytest.fixture(scope="module")
def segments() -> list[bytes]:
    ts = signal(video=SLICED, seconds=4).read_bytes()
    return split(ts, unit_offsets(ts, joinable=True))


@pytest.mark.parametrize("pid", [VIDEO_PID, AUDIO_PID])
@pytest.mark.parametrize("scheme", BOTH)
def test_with_the_key_another_program_sees_the_same_frames(
    segments: list[bytes], tmp_path: Path, scheme: Literal["cenc", "cbcs"], pid: int
) -> None:
    clear, secret = tmp_path / "clear.mp4", tmp_path / "secret.mp4"
    clear.write_bytes(file_of(package_all(segments), pid))
    secret.write_bytes(file_of(package_all(segments, protection=protection(scheme)), pid))
    seen, complaints = decoded(secret, "-decryption_key", KEY.hex())
    assert not complaints
    assert seen == decoded(clear)[0]


@pytest.mark.parametrize("scheme", BOTH)
def test_with_the_key_h265_is_seen_as_well(tmp_path: Path, scheme: Literal["cenc", "cbcs"]) -> None:
    clear, secret = tmp_path / "clear.mp4", tmp_path / "secret.mp4"
    ts = signal(video=H265, seconds=2).read_bytes()
    clear.write_bytes(file_of(package_all([ts]), VIDEO_PID))
    secret.write_bytes(file_of(package_all([ts], protection=protection(scheme)), VIDEO_PID))
    seen, complaints = decoded(secret, "-decryption_key", KEY.hex())
    assert not complaints
    assert seen == decoded(clear)[0]


@pytest.mark.parametrize("scheme", BOTH)
def test_with_another_key_nothing_of_the_pictures_is_seen(
    segments: list[bytes], tmp_path: Path, scheme: Literal["cenc", "cbcs"]
) -> None:
    clear, secret = tmp_path / "clear.mp4", tmp_path / "secret.mp4"
    clear.write_bytes(file_of(package_all(segments), VIDEO_PID))
    secret.write_bytes(file_of(package_all(segments, protection=protection(scheme)), VIDEO_PID))
    true = {line.rpartition(",")[2] for line in decoded(clear)[0].splitlines() if not line.startswith("#")}
    false = {line.rpartition(",")[2] for line in decoded(secret, "-decryption_key", IV.hex())[0].splitlines()}
    assert not true & false


@pytest.mark.parametrize("scheme", BOTH)
def test_every_edge_makes_the_same_bytes(segments: list[bytes], scheme: Literal["cenc", "cbcs"]) -> None:
    first, second = (package_all(segments, protection=protection(scheme)) for _ in range(2))
    assert first == second


def test_fragments_of_the_same_time_and_key_share_no_key_stream() -> None:
    """Two renditions of a picture: other bytes, so other vectors."""
    vectors = []
    for size in ("320x180", "160x90"):
        ts = signal(video=SLICED, seconds=4, size=size).read_bytes()
        segment = split(ts, unit_offsets(ts, joinable=True))[0]
        vectors.append(_auxiliary(package_all([segment], protection=protection("cenc"))[0].fragments[VIDEO_PID].data))
    assert vectors[0][8:16] != vectors[1][8:16]


@pytest.mark.parametrize("scheme", BOTH)
def test_slice_headers_and_lengths_stay_readable(segments: list[bytes], scheme: Literal["cenc", "cbcs"]) -> None:
    clear = samples_of(package_all(segments)[0].fragments[VIDEO_PID].data)
    secret = samples_of(package_all(segments, protection=protection(scheme))[0].fragments[VIDEO_PID].data)
    sequences, pictures = parameter_sets(segments[0])
    slices = changed = 0
    for one, other in zip(clear, secret, strict=True):
        place = 0
        assert len(one.data) == len(other.data)
        while place < len(one.data):
            end = place + 4 + int.from_bytes(one.data[place : place + 4], "big")
            unit = one.data[place + 4 : end]
            readable = len(unit)
            if unit[0] & 31 in {avc.SLICE, avc.IDR}:
                readable = slice_header_bytes(unit, sequences, pictures) or 0
                assert readable
                slices += 1
                changed += one.data[place:end] != other.data[place:end]
            assert other.data[place : place + 4 + readable] == one.data[place : place + 4 + readable]
            place = end
    assert slices == 3 * len(clear)
    assert changed > slices // 2


@pytest.mark.parametrize("video", [SLICED, LEADING])
def test_slice_headers_end_where_another_parser_says(video: tuple[str, ...]) -> None:
    path = signal(video=video, seconds=2)
    sequences, pictures = parameter_sets(path.read_bytes())
    data = stretch(path.read_bytes()).elementary(VIDEO_PID).data
    found = []
    for start, end, kind in nal_units(data, Avc()):
        if kind in {avc.SLICE, avc.IDR}:
            unit = data[start:end]
            found.append((slice_header_bytes(unit, sequences, pictures) or 0) - unit[:40].count(b"\0\0\3"))
    assert found
    assert found == traced_headers(path)


def test_slice_headers_of_h265_end_where_another_parser_says() -> None:
    path = signal(video=H265, seconds=2)
    data = stretch(path.read_bytes()).elementary(VIDEO_PID).data
    units = [(data[start:end], kind) for start, end, kind in nal_units(data, Hevc())]
    header = Hevc().slice_headers([unit for unit, kind in units if kind in {hevc.SPS, hevc.PPS}])
    found = [header(unit) - unit[:40].count(b"\0\0\3") for unit, kind in units if kind <= hevc.LAST_SLICE]
    assert found
    assert found == traced_headers(path)


def traced_headers(path: Path) -> list[int]:
    """Bytes of each slice's header as ffmpeg reads it, without emulation prevention."""
    traced = subprocess.run(
        [FFMPEG, "-v", "trace", "-i", str(path), "-c", "copy", "-bsf:v", "trace_headers", "-f", "null", "-"],
        capture_output=True,
        text=True,
        errors="replace",
        check=True,
        timeout=60,
    ).stderr
    found: list[int] = []
    within = False
    for line in traced.splitlines():
        told = re.match(r"\[trace_headers\S* @ \S+\] (.*)", line)
        if told is None:
            continue
        field = re.match(r"(\d+) +\S+ +([01]+) = ", told[1])
        if told[1] in {"Slice Header", "Slice Segment Header"}:
            found.append(0)
            within = True
        elif field is None:
            within = False
        elif within:
            found[-1] = -(-(int(field[1]) + len(field[2])) // 8)
    return found


@pytest.mark.parametrize("scheme", BOTH)
def test_the_init_segment_names_scheme_key_and_original_format(
    segments: list[bytes], scheme: Literal["cenc", "cbcs"]
) -> None:
    inits = package_all(segments, protection=protection(scheme))[0].inits
    for pid, kind, original in ((VIDEO_PID, b"encv", b"avc1"), (AUDIO_PID, b"enca", b"mp4a")):
        init = inits[pid]
        assert init.count(kind) == 1
        assert b"frma" + original in init
        assert b"schm\0\0\0\0" + scheme.encode() in init
        place = find(init, b"moov", b"pssh")
        assert place is not None
        assert init[place[0] + 4 : place[1]] == COMMON_SYSTEM_ID + b"\0\0\0\1" + KID + b"\0\0\0\0"


def test_another_key_makes_another_init_segment(segments: list[bytes]) -> None:
    other = SampleProtection("cbcs", KEY, IV, IV)
    hashes = {package_all(segments, protection=one)[0].tracks[0].init_hash for one in (protection("cbcs"), other)}
    assert len(hashes) == 2


def test_a_long_clear_stretch_is_told_in_several_subsamples() -> None:
    assert subsamples([(70_000, None), (1000, 20)], "cbcs") == [(65_535, 0), (70_000 - 65_535 + 20, 980)]


def test_counter_mode_protects_whole_blocks() -> None:
    assert subsamples([(100, 10), (12, 10)], "cenc") == [(20, 80), (12, 0)]


def test_many_slices_fit_the_size_that_a_file_can_tell() -> None:
    pairs = subsamples([(200, 20)] * 100, "cenc")
    assert 8 + 2 + 6 * len(pairs) <= 255
    assert sum(clear + guarded for clear, guarded in pairs) == 20_000


def test_a_key_of_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        SampleProtection("cenc", KEY[:8], KID, IV)


def parameter_sets(ts: bytes) -> tuple[dict[int, avc.Sps], dict[int, avc.Pps]]:
    """The parameter sets of a stream by their numbers."""
    data = stretch(ts).elementary(VIDEO_PID).data
    units = [data[nal.start : nal.end] for nal in nal_units(data, Avc()) if nal.kind in {avc.SPS, avc.PPS}]
    sequences = [avc.parse_sps(unit) for unit in units if unit[0] & 31 == avc.SPS]
    pictures = [avc.parse_pps(unit) for unit in units if unit[0] & 31 == avc.PPS]
    return {one.number: one for one in sequences if one}, {one.number: one for one in pictures if one}


def _auxiliary(fragment: bytes) -> bytes:
    place = find(fragment, b"moof", b"traf", b"senc")
    assert place is not None
    return fragment[place[0] : place[1]]
