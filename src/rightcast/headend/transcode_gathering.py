"""What a new ffmpeg will be given, and what it tells meanwhile: which sounds come, how many pictures a second."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from rightcast.formats.mpegts.packets import PACKET_BYTES
from rightcast.formats.mpegts.units import CLOCK_HZ, parse_unit_start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.contract.ring import Track

_ANCHORS = 16
_PICTURES_OF_PROOF = 12
_USUAL_RATES = (24000 / 1001, 24.0, 25.0, 30000 / 1001, 30.0, 50.0, 60000 / 1001, 60.0)


def picture_pid(tracks: Sequence[Track]) -> int:
    """The PID of the pictures; -1 without any."""
    return next((track.pid for track in tracks if track.kind == "video"), -1)


class Gathering:
    """Bytes from the beginning of a segment, kept until it is known what to ask of ffmpeg.

    `since`: unix seconds; `heard`: PIDs that came with payload; `anchors`: time and wall of the segments in it.
    """

    def __init__(self, since: float, pictures: int) -> None:
        self.since = since
        self.size = 0
        self.blocks: list[bytes] = []
        self.heard: set[int] = set()
        self.anchors: deque[tuple[int, float]] = deque(maxlen=_ANCHORS)
        self._pictures = pictures
        self._times: set[int] = set()

    def add(self, data: bytes | memoryview) -> None:
        """Whole packets, as they come."""
        block = bytes(data)
        self.blocks.append(block)
        self.size += len(block)
        rows = np.frombuffer(block, np.uint8)[: len(block) // PACKET_BYTES * PACKET_BYTES].reshape(-1, PACKET_BYTES)
        rows = rows[(rows[:, 3] & 0x10) > 0]
        pids = (rows[:, 1].astype(np.uint16) & 0x1F) << 8 | rows[:, 2]
        self.heard.update(np.unique(pids).tolist())
        for row in rows[(pids == self._pictures) & ((rows[:, 1] & 0x40) > 0)]:
            unit = parse_unit_start(row.tobytes())
            if unit is not None and unit.time is not None:
                self._times.add(unit.time)

    @property
    def waits_for_rate(self) -> bool:
        """Whether there are pictures, and too few of them yet to tell how many come a second."""
        return self._pictures >= 0 and len(self._times) < _PICTURES_OF_PROOF

    @property
    def rate(self) -> float:
        """Pictures (or fields, where they are sent apart) a second: the usual rate next to what was seen, or 0."""
        if self._pictures < 0 or self.waits_for_rate:
            return 0.0
        # In order of time, for pictures without decoding times come out of order; a loss leaves the middle one alone.
        rate = CLOCK_HZ / median(after - before for before, after in pairwise(sorted(self._times)))
        usual = min(_USUAL_RATES, key=lambda one: abs(one - rate))
        return usual if abs(usual - rate) < usual / 100 else rate

    def rated(self, track: Track) -> Track:
        """The track with the rate that was seen."""
        seen = self.rate if track.pid == self._pictures else 0.0
        return msgspec.structs.replace(track, frame_rate=round(seen, 3)) if seen else track
