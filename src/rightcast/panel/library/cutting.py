"""Cuts a stretch of kept transport stream into an MP4 file, in a process of its own that may be ended at any time.

Reads one order as JSON from standard input, writes progress and the outcome as JSON lines to standard output.
Pictures are copied group by group; in an exact cut the groups that hold the edges are encoded anew.
"""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, cast

import av
import msgspec

from rightcast.panel.library.edges import Edges
from rightcast.panel.library.orders import Order, Outcome, Piece
from rightcast.panel.library.posters import write_poster

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

    Coded = Packet[Stream]

TICKS = 90_000
_CLOSE_S = 0.02
"""Moments nearer than half a picture are the same."""
_CHUNK_BYTES = 1 << 20


class CutError(Exception):
    """The stretch cannot be cut; the sentence says why."""


@dataclass(slots=True)
class Group:
    """Pictures from a key frame to the next, in the order of decoding; times in ticks."""

    packets: list[Coded] = field(default_factory=list)

    @property
    def begin(self) -> int:
        """When its key frame is shown."""
        return self.packets[0].pts or 0

    @property
    def leading(self) -> list[Coded]:
        """Pictures shown before the key frame, which lean on the group before."""
        return [one for one in self.packets[1:] if one.pts is not None and one.pts < self.begin]


class Cutter:
    """One output file. Feed it one run of pieces after the other; a run is a stretch without a discontinuity."""

    def __init__(self, output: OutputContainer, order: Order) -> None:
        self._output = output
        self._order = order
        self._video: VideoStream | None = None
        self._audios: list[AudioStream] = []
        self._made_from: tuple[object, ...] = ()
        self._shift = 0
        self._end = 0
        self.start = 0.0
        self.codecs = ""
        self.height = 0

    @property
    def length_s(self) -> float:
        """Seconds written."""
        return self._end / TICKS

    def run(self, container: InputContainer, begins: float) -> Iterator[float]:
        """Cut one run whose first key frame was on air at `begins`; yields unix seconds reached."""
        video = container.streams.video[0] if container.streams.video else None
        audios = list(container.streams.audio)
        self._open_streams(video, audios, begins)
        self._shift = self._end
        if video is None:
            yield from self._sound_alone(container, audios, begins)
        else:
            yield from self._pictures(container, video, audios, begins)

    def _open_streams(self, video: VideoStream | None, audios: Sequence[AudioStream], begins: float) -> None:
        shape = (
            None if video is None else (video.codec_context.name, video.width, video.height),
            tuple((one.codec_context.name, one.rate) for one in audios),
        )
        if self._made_from:
            if shape != self._made_from:
                raise CutError(f"The stream changes its codecs or size at unix time {begins:.0f}; cut up to there.")
            return
        if video is None and not audios:
            raise CutError("There is neither picture nor sound in this stretch.")
        self._made_from = shape
        if video is not None:
            self._video = self._output.add_stream_from_template(video)
            self.height = video.height
        self._audios = [self._output.add_stream_from_template(one) for one in audios]
        names = [
            *([video.codec_context.name] if video is not None else []),
            *(one.codec_context.name for one in audios),
        ]
        self.codecs = ", ".join(dict.fromkeys(names))

    def _sound_alone(self, container: InputContainer, audios: Sequence[AudioStream], begins: float) -> Iterator[float]:
        zero: int | None = None
        for packet in container.demux(*audios):
            if packet.pts is None or packet.dts is None:
                continue
            zero = packet.pts if zero is None else zero
            wall = begins + (packet.pts - zero) / TICKS
            if self._order.start - _CLOSE_S <= wall < self._order.stop:
                self.start = self.start or wall
                base = zero + round((max(self._order.start, begins) - begins) * TICKS)
                self._write_sound(packet, audios, base)
                yield wall

    def _pictures(
        self, container: InputContainer, video: VideoStream, audios: Sequence[AudioStream], begins: float
    ) -> Iterator[float]:
        edges = Edges(video, exact=self._order.exact)
        sounds: list[Coded] = []
        zero = base = None
        for group, following in _pairs(_groups(container, video, audios, sounds)):
            zero = group.begin if zero is None else zero
            wall = begins + (group.begin - zero) / TICKS
            end = _end_of(group, following)
            window = (zero + _ticks(self._order.start - begins), zero + _ticks(self._order.stop - begins))
            if end <= window[0] + _ticks(_CLOSE_S) or group.begin >= window[1] - _ticks(_CLOSE_S):
                if wall >= self._order.stop:
                    return
                continue
            packets, first, last = edges.of(group.packets, following, window, end)
            base = first if base is None else base
            self.start = self.start or begins + (base - zero) / TICKS
            for packet in packets:
                self._write_picture(packet, base)
            self._end = max(self._end, self._shift + last - base)
            while sounds and (sounds[0].pts or 0) < last:
                sound = sounds.pop(0)
                if (sound.pts or 0) >= base:
                    self._write_sound(sound, audios, base)
            yield wall

    def _write_picture(self, packet: Coded, base: int) -> None:
        packet.stream = cast("Stream", self._video)
        self._write(packet, base)

    def _write_sound(self, packet: Coded, audios: Sequence[AudioStream], base: int) -> None:
        packet.stream = self._audios[
            next(place for place, one in enumerate(audios) if one.index == packet.stream_index)
        ]
        self._write(packet, base)
        if self._video is None:
            self._end = max(self._end, (packet.pts or 0) + (packet.duration or 0))

    def _write(self, packet: Coded, base: int) -> None:
        packet.pts = (packet.pts or 0) - base + self._shift
        packet.dts = (packet.dts or 0) - base + self._shift
        self._output.mux(packet)


class Stretch(io.RawIOBase):
    """The bytes of pieces one after another, as a file that is read forward."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self._pieces = iter(pieces)
        self._file: io.BufferedReader | None = None
        self._left = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size`."""
        wanted = _CHUNK_BYTES if size < 0 else size
        while self._file is None or not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            if self._file is not None:
                self._file.close()
            self._file = Path(piece.path).open("rb")  # noqa: SIM115 - closed with the next piece
            self._file.seek(piece.offset)
            self._left = piece.size
        data = self._file.read(min(wanted, self._left))
        self._left -= len(data)
        if not data:
            raise CutError("A file of the archive is shorter than its index says.")
        return data


def cut(order: Order) -> Iterator[Outcome]:
    """Make the file; yields how far it is, last what came of it. Raises CutError, OSError and av.error.FFmpegError."""
    target = Path(order.target)
    span = max(order.stop - order.start, 0.001)
    with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as output:
        cutter = Cutter(output, order)
        for _, run in groupby(order.pieces, key=lambda piece: piece.epoch):
            pieces = list(run)
            with av.open(Stretch(pieces), "r", format="mpegts") as container:
                for wall in cutter.run(container, pieces[0].start):
                    yield Outcome(progress=min(max((wall - order.start) / span, 0.0), 0.99))
    if not cutter.length_s:
        raise CutError("Nothing of this stretch is kept.")
    poster = bool(cutter.height) and write_poster(target, Path(order.poster))
    yield Outcome(
        progress=1.0,
        done=True,
        length_s=cutter.length_s,
        size_bytes=target.stat().st_size,
        start=cutter.start,
        codecs=cutter.codecs,
        height=cutter.height,
        poster=poster,
    )


def _groups(
    container: InputContainer, video: VideoStream, audios: Sequence[AudioStream], sounds: list[Coded]
) -> Iterator[Group]:
    """Groups of pictures; sound met on the way is put into `sounds`."""
    group = Group()
    for packet in container.demux(video, *audios):
        if packet.pts is None or packet.dts is None:
            continue
        if packet.stream_index != video.index:
            sounds.append(packet)
            continue
        if packet.is_keyframe and group.packets:
            yield group
            group = Group()
        if packet.is_keyframe or group.packets:
            group.packets.append(packet)
    if group.packets:
        yield group


def _pairs(groups: Iterable[Group]) -> Iterator[tuple[Group, Group | None]]:
    before: Group | None = None
    for group in groups:
        if before is not None:
            yield before, group
        before = group
    if before is not None:
        yield before, None


def _end_of(group: Group, following: Group | None) -> int:
    """When the last picture of a group ends."""
    if following is not None:
        return following.begin
    return max((one.pts or 0) + (one.duration or 0) for one in group.packets)


def _ticks(seconds: float) -> int:
    return round(seconds * TICKS)


def main() -> int:
    """Cut what standard input orders."""
    encoder = msgspec.json.Encoder()

    def tell(outcome: Outcome) -> None:
        sys.stdout.buffer.write(encoder.encode(outcome) + b"\n")
        sys.stdout.buffer.flush()

    try:
        for outcome in cut(msgspec.json.decode(sys.stdin.buffer.read(), type=Order)):
            tell(outcome)
    except CutError as error:
        tell(Outcome(error=str(error)))
        return 1
    except (OSError, av.error.FFmpegError) as error:
        tell(Outcome(error=f"The file could not be made: {error}."))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
