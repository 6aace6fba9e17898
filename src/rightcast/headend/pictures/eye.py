"""One key picture: decoded bare, measured on a small copy, and made a thumbnail.

Runs in a worker process only: a hostile stream may crash the decoder.
"""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import Colorspace, VideoReformatter

from rightcast.headend.pictures.orders import Picture

WIDTH = 320
GREY_WIDTH, GREY_HEIGHT = 64, 36
MOST_UNIT_BYTES = 8 << 20
UNITS = 3
"""Access units that may be needed for one picture: two fields, and one behind them that proves the end."""

_TALLEST = 640
_DARK = 20  # of 255, full range: 3 % above black
_JPEG_SCALE = 5  # mjpeg's quantiser: 2 is best, 31 worst
_FF_QP2LAMBDA = 118
_DECODERS = {"h264": "h264", "hevc": "hevc", "mpeg2video": "mpeg2video", "mpeg1video": "mpeg1video", "mpeg4": "mpeg4"}
_OPTIONS = {
    "skip_loop_filter": "all",  # a thumbnail needs no deblocking: a tenth of the time
    "flags": "+output_corrupt",  # a picture that is no IDR picture is shown all the same
    "flags2": "+showall",
}


def can_see(codec: str) -> bool:
    """Whether pictures of a codec can be decoded."""
    return codec in _DECODERS


def see(codec: str, units: list[bytes]) -> Picture | None:
    """The first picture of access units; None when they hold none that can be decoded."""
    decoder = av.CodecContext.create(_DECODERS[codec], "r")
    if not isinstance(decoder, VideoCodecContext):
        return None
    decoder.thread_count = 1
    decoder.options = dict(_OPTIONS)
    frame = _first_frame(decoder, units)
    if frame is None or not frame.width or not frame.height:
        return None
    small = _reduced(frame, decoder.sample_aspect_ratio)
    plane = np.frombuffer(bytes(small.planes[0]), np.uint8).reshape(small.height, small.planes[0].line_size)[:, :WIDTH]
    return Picture(
        jpeg=_jpeg(small),
        grey=_grey(plane),
        mean=round(float(plane.mean()) / 255, 4),
        dark=round(float(np.count_nonzero(plane <= _DARK)) / plane.size, 4),
    )


def _first_frame(decoder: VideoCodecContext, units: list[bytes]) -> av.VideoFrame | None:
    """Give one unit after another, and ask for what the decoder holds back after each first attempt."""
    for unit in [*units[:1], None, *units[1:], None]:
        try:
            frames = decoder.decode(None if unit is None else av.Packet(unit))
        except (FFmpegError, EOFError):
            continue
        if frames:
            return frames[0]
        if unit is None:
            decoder.flush_buffers()
    return None


def _reduced(frame: av.VideoFrame, shape: Fraction | None) -> av.VideoFrame:
    """The picture WIDTH wide, as high as it is shown, in full range."""
    shown = Fraction(frame.width, frame.height) * (shape or 1)
    height = max(2, min(_TALLEST, round(WIDTH / shown / 2) * 2))
    high = frame.height >= 720  # BT.709 from there on, where nothing else is said; JPEG is BT.601
    return VideoReformatter().reformat(
        frame,
        width=WIDTH,
        height=height,
        format="yuvj420p",
        src_colorspace=Colorspace.ITU709 if high else Colorspace.ITU601,
        dst_colorspace=Colorspace.ITU601,
        interpolation="AREA",
    )


def _grey(plane: np.ndarray) -> bytes:
    """A tiny copy for comparison: means of cells, so that noise of coding hardly shows."""
    columns = plane.reshape(plane.shape[0], GREY_WIDTH, WIDTH // GREY_WIDTH).mean(axis=2)
    borders = (np.arange(GREY_HEIGHT) * plane.shape[0]) // GREY_HEIGHT
    sizes = np.maximum(np.diff([*borders.tolist(), plane.shape[0]]), 1)
    return (np.add.reduceat(columns, borders, axis=0) / sizes[:, None]).round().astype(np.uint8).tobytes()


def _jpeg(small: av.VideoFrame) -> bytes:
    encoder = av.CodecContext.create("mjpeg", "w")
    if not isinstance(encoder, VideoCodecContext):
        return b""
    encoder.width, encoder.height, encoder.pix_fmt = small.width, small.height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.thread_count = 1
    encoder.options = {"flags": "+qscale", "global_quality": str(_JPEG_SCALE * _FF_QP2LAMBDA)}
    small.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(small), *encoder.encode(None)])
