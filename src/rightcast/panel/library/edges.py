"""The edges of an exact cut: groups of pictures that the edge divides are decoded and encoded anew.

All times in 90 kHz ticks. What lies whole between the edges is copied as it is.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, cast

import av

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from av.packet import Packet
    from av.stream import Stream
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from rightcast.panel.library.cutting import Group

    Coded = Packet[Stream]

_ENCODERS = {"h264": "libx264", "hevc": "libx265", "mpeg2video": "mpeg2video"}
_OPTIONS = {
    "libx264": {"preset": "veryfast", "crf": "18", "bf": "0"},  # no reordering: the copied pictures set the delay
    "libx265": {"preset": "veryfast", "x265-params": "crf=20:bframes=0:log-level=none"},
    "mpeg2video": {"qscale": "3", "bf": "0"},
}
_TIME_BASE = Fraction(1, 90_000)
_CLOSE = 1_800
"""Ticks within which an edge counts as lying on a key frame: half a picture of 25 a second."""


class Edges:
    """Gives the packets to write of each group that touches the cut."""

    def __init__(self, video: VideoStream, *, exact: bool) -> None:
        self._video = video
        self._exact = exact and video.codec_context.name in _ENCODERS
        self._after_encoded = False

    def of(
        self, packets: Sequence[Coded], following: Group | None, window: tuple[int, int], end: int
    ) -> tuple[list[Coded], int, int]:
        """Packets of a group within the window of the cut, when the first is shown, and when the last ends."""
        begin = packets[0].pts or 0
        from_tick, to_tick = max(begin, window[0]), min(end, window[1])
        if not self._exact or (from_tick - begin <= _CLOSE and end - to_tick <= _CLOSE):
            leading = {id(one) for one in packets[1:] if (one.pts or 0) < begin} if self._after_encoded else set()
            self._after_encoded = False
            return [one for one in packets if id(one) not in leading], begin, end
        self._after_encoded = True
        delay = _delay(packets)
        closing = [] if following is None else [following.packets[0], *following.leading]
        frames = [one for one in self._decoded([*packets, *closing]) if from_tick - _CLOSE <= (one.pts or 0) < to_tick]
        made = list(self._encoded(frames, delay))
        first = min(((one.pts or 0) for one in frames), default=from_tick)
        return made, first, to_tick

    def _decoded(self, packets: Sequence[Coded]) -> Iterator[VideoFrame]:
        decoder = cast("VideoCodecContext", av.CodecContext.create(self._video.codec_context.name, "r"))
        decoder.extradata = self._video.codec_context.extradata
        for packet in packets:
            yield from decoder.decode(packet)
        yield from decoder.decode(None)

    def _encoded(self, frames: Sequence[VideoFrame], delay: int) -> Iterator[Coded]:
        source = self._video.codec_context
        name = _ENCODERS[source.name]
        encoder = cast("VideoCodecContext", av.CodecContext.create(name, "w"))
        encoder.width, encoder.height = source.width, source.height
        encoder.pix_fmt = source.pix_fmt
        encoder.time_base = _TIME_BASE
        encoder.framerate = self._video.average_rate or Fraction(25)
        encoder.sample_aspect_ratio = source.sample_aspect_ratio or Fraction(1)
        encoder.options = _OPTIONS[name]
        for frame in frames:
            frame.time_base = _TIME_BASE
            frame.pict_type = 0  # the encoder's choice, not that of the decoded picture
            yield from _late(encoder.encode(frame), delay)
        yield from _late(encoder.encode(None), delay)


def _late(packets: Sequence[Coded], delay: int) -> Iterator[Coded]:
    """Decoding times as far before showing as the copied pictures have them, so that they only grow."""
    for packet in packets:
        packet.dts = (packet.pts or 0) - delay
        yield packet


def _delay(packets: Sequence[Coded]) -> int:
    return (packets[0].pts or 0) - (packets[0].dts or 0)
