"""A small stream whose pictures tell their own number by their brightness, kept on a reel as the archivist would."""

from __future__ import annotations

from contextlib import closing
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np

from rightcast.state.archive.reel import ReelWriter

if TYPE_CHECKING:
    from pathlib import Path

RATE = 25
GROUP = 50
SIDE = 64
_SOUND_SAMPLES = 1024


def write_stream(path: Path, seconds: int) -> None:
    """Pictures of 25 a second in groups of two seconds with reordering, and a silent sound track."""
    with av.open(str(path), "w", format="mpegts") as output:
        video = output.add_stream(
            "libx264", rate=RATE, options={"preset": "fast", "crf": "8", "bf": "2", "sc_threshold": "0"}
        )
        video.width = video.height = SIDE
        video.pix_fmt = "yuv420p"
        video.codec_context.gop_size = GROUP
        sound = output.add_stream("aac", rate=48000)
        for number in range(seconds * RATE):
            planes = np.full((SIDE * 3 // 2, SIDE), 128, np.uint8)
            planes[:SIDE] = 20 + number % 200
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            output.mux(video.encode(frame))
        for count in range(seconds * 48000 // _SOUND_SAMPLES):
            silence = av.AudioFrame.from_ndarray(
                np.zeros((2, _SOUND_SAMPLES), np.float32), format="fltp", layout="stereo"
            )
            silence.rate, silence.pts, silence.time_base = 48000, count * _SOUND_SAMPLES, Fraction(1, 48000)
            output.mux(sound.encode(silence))
        output.mux(video.encode(None))
        output.mux(sound.encode(None))


def keep(stream: Path, reel: Path, start: float, *, new_epoch: bool = True) -> None:
    """Put the whole stream on a reel as one segment that began at `start` (unix seconds)."""
    with av.open(str(stream)) as container:
        duration = (container.duration or 0) / 1e6
    with closing(ReelWriter(reel)) as writer:
        writer.append(stream.read_bytes(), start=start, duration=duration, new_epoch=new_epoch)


def numbers_in(path: Path) -> list[int]:
    """The number of each picture of a file, modulo 200."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="yuv420p")[:SIDE] for frame in container.decode(video=0)]
    return [round(float(frame.mean())) - 20 for frame in frames]
