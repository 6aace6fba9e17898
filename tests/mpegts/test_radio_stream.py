"""Bare sound of internet radio becomes a transport stream that ffmpeg reads, with its titles beside it."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from typing import TYPE_CHECKING

import imageio_ffmpeg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightcast.formats.codecs.aac import Adts
from rightcast.formats.codecs.mpeg_audio import MpegAudio
from rightcast.formats.icy import Deinterleaver, Interleaver
from rightcast.formats.id3 import title_of
from rightcast.formats.mpegts.elementary import stretch
from rightcast.formats.mpegts.radio_stream import SOUND_PID, TITLE_PID, RadioStream

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.formats.codecs.sound import Coding

KINDS: dict[str, tuple[Coding, int, str]] = {
    "mp3": (MpegAudio(), 0x03, "libmp3lame"),
    "adts": (Adts(), 0x0F, "aac"),
}


@cache
def sound(kind: str) -> bytes:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", "sine=440:r=44100:d=3"]
    command += ["-c:a", KINDS[kind][2], "-b:a", "96k", "-write_xing", "0"] if kind == "mp3" else ["-c:a", "aac"]
    return subprocess.run([*command, "-f", kind, "-"], check=True, timeout=60, capture_output=True).stdout


def packed(kind: str, data: bytes, *, every_bytes: int = 0, step: int = 700) -> bytes:
    coding, stream_type, _ = KINDS[kind]
    made = RadioStream(coding, stream_type, every_bytes=every_bytes)
    return b"".join(made.feed(data[at : at + step]) for at in range(0, len(data), step))


@pytest.mark.parametrize("kind", KINDS)
def test_ffprobe_finds_the_sound_whole_and_in_time(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "radio.ts"
    path.write_bytes(packed(kind, sound(kind)))
    command = ["ffprobe", "-v", "error", "-count_packets", "-show_streams", "-of", "json", path]
    done = subprocess.run(command, check=True, timeout=60, capture_output=True)
    (found,) = (one for one in json.loads(done.stdout)["streams"] if one["codec_type"] == "audio")
    assert not done.stderr
    assert (found["codec_name"], found["sample_rate"]) == ({"adts": "aac"}.get(kind, kind), "44100")
    assert float(found["duration"]) == pytest.approx(3, abs=0.2)


def test_titles_travel_as_id3_and_are_told_again() -> None:
    server = Interleaver(every_bytes=4000)
    data = server.feed(sound("mp3"), "Mina - Citt\N{LATIN SMALL LETTER A WITH GRAVE} vuota")
    made = stretch(packed("mp3", data, every_bytes=4000))
    assert title_of(made.elementary(TITLE_PID).data) == "Mina - Citt\N{LATIN SMALL LETTER A WITH GRAVE} vuota"
    whole = stretch(packed("mp3", sound("mp3")))
    assert made.elementary(SOUND_PID).data == whole.elementary(SOUND_PID).data


@settings(max_examples=30)
@given(every=st.integers(1, 300), step=st.integers(1, 200), titles=st.lists(st.text(max_size=30), max_size=4))
def test_what_was_put_between_the_sound_comes_out_again(every: int, step: int, titles: list[str]) -> None:
    server, plain = Interleaver(every), bytes(range(256)) * 3
    sent = b"".join(server.feed(plain, title) for title in titles)
    reader = Deinterleaver(every)
    assert b"".join(reader.feed(sent[at : at + step]) for at in range(0, len(sent), step)) == plain * len(titles)


@settings(max_examples=30)
@given(data=st.binary(max_size=2000), every=st.integers(0, 50))
def test_any_bytes_make_whole_packets_or_none(data: bytes, every: int) -> None:
    made = packed("mp3", data + sound("mp3")[:1500] + data, every_bytes=every, step=97)
    assert len(made) % 188 == 0


@pytest.mark.parametrize("written", [b"StreamTitle='Caf\xc3\xa9';", b"StreamTitle='Caf\xe9';StreamUrl='';"])
def test_titles_are_read_in_both_writings(written: bytes) -> None:
    reader = Deinterleaver(1)
    size = -(-len(written) // 16)
    reader.feed(b"x" + bytes((size,)) + written.ljust(16 * size, b"\0"))
    assert reader.title == "Caf\N{LATIN SMALL LETTER E WITH ACUTE}"
