"""Ladders: how rungs are written, which presets there are, and what is refused with which remedy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.ladder import (
    PRESETS,
    AudioChoice,
    AudioCodec,
    Ladder,
    Rung,
    amount,
    preset,
    usual_bitrate,
)


def test_a_name_with_lines_is_enough_for_a_rung() -> None:
    assert Rung.parse("720p") == Rung(name="720p", height=720, bitrate_bps=3_000_000)


def test_a_rung_without_lines_is_sound_alone() -> None:
    rung = Rung.parse("low bitrate=48k")
    assert (rung.height, rung.bitrate_bps, rung.has_pictures) == (0, 48_000, False)


@pytest.mark.parametrize(
    "text",
    [
        "720p",
        "low bitrate=48k",
        "main height=576 bitrate=1.9M codec=hevc fps=25 preset=fast",
        "as-it-is codec=copy",
        "360p fps=30",
    ],
)
def test_a_rung_reads_back_what_it_writes(text: str) -> None:
    assert Rung.parse(str(Rung.parse(text))) == Rung.parse(text)


@pytest.mark.parametrize("text", ["aac", "opus bitrate=96k channels=6", "ac3", "copy"])
def test_a_choice_of_sound_reads_back_what_it_writes(text: str) -> None:
    assert AudioChoice.parse(str(AudioChoice.parse(text))) == AudioChoice.parse(text)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_in_order(name: str) -> None:
    preset(name).check()
    bitrates = [rung.bitrate_bps for rung in preset(name).rungs]
    assert bitrates == sorted(bitrates, reverse=True)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Nothing was written"),
        ("720p heigth=720", "says nothing here"),
        ("720p codec=mpeg2", "is no codec"),
        ("720p bitrate=fast", "no number of bits"),
        ("720p fps=x", "no number for fps"),
    ],
)
def test_what_is_no_rung_is_refused_with_a_remedy(text: str, sentence: str) -> None:
    with pytest.raises(InvalidInputError, match=sentence) as refused:
        Rung.parse(text)
    assert (refused.value.field, bool(refused.value.remedy)) == ("rungs", True)


RUNG = Rung.parse("720p")


@pytest.mark.parametrize(
    ("ladder", "field", "sentence"),
    [
        (Ladder(rungs=(RUNG,) * 9), "rungs", "too high"),
        (Ladder(rungs=(RUNG, RUNG)), "rungs", "Two rungs"),
        (Ladder(rungs=(replace(RUNG, name="HD!"),)), "rungs", "cannot name"),
        (Ladder(rungs=(replace(RUNG, height=721),)), "rungs", "721 lines"),
        (Ladder(rungs=(replace(RUNG, bitrate_bps=100),)), "rungs", "100 bit/s"),
        (Ladder(rungs=(replace(RUNG, frame_rate=300),)), "rungs", "300 pictures"),
        (Ladder(rungs=(replace(RUNG, preset="turbo"),)), "rungs", "turbo"),
        (Ladder(audio=()), "audio", "without any sound"),
        (Ladder(audio=(AudioChoice(), AudioChoice())), "audio", "twice"),
        (Ladder(audio=(AudioChoice(bitrate_bps=1),)), "audio", "1 bit/s"),
        (Ladder(audio=(AudioChoice(channels=5),)), "audio", "5 channels"),
        (Ladder(loudness_lufs=3.0), "loudness_lufs", "3 LUFS"),
    ],
)
def test_what_makes_no_ladder_is_refused_with_field_and_remedy(ladder: Ladder, field: str, sentence: str) -> None:
    with pytest.raises(InvalidInputError, match=sentence) as refused:
        ladder.check()
    assert (refused.value.field, bool(refused.value.remedy)) == (field, True)


def test_bitrates_are_written_as_people_write_them() -> None:
    assert [amount(bps) for bps in (3_000_000, 1_400_000, 750_000, 64_100)] == ["3M", "1.4M", "750k", "64100"]
    assert usual_bitrate(2160) > usual_bitrate(1080) > usual_bitrate(720)


def test_passing_sound_through_encodes_nothing() -> None:
    assert not AudioChoice(codec=AudioCodec.AC3).encodes
    assert AudioChoice(codec=AudioCodec.OPUS).encodes
