"""A channel with a ladder and a real ffmpeg: rungs fill and cut together, ffmpeg may die or hang unnoticed."""

from __future__ import annotations

import asyncio
import os
import signal as signals
import subprocess
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.ring import Closed, Described, Down, Opened, Up
from rightcast.domain.features import Features
from rightcast.domain.ladder import AudioChoice, AudioCodec, Deinterlace, EncoderWish, Ladder, Rung, VideoCodec
from rightcast.headend import ffmpeg, transcode, transcode_child
from rightcast.headend.encoders import Choice, Encoder, Encoders, software
from tests.headend.signals import FFMPEG, signal, signal_folder
from tests.headend.stations import Headend, Looped, channel, right

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.contract.ring import Track
    from rightcast.domain.lineup import Channel

SECONDS = 12
PACE_S = 0.04
"""Real time for a tenth of a second of the invented clock: ffmpeg has no trouble with small pictures."""
RUNGS = (
    Rung(name="180p", height=180, bitrate_bps=300_000, preset="ultrafast"),
    Rung(name="90p", height=90, bitrate_bps=100_000, preset="ultrafast"),
)
BOTH = (AudioChoice(bitrate_bps=64_000), AudioChoice(codec=AudioCodec.AC3))


def made(name: str, *arguments: str) -> Path:
    """A signal of ffmpeg's test pictures and sounds, made once per run."""
    path = signal_folder() / f"{name}.ts"
    if not path.exists():
        inputs = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25", "-f", "lavfi", "-i", "sine=440:r=48000"]
        command = [FFMPEG, "-v", "error", "-y", *inputs, "-t", str(SECONDS), "-pix_fmt", "yuv420p", *arguments]
        subprocess.run([*command, "-f", "mpegts", str(path)], check=True, timeout=60)
    return path


def bilingual() -> Path:
    """Italian AAC and English AC-3; a key picture every 1.2 s, so that a segment of two seconds cannot be kept."""
    video = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "30", "-keyint_min", "30")
    sounds = ("-c:a:0", "aac", "-c:a:1", "ac3", "-metadata:s:a:0", "language=ita", "-metadata:s:a:1", "language=eng")
    return made("bilingual", "-map", "0", "-map", "1", "-map", "1", *video, "-sc_threshold", "0", *sounds)


def laddered(number: int, *urls: str, ladder: Ladder) -> Channel:
    return replace(channel(number, *urls), features=Features(ladder=ladder))


class Studio(Headend):
    """A headend whose invented clock goes on with the real one."""

    def __init__(self, folder: Path, *sources: Path, ladder: Ladder) -> None:
        self.sources = {f"udp://{number}:1": Looped(one.read_bytes(), SECONDS) for number, one in enumerate(sources, 1)}
        super().__init__(folder, lambda url: self.sources[url])
        self.publish(laddered(1, *self.sources, ladder=ladder), right(1))

    async def until(self, condition: Callable[[], object], *, seconds: float = 40.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.report(1)
            self.supervisor.tick(self.now)
            await asyncio.sleep(PACE_S)
            self.now += 0.1

    def closed(self, rendition: int) -> list[Closed]:
        return [one for one in self.heard if isinstance(one, Closed) and one.rendition == rendition]

    def opened(self, rendition: int) -> list[Opened]:
        return [one for one in self.heard if isinstance(one, Opened) and one.rendition == rendition]

    def tracks(self, rendition: int) -> list[Track]:
        told = [one for one in self.heard if isinstance(one, Up | Described) and one.rendition == rendition]
        return told[-1].tracks

    @property
    def ffmpeg(self) -> int:
        return self.supervisor._running[1]._ladder.pid

    def segment(self, rendition: int, sequence: int) -> Path:
        """A copy of a closed segment's file."""
        opened = next(one for one in self.opened(rendition) if one.sequence == sequence)
        size = next(one for one in self.closed(rendition) if one.sequence == sequence).size
        data = (self.settings.channel_ring(1, rendition) / f"{opened.slot}.ts").read_bytes()[:size]
        path = self.settings.data / f"{rendition}-{sequence}.ts"
        path.write_bytes(data)
        return path


async def test_rungs_fill_cut_with_the_broadcast_and_leave_with_the_right(tmp_path: Path) -> None:
    tall = Rung(name="720p", height=720, bitrate_bps=3_000_000)
    studio = Studio(tmp_path, bilingual(), ladder=Ladder(rungs=(*RUNGS, tall), audio=BOTH))
    await studio.until(lambda: len(studio.closed(1)) >= 2 and len(studio.closed(2)) >= 2)
    times = [[one.time for one in studio.opened(rendition)][:2] for rendition in (0, 1, 2)]
    assert times[0] == times[1] == times[2]
    assert [one.duration for one in studio.closed(1)[:2]] == [2.4, 2.4]
    walls = [[one.wall for one in studio.opened(rendition)][:2] for rendition in (0, 1)]
    assert walls[0] == pytest.approx(walls[1])
    small = studio.tracks(2)
    assert [(one.kind, one.language, one.codec.partition(".")[0]) for one in small] == [
        ("video", "", "avc1"),
        ("audio", "ita", "mp4a"),
        ("audio", "eng", "mp4a"),
        ("audio", "eng", "ac-3"),
    ]
    assert (small[0].width, small[0].height, small[0].frame_rate) == (160, 90, 25.0)
    assert [one.bitrate_bps for one in small] == [100_000, 64_000, 64_000, 0]
    assert [one.channels for one in small] == [0, 2, 2, 1]
    reports = studio.report(1).renditions
    assert [(one.name, one.state) for one in reports] == [
        ("180p", "on_air"),
        ("90p", "on_air"),
        ("720p", "left_out"),
    ]
    assert reports[1].resolution == "160x90"
    assert "only 180 lines" in studio.report(1).detail
    assert not studio.settings.channel_ring(1, 3).exists()
    child = studio.ffmpeg
    studio.publish(right(1, ends_s=studio.now - 1_790_000_000.0))
    await studio.until(lambda: studio.announced(Down) == 3, seconds=5)
    assert not list((studio.settings.ring_root / "ring").iterdir())
    await studio.until(lambda: not Path(f"/proc/{child}/fd").exists(), seconds=5)
    studio.supervisor.close()


@pytest.mark.parametrize("blow", [signals.SIGKILL, signals.SIGSTOP])
async def test_an_ffmpeg_that_dies_or_hangs_is_replaced_behind_the_viewers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blow: signals.Signals
) -> None:
    monkeypatch.setattr(transcode, "SILENT_S", 3.0)
    studio = Studio(tmp_path, signal(seconds=SECONDS), ladder=Ladder(rungs=RUNGS))
    await studio.until(lambda: studio.closed(1))
    first = studio.ffmpeg
    os.kill(first, blow)
    await studio.until(lambda: studio.ffmpeg not in {0, first} and len({one.epoch for one in studio.opened(1)}) > 1)
    assert studio.report(1).renditions[0].restarts == 1
    assert unbroken(studio)
    assert studio.opened(1)[-1].time in {one.time for one in studio.opened(0)}
    studio.supervisor.close()


async def test_an_ffmpeg_that_cannot_keep_up_misses_some_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcode, "SILENT_S", 1000.0)
    monkeypatch.setattr(transcode_child, "QUEUE_BYTES", 50_000)
    monkeypatch.setattr(ffmpeg, "PIPE_BYTES", 65_536)
    studio = Studio(tmp_path, signal(seconds=SECONDS), ladder=Ladder(rungs=RUNGS[1:]))
    await studio.until(lambda: studio.closed(1))
    os.kill(studio.ffmpeg, signals.SIGSTOP)
    await studio.until(lambda: studio.report(1).renditions[0].dropped_packets > 100)
    os.kill(studio.ffmpeg, signals.SIGCONT)
    before = len(studio.closed(1))
    await studio.until(lambda: len(studio.closed(1)) > before + 1)
    assert studio.report(1).renditions[0].restarts == 0
    assert unbroken(studio)
    studio.supervisor.close()


async def test_after_failover_to_another_size_the_rungs_go_on(tmp_path: Path) -> None:
    small = signal(seconds=SECONDS, size="160x90")
    studio = Studio(tmp_path, signal(seconds=SECONDS), small, ladder=Ladder(rungs=RUNGS))
    await studio.until(lambda: studio.closed(1) and studio.closed(2))
    studio.sources["udp://1:1"].silent = True
    await studio.until(lambda: len({one.epoch for one in studio.opened(2)}) > 1 and studio.report(1).renditions)
    tall, low = studio.report(1).renditions
    assert (tall.state, low.restarts) == ("left_out", 0)
    assert any(isinstance(one, Down) and one.rendition == 1 for one in studio.heard)
    studio.supervisor.close()


async def test_another_ladder_replaces_the_rungs_and_nothing_else(tmp_path: Path) -> None:
    studio = Studio(tmp_path, signal(seconds=SECONDS), ladder=Ladder(rungs=RUNGS))
    await studio.until(lambda: studio.closed(1) and studio.closed(2))
    studio.publish(laddered(1, *studio.sources, ladder=Ladder(rungs=RUNGS[1:])))
    await studio.until(lambda: studio.announced(Down) == 2)
    before = len(studio.closed(1))
    await studio.until(lambda: len(studio.closed(1)) > before)
    assert studio.tracks(1)[0].height == 90
    studio.publish(laddered(1, *studio.sources, ladder=Ladder()))
    await studio.until(lambda: studio.announced(Down) == 3)
    assert studio.ffmpeg == 0
    assert unbroken(studio)
    assert not studio.report(1).renditions
    studio.supervisor.close()


async def test_a_restarted_headend_goes_on_with_the_rings_of_the_rungs(tmp_path: Path) -> None:
    studio = Studio(tmp_path, signal(seconds=SECONDS), ladder=Ladder(rungs=RUNGS[1:]))
    await studio.until(lambda: len(studio.closed(1)) >= 2)
    studio.supervisor.close()
    last, studio.heard = studio.closed(1)[-1].sequence, []
    studio.supervisor = studio.make()
    await studio.until(lambda: studio.announced(Up) == 2)
    assert studio.closed(1)[-1].sequence == last
    await studio.until(lambda: studio.opened(1)[-1].sequence > last)
    assert studio.opened(1)[-1].epoch >= 1
    studio.supervisor.close()


async def test_a_hardware_encoder_that_fails_at_work_gives_way_to_software(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Encoder("no_such_encoder", EncoderWish.NVENC, VideoCodec.H264)

    def choose(_: Encoders, wish: EncoderWish, codec: VideoCodec) -> Choice:
        return Choice(broken if wish is EncoderWish.NVENC else software(codec))

    monkeypatch.setattr(Encoders, "choose", choose)
    ladder = Ladder(rungs=RUNGS[1:], encoder=EncoderWish.NVENC)
    studio = Studio(tmp_path, signal(seconds=SECONDS), ladder=ladder)
    await studio.until(lambda: studio.closed(1))
    assert studio.report(1).renditions[0].encoder == "libx264"
    await studio.until(lambda: "failed at work" in studio.report(1).detail)
    assert unbroken(studio)
    studio.supervisor.close()


async def test_rungs_keep_the_broadcasts_time_where_33_bits_wrap(tmp_path: Path) -> None:
    gops = ("-bf", "2", "-g", "50", "-sc_threshold", "0")  # as many pictures kept back as in the rungs
    wraps_in = made("wraps", "-c:v", "libx264", "-preset", "ultrafast", *gops, "-output_ts_offset", "95438")
    studio = Studio(tmp_path, wraps_in, ladder=Ladder(rungs=RUNGS[1:]))
    await studio.until(lambda: len(studio.closed(1)) >= 4)
    ours, theirs = ([one.time for one in studio.opened(rendition)][:4] for rendition in (1, 0))
    assert ours == theirs
    assert ours[0] < 1 << 33 < ours[3]
    assert {one.epoch for one in studio.opened(1)[:4]} == {0}
    studio.supervisor.close()


async def test_fewer_pictures_and_still_the_same_cuts(tmp_path: Path) -> None:
    gops = ("-bf", "2", "-g", "15", "-sc_threshold", "0")  # an odd number: every second key picture would be left out
    source = made("odd", "-c:v", "libx264", "-preset", "ultrafast", *gops)
    capped = replace(RUNGS[1], frame_rate=13)
    studio = Studio(tmp_path, source, ladder=Ladder(rungs=(RUNGS[0], capped)))
    await studio.until(lambda: len(studio.closed(1)) >= 2 and len(studio.closed(2)) >= 2)
    full, fewer = ({one.time: one.wall for one in studio.opened(rendition)} for rendition in (1, 2))
    assert [*fewer.values()] == pytest.approx([*full.values()][: len(fewer)])
    assert [one.duration for one in studio.closed(2)] == pytest.approx([1.8] * len(studio.closed(2)), abs=0.05)
    studio.supervisor.close()


async def test_fields_become_whole_pictures(tmp_path: Path) -> None:
    fields = (
        "-vf",
        "scroll=horizontal=0.02,tinterlace=interleave_top,fieldorder=tff",
        "-c:v",
        "libx264",
        "-flags",
        "+ilme+ildct",
    )
    source = made("fields", *fields, "-x264-params", "tff=1", "-preset", "ultrafast", "-g", "25", "-b:v", "1M")
    rung = replace(RUNGS[0], bitrate_bps=2_000_000)
    studio = Studio(tmp_path, source, ladder=Ladder(rungs=(rung,), deinterlace=Deinterlace.AUTO))
    await studio.until(lambda: studio.closed(1))
    assert studio.tracks(0)[0].interlaced
    assert not studio.tracks(1)[0].interlaced
    first = studio.closed(1)[0].sequence
    assert combed(studio.segment(0, first)) > 10
    assert combed(studio.segment(1, first)) < 3
    studio.supervisor.close()


def unbroken(studio: Studio) -> bool:
    """Whether the broadcast went on without a break, but for the seam of its loop."""
    begun = studio.opened(0)
    seams = sum(after.time < before.time for before, after in pairwise(begun))
    return begun[-1].epoch == seams and [one.sequence for one in begun] == [*range(len(begun))]


def combed(path: Path) -> int:
    """How many pictures look as if they were woven from two moments."""
    command = [FFMPEG, "-v", "info", "-nostats", "-i", str(path), "-an", "-vf", "idet", "-f", "null", "-"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stderr
    line = [line for line in told.splitlines() if "Multi frame detection" in line][-1]
    words = line.replace(":", " ").split()
    return int(words[words.index("TFF") + 1]) + int(words[words.index("BFF") + 1])
