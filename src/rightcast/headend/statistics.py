"""What the segmenter sees of a stream in passing: bitrate, errors, codecs.

Owned and changed by the segmenter; everyone else reads.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Statistics:
    """`last_data`, `last_picture` and `last_segment` are unix seconds, 0 before the first; `codecs` an RFC 6381 list.

    `last_picture`: when a picture (of radio: a sound) last went into an open segment.

    `discontinuities` counts breaks seen inside the stream (jumps in time, other tables), not restarts of the source.
    """

    bitrate_bps: int = 0
    continuity_errors: int = 0
    scrambled_packets: int = 0
    damaged_packets: int = 0
    discontinuities: int = 0
    packets: int = 0
    skipped_bytes: int = 0
    last_data: float = 0.0
    last_segment: float = 0.0
    last_picture: float = 0.0
    codecs: str = ""
    resolution: str = ""
    has_video: bool = False


class Bitrate:
    """Bits per second over about the last second."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._bytes = 0

    def add(self, size: int, now: float) -> int | None:
        """Count bytes that arrived; a new figure once a second has passed."""
        if self._since is None or now < self._since:
            self._since = now
            self._bytes = 0
            return None
        self._bytes += size
        passed = now - self._since
        if passed < 1:
            return None
        figure = round(self._bytes * 8 / passed)
        self._since, self._bytes = now, 0
        return figure
