"""What a look sees and hears, codec by codec, and what looks add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from rightcast.domain.watch import Sight, Watch
from rightcast.headend.pictures import ear, eye
from rightcast.headend.pictures.impressions import Impressions
from rightcast.headend.pictures.orders import Look, Seen
from rightcast.headend.pictures.worker import look_at
from tests.headend.scenes import scene
from tests.headend.signals import AUDIO_PID, VIDEO_PID, edited, packets_of, pid_of

if TYPE_CHECKING:
    from pathlib import Path

av.logging.set_level(av.logging.PANIC)


def look(path: Path, *, video: str = "h264", audio: str = "aac", start_s: int = 0) -> Seen:
    """Look at the stream from its nth key picture on."""
    data = path.read_bytes()
    keys = [i for i, one in enumerate(packets_of(data)) if pid_of(one) == VIDEO_PID and one[3] & 0x20 and one[5] & 0x40]
    later = path.with_name(f"{path.stem}-from-{start_s}.ts")
    later.write_bytes(data[keys[start_s] * 188 :])
    return look_at(
        Look(
            number=1,
            path=str(later),
            size=later.stat().st_size,
            video_pid=VIDEO_PID,
            video_codec=video,
            audio_pid=AUDIO_PID,
            audio_codec=audio,
        )
    )


def changed(tmp_path: Path, path: Path, change: object) -> Path:
    found = tmp_path / "changed.ts"
    found.write_bytes(edited(path.read_bytes(), change))  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("video", ["h264", "hevc", "mpeg2video"])
def test_a_picture_of_each_codec_is_seen(video: str) -> None:
    seen = look(scene("moving", video=video), video=video)
    assert seen.picture_trouble == ""
    assert seen.picture is not None
    assert seen.picture.jpeg.startswith(b"\xff\xd8")
    assert 0.3 < seen.picture.mean < 0.7
    assert len(seen.picture.grey) == eye.GREY_WIDTH * eye.GREY_HEIGHT


@pytest.mark.parametrize("audio", ["aac", "mp2", "ac3", "eac3"])
def test_sound_of_each_codec_is_heard(audio: str) -> None:
    sound = look(scene("moving", audio=audio), audio=audio).sound
    assert sound is not None
    assert sound.level_dbfs == pytest.approx(-21, abs=4)
    assert sound.seconds >= 0.9


def test_a_thumbnail_has_the_shape_in_which_the_picture_is_shown() -> None:
    picture = look(scene("moving")).picture
    assert picture is not None
    decoder = av.CodecContext.create("mjpeg", "r")
    [frame] = decoder.decode(av.Packet(picture.jpeg))  # type: ignore[attr-defined]
    assert (frame.width, frame.height) == (320, 180)


def test_loudness_of_a_full_scale_tone_is_that_of_the_standard() -> None:
    tone = np.sin(2 * np.pi * 997 * np.arange(48_000) / 48_000)[None, :]
    sound = ear.measured(tone, 48_000, ("FC",))
    assert sound.loudness_lufs == pytest.approx(-3.01, abs=0.1)
    assert (sound.level_dbfs, sound.peak_dbfs) == (-3.0, 0.0)


def test_sound_in_the_bass_channel_is_not_loud() -> None:
    tone = np.sin(2 * np.pi * 997 * np.arange(48_000) / 48_000)
    assert ear.measured(np.stack([tone * 0, tone]), 48_000, ("FC", "LFE")).loudness_lufs == ear.FLOOR_DB


def impressions(*looks: Seen | None) -> tuple[Impressions, dict[str, bool]]:
    found, watch = Impressions(), Watch()
    for number, seen in enumerate(looks):
        found.add(seen, watch, thumbnail=seen is not None, now=100.0 + 5 * number)
    return found, found.faults(watch, 100.0 + 5 * len(looks))


def present(faults: dict[str, bool]) -> set[str]:
    return {kind for kind, here in faults.items() if here}


def test_a_moving_picture_with_sound_has_no_fault() -> None:
    _, faults = impressions(*(look(scene("moving"), start_s=number) for number in range(3)))
    assert present(faults) == set()


def test_a_black_picture_is_black_and_not_also_frozen() -> None:
    found, faults = impressions(*(look(scene("black"), start_s=number) for number in range(3)))
    assert present(faults) == {Sight.BLACK}
    assert found.report().black_since == 100.0


def test_a_dark_scene_is_not_black() -> None:
    _, faults = impressions(*(look(scene("night"), start_s=number) for number in range(2)))
    assert present(faults) == set()


def test_a_standing_picture_is_frozen() -> None:
    found, faults = impressions(*(look(scene("still"), start_s=number) for number in range(3)))
    assert present(faults) == {Sight.FROZEN}
    assert found.report().frozen_since == 100.0


def test_a_picture_that_moves_again_is_no_longer_frozen() -> None:
    still = look(scene("still"))
    found, faults = impressions(still, still, look(scene("moving")))
    assert present(faults) == set()
    assert found.report().frozen_since == 0


def test_silence_is_heard_as_such() -> None:
    found, faults = impressions(look(scene("moving", "silent")))
    assert present(faults) == {Sight.SILENCE}
    assert (found.report().level_dbfs or 0) < -80


def test_sound_that_does_not_come_is_not_called_silent(tmp_path: Path) -> None:
    path = changed(tmp_path, scene("moving"), lambda _, one: None if pid_of(one) == AUDIO_PID else one)
    _, faults = impressions(look(path))
    assert present(faults) == {Sight.NO_SOUND}


def test_a_scrambled_picture_is_called_so_and_not_black(tmp_path: Path) -> None:
    def scramble(_: int, one: bytearray) -> bytearray:
        if pid_of(one) in {VIDEO_PID, AUDIO_PID}:
            one[3] |= 0x80
        return one

    seen = look(changed(tmp_path, scene("moving"), scramble))
    assert (seen.picture_trouble, seen.sound_trouble) == ("scrambled", "scrambled")
    found, faults = impressions(seen)
    assert present(faults) == set()
    assert found.report().state == "scrambled"


def test_a_picture_of_garbage_is_undecodable_and_not_black(tmp_path: Path) -> None:
    def spoil(_: int, one: bytearray) -> bytearray:
        if pid_of(one) == VIDEO_PID:
            start = 5 + one[4] if one[3] & 0x20 else 4
            first = start + 14 if one[1] & 0x40 else start
            one[first:] = bytes((7 * place + 1) & 0xFF for place in range(188 - first))
        return one

    seen = look(changed(tmp_path, scene("moving"), spoil))
    assert seen.picture_trouble == "undecodable"
    assert present(impressions(seen)[1]) == {Sight.UNDECODABLE}


def test_a_codec_without_decoder_is_called_unknown() -> None:
    seen = look(scene("moving"), video="avs3", audio="dts")
    assert (seen.picture_trouble, seen.sound_trouble) == ("unknown", "unknown")


def test_a_file_that_is_gone_is_no_fault(tmp_path: Path) -> None:
    seen = look_at(Look(number=1, path=str(tmp_path / "none.ts"), size=1, video_pid=1, audio_pid=2))
    assert present(impressions(seen)[1]) == set()


def test_a_look_that_ended_its_worker_makes_the_picture_undecodable() -> None:
    assert present(impressions(None)[1]) == {Sight.UNDECODABLE}


def test_an_old_look_tells_nothing() -> None:
    found, _ = impressions(look(scene("black")))
    assert found.faults(Watch(), 1000.0) == {}
