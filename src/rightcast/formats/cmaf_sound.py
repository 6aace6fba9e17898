"""The sound of one segment or part as samples of a CMAF track: the frames that end in it.

ISO/IEC 23000-19 section 10 (audio tracks); 14496-12 section 8.8.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.formats.codecs.sound import SoundFormat
from rightcast.formats.isobmff.fragment import Samples
from rightcast.formats.mpegts.sound_frames import next_frame, sound_frames

if TYPE_CHECKING:
    from rightcast.formats.codecs.sound import Coding
    from rightcast.formats.mpegts.elementary import Elementary, Stretch
    from rightcast.formats.mpegts.sound_frames import TimedFrame

_PES_BEFORE = 4
"""So many earlier PES packets are read: a frame that straddles the cut starts in the last one, or two for long ones."""


@dataclass(frozen=True, slots=True)
class Sound:
    """The format, and `samples` where any frame ends in the part."""

    format: SoundFormat
    samples: Samples | None


def sound(now: Stretch, before: Stretch | None, pid: int, coding: Coding, *, near: int) -> Sound | str | None:
    """The sound of `now`; a string says why no file can carry it; None when no frame was found."""
    stream = now.elementary(pid)
    if before is not None:
        stream = stream.behind(_tail(before, pid))
    first = _first_kept(stream, coding)
    if first is None:
        return None
    found = coding.format(stream.data, first)
    if isinstance(found, str):
        return found
    # A file counts no times below 0, where sound may lie that is sent with the very first pictures.
    frames = [frame for frame in sound_frames(stream, coding, rate=found.rate, near=near) if frame.time >= 0]
    return Sound(found, _samples(stream.data, frames, coding))


def _first_kept(stream: Elementary, coding: Coding) -> int | None:
    """Where the first frame that a file keeps starts."""
    place = next_frame(stream.data, stream.starts[0].place, coding) if stream.starts else None
    while place is not None:
        frame = coding.frame(stream.data, place)
        if frame is not None and frame.samples:
            return place
        place = next_frame(stream.data, place + (frame.size if frame is not None else 1), coding)
    return None


def _tail(before: Stretch, pid: int) -> Elementary:
    rows, places = before.payload_rows(pid), before.unit_places(pid)
    if not places.size:
        return before.elementary(pid, rows)
    return before.elementary(pid, rows[places[-_PES_BEFORE:][0] :])


def _samples(data: bytes, frames: list[TimedFrame], coding: Coding) -> Samples | None:
    """Frames one behind the other. A time that is off by less than half a frame is one that was rounded."""
    bodies = [coding.body(data, frame.start, frame.end) for frame in frames]
    kept = [frame for frame, body in zip(frames, bodies, strict=True) if body]
    if not kept:
        return None
    durations = []
    running = kept[0].time
    for frame, following in itertools.pairwise(kept):
        gap = following.time - running
        duration = frame.samples if 2 * abs(gap - frame.samples) <= frame.samples or gap <= 0 else gap
        durations.append(duration)
        running += duration
    return Samples(
        base=kept[0].time,
        sizes=[len(body) for body in bodies if body],
        durations=[*durations, kept[-1].samples],
        offsets=(),
        flags=(),
        body=b"".join(bodies),
    )
