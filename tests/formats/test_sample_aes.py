"""SAMPLE-AES and AES-128: what we encrypt, ffmpeg's HLS client decrypts with nothing but the playlist's key."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats.mpegts.sample_aes_ts import CannotEncryptError, protect
from rightcast.formats.sample_aes import SampleCipher, ac3_frame, adts_frame, encrypt_segment, nal_units, sequence_iv

if TYPE_CHECKING:
    from pathlib import Path

KEY, IV = bytes(range(16)), bytes(range(16, 32))


def make_segments(folder: Path, *codecs: str, seconds: int = 4) -> list[bytes]:
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y"]
    command += ["-f", "lavfi", "-i", f"testsrc2=s=320x180:r=25:d={seconds}"]
    command += ["-f", "lavfi", "-i", f"anoisesrc=d={seconds}:a=0.3"]
    command += ["-preset", "ultrafast", "-g", "25", *codecs, "-shortest", "-f", "hls", "-hls_time", "1"]
    command += [
        "-hls_list_size",
        "0",
        "-hls_segment_filename",
        str(folder / "clear%03d.ts"),
        str(folder / "clear.m3u8"),
    ]
    subprocess.run(command, check=True, timeout=60)
    return [path.read_bytes() for path in sorted(folder.glob("clear*.ts"))]


def packets(playlist: Path, select: str) -> list[str]:
    """One hash per picture or sound frame as ffmpeg's client hands it to a decoder.

    The last two are left out: at the end of a playlist that client no longer knows the key.
    """
    command = ["ffmpeg", "-loglevel", "error", "-allowed_extensions", "ALL", "-i", str(playlist), "-map", select]
    done = subprocess.run([*command, "-c", "copy", "-f", "framemd5", "-"], check=True, capture_output=True, timeout=60)
    return [line.split(",")[-1] for line in done.stdout.decode().splitlines() if not line.startswith("#")][:-2]


def write_playlist(folder: Path, segments: list[bytes], key_line: str) -> Path:
    lines = ["#EXTM3U", "#EXT-X-VERSION:5", "#EXT-X-TARGETDURATION:2", "#EXT-X-MEDIA-SEQUENCE:0", key_line]
    (folder / "key.bin").write_bytes(KEY)
    for number, data in enumerate(segments):
        (folder / f"hidden{number}.ts").write_bytes(data)
        lines += ["#EXTINF:1.0,", f"hidden{number}.ts"]
    path = folder / "hidden.m3u8"
    path.write_text("\n".join([*lines, "#EXT-X-ENDLIST", ""]))
    return path


def without_escapes(folder: Path, sound: str) -> list[bytes]:
    """Segments whose slices need no emulation prevention: ffmpeg's client forgets to put it back after decrypting."""
    for quantiser in range(20, 40):
        made = make_segments(folder, "-c:v", "libx264", "-qp", str(quantiser), "-c:a", sound, seconds=3)
        if not any(has_escapes(data) for data in made):
            return made
    raise AssertionError("every signal needs escapes")


def has_escapes(segment: bytes) -> bool:
    command = [
        "ffmpeg",
        "-loglevel",
        "error",
        "-f",
        "mpegts",
        "-i",
        "-",
        "-map",
        "0:v",
        "-c",
        "copy",
        "-f",
        "h264",
        "-",
    ]
    stream = subprocess.run(command, input=segment, check=True, capture_output=True, timeout=60).stdout
    return any(b"\0\0\3" in stream[at:end] for at, end in nal_units(stream) if stream[at] & 0x1F in {1, 5})


@pytest.mark.parametrize("sound", ["aac", "ac3"])
def test_ffmpeg_decrypts_every_picture_and_sound_of_sample_aes(tmp_path: Path, sound: str) -> None:
    clear = without_escapes(tmp_path, sound)
    hidden = [
        protect(
            data, key=KEY, iv=IV, before=clear[number - 1] if number else b"",
            after=clear[number + 1] if number + 1 < len(clear) else b"",
        )
        for number, data in enumerate(clear)
    ]  # fmt: skip
    playlist = write_playlist(tmp_path, hidden, f'#EXT-X-KEY:METHOD=SAMPLE-AES,URI="key.bin",IV=0x{IV.hex()}')
    for select in ("0:v", "0:a"):
        assert packets(playlist, select) == packets(tmp_path / "clear.m3u8", select) != []
    assert all(one != other for one, other in zip(hidden, clear, strict=True))


def test_ffmpeg_decrypts_whole_segments_of_aes_128(tmp_path: Path) -> None:
    clear = make_segments(tmp_path, "-c:v", "libx264", "-c:a", "aac")
    hidden = [encrypt_segment(data, key=KEY, iv=sequence_iv(number)) for number, data in enumerate(clear)]
    playlist = write_playlist(tmp_path, hidden, '#EXT-X-KEY:METHOD=AES-128,URI="key.bin"')
    assert packets(playlist, "0:v") == packets(tmp_path / "clear.m3u8", "0:v") != []


def test_packets_keep_their_number_and_counters(tmp_path: Path) -> None:
    clear = make_segments(tmp_path, "-c:v", "libx264", "-c:a", "aac", seconds=2)[0]
    hidden = protect(clear, key=KEY, iv=IV)
    assert len(hidden) == len(clear)
    heads = [(data[at + 1], data[at + 2], data[at + 3]) for data in (clear, hidden) for at in range(0, len(data), 188)]
    assert heads[: len(heads) // 2] == heads[len(heads) // 2 :]


def test_pictures_of_another_codec_are_not_let_through_in_the_clear(tmp_path: Path) -> None:
    clear = make_segments(tmp_path, "-c:v", "mpeg2video", "-c:a", "mp2", seconds=2)[0]
    with pytest.raises(CannotEncryptError, match="MPEG-2 video"):
        protect(clear, key=KEY, iv=IV)


def test_a_picture_with_escapes_is_what_a_client_by_the_book_expects() -> None:
    """Undone here step by step as Apple's document tells it, for ffmpeg's client cannot."""
    plain = b"\x65" + bytes(range(1, 100)) + b"\0\0\2" * 90 + b"\x80"
    made = SampleCipher(KEY, IV).access_unit(b"\0\0\1" + plain.replace(b"\0\0", b"\0\0\3"))
    body = bytearray(made[3:].replace(b"\0\0\3", b"\0\0"))
    decryptor = Cipher(AES(KEY), CBC(IV)).decryptor()
    place = 32
    while len(body) - place > 16:
        body[place : place + 16] = decryptor.update(bytes(body[place : place + 16]))
        place += 160
    assert bytes(body) == plain


def test_a_picture_that_outgrows_its_packets_keeps_the_counters_of_what_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixteen packets more, a whole round: escapes seldom need so much, so the cipher is replaced here."""
    clear = make_segments(tmp_path, "-c:v", "libx264", "-c:a", "aac", seconds=1)[0]
    monkeypatch.setattr(SampleCipher, "access_unit", lambda _, data: data + b"\1" * 200)
    made = protect(clear, key=KEY, iv=IV)
    assert len(made) > len(clear)
    assert (len(made) - len(clear)) % (16 * 188) == 0
    counters: dict[int, int] = {}
    for at in range(0, len(made), 188):
        pid, control = (made[at + 1] & 0x1F) << 8 | made[at + 2], made[at + 3]
        if pid != 0x1FFF and control & 0x10:
            assert counters.get(pid, control - 1 & 15) == control - 1 & 15
            counters[pid] = control & 15


@given(st.binary(max_size=2000), st.integers(0, 20))
def test_a_nal_unit_that_needs_other_escapes_stays_one_nal_unit(body: bytes, zeros: int) -> None:
    """However the cipher text falls, no start code appears in it."""
    escaped = (b"\0\0\3").join((b"\x65" + body.replace(b"\0\0", b"\0\1") + b"\x80").split(b"\0\0"))
    unit = b"\0" * zeros + b"\0\0\1" + escaped
    made = SampleCipher(KEY, IV).access_unit(unit)
    assert len(list(nal_units(made))) == len(list(nal_units(unit)))


@given(st.binary(max_size=64), st.integers(0, 60))
def test_any_bytes_are_no_frame_or_one_of_some_length(data: bytes, place: int) -> None:
    for parse in (adts_frame, ac3_frame):
        found = parse(data, place)
        assert found is None or found[0] > found[1] >= 0
