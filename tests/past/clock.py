"""A channel whose picture is a clock that machines read: unix seconds as black and white blocks, a picture a second.

Pictures are encoded once per second of time; a key frame stands every GOP_S seconds.
"""

from __future__ import annotations

import io
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np

from rightcast.formats.mpegts.muxing import UnitTemplate
from rightcast.formats.mpegts.psi import Pat, Pmt, Stream, build_pat, build_pmt
from rightcast.formats.mpegts.sections import packetise
from rightcast.state.archive.reel import ReelWriter

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

GOP_S = 2
SEGMENT_S = 4
PMT_PID, VIDEO_PID = 0x100, 0x101
_COLUMNS, _ROWS, _BLOCK = 8, 5, 16
_BITS = _COLUMNS * _ROWS
_CHECK = 0x5A
_TABLES = packetise(build_pat(Pat(1, 0, ((1, PMT_PID),))), 0, 0) + packetise(
    build_pmt(Pmt(1, 0, VIDEO_PID, (Stream(VIDEO_PID, 0x1B),))), PMT_PID, 0
)


def picture_of(second: int) -> np.ndarray:
    """The picture of a second: 32 bits of it and 8 that say whether it was read well."""
    value = second << 8 | (second & 0xFF) ^ _CHECK
    bits = np.array([value >> shift & 1 for shift in range(_BITS - 1, -1, -1)], np.uint8).reshape(_ROWS, _COLUMNS)
    luma = np.kron(bits * 219 + 16, np.ones((_BLOCK, _BLOCK), np.uint8))
    return np.vstack((luma, np.full((luma.shape[0] // 2, luma.shape[1]), 128, np.uint8)))


def second_in(frame: av.VideoFrame) -> int:
    """The second that a decoded picture shows."""
    return second_on(frame.to_ndarray(format="gray"))


def second_on(luma: np.ndarray) -> int:
    """The second that a grey picture shows."""
    middles = luma[_BLOCK // 2 :: _BLOCK, _BLOCK // 2 :: _BLOCK][:_ROWS, :_COLUMNS] > 128
    value = int("".join("01"[bit] for bit in middles.ravel().tolist()), 2)
    assert value & 0xFF == (value >> 8 & 0xFF) ^ _CHECK, "no clock can be read in the picture"
    return value >> 8


def seconds_in(data: bytes, most: int = 1) -> list[int]:
    """The seconds on the first pictures of a transport stream."""
    found = []
    with av.open(io.BytesIO(data), format="mpegts") as container:
        for frame in container.decode(video=0):
            found.append(second_in(frame))
            if len(found) == most:
                break
    return found


def whole_pictures(data: bytes) -> bytes:
    """A transport stream up to where its last picture begins: that one may be cut short."""
    for at in range(len(data) // 188 * 188 - 188, 0, -188):
        if data[at + 1] & 0x40 and ((data[at + 1] & 0x1F) << 8 | data[at + 2]) == VIDEO_PID:
            return data[:at]
    return b""


class ClockStream:
    """Encodes pictures and packs them into segments; its clock of 90 kHz begins where the stream does."""

    def __init__(self) -> None:
        codec = av.CodecContext.create("libx264", "w")
        codec.width, codec.height, codec.pix_fmt = _COLUMNS * _BLOCK, _ROWS * _BLOCK, "yuv420p"
        codec.time_base = Fraction(1, 1)
        codec.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "x264-params": f"keyint={GOP_S}:scenecut=0:aud=1",
        }
        codec.gop_size = GOP_S
        self._codec = codec
        self._time = 0
        self._counter = 0

    def segment(self, start: int, seconds: int = SEGMENT_S) -> tuple[bytes, list[tuple[int, float]]]:
        """A segment that begins with a key frame, and its joins."""
        data, joins = bytearray(_TABLES), [(0, 0.0)]
        for index in range(seconds):
            frame = av.VideoFrame.from_ndarray(picture_of(start + index), format="yuv420p")
            frame.pts = self._time
            self._time += 1
            if index % GOP_S == 0:
                frame.pict_type = av.video.frame.PictureType.I
                if index:
                    joins.append((len(data), float(index)))
            for packet in self._codec.encode(frame):
                unit = UnitTemplate(VIDEO_PID, 0xE0, bytes(packet), random_access=packet.is_keyframe, clock=True)
                time = 90_000 * (self._time + 10)
                data += unit.filled(time, time - 45_000, self._counter)
                self._counter = self._counter + unit.packets & 15
        return bytes(data), joins


def write_clock(folder: Path, stretches: Iterable[tuple[int, int]], *, segment_s: int = SEGMENT_S) -> None:
    """Keep these stretches (unix seconds, from and to) on a reel; each is a stream of its own, as after a restart."""
    writer = ReelWriter(folder)
    try:
        for start, stop in stretches:
            stream, first = ClockStream(), True
            for second in range(start, stop, segment_s):
                data, joins = stream.segment(second, segment_s)
                writer.append(
                    data, start=float(second), duration=float(segment_s), new_epoch=first, psi=len(_TABLES),
                    joins=joins, time=90_000 * (second - start),
                )  # fmt: skip
                first = False
    finally:
        writer.close()
