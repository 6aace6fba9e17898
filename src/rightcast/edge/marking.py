"""Which variant of a marked segment a session gets. The names that its player sees are the same in either case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.marking import Variant, code_of, variant_of

if TYPE_CHECKING:
    from rightcast.edge.packaging.covers import Covers
    from rightcast.edge.ring_reader import Ring, Segment

_MOST_KNOWN = 20_000


class Variants:
    """Chooses segments. `key` is the station's for marks; `covers` says how segments are encrypted."""

    def __init__(self, key: bytes, covers: Covers, *, segment_s: float) -> None:
        self._key = key
        self._covers = covers
        self._segment_s = segment_s
        self._codes: dict[str, tuple[bool, ...]] = {}

    def of(self, sid: str, segment: Segment) -> Segment:
        """The segment itself, or its twin where the session's code says so.

        A twin that is not there (yet), or that another key covers, is left aside: the session gets the first variant.
        """
        twin = segment.ring.twin
        if twin is None or not twin.up or variant_of(self._code(sid), segment.time, self._segment_s) is Variant.A:
            return segment
        other = _same_moment(twin, segment.time)
        return segment if other is None or self._covers.cover(other) != self._covers.cover(segment) else other

    def _code(self, sid: str) -> tuple[bool, ...]:
        found = self._codes.get(sid)
        if found is None:
            if len(self._codes) >= _MOST_KNOWN:
                self._codes.clear()
            found = self._codes[sid] = code_of(self._key, sid)
        return found


def _same_moment(ring: Ring, time: int) -> Segment | None:
    """The closed segment that begins at a time: one ffmpeg makes both variants, and cuts them at the same picture."""
    for segment in reversed(ring.segments.values()):
        if segment.time == time:
            return segment if segment.closed and segment.end else None
    return None
