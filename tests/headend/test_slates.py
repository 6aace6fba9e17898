"""Slates: made by the real ffmpeg, played without a seam, for television and radio."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from rightcast.domain.features import Features
from rightcast.domain.lineup import ChannelKind
from rightcast.domain.slate import Slate, SlateSound
from rightcast.formats.mpegts.muxing import split_adts, split_h264
from rightcast.headend.ffmpeg import find_ffmpeg
from rightcast.headend.programme import Programme
from rightcast.headend.slate.cards import SlateCards
from rightcast.headend.slate.loop import Layout, Player, build_loop
from tests.headend.ringside import START, Studio
from tests.headend.signals import Pictures, complaints
from tests.headend.slates import made_loop
from tests.headend.stations import channel

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.domain.lineup import Channel
    from rightcast.headend.slate.loop import Loop


async def made(folder: Path, record: Channel) -> Loop:
    """The channel's own slate, once it is made."""
    cards = SlateCards(find_ffmpeg(), folder)
    cards.prepare(record)
    async with asyncio.timeout(60):
        while cards._queue:
            await asyncio.sleep(0.05)
    found = cards.loop_for(record)
    cards.close()
    assert found is not None
    return found


def played(loop: Loop, seconds: float) -> bytes:
    player = Player(loop, START)
    return b"".join(player.take(START + tick / 10) for tick in range(round(seconds * 10)))


@pytest.mark.parametrize("own", [False, True])
async def test_a_slate_decodes_without_a_complaint_over_its_seams(tmp_path: Path, own: bool) -> None:
    slate = Slate()
    if own:
        Image.new("RGB", (300, 400), (10, 90, 40)).save(tmp_path / "own 100%d.png")
        slate = Slate(picture=str(tmp_path / "own 100%d.png"), text="Back: soon, 'we' %{hope}", sound=SlateSound.TONE)
    record = replace(channel(1, "udp://a:1", name="Ùno"), features=Features(slate=slate))
    loop = await made(tmp_path / "slates", record)
    target = tmp_path / "slate.ts"
    target.write_bytes(played(loop, 8))
    assert complaints(target) == ""
    assert (await made(tmp_path / "slates", record)) is not None


async def test_a_radio_slate_has_sound_alone(tmp_path: Path) -> None:
    loop = await made(tmp_path / "slates", replace(channel(1, "udp://a:1"), kind=ChannelKind.RADIO))
    studio = Studio(tmp_path / "ring")
    studio.feed(played(loop, 8), block=188 * 40)
    assert len(studio.closed) >= 2
    assert not studio.ring.video


async def test_slates_that_nobody_asks_for_any_more_are_removed(tmp_path: Path) -> None:
    await made(tmp_path, channel(1, "udp://a:1"))
    for file in tmp_path.glob("*.aac"):
        os.utime(file, (1, 1))
    before = len([*tmp_path.glob("*.aac")])
    cards = SlateCards(find_ffmpeg(), tmp_path)
    assert len([*tmp_path.glob("*.aac")]) < before
    cards.close()


async def test_a_picture_that_is_none_leaves_the_plain_slate(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("no picture")
    record = replace(channel(1, "udp://a:1"), features=Features(slate=Slate(picture=str(tmp_path / "a.png"))))
    assert await made(tmp_path / "slates", record) is not None


def test_a_loop_is_one_stream_without_breaks(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(played(made_loop(), 20), block=188 * 20)
    assert {segment.opened.epoch for segment in studio.closed} == {0}
    assert [segment.duration for segment in studio.closed[:5]] == pytest.approx([1.92] * 5)
    assert studio.segmenter.statistics.continuity_errors == 0


def test_a_slate_takes_the_place_of_the_source_before_it(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(Pictures(video=0x123).take(60, audio=None))
    layout = Layout.of(studio.segmenter.programme)
    assert layout is not None
    assert (layout.video_pid, layout.map_version) == (0x123, 1)
    assert layout.sound_pid not in {0x123, layout.map_pid}
    studio.segmenter.source_changed()
    studio.feed(played(made_loop().laid_out(layout), 6), block=188 * 20)
    programme = studio.segmenter.programme
    assert programme.video is not None
    assert (programme.video.pid, programme.map_pid) == (0x123, layout.map_pid)
    assert [segment.opened.epoch for segment in studio.closed][-1] == 1
    assert Layout.of(Programme()) is None


def test_a_player_that_slept_goes_on_from_now() -> None:
    player = Player(made_loop(), START)
    usual = len(player.take(START + 0.1))
    assert len(player.take(START + 600)) <= usual + 188 * 10


def test_too_little_makes_no_loop() -> None:
    assert build_loop([b"x"] * 3, [b"y"] * 90) is None
    assert build_loop([], [b"y"] * 3) is None


def test_streams_are_split_into_their_units() -> None:
    unit = b"\0\0\0\1\x09\xf0\0\0\0\1\x65abc"
    assert split_h264(b"junk" + unit * 3) == [unit] * 3
    assert split_h264(b"") == []
    frame = bytes((0xFF, 0xF1, 0x4C, 0x80, 0x01, 0x7F, 0xFC)) + b"abcd"
    assert split_adts(frame * 2 + frame[:5]) == [frame, frame]
