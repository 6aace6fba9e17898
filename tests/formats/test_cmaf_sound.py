"""Each coding of sound that a programme may have, in a CMAF track: the same samples at the same times."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from rightcast.formats.cmaf import package
from rightcast.formats.codecs.aac import Adts
from rightcast.formats.codecs.ac3 import EnhancedAc3
from rightcast.formats.codecs.latm import Latm
from rightcast.formats.codecs.opus import channels_told
from rightcast.formats.codecs.sound import SoundFormat
from tests.formats.handmade import packed
from tests.formats.tracks import file_of, first_time, package_all, probed_frames, samples_of, split, unit_offsets
from tests.headend.signals import AUDIO_PID, signal

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("ffprobe") is None, reason="needs ffprobe")

CODINGS = {
    "aac": (("-c:a", "aac", "-b:a", "96k"), "mp4a.40.2", 1),
    "aac 5.1": (("-c:a", "aac", "-ac", "6"), "mp4a.40.2", 6),
    "aac 44.1": (("-c:a", "aac", "-ar", "44100", "-ac", "2"), "mp4a.40.2", 2),
    "latm": (("-c:a", "aac", "-b:a", "96k", "-ac", "2", "-mpegts_flags", "latm"), "mp4a.40.2", 2),
    "ac3": (("-c:a", "ac3", "-b:a", "192k", "-ac", "2"), "ac-3", 2),
    "ac3 5.1": (("-c:a", "ac3", "-ac", "6"), "ac-3", 6),
    "eac3": (("-c:a", "eac3", "-ac", "6", "-b:a", "256k"), "ec-3", 6),
    "mp2": (("-c:a", "mp2", "-b:a", "192k", "-ac", "2"), "mp4a.6B", 2),
    "mp3": (("-c:a", "libmp3lame", "-b:a", "128k", "-ar", "44100"), "mp4a.6B", 1),
    "opus": (("-c:a", "libopus", "-b:a", "96k", "-ac", "2"), "opus", 2),
    "opus 5.1": (("-c:a", "libopus", "-b:a", "192k", "-ac", "6"), "opus", 6),
}


@pytest.fixture(params=CODINGS)
def coding(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def stream_of(coding: str) -> bytes:
    return signal(seconds=4, size="160x90", audio=CODINGS[coding][0]).read_bytes()


def test_sound_decodes_to_the_same_samples_at_the_same_times(coding: str, tmp_path: Path) -> None:
    ts = stream_of(coding)
    made = package_all(split(ts, unit_offsets(ts)[::9]))
    path = tmp_path / "track.mp4"
    path.write_bytes(file_of(made, AUDIO_PID))
    track = next(track for track in made[-1].tracks if track.pid == AUDIO_PID)
    expected = probed_frames(signal(seconds=4, size="160x90", audio=CODINGS[coding][0]), "a")
    frames = [(pts * 90000 / track.timescale, count) for pts, count in probed_frames(path, "a")]
    assert [count for _, count in frames] == [count for _, count in expected]
    late = max(abs(pts - wanted) for (pts, _), (wanted, _) in zip(frames, expected, strict=True))
    assert late <= 2
    assert (track.codec, track.channels) == CODINGS[coding][1:]


def test_the_file_says_what_the_stream_is(coding: str, tmp_path: Path) -> None:
    ts = stream_of(coding)
    path = tmp_path / "track.mp4"
    path.write_bytes(file_of(package_all([ts]), AUDIO_PID))
    told = [probed_stream(one) for one in (signal(seconds=4, size="160x90", audio=CODINGS[coding][0]), path)]
    assert told[0] == told[1]


def test_cut_anywhere_between_pictures_no_frame_is_lost_or_doubled(coding: str) -> None:
    ts = stream_of(coding)
    whole = samples_of(package(ts, time=first_time(ts), sequence=0).fragments[AUDIO_PID].data)
    made = package_all(split(ts, unit_offsets(ts)[::4]))
    parts = samples_of(b"".join(one.fragments[AUDIO_PID].data for one in made if AUDIO_PID in one.fragments))
    assert [sample.data for sample in parts] == [sample.data for sample in whole]
    assert max(abs(one.dts - other.dts) for one, other in zip(parts, whole, strict=True)) <= 1


def test_the_init_segment_stays_the_same(coding: str) -> None:
    ts = stream_of(coding)
    made = package_all(split(ts, unit_offsets(ts)[::9]))
    assert len({one.inits[AUDIO_PID] for one in made if AUDIO_PID in one.inits}) == 1


def test_the_opus_descriptor_tells_channels() -> None:
    assert channels_told(((0x05, b"Opus"), (0x7F, b"\x80\x06"))) == 6
    assert channels_told(((0x7F, b"\x15\x06"),)) == 0


def test_dependent_substreams_are_left_out() -> None:
    """A 7.1 programme's extension; the first substream is 5.1 by itself."""
    dependent = bytes.fromhex("0b7741ff3f86ff00")
    frame = EnhancedAc3().frame(dependent + b"\0" * 8, 0)
    assert frame is not None
    assert frame.header == frame.size == 1024
    assert frame.samples == 0


def test_slow_aac_is_named_he_aac() -> None:
    """24 kHz and the layout of stereo; decoders find the replication themselves."""
    found = Adts().format(bytes.fromhex("fff1588010fffc") + bytes(8), 0)
    assert isinstance(found, SoundFormat)
    assert (found.codec, found.rate, found.channels) == ("mp4a.40.5", 24_000, 2)


@pytest.mark.parametrize(
    ("bits", "expected"),
    [
        ("00010" + "0011" + "0010" + "000", ("mp4a.40.2", 48_000, 2)),
        ("00101" + "0110" + "0010" + "0011" + "00010" + "000", ("mp4a.40.5", 24_000, 2)),
        ("11101" + "0110" + "0001" + "0011" + "00010" + "000", ("mp4a.40.29", 24_000, 2)),
    ],
)
def test_latm_tells_the_kind_of_aac(bits: str, expected: tuple[str, int, int]) -> None:
    element = packed("0" + "0" + "1" + "0" * 13 + bits + "000" + "1" * 8 + "0" + "0" + f"{4:08b}" + "01" * 16)
    found = Latm().format(b"\x56\xe0" + bytes((len(element),)) + element, 0)
    assert isinstance(found, SoundFormat)
    assert (found.codec, found.rate, found.channels) == expected
    assert Latm().body(element, 0, len(element)) == b"\x55" * 4


def test_a_latm_multiplex_of_two_programmes_is_refused() -> None:
    element = packed("0" + "0" + "1" + "0" * 6 + "0001" + "000" + "0" * 40)
    assert "several sounds" in str(Latm().format(b"\x56\xe0" + bytes((len(element),)) + element, 0))


def probed_stream(path: Path) -> dict[str, object]:
    entries = "stream=codec_name,profile,sample_rate,channels,channel_layout"
    command = ["ffprobe", "-v", "error", "-select_streams", "a", "-show_entries", entries, "-of", "json", str(path)]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)
    found = dict(told["streams"][0])
    found.pop("side_data_list", None)  # told by a file only
    if found["codec_name"] == "aac_latm":  # the wrapping stays behind in the stream
        found["codec_name"] = "aac"
    if str(found["codec_name"]) in {"mp2", "mp3"}:
        found["codec_name"] = "MPEG audio"  # one object type names all layers
    return found
