"""Manifests of MPEG-DASH from what the rings hold: a period per epoch and key, all qualities and languages in each."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from rightcast.edge.cues import SLACK_S, cues_of, visible
from rightcast.edge.heights import fits
from rightcast.edge.packaging.names import MANIFEST, Form
from rightcast.edge.packaging.tracks import Picture, Sound, Text, bitmaps, is_av1, pictures, rates, sounds, texts
from rightcast.formats.dash import (
    TIMESCALE,
    AdaptationSet,
    EventStream,
    Manifest,
    Period,
    Representation,
    Span,
    Timeline,
    manifest,
)
from rightcast.formats.isobmff.captions import CODEC
from rightcast.formats.scte35_events import BINARY_SCHEME, event_stream
from rightcast.formats.ttml import CODEC as BITMAPS_CODEC

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.edge.packaging.covers import Covers
    from rightcast.edge.ring_reader import Ring, Segment
    from rightcast.edge.shown import Stretch as Seen

MANIFEST_TYPE = "application/dash+xml"
_DELAY_TARGETS = 3
_NUMBER = "$Number$"
_SAME_CLOCK = TIMESCALE
_USUAL_SOUND_BPS = 128_000
_TEXT_BPS = 2_000
_BITMAPS_BPS = 100_000
"""Of two lines of text in standard definition, sent again with each segment of two seconds."""
_MOST_SPLICED = 1_000


class Stretch(NamedTuple):
    """What one period is made of: an epoch, or as much of it as one key encrypts."""

    epoch: int
    key: int | None

    @property
    def name(self) -> str:
        """The period's id."""
        return str(self.epoch) if self.key is None else f"{self.epoch}-{self.key}"

    @property
    def init(self) -> str:
        """What names of initialization sections hold for it."""
        return str(self.epoch) if self.key is None else f"{self.epoch}k{self.key}"


class Manifests:
    """Writes manifests; remembers when each epoch of a ring began, for periods must not move."""

    def __init__(self, covers: Covers) -> None:
        self._covers = covers
        self._begun: dict[Ring, dict[Stretch, tuple[float, int]]] = {}
        self._spliced: dict[tuple[Ring, float, Stretch], tuple[float, int]] = {}

    def write(self, rings: Sequence[Ring], *, clock: str, base: str, since: float = 0.0, most: int = 0) -> str | None:
        """The manifest of a channel's rings, the broadcast first; None while there is no closed segment.

        `clock` is the address where players ask the time, `base` that before the names of manifest and segments;
        nothing that began before `since` is in it, no picture of over `most` lines (0: all are).
        """
        if not rings:
            return None
        main = rings[0]
        closed = [one for one in main.closed_segments() if not self._covers.withheld(one)]
        if not closed:
            return None
        self._remember(main, [list(group) for _, group in groupby(closed, key=self._stretch)])
        closed = visible(closed, since)
        if not closed:
            return None
        epochs = [list(group) for _, group in groupby(closed, key=self._stretch)]
        periods = [self._period(rings, segments, base, most) for segments in epochs]
        return _written(periods, closed, main.target_duration, clock=clock, base=base)

    def spliced(
        self, parts: Sequence[tuple[Sequence[Ring], Seen, str]], *, clock: str, base: str, most: int = 0
    ) -> str | None:
        """The manifest of a session that was moved: `parts` are rings, from when to when, and what leads to them.

        A period of a stretch begins with the first segment of it that this edge has listed. `most` lines bound the
        session's own channel, to which nothing leads.
        """
        periods: list[Period] = []
        listed: list[Segment] = []
        target = 1
        for rings, stretch, prefix in parts:
            held = rings[0].closed_segments() if rings else []
            closed = [
                one
                for one in held
                if stretch.since - SLACK_S <= one.wall < stretch.until - SLACK_S and not self._covers.withheld(one)
            ]
            for _, group in groupby(closed, key=self._stretch):
                segments = list(group)
                begun = self._begun_in(rings[0], stretch, segments[0])
                periods.append(self._period(rings, segments, base, 0 if prefix else most, prefix=prefix, begun=begun))
                listed += segments
                target = max(target, rings[0].target_duration)
        return _written(periods, listed, target, clock=clock, base=base) if listed else None

    def _begun_in(self, ring: Ring, stretch: Seen, first: Segment) -> tuple[float, int]:
        key = ring, stretch.since, self._stretch(first)
        if len(self._spliced) > _MOST_SPLICED:
            self._spliced.clear()
        return self._spliced.setdefault(key, (first.wall, first.time))

    def _remember(self, ring: Ring, epochs: Sequence[Sequence[Segment]]) -> None:
        before = self._begun.get(ring, {})
        found = {
            self._stretch(group[0]): _began(group[0], whole=self._stretch(group[0]).key is None) for group in epochs
        }
        self._begun[ring] = {stretch: before.get(stretch, begun) for stretch, begun in found.items()}

    def _stretch(self, segment: Segment) -> Stretch:
        cover = self._covers.cover(segment)
        return Stretch(segment.epoch, None if cover is None else cover.name)

    def _period(
        self,
        rings: Sequence[Ring],
        segments: Sequence[Segment],
        base: str,
        most: int,
        *,
        prefix: str = "",
        begun: tuple[float, int] | None = None,
    ) -> Period:
        cover = self._covers.cover(segments[0])
        if cover is not None:
            rings = [ring for ring in rings if not is_av1(ring)]
        stretch = self._stretch(segments[0])
        start, origin = self._begun[rings[0]][stretch] if begun is None else begun
        timelines = {rings[0]: _timeline(segments, origin)}
        for rung in rings[1:]:
            fitting = [one for one in _beside(rung, segments) if self._stretch(one).key == stretch.key]
            if fitting:
                timelines[rung] = _timeline(fitting, _origin(fitting[0], start, origin))
        sets = _sets(timelines, stretch, most)
        if cover is not None:
            elements = cover.elements(base + prefix)
            sets = [replace(one, protection=elements) if one.kind != "text" else one for one in sets]
        if prefix:
            sets = [replace(one, media=prefix + one.media, init=prefix + one.init) for one in sets]
        # Two stretches may lie in one epoch, and epochs of two rings may have one number.
        name = stretch.name if begun is None else f"{rings[0].channel_id}.{rings[0].rendition}.{round(start)}"
        return Period(id=name, start=start, origin=origin, sets=tuple(sets), events=_events(segments))


def _written(periods: Sequence[Period], closed: Sequence[Segment], target: int, *, clock: str, base: str) -> str:
    last = closed[-1]
    return manifest(
        Manifest(
            periods=tuple(periods),
            published=last.wall + last.duration,
            window_s=sum(one.duration for one in closed),
            update_s=max(1.0, min(one.duration for one in closed)),
            delay_s=float(_DELAY_TARGETS * target),
            longest_s=float(target),
            buffer_s=float(target),
            clock=clock,
            base=base,
            location=base + MANIFEST,
        )
    )


def _began(segment: Segment, *, whole: bool) -> tuple[float, int]:
    """When a period begins on the wall and in its own clock. Of a whole epoch every edge says the same.

    A period of one key begins with the first segment of that key which this edge has seen.
    """
    if whole and segment.epoch_began is not None:
        return segment.epoch_began
    return segment.wall, segment.time


def _events(segments: Sequence[Segment]) -> tuple[EventStream, ...]:
    """The cues that came within a period."""
    cues = cues_of(segments)
    return (event_stream(cues),) if cues else ()


def _beside(rung: Ring, segments: Sequence[Segment]) -> list[Segment]:
    """The segments of another rendition that were made of these, by the clock on the wall; of one epoch."""
    begin, end = segments[0].wall, segments[-1].wall + segments[-1].duration
    fitting = [one for one in rung.closed_segments() if begin <= one.wall + one.duration / 2 < end]
    return [one for one in fitting if one.epoch == fitting[-1].epoch]


def _origin(segment: Segment, start: float, origin: int) -> int:
    """The time of the period's start in a rung's own clock, which usually is the broadcast's."""
    own = segment.time - round((segment.wall - start) * TIMESCALE)
    return origin if abs(own - origin) < _SAME_CLOCK else own


def _timeline(segments: Sequence[Segment], origin: int) -> Timeline:
    """Each segment lasts until the next begins, so that rounding leaves no holes."""
    spans = [Span(one.time, later.time - one.time) for one, later in pairwise(segments)]
    last = segments[-1]
    spans.append(Span(last.time, round(last.duration * TIMESCALE)))
    return Timeline(segments[0].sequence, tuple(spans), origin)


def _sets(timelines: dict[Ring, Timeline], stretch: Stretch, most: int) -> list[AdaptationSet]:
    """One set per codec of pictures with all their qualities, one per sound."""
    rings = list(timelines)
    qualities: dict[str, list[Representation]] = {}
    for one in (one for one in pictures(rings, fragments=True) if fits(one.ring, most)):
        quality = _quality(one, timelines[one.ring])
        qualities.setdefault(quality.codecs.partition(".")[0], []).append(quality)
    found = [_set(place, "video", group, stretch) for place, group in enumerate(qualities.values(), 1)]
    for group in sounds(rings, fragments=True).values():
        for sound in group:
            only = _sound(sound, timelines[sound.ring])
            made = _set(len(found) + 1, "audio", [only], stretch)
            role = "main" if sound.default else "alternate"
            found.append(replace(made, language=sound.language, label=sound.name, role=role))
    subtitles = [(Form.CAPTIONS, one) for one in texts(rings)] + [(Form.BITMAPS, one) for one in bitmaps(rings)]
    found += [_subtitles(len(found) + place, *one, timelines, stretch) for place, one in enumerate(subtitles, 1)]
    return found


def _subtitles(number: int, form: Form, text: Text, timelines: dict[Ring, Timeline], stretch: Stretch) -> AdaptationSet:
    track = text.track
    only = Representation(
        id=f"{text.ring.rendition}-{track.pid}-{track.page:x}",
        bandwidth_bps=_TEXT_BPS if form is Form.CAPTIONS else _BITMAPS_BPS,
        timeline=timelines[text.ring],
        codecs=CODEC if form is Form.CAPTIONS else BITMAPS_CODEC,
    )
    stem = f"{form}$RepresentationID$"
    return AdaptationSet(
        id=number,
        kind="text",
        mime="application/mp4",
        representations=(only,),
        media=f"{stem}.{_NUMBER}.m4s",
        init=f"{stem}.init{stretch.init}.mp4",
        language=text.language,
        label=text.name,
        role="caption" if track.role == "hearing_impaired" else "subtitle",
    )


def _quality(picture: Picture, timeline: Timeline) -> Representation:
    track = picture.track
    return Representation(
        id=f"{picture.ring.rendition}-{track.pid}",
        bandwidth_bps=rates(picture.ring).peak_bps,
        timeline=timeline,
        codecs=track.codec,
        width=track.width,
        height=track.height,
        frame_rate=track.frame_rate,
        inband=BINARY_SCHEME if any(one.kind == "cues" for one in picture.ring.tracks) else "",
    )


def _sound(sound: Sound, timeline: Timeline) -> Representation:
    track = sound.track
    return Representation(
        id=f"{sound.ring.rendition}-{track.pid}",
        bandwidth_bps=track.bitrate_bps or _USUAL_SOUND_BPS,
        timeline=timeline,
        codecs=track.codec,
        sample_rate=track.sample_rate,
        channels=track.channels,
    )


def _set(number: int, kind: str, group: Sequence[Representation], stretch: Stretch) -> AdaptationSet:
    stem = f"{Form.CMAF}$RepresentationID$"
    return AdaptationSet(
        id=number,
        kind=kind,
        mime=f"{kind}/mp4",
        representations=tuple(group),
        media=f"{stem}.{_NUMBER}.m4s",
        init=f"{stem}.init{stretch.init}.mp4",
    )
