"""Radio as one endless answer: a channel's sound out of its transport stream, with titles for players that ask.

The sound of a part is taken out once for all listeners; a listener costs one write a part. One who does not keep up
is cut.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections import deque
from typing import TYPE_CHECKING

from rightcast.contract.reports import NowPlaying, now_playing_report
from rightcast.edge.http_message import CORS, date_line
from rightcast.formats.codecs.aac import Adts
from rightcast.formats.codecs.mpeg_audio import MpegAudio
from rightcast.formats.icy import METADATA_EVERY_BYTES, Interleaver, header_value
from rightcast.formats.id3 import title_of
from rightcast.formats.mpegts.elementary import stretch
from rightcast.formats.mpegts.sound_frames import HEADER_BYTES, next_frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.contract.ring import Track
    from rightcast.edge.http_connection import Connection
    from rightcast.edge.http_message import Request
    from rightcast.edge.ring_reader import Ring, Segment
    from rightcast.formats.codecs.sound import Coding
    from rightcast.state.reports import Reports

HISTORY_S = 4.0
"""How much of the past a new listener gets at once, to begin without waiting."""
LONGEST_BACKLOG_BYTES = 256 << 10
LONGEST_REST_BYTES = 64 << 10
LISTENERS_PER_STEP = 200
_AGAIN_S = 1.0

_log = logging.getLogger(__name__)


class Listener:
    """One endless answer. `ended` is told once, however it ends."""

    def __init__(
        self, connection: Connection, interleaver: Interleaver | None, ended: Callable[[Listener], None]
    ) -> None:
        self.connection = connection
        self.bytes_sent = 0
        self.gone = False
        self._interleaver = interleaver
        self._ended = ended

    def send(self, data: bytes, title: str) -> None:
        """Send sound, unless too much of what was sent before still waits: then the listener is cut."""
        if self.gone:
            return
        if self.connection.transport.get_write_buffer_size() > LONGEST_BACKLOG_BYTES:
            self.cut()
            return
        self.bytes_sent += len(data)
        self.connection.write(data if self._interleaver is None else self._interleaver.feed(data, title))

    def leave(self) -> None:
        """The connection is gone, or is to go."""
        if not self.gone:
            self.gone = True
            self._ended(self)

    def cut(self) -> None:
        """End the answer now, bytes on their way included."""
        self.leave()
        self.connection.abort()


class Sound:
    """The sound of one channel, followed while somebody listens."""

    def __init__(self, ring: Ring, title: Callable[[], str]) -> None:
        self.ring = ring
        self.listeners: set[Listener] = set()
        self._title = title
        self._heard = ""
        self._position = (-1, -1, -1)
        self._rest = b""
        self._history: deque[tuple[float, bytes]] = deque()
        self._task: asyncio.Task[None] | None = None

    @property
    def title(self) -> str:
        """What is on: the operator's text, else what the stream itself says."""
        return self._title() or self._heard

    def add(self, listener: Listener) -> None:
        """A listener gets what was just heard, then all that follows."""
        if self._task is None or self._task.done():
            self._begin()
            self._task = asyncio.create_task(self._follow())
        self.listeners.add(listener)
        past = b"".join(data for _, data in self._history)
        if past:
            listener.send(past, self.title)

    def _begin(self) -> None:
        self._history.clear()
        self._rest = b""
        self._position = (-1, -1, -1)
        for segment, index in self._new_parts()[-64:]:
            self._take(segment, index)

    async def _follow(self) -> None:
        """Until nobody listens any more, or the channel leaves the air."""
        while self.listeners:
            await self.ring.until(lambda: not self.ring.up or bool(self._new_parts()), timeout_s=_AGAIN_S)
            if not self.ring.up:
                for listener in list(self.listeners):
                    listener.cut()
                return
            for segment, index in self._new_parts():
                await self._send(self._take(segment, index))

    async def _send(self, data: bytes) -> None:
        if not data:
            return
        title = self.title
        for count, listener in enumerate(list(self.listeners), 1):
            listener.send(data, title)
            if count % LISTENERS_PER_STEP == 0:
                await asyncio.sleep(0)

    def _new_parts(self) -> list[tuple[Segment, int]]:
        newest = next(reversed(self.ring.segments.values()), None)
        if newest is not None and (newest.epoch, newest.sequence) < self._position[:2]:
            self._position = (newest.epoch, newest.sequence, -1)  # a ring that began anew, its numbers too
        found: list[tuple[Segment, int]] = []
        for segment in reversed(self.ring.segments.values()):
            here = (segment.epoch, segment.sequence)
            if here < self._position[:2]:
                break
            seen = self._position[2] + 1 if here == self._position[:2] else 0
            found[:0] = [(segment, index) for index in range(seen, len(segment.parts))]
        return found

    def _take(self, segment: Segment, index: int) -> bytes:
        """The whole frames that end in a part; remembered for those who come later."""
        continues = self._position[0] == segment.epoch
        self._position = (segment.epoch, segment.sequence, index)
        track = sound_track(segment.tracks)
        if track is None:
            return b""
        try:
            start, end = segment.parts[index]
            data = os.pread(segment.descriptor, end - start, start)
        except OSError as error:
            _log.warning("A part of channel %d cannot be read: %s", self.ring.channel_id, error)
            return b""
        packets, tags = stretch(data), _id3_pid(segment.tracks)
        if tags >= 0:
            self._heard = title_of(packets.elementary(tags).data) or self._heard
        rest = self._rest if continues else b""
        frames, self._rest = whole_frames(rest + packets.elementary(track.pid).data, coding_of(track))
        self._remember(segment.part_s[index], frames)
        return frames

    def _remember(self, part_s: float, frames: bytes) -> None:
        self._history.append((part_s, frames))
        while sum(length for length, _ in self._history) > HISTORY_S:
            self._history.popleft()


class Radio:
    """The sounds that are listened to. `title` gives the operator's text for a channel."""

    def __init__(self, title: Callable[[int], str]) -> None:
        self._title = title
        self._sounds: dict[int, Sound] = {}
        self.bytes_of_the_gone = 0

    def begin(
        self, request: Request, connection: Connection, ring: Ring, name: str, ended: Callable[[Listener], None]
    ) -> Listener | None:
        """Take a connection over for the sound of a channel; None when it has none that can be sent alone."""
        track = sound_track(ring.tracks)
        if track is None:
            return None
        sound = self._sounds.get(ring.channel_id)
        if sound is None or sound.ring is not ring:
            sound = self._sounds[ring.channel_id] = Sound(ring, lambda: self._title(ring.channel_id))
        asked = request.header(b"icy-metadata").strip() == "1"

        def gone(listener: Listener) -> None:
            sound.listeners.discard(listener)
            self.bytes_of_the_gone += listener.bytes_sent
            if not sound.listeners:
                self._sounds.pop(ring.channel_id, None)
            ended(listener)

        listener = Listener(connection, Interleaver() if asked else None, gone)
        connection.take_over(
            lost=listener.leave, writable=lambda: None, first_bytes=stream_head(name, track, with_titles=asked)
        )
        sound.add(listener)
        return listener


def stream_head(name: str, track: Track, *, with_titles: bool) -> bytes:
    """The head of an endless answer of sound."""
    lines = [b"HTTP/1.1 200 OK\r\n", date_line(), CORS, b"Content-Type: %s\r\n" % content_type(track).encode()]
    lines += [b"Cache-Control: no-store\r\n", b"icy-name: %s\r\n" % header_value(name), b"icy-pub: 0\r\n"]
    if track.bitrate_bps:
        lines.append(b"icy-br: %d\r\n" % round(track.bitrate_bps / 1000))
    if with_titles:
        lines.append(b"icy-metaint: %d\r\n" % METADATA_EVERY_BYTES)
    return b"".join((*lines, b"Connection: close\r\n\r\n"))


def sound_track(tracks: list[Track]) -> Track | None:
    """The first sound that players take as it is: AAC with ADTS headers, or MPEG audio."""
    sounds = [one for one in tracks if one.kind == "audio" and _coding(one.codec) is not None]
    return next((one for one in sounds if one.role in {"", "main"}), sounds[0] if sounds else None)


def content_type(track: Track) -> str:
    """The media type of a track's frames."""
    return "audio/mpeg" if isinstance(coding_of(track), MpegAudio) else "audio/aac"


def coding_of(track: Track) -> Coding:
    """How the track's frames are found."""
    found = _coding(track.codec)
    if found is None:
        raise ValueError(track.codec)
    return found


def whole_frames(data: bytes, coding: Coding) -> tuple[bytes, bytes]:
    """The frames at hand without what lies between them, and the bytes that wait for more."""
    frames: list[bytes] = []
    place = next_frame(data, 0, coding)
    while place is not None:
        frame = coding.frame(data, place)
        if frame is None or place + frame.size > len(data):
            break
        frames.append(data[place : place + frame.size])
        data, place = data[place + frame.size :], 0
        if data and coding.frame(data, 0) is None and len(data) >= HEADER_BYTES:
            place = next_frame(data, 0, coding)
    return b"".join(frames), data[place or 0 :][-LONGEST_REST_BYTES:]


def _coding(codec: str) -> Coding | None:
    if codec in {"mp4a.40.33", "mp4a.40.34", "mp4a.40.32", "mp4a.69", "mp4a.6b", "mp3"}:
        return MpegAudio()
    return Adts() if codec.startswith("mp4a.40.") else None


def _id3_pid(tracks: list[Track]) -> int:
    return next((one.pid for one in tracks if one.codec == "id3"), -1)


class Titles:
    """What operators say is on, left as a report; the last text stays when nobody renews it."""

    def __init__(self, reports: Reports, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._reports = reports
        self._clock = clock
        self._known: dict[int, tuple[float, str]] = {}

    def of(self, channel_id: int) -> str:
        """The text for a channel, empty when there is none; at most a second old."""
        now = self._clock()
        known = self._known.get(channel_id)
        if known is None or now - known[0] >= _AGAIN_S:
            found = self._reports.fetch(now_playing_report(channel_id), NowPlaying)
            text = found[0].text if found else known[1] if known is not None else ""
            known = self._known[channel_id] = (now, text)
        return known[1]
