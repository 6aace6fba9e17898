"""Manifests of MPEG-DASH: dynamic presentations by the live profile, one period per stretch without discontinuity.

ISO/IEC 23009-1. Presentation times count from the unix epoch, so that a clock alone tells what is live.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TIMESCALE = 90_000
PROFILE = "urn:mpeg:dash:profile:isoff-live:2011"
ROLE_SCHEME = "urn:mpeg:dash:role:2011"
CHANNELS_SCHEME = "urn:mpeg:mpegB:cicp:ChannelConfiguration"
HTTP_ISO = "urn:mpeg:dash:utc:http-iso:2014"
NAMESPACES = (
    'xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:cenc="urn:mpeg:cenc:2013" xmlns:mspr="urn:microsoft:playready"'
)
_CICP = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 8: 12}
"""How many channels are which configuration (ISO/IEC 23091-3): 6 is 5.1, 12 is 7.1."""


@dataclass(frozen=True, slots=True)
class Span:
    """One segment on the timeline: its start and length in ticks of 90 kHz."""

    start: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """A ContentProtection element (section 5.8.4.1). `inner` is its content as XML, made by whoever has the keys."""

    scheme: str
    value: str = ""
    default_kid: str = ""
    inner: str = ""

    def element(self) -> str:
        """The element."""
        found = [f"schemeIdUri={quoteattr(self.scheme)}"]
        found += [f"value={quoteattr(self.value)}"] if self.value else []
        found += [f"cenc:default_KID={quoteattr(self.default_kid)}"] if self.default_kid else []
        return _element("ContentProtection", found, self.inner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something at a time of the period (section 5.10.2.2): start and length in ticks, message as XML or text."""

    start: int
    id: int
    length: int | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStream:
    """Events of one scheme in a period, such as cues by SCTE 35."""

    scheme: str
    value: str = ""
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """The segments of one quality in a period: number of the first, all spans, and the time of the period's start."""

    first: int
    spans: tuple[Span, ...]
    origin: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Representation:
    """One quality. `id` stands in the names of its segments; rates are bits per second.

    `inband`: the scheme of events that stand in its segments (`emsg`, section 5.10.3).
    """

    id: str
    bandwidth_bps: int
    timeline: Timeline
    codecs: str = ""
    width: int = 0
    height: int = 0
    frame_rate: float = 0.0
    sample_rate: int = 0
    channels: int = 0
    inband: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptationSet:
    """Qualities between which a player may change. `kind` video, audio or text.

    `media` and `init` are names with $RepresentationID$ and $Number$. `role` main, alternate, subtitle, description.
    """

    id: int
    kind: str
    mime: str
    representations: tuple[Representation, ...]
    media: str
    init: str = ""
    language: str = ""
    label: str = ""
    role: str = "main"
    protection: tuple[Protected, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A stretch without discontinuity. `start` in unix seconds is when media time `origin` (90 kHz) was shown."""

    id: str
    start: float
    origin: int
    sets: tuple[AdaptationSet, ...]
    events: tuple[EventStream, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A live presentation. Moments are unix seconds, lengths seconds; `clock` is where a player asks the time.

    `base` is the address before all names, `location` that of the manifest itself: some players take a redirect for
    the manifest alone.
    """

    periods: tuple[Period, ...]
    published: float
    window_s: float
    update_s: float
    delay_s: float
    longest_s: float
    buffer_s: float
    clock: str
    base: str
    location: str


def manifest(found: Manifest) -> str:
    """The MPD as XML; needs at least one period. Elements come in the order of the schema (Annex B)."""
    attributes = [
        NAMESPACES,
        f'profiles="{PROFILE}" type="dynamic" availabilityStartTime="1970-01-01T00:00:00Z"',
        f'publishTime="{_moment(found.published)}"',
        f'minimumUpdatePeriod="{_lasting(found.update_s)}" minBufferTime="{_lasting(found.buffer_s)}"',
        f'timeShiftBufferDepth="{_lasting(found.window_s)}" suggestedPresentationDelay="{_lasting(found.delay_s)}"',
        f'maxSegmentDuration="{_lasting(found.longest_s)}"',
    ]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<MPD {' '.join(attributes)}>"]
    lines.append(f"<BaseURL>{escape(found.base)}</BaseURL>")
    lines.append(f"<Location>{escape(found.location)}</Location>")
    for period in found.periods:
        lines += _period(period)
    lines.append(f'<UTCTiming schemeIdUri="{HTTP_ISO}" value={quoteattr(found.clock)}/>')
    lines.append("</MPD>")
    return "\n".join(lines) + "\n"


def _period(period: Period) -> Iterator[str]:
    yield f'<Period id={quoteattr(period.id)} start="{_lasting(period.start)}">'
    for stream in period.events:
        yield from _event_stream(stream, period.origin)
    for found in period.sets:
        yield from _set(found)
    yield "</Period>"


def _event_stream(stream: EventStream, origin: int) -> Iterator[str]:
    value = f" value={quoteattr(stream.value)}" if stream.value else ""
    yield (
        f'<EventStream schemeIdUri={quoteattr(stream.scheme)}{value} timescale="{TIMESCALE}" '
        f'presentationTimeOffset="{origin}">'
    )
    for event in stream.events:
        length = f' duration="{event.length}"' if event.length is not None else ""
        yield f'<Event presentationTime="{event.start}"{length} id="{event.id}">{event.message}</Event>'
    yield "</EventStream>"


def _set(found: AdaptationSet) -> Iterator[str]:
    attributes = [f'id="{found.id}" contentType="{found.kind}" mimeType={quoteattr(found.mime)}']
    attributes += [f"lang={quoteattr(found.language)}"] if found.language else []
    # Segments begin with random access points at the same times in all qualities (section 5.3.3.2).
    attributes.append('segmentAlignment="true" startWithSAP="1"')
    if found.kind == "video":
        attributes += [f'maxWidth="{max(one.width for one in found.representations)}"'] if _sized(found) else []
        attributes += [f'maxHeight="{max(one.height for one in found.representations)}"'] if _sized(found) else []
    yield f"<AdaptationSet {' '.join(attributes)}>"
    yield from (one.element() for one in found.protection)
    if found.label:
        yield f"<Label>{escape(found.label)}</Label>"
    yield f'<Role schemeIdUri="{ROLE_SCHEME}" value={quoteattr(found.role)}/>'
    for one in found.representations:
        yield from _representation(one, found)
    yield "</AdaptationSet>"


def _sized(found: AdaptationSet) -> bool:
    return all(one.width and one.height for one in found.representations)


def _template(found: AdaptationSet, timeline: Timeline) -> str:
    init = f" initialization={quoteattr(found.init)}" if found.init else ""
    attributes = (
        f'timescale="{TIMESCALE}" presentationTimeOffset="{timeline.origin}" '
        f'startNumber="{timeline.first}"{init} media={quoteattr(found.media)}'
    )
    rows = "".join(_timeline(timeline.spans))
    return f"<SegmentTemplate {attributes}>\n<SegmentTimeline>{rows}</SegmentTimeline>\n</SegmentTemplate>"


def _timeline(spans: Sequence[Span]) -> Iterator[str]:
    """Rows of S; the start is written where it does not follow from the row before (section 5.3.9.6)."""
    due = -1
    index = 0
    while index < len(spans):
        span = spans[index]
        repeats = 0
        end = span.start + span.length
        for later in spans[index + 1 :]:
            if later.start != end or later.length != span.length:
                break
            repeats += 1
            end += later.length
        start = f' t="{span.start}"' if span.start != due else ""
        repeated = f' r="{repeats}"' if repeats else ""
        yield f'<S{start} d="{span.length}"{repeated}/>'
        due = end
        index += repeats + 1


def _representation(found: Representation, of: AdaptationSet) -> Iterator[str]:
    attributes = [f'id={quoteattr(found.id)} bandwidth="{max(found.bandwidth_bps, 1)}"']
    attributes += [f"codecs={quoteattr(found.codecs)}"] if found.codecs else []
    attributes += [f'width="{found.width}" height="{found.height}"'] if found.width and found.height else []
    attributes += [f'frameRate="{_rate(found.frame_rate)}"'] if found.frame_rate else []
    attributes += [f'audioSamplingRate="{found.sample_rate}"'] if found.sample_rate else []
    yield f"<Representation {' '.join(attributes)}>"
    configuration = _CICP.get(found.channels)
    if configuration:
        yield f'<AudioChannelConfiguration schemeIdUri="{CHANNELS_SCHEME}" value="{configuration}"/>'
    if found.inband:
        yield f"<InbandEventStream schemeIdUri={quoteattr(found.inband)}/>"
    yield _template(of, found.timeline)
    yield "</Representation>"


def _rate(rate: float) -> str:
    """A frame rate as whole number or fraction (section 5.3.7.2): 29.97 is 30000/1001."""
    whole = round(rate)
    if abs(rate - whole) < 0.001:
        return str(whole)
    return f"{whole * 1000}/1001" if abs(rate - whole * 1000 / 1001) < 0.01 else f"{round(rate * 1000)}/1000"


def _element(name: str, attributes: Sequence[str], inner: str) -> str:
    opening = f"<{name} {' '.join(attributes)}"
    return f"{opening}>{inner}</{name}>" if inner else f"{opening}/>"


def _lasting(seconds: float) -> str:
    """A length of time (xs:duration), to the millisecond."""
    return f"PT{seconds:.3f}".rstrip("0").rstrip(".") + "S"


def _moment(wall: float) -> str:
    return datetime.fromtimestamp(wall, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
