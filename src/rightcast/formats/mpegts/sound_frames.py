"""Frames of sound in an elementary stream, each with its time, wherever PES packets and segments cut.

ISO/IEC 13818-1 section 2.4.3.7: the PTS of a PES packet is that of the first frame that starts in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rightcast.formats.mpegts.access_units import unwrapped
from rightcast.formats.mpegts.units import CLOCK_HZ

if TYPE_CHECKING:
    from rightcast.formats.codecs.sound import Coding
    from rightcast.formats.mpegts.elementary import Elementary, Pes


class TimedFrame(NamedTuple):
    """A frame without the header that a file leaves out; `time` and `samples` count the sampling rate."""

    head: int
    start: int
    end: int
    time: int
    samples: int


def sound_frames(stream: Elementary, coding: Coding, *, rate: int, near: int) -> list[TimedFrame]:
    """The frames that end behind the stream's border, oldest first; `near` is an unwrapped 90 kHz time close to them.

    Bytes before the first PES packet have no time and are left out. So is what no frame follows or closes, and after
    such damage all up to the next PES packet.
    """
    if not stream.starts:
        return []
    data, starts = stream.data, [start for start in stream.starts if start.pts is not None]
    found: list[TimedFrame] = []
    anchored = _Clock(starts, rate, near)
    place: int | None = next_frame(data, stream.starts[0].place, coding)
    while place is not None:
        frame = coding.frame(data, place)
        if frame is None or not _closed(data, place + frame.size, coding):
            place = next_frame(data, place + 1, coding)
            anchored.lose()
            continue
        end = place + frame.size
        if end > len(data):
            break
        time = anchored.time(place, frame.samples)
        if end > stream.border and time is not None and frame.header < frame.size:
            found.append(TimedFrame(place, place + frame.header, end, time, frame.samples))
        place = end if end < len(data) else None
    return found


def next_frame(data: bytes, place: int, coding: Coding) -> int | None:
    """Where the first frame at or behind `place` starts: its header is sound, and so is what follows it."""
    found = data.find(coding.sync, place)
    while found >= 0:
        frame = coding.frame(data, found)
        if frame is not None and _closed(data, found + frame.size, coding):
            return found
        found = data.find(coding.sync, found + 1)
    return None


def _closed(data: bytes, end: int, coding: Coding) -> bool:
    """Whether a frame may end here: at another's header, or where too few bytes are left to tell."""
    if len(data) - end < HEADER_BYTES:
        return data[end : end + 1] in {b"", coding.sync}
    return coding.frame(data, end) is not None


HEADER_BYTES = 16
"""So many bytes hold any codec's frame header."""


class _Clock:
    """Tells frames' times: that of the last PES packet, plus what was heard since its first frame."""

    def __init__(self, starts: list[Pes], rate: int, near: int) -> None:
        self._starts = starts
        self._rate = rate
        self._near = near
        self._index = -1
        self._time: int | None = None

    def lose(self) -> None:
        """Bytes were lost, and with them what was heard: there is no time until the next PES packet."""
        self._time = None

    def time(self, place: int, samples: int) -> int | None:
        """The time of the frame that starts at `place`; asked for one after the other."""
        index = self._index
        while index + 1 < len(self._starts) and self._starts[index + 1].place <= place:
            index += 1
        pts = self._starts[index].pts if index > self._index else None
        if pts is not None:
            self._index = index
            self._time = (unwrapped(pts, self._near) * self._rate * 2 + CLOCK_HZ) // (2 * CLOCK_HZ)
        told = self._time
        if told is not None:
            self._time = told + samples
        return told
