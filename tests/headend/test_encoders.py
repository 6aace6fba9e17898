"""Encoders are believed only after a trial: what was asked for, what works, and what is told when it does not."""

from __future__ import annotations

import stat
import time
from typing import TYPE_CHECKING

import imageio_ffmpeg

from rightcast.domain.ladder import EncoderWish, VideoCodec
from rightcast.headend import encoders
from rightcast.headend.encoders import Choice, Encoder, Encoders, Outcome, encoders_of, software, try_out

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

H264 = VideoCodec.H264


def settled(choose: Callable[[], Choice | None]) -> Choice:
    deadline = time.monotonic() + 20
    while (choice := choose()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return choice


def only(*names: str) -> Encoders:
    """Trials in which just these work."""
    return Encoders("ffmpeg", attempt=lambda _, one: Outcome(one, "" if one.name in names else "no chip"))


def test_the_one_asked_for_is_used_when_it_works() -> None:
    trials = only("h264_nvenc", "libx264")
    choice = settled(lambda: trials.choose(EncoderWish.NVENC, H264))
    assert choice == Choice(Encoder("h264_nvenc", EncoderWish.NVENC, H264))


def test_software_stands_in_with_a_note() -> None:
    trials = only("libx264")
    choice = settled(lambda: trials.choose(EncoderWish.QSV, H264))
    assert choice.encoder == software(H264)
    assert choice.note == "Quick Sync was asked for and does not work here (no chip); software encodes instead."


def test_auto_takes_the_first_chip_that_works() -> None:
    trials = only("h264_qsv", "libx264")
    choice = settled(lambda: trials.choose(EncoderWish.AUTO, H264))
    assert choice.encoder is not None
    assert (choice.encoder.name, choice.note) == ("h264_qsv", "")


def test_every_render_node_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders, "render_nodes", lambda: ["/dev/dri/renderD128", "/dev/dri/renderD129"])
    trials = Encoders("ffmpeg", attempt=lambda _, one: Outcome(one, "" if one.node.endswith("129") else "no"))
    choice = settled(lambda: trials.choose(EncoderWish.VAAPI, H264))
    assert choice.encoder is not None
    assert choice.encoder.node == "/dev/dri/renderD129"


def test_a_codec_that_nothing_encodes_is_told() -> None:
    trials = only()
    assert settled(lambda: trials.choose(EncoderWish.SOFTWARE, VideoCodec.HEVC)).encoder is None


def test_a_trial_is_run_once() -> None:
    tried: list[str] = []

    def attempt(_: str, one: Encoder) -> Outcome:
        tried.append(one.name)
        return Outcome(one)

    trials = Encoders("ffmpeg", attempt=attempt)
    for _ in range(2):
        settled(lambda: trials.choose(EncoderWish.NVENC, H264))
    assert tried.count("h264_nvenc") == 1


def test_software_h264_keeps_nobody_waiting() -> None:
    assert only().choose(EncoderWish.SOFTWARE, H264) == Choice(software(H264))


def test_the_real_ffmpeg_encodes_h264_and_says_why_it_cannot_use_what_is_not_there() -> None:
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    assert try_out(ffmpeg, software(H264)).works
    outcome = try_out(ffmpeg, Encoder("no_such_encoder", EncoderWish.NVENC, H264))
    assert "no_such_encoder" in outcome.why
    assert encoders_of(ffmpeg) is encoders_of(ffmpeg)


def test_a_trial_that_hangs_ends_at_its_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders, "TRIAL_S", 0.3)
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\nexec sleep 30\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    assert "Nothing came of it" in try_out(str(program), software(H264)).why
    assert "cannot be started" in try_out(str(tmp_path / "none"), software(H264)).why
