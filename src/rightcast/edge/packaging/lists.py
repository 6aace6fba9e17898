"""Playlists of HLS from what the rings hold: of all tracks, of one track, of its parts. Written once per change."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from rightcast.edge.cues import visible
from rightcast.edge.heights import fits
from rightcast.edge.http_message import Prepared, prepared
from rightcast.edge.packaging.covers import is_ready
from rightcast.edge.packaging.names import ALL_PIDS, INDEX, Form, Track
from rightcast.edge.packaging.tracks import Sound, Text, is_av1, is_text, pictures, rates, sounds, texts
from rightcast.edge.ring_reader import PLAYLIST_TYPE
from rightcast.formats.hls.blocking import Standing
from rightcast.formats.hls.master import AUDIO, SUBTITLES, Alternative, Variant, master_playlist
from rightcast.formats.hls.media import LowLatency, MediaPart, MediaSegment, Report, media_playlist, skippable
from rightcast.formats.scte35_events import date_ranges

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rightcast.domain.protection import Protection
    from rightcast.edge.packaging.covers import Cover, Covers
    from rightcast.edge.ring_reader import Ring, Segment
    from rightcast.formats.scte35_events import CueAt

PARTS_SHOWN_TARGETS = 3
"""Parts of older segments need not be listed (draft-pantos-hls-rfc8216bis section 6.2.2)."""
_MOST_KEPT = 4096
_TEXTS = "subtitles"


class Lists:
    """Writes playlists and keeps each until its ring or its protection changes.

    `part_s`: how long parts are meant to be; `covers` says how segments are encrypted, `cues` gives those of the
    channel that a ring belongs to.
    """

    def __init__(
        self, *, part_s: float, covers: Covers, cues: Callable[[Ring], Sequence[CueAt]] = lambda _: ()
    ) -> None:
        self._part_s = part_s
        self._covers = covers
        self._cues = cues
        self._targets: dict[Ring, float] = {}
        self._kept: dict[tuple[Ring, Track, bool, float], tuple[int, Protection, Prepared]] = {}

    def media(self, ring: Ring, track: Track, *, skip: bool = False, since: float = 0.0) -> Prepared | None:
        """The media playlist of a track, of what began at `since` or later; None while there is no closed segment."""
        oldest = next(iter(ring.segments.values()), None)
        since = since if oldest is not None and oldest.wall < since else 0.0
        key = (ring, track, skip, since)
        kept = self._kept.get(key)
        protection = self._covers.protection(ring.channel_id)
        if kept is not None and kept[0] == ring.version and kept[1] == protection:
            return kept[2]
        closed = [one for one in visible(ring.closed_segments(), since) if self.is_offered(one, track)]
        if not closed:
            return None
        if track.form is Form.LOW_LATENCY:
            body = self._with_parts(ring, track, closed, skip=skip)
        else:
            rows = [_row(segment, track, self._cover(segment, track)) for segment in closed]
            ranges = date_ranges(self._cues(ring))
            blocking = track.form is Form.CMAF
            body = media_playlist(rows, target_duration=ring.target_duration, date_ranges=ranges, blocking=blocking)
        fresh = prepared(PLAYLIST_TYPE, body.encode(), ("Cache-Control", "no-cache"))
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[key] = (ring.version, protection, fresh)
        return fresh

    def _cover(self, segment: Segment, track: Track) -> Cover | None:
        return None if track.form is Form.TEXT else self._covers.cover(segment)

    def row(self, segment: Segment, track: Track) -> MediaSegment:
        """A segment as a playlist of a track lists it."""
        return _row(segment, track, self._cover(segment, track))

    def is_withheld(self, segment: Segment) -> bool:
        """Whether there is no key for it yet."""
        return self._covers.withheld(segment)

    def is_offered(self, segment: Segment, track: Track) -> bool:
        """Whether a closed segment may be listed already."""
        if track.form is Form.TEXT:
            return True
        if is_av1(segment.ring) and self._covers.cover(segment) is not None:
            return False  # of a time when the channel was encrypted, which AV1 never is here
        return not self._covers.withheld(segment) and is_ready(segment, self._covers.cover(segment))

    def part_target(self, ring: Ring) -> float:
        """No part is longer than this, in seconds; it grows only if one was (section 4.4.3.7)."""
        longest = max((length for one in ring.segments.values() for length in one.part_s), default=0.0)
        target = max(self._targets.get(ring, self._part_s), math.ceil(longest * 1000) / 1000)
        self._targets[ring] = target
        return target

    def _with_parts(self, ring: Ring, track: Track, closed: Sequence[Segment], *, skip: bool) -> str:
        newest = next(reversed(ring.segments.values()))
        begun = not newest.closed and bool(newest.parts) and not self._covers.withheld(newest)
        shown = [*closed, newest] if begun else [*closed]
        recent = PARTS_SHOWN_TARGETS * ring.target_duration
        rows: list[MediaSegment] = []
        behind = 0.0
        for segment in reversed(shown):
            parts = parts_of(segment, track) if behind < recent else ()
            behind += sum(segment.part_s)
            rows.insert(0, _row(segment, track, self._cover(segment, track), parts))
        low = LowLatency(
            part_target=self.part_target(ring),
            hint=track.segment(*next_part(ring)),
            skipped=skippable(rows, ring.target_duration) if skip else 0,
            reports=_reports(ring, track),
        )
        ranges = date_ranges(self._cues(ring))
        return media_playlist(rows, target_duration=ring.target_duration, low_latency=low, date_ranges=ranges)


def standing(ring: Ring) -> Standing | None:
    """How far the playlist with parts goes; None while there is none."""
    for segment in reversed(ring.segments.values()):
        if segment.parts:
            return Standing(segment.sequence, len(segment.parts), segment.closed)
    return None


def part_name(segment: Segment, index: int) -> tuple[int, int]:
    """Under which sequence and number a part goes: the number after that of the part before it.

    Whoever names the next part need not know whether it will be the first of another segment.
    """
    if index:
        return segment.sequence, index
    previous = segment.ring.segments.get(segment.sequence - 1)
    if previous is None or not previous.parts:
        return segment.sequence, 0
    return previous.sequence, len(previous.parts)


def next_part(ring: Ring) -> tuple[int, int]:
    """The name of the part that comes after all there are."""
    now = standing(ring)
    return (now.sequence, now.parts) if now is not None else (0, 0)


def find_part(ring: Ring, sequence: int, index: int) -> tuple[Segment, int] | None:
    """The part of a name; None when it is not there (yet, or any more)."""
    segment = ring.segments.get(sequence)
    if segment is not None and index < len(segment.parts):
        return segment, index
    following = ring.segments.get(sequence + 1)
    over = segment is not None and segment.closed and index == len(segment.parts)
    if over and following is not None and following.parts:
        return following, 0
    return None


def master(rings: Sequence[Ring], form: Form, most: int = 0) -> Prepared | None:
    """The master playlist of a channel in a form, of pictures of at most `most` lines (0: all); None while too little
    is known.
    """
    if not rings or not rings[0].closed_segments():
        return None
    rings = [ring for ring in rings if not ring.rendition or ring.closed_segments()]  # a rung that only begins waits
    groups = sounds(rings, fragments=form is not Form.TS)
    variants: list[Variant] = []
    alternatives: list[Alternative] = []
    for codec, group in groups.items():
        radio = not pictures(rings, fragments=form is not Form.TS)
        inside = group[0].ring.rendition == 0 and (form is Form.TS or radio)
        named = codec if len(group) > 1 or not (form is Form.TS or radio) else ""
        if named:
            alternatives += [_sound(one, form, named, within=inside and one.default) for one in group]
        variants += _radio(group, form, named) if radio else _variants(rings, form, (named, codec), most)
        if form is Form.TS and not named and not radio:
            break  # sounds of other codecs lie in the same segments; players find them there
    if not groups:
        variants += _variants(rings, form, ("", ""), most)
    if not variants:
        return None
    subtitles = [_text(one) for one in texts(rings)]
    if subtitles:
        alternatives += subtitles
        variants = [replace(one, subtitles=_TEXTS) for one in variants]
    body = master_playlist(variants, alternatives, low_latency=form is Form.LOW_LATENCY)
    return prepared(PLAYLIST_TYPE, body.encode(), ("Cache-Control", "no-cache"))


def is_plain(rings: Sequence[Ring]) -> bool:
    """Whether one playlist of one ring holds all there is to choose, so that no master is needed."""
    tracks = [one for ring in rings for one in ring.tracks]
    return len(rings) < 2 and sum(one.kind == "audio" for one in tracks) < 2 and not any(map(is_text, tracks))


def _variants(rings: Sequence[Ring], form: Form, sound: tuple[str, str], most: int) -> list[Variant]:
    """`sound`: the group that it is in and its codec."""
    group, codec = sound
    found: list[Variant] = []
    for picture in pictures(rings, fragments=form is not Form.TS):
        ring, track = picture.ring, picture.track
        if not fits(ring, most):
            continue
        measured = rates(ring)
        found.append(
            Variant(
                uri=_uri(Track(form, ring.rendition, ALL_PIDS if form is Form.TS else track.pid)),
                bandwidth_bps=measured.peak_bps,
                average_bps=measured.average_bps,
                codecs=(track.codec, codec),
                width=track.width,
                height=track.height,
                frame_rate=track.frame_rate,
                audio=group,
            )
        )
    return found


def _radio(group: Sequence[Sound], form: Form, named: str) -> list[Variant]:
    first = next((one for one in group if one.default), group[0])
    measured = rates(first.ring)
    pid = ALL_PIDS if form is Form.TS else first.track.pid
    uri = _uri(Track(form, first.ring.rendition, pid))
    codecs = (first.track.codec,)
    return [Variant(uri=uri, bandwidth_bps=measured.peak_bps, average_bps=measured.average_bps, codecs=codecs,
                    audio=named)]  # fmt: skip


def _sound(sound: Sound, form: Form, group: str, *, within: bool) -> Alternative:
    track = Track(form, sound.ring.rendition, sound.track.pid)
    return Alternative(
        kind=AUDIO,
        group=group,
        name=sound.name,
        uri="" if within else track.playlist,
        language=sound.language,
        channels=sound.track.channels,
        codecs=sound.track.codec,
        bandwidth_bps=sound.track.bitrate_bps,
        default=sound.default,
        characteristics=sound.characteristics,
    )


def _text(text: Text) -> Alternative:
    track = Track(Form.TEXT, text.ring.rendition, text.track.pid, text.track.page)
    return Alternative(
        kind=SUBTITLES,
        group=_TEXTS,
        name=text.name,
        uri=track.playlist,
        language=text.language,
        characteristics=text.characteristics,
    )


def _uri(track: Track) -> str:
    return INDEX if track == Track(Form.TS, 0) else track.playlist


def _row(segment: Segment, track: Track, cover: Cover | None, parts: tuple[MediaPart, ...] = ()) -> MediaSegment:
    fragments = track.form in {Form.CMAF, Form.LOW_LATENCY}
    return MediaSegment(
        segment.sequence,
        segment.epoch,
        segment.duration,
        segment.wall,
        track.segment(segment.sequence) if segment.closed else "",
        map_uri=track.init(segment.epoch, cover.name if cover is not None else None) if fragments else "",
        keys=cover.tags() if cover is not None else (),
        parts=parts,
    )


def parts_of(segment: Segment, track: Track) -> tuple[MediaPart, ...]:
    """The parts of a segment as a playlist lists them."""
    return tuple(
        MediaPart(length, track.segment(*part_name(segment, index)), independent)
        for index, (length, independent) in enumerate(zip(segment.part_s, segment.independent, strict=True))
    )


def _reports(ring: Ring, track: Track) -> tuple[Report, ...]:
    """Where the playlists of the ring's other tracks stand; all tracks of a ring move together."""
    now = standing(ring)
    if now is None:
        return ()
    others = (one for one in ring.tracks if one.kind in {"video", "audio"} and one.pid != track.pid)
    return tuple(
        Report(Track(track.form, ring.rendition, one.pid).playlist, now.sequence, now.parts - 1) for one in others
    )
