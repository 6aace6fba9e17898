"""Playlists and manifests of sessions that were moved: what they saw first, then another ring behind a discontinuity.

Segments are numbered on: where a playlist changes over, the new ring's first segment gets the number after the old
ring's last, and its names lead to where that ring is served. What may no longer be seen is not listed.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from rightcast.domain.protection import Scheme
from rightcast.edge.cues import SLACK_S
from rightcast.edge.http_message import Prepared, prepared
from rightcast.edge.packaging.lists import PARTS_SHOWN_TARGETS, next_part, parts_of
from rightcast.edge.packaging.names import ALL_PIDS, SUBTITLES, Form, Track
from rightcast.edge.ring_reader import PLAYLIST_TYPE
from rightcast.formats.hls.media import LowLatency, MediaPart, MediaSegment, media_playlist
from rightcast.formats.sample_aes import sequence_iv

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.edge.packaging.lists import Lists
    from rightcast.edge.packaging.manifests import Manifests
    from rightcast.edge.ring_reader import Ring, Rings, Segment
    from rightcast.edge.shown import Shown, Stretch
    from rightcast.edge.viewings import Viewing

_MOST_KNOWN = 20_000
_STEP = 2
"""The ring that is left may have listed a segment more than it held at the moment of the move."""


_Last = tuple["Ring", Track, "Shift", str]
"""The ring that a playlist follows, the track of it, how its numbers are moved, and what leads to its names."""


class Shift(NamedTuple):
    """What is added to a ring's sequence numbers and epochs in a course's playlists."""

    sequence: int = 0
    epoch: int = 0


class Courses:
    """Writes what `Lists` and `Manifests` write for everybody, for one course."""

    def __init__(self, rings: Rings, lists: Lists, manifests: Manifests) -> None:
        self._rings = rings
        self._lists = lists
        self._manifests = manifests
        self._shifts: OrderedDict[tuple[int, tuple[tuple[Shown, float], ...], int], Shift] = OrderedDict()

    def media(self, viewing: Viewing, track: Track) -> Prepared | None:
        """The playlist of a track; None while there is nothing to list."""
        course, own = viewing.course, self._rings.get(viewing.channel_id, track.rendition)
        rows: list[MediaSegment] = []
        target = own.target_duration
        last: _Last | None = None
        for place in visible(course):
            stretch = course[place]
            ring = self._ring(stretch.shown, viewing.channel_id, track.rendition)
            target = max(target, ring.target_duration)
            fitting = fitted(own, ring, track)
            shift = self.shift(viewing.channel_id, course, place, track.rendition)
            if fitting is None or shift is None:
                continue
            prefix = "" if ring.channel_id == viewing.channel_id else f"../{ring.channel_id}/"
            rows += [
                _moved(self._lists.row(one, fitting), shift, prefix, one)
                for one in self._listed(ring, stretch, fitting)
            ]
            last = ring, fitting, shift, prefix
        if track.form is Form.LOW_LATENCY and last is not None:
            return self._with_parts(viewing, rows, target, last)
        if not rows:
            return None
        blocking, broken = track.form is Form.CMAF, self._is_broken(viewing, rows, last)
        return _answer(media_playlist(rows, target_duration=target, blocking=blocking, broken=broken))

    def manifest(self, viewing: Viewing, *, clock: str, base: str) -> str | None:
        """The manifest of all stretches that may be seen, a period or more for each."""
        parts = []
        for stretch in (viewing.course[place] for place in visible(viewing.course)):
            rings = self._rings_of(stretch.shown)
            prefix = "" if stretch.shown.channel_id == viewing.channel_id else f"../{stretch.shown.channel_id}/"
            parts.append((rings, stretch, prefix))
        return self._manifests.spliced(parts, clock=clock, base=base, most=viewing.max_height)

    def rings_for_master(self, viewing: Viewing) -> Sequence[Ring]:
        """Of what renditions a master playlist speaks: those of the channel asked for, if it has any."""
        own = self._rings.of_channel(viewing.channel_id)
        return own if own and own[0].closed_segments() else self._rings_of(viewing.shows)

    def now(self, viewing: Viewing, track: Track) -> tuple[Ring, Shift] | None:
        """The ring that a track's playlist follows now; None while nothing of it can be listed."""
        shift = self.shift(viewing.channel_id, viewing.course, len(viewing.course) - 1, track.rendition)
        ring = self._ring(viewing.shows, viewing.channel_id, track.rendition)
        return None if shift is None else (ring, shift)

    def shift(self, channel_id: int, course: Sequence[Stretch], place: int, rendition: int) -> Shift | None:
        """By how much the numbers of one stretch's ring are moved; None while that is not known.

        It is worked out once, from what both rings held at the moment of the change, so edges that saw it agree.
        """
        if place == 0:
            return Shift()
        key = channel_id, tuple((one.shown, one.since) for one in course[: place + 1]), rendition
        known = self._shifts.get(key)
        if known is not None:
            self._shifts.move_to_end(key)
            return known
        before = self.shift(channel_id, course, place - 1, rendition)
        left, until = self._ring(course[place - 1].shown, channel_id, rendition), course[place - 1].until
        ring = self._ring(course[place].shown, channel_id, rendition)
        since = course[place].since
        first = next((one for one in ring.segments.values() if one.wall >= since - SLACK_S), None)
        if before is None or first is None:
            return None
        last = _last_before(left, until)
        found = Shift((last[0] + before.sequence + _STEP) - first.sequence, (last[1] + before.epoch + 1) - first.epoch)
        self._shifts[key] = found
        while len(self._shifts) > _MOST_KNOWN:
            self._shifts.popitem(last=False)
        return found

    def _ring(self, shown: Shown, channel_id: int, rendition: int) -> Ring:
        """The ring that stands for a rendition of the channel asked for."""
        if shown.rendition or shown.channel_id == channel_id:
            return self._rings.get(shown.channel_id, shown.rendition or rendition)
        same = self._rings.get(shown.channel_id, rendition)
        return same if same.up and same.closed_segments() else self._rings.get(shown.channel_id)

    def _rings_of(self, shown: Shown) -> Sequence[Ring]:
        return [self._rings.get(*shown)] if shown.rendition else self._rings.of_channel(shown.channel_id)

    def _listed(self, ring: Ring, stretch: Stretch, track: Track) -> list[Segment]:
        return [one for one in ring.closed_segments() if lies_in(one, stretch) and self._lists.is_offered(one, track)]

    def _with_parts(self, viewing: Viewing, rows: list[MediaSegment], target: int, last: _Last) -> Prepared | None:
        ring, track, shift, prefix = last
        newest = next(reversed(ring.segments.values()), None)
        if newest is None or not (rows or newest.parts):
            return None
        recent = [one for one in ring.closed_segments()[-PARTS_SHOWN_TARGETS:] if self._lists.is_offered(one, track)]
        shown = {one.sequence + shift.sequence: one for one in recent}
        rows = [
            replace(one, parts=_parts(shown[one.sequence], track, prefix)) if one.sequence in shown else one
            for one in rows
        ]
        if not newest.closed and newest.parts and not self._lists.is_withheld(newest):
            open_row = _moved(self._lists.row(newest, track), shift, prefix, newest)
            rows.append(replace(open_row, parts=_parts(newest, track, prefix)))
        hint = prefix + track.segment(*next_part(ring))
        low = LowLatency(part_target=self._lists.part_target(ring), hint=hint)
        broken = self._is_broken(viewing, rows, last)
        return _answer(media_playlist(rows, target_duration=target, low_latency=low, broken=broken)) if rows else None

    def _is_broken(self, viewing: Viewing, rows: Sequence[MediaSegment], last: _Last | None) -> bool:
        """Whether the first row is the first of a stretch that another one came before."""
        first = visible(viewing.course)[0]
        if not first or not rows or last is None:
            return False
        stretch, ring = viewing.course[first], last[0]
        before = ring.segments.get(rows[0].sequence - last[2].sequence - 1)
        return len(visible(viewing.course)) == 1 and (before is None or before.wall < stretch.since - SLACK_S)


def fitted(own: Ring, ring: Ring, track: Track) -> Track | None:
    """The track of another ring that goes on where a track of the first ends; None where there is none.

    Of the same kind, in the same language if there is one. Subtitles end with what they belong to.
    """
    if ring is own:
        return track
    if track.form in SUBTITLES:
        return None
    if track.pid == ALL_PIDS:
        return replace(track, rendition=ring.rendition)
    known = next((one for one in own.tracks if one.pid == track.pid), None)
    if known is None:
        known = next((one for one in ring.tracks if one.pid == track.pid), None)
    kind = "video" if known is None else known.kind
    same = [one for one in ring.tracks if one.kind == kind]
    if not same:
        return None
    best = next((one for one in same if known is not None and one.language == known.language), same[0])
    return replace(track, rendition=ring.rendition, pid=best.pid)


def visible(course: Sequence[Stretch]) -> range:
    """Which stretches may still be listed: the last one, and those before it that are of the same channel."""
    first = len(course) - 1
    while first and course[first - 1].shown.channel_id == course[-1].shown.channel_id:
        first -= 1
    return range(first, len(course))


def lies_in(segment: Segment, stretch: Stretch) -> bool:
    """Whether a segment began in a stretch."""
    return stretch.since - SLACK_S <= segment.wall < stretch.until - SLACK_S


def _last_before(ring: Ring, moment: float) -> tuple[int, int]:
    """Sequence and epoch of the last segment that began before a moment."""
    found = [one for one in ring.segments.values() if one.wall < moment]
    if found:
        return found[-1].sequence, found[-1].epoch
    first = next(iter(ring.segments.values()), None)
    return (first.sequence - 1, first.epoch) if first is not None else (0, 0)


def _moved(one: MediaSegment, shift: Shift, prefix: str, segment: Segment) -> MediaSegment:
    """A row under its number in the course, with names that lead to its ring."""
    keys = tuple(
        replace(
            key,
            uri=key.uri if ":" in key.uri else prefix + key.uri,
            # Without an IV the number in the playlist would be taken for it (RFC 8216 section 5.2).
            iv=sequence_iv(segment.sequence) if key.method == Scheme.AES_128.value.upper() and not key.iv else key.iv,
        )
        for key in one.keys
    )
    return replace(
        one,
        sequence=one.sequence + shift.sequence,
        epoch=one.epoch + shift.epoch,
        uri=prefix + one.uri if one.uri else "",
        map_uri=prefix + one.map_uri if one.map_uri else "",
        keys=keys,
    )


def _parts(segment: Segment, track: Track, prefix: str) -> tuple[MediaPart, ...]:
    return tuple(replace(one, uri=prefix + one.uri) for one in parts_of(segment, track))


def _answer(body: str) -> Prepared:
    return prepared(PLAYLIST_TYPE, body.encode(), ("Cache-Control", "no-cache"))
