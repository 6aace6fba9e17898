"""Media playlists of HTTP Live Streaming, of transport stream or fragmented MP4, with parts where latency is low.

RFC 8216 and, for parts, skips and hints, its second edition (draft-pantos-hls-rfc8216bis).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.formats.hls.tags import Key, moment, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rightcast.formats.hls.tags import DateRange

HOLD_BACK_PARTS = 4
"""How many parts a player of low latency stays behind; three are the least that is allowed (section 4.4.3.8)."""


@dataclass(frozen=True, slots=True)
class MediaPart:
    """A part of a segment; `independent`: it begins with a key frame, a player may start here."""

    duration: float
    uri: str
    independent: bool


@dataclass(frozen=True, slots=True)
class MediaSegment:
    """One row of a playlist: `duration` in seconds, `wall` its start in unix seconds.

    `epoch` grows at every discontinuity; it is the discontinuity sequence number of section 6.2.1. `uri` empty: the
    segment is still being written and only its parts are there. `map_uri`: where its initialization section lies.
    """

    sequence: int
    epoch: int
    duration: float
    wall: float
    uri: str
    map_uri: str = ""
    keys: tuple[Key, ...] = ()
    parts: tuple[MediaPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Where another playlist of the same programme stands (EXT-X-RENDITION-REPORT)."""

    uri: str
    sequence: int
    part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LowLatency:
    """What makes a playlist one of low latency. `part_target` in seconds; no part is longer.

    `hint` is the part that comes next; `skipped` counts the oldest segments that a delta update leaves out.
    """

    part_target: float
    hint: str = ""
    skipped: int = 0
    reports: tuple[Report, ...] = ()


def skip_boundary_s(target_duration: int) -> float:
    """Segments further from the end of a playlist than this may be skipped: the least allowed (section 4.4.3.8)."""
    return 6.0 * target_duration


def skippable(segments: Sequence[MediaSegment], target_duration: int) -> int:
    """How many of the oldest segments a delta update may leave out (section 6.2.5.1)."""
    boundary = skip_boundary_s(target_duration)
    left = sum(_length(segment) for segment in segments)
    for count, segment in enumerate(segments):
        left -= _length(segment)
        if left < boundary:
            return count
    return 0


def media_playlist(
    segments: Sequence[MediaSegment],
    *,
    target_duration: int,
    low_latency: LowLatency | None = None,
    date_ranges: Sequence[DateRange] = (),
    blocking: bool = False,
    broken: bool = False,
) -> str:
    """A live media playlist; needs at least one segment. `target_duration` in whole seconds.

    `broken`: the first segment does not go on where the one before it ended, which is no longer listed.

    `blocking`: a request for it may wait for a segment to come; with parts it always may. See `finite_playlist` for
    those that keep their beginning.

    Version 3 has decimal durations, 5 formats of keys, 6 a map without restriction to I-frames, 9 skipped segments
    (section 8).
    """
    first = segments[0]
    version = _version(segments, low_latency)
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{version}", f"#EXT-X-TARGETDURATION:{target_duration}"]
    if low_latency is not None:
        lines += _control(low_latency, target_duration)
    elif blocking:
        lines.append("#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES")
    lines.append(f"#EXT-X-MEDIA-SEQUENCE:{first.sequence}")
    lines.append(f"#EXT-X-DISCONTINUITY-SEQUENCE:{first.epoch - broken}")
    if version > 5:
        lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    skipped = low_latency.skipped if low_latency is not None else 0
    if skipped:
        lines.append(f"#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}")
    lines += ["#EXT-X-DISCONTINUITY"] if broken and not skipped else []
    lines += _rows(segments, skipped)
    lines += (one.line() for one in date_ranges)
    if low_latency is not None:
        lines += _tail(low_latency)
    return "\n".join(lines) + "\n"


def finite_playlist(segments: Sequence[MediaSegment], *, target_duration: int, ended: bool, event: bool) -> str:
    """A playlist of transport stream that keeps its beginning (RFC 8216 section 4.3.3.5); needs at least one segment.

    `event`: it grew or grows; otherwise it is on demand. `ended`: nothing more will come. The date and time stands
    where it cannot be computed from what is before.
    """
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{target_duration}"]
    lines += [f"#EXT-X-PLAYLIST-TYPE:{'EVENT' if event else 'VOD'}", f"#EXT-X-MEDIA-SEQUENCE:{segments[0].sequence}"]
    epoch: int | None = None
    for segment in segments:
        if segment.epoch != epoch:
            lines += ["#EXT-X-DISCONTINUITY"] if epoch is not None else []
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{moment(segment.wall)}")
            epoch = segment.epoch
        lines += [f"#EXTINF:{segment.duration:.5f},", segment.uri]
    if ended:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def _version(segments: Sequence[MediaSegment], low_latency: LowLatency | None) -> int:
    if low_latency is not None:
        return 9
    if any(one.map_uri for one in segments):
        return 6
    return 5 if any(one.keys for one in segments) else 3


def _control(low: LowLatency, target_duration: int) -> tuple[str, str]:
    hold = HOLD_BACK_PARTS * low.part_target
    control = (
        f"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={hold:.3f},"
        f"HOLD-BACK={3 * target_duration:.3f},CAN-SKIP-UNTIL={skip_boundary_s(target_duration):.3f}"
    )
    return control, f"#EXT-X-PART-INF:PART-TARGET={low.part_target:.3f}"


def _rows(segments: Sequence[MediaSegment], skipped: int) -> Iterator[str]:
    before: MediaSegment | None = segments[skipped - 1] if skipped else None
    for segment in segments[skipped:]:
        if before is not None and segment.epoch != before.epoch:
            yield "#EXT-X-DISCONTINUITY"
        if segment.map_uri and (before is None or segment.map_uri != before.map_uri):
            yield f"#EXT-X-MAP:URI={quoted(segment.map_uri)}"
        if segment.keys != (before.keys if before is not None else ()):
            yield from (key.line() for key in segment.keys) if segment.keys else ("#EXT-X-KEY:METHOD=NONE",)
        yield f"#EXT-X-PROGRAM-DATE-TIME:{moment(segment.wall)}"
        for part in segment.parts:
            independent = ",INDEPENDENT=YES" if part.independent else ""
            yield f"#EXT-X-PART:DURATION={part.duration:.5f},URI={quoted(part.uri)}{independent}"
        if segment.uri:
            yield f"#EXTINF:{segment.duration:.5f},"
            yield segment.uri
        before = segment


def _tail(low: LowLatency) -> Iterator[str]:
    if low.hint:
        yield f"#EXT-X-PRELOAD-HINT:TYPE=PART,URI={quoted(low.hint)}"
    for report in low.reports:
        yield f"#EXT-X-RENDITION-REPORT:URI={quoted(report.uri)},LAST-MSN={report.sequence},LAST-PART={report.part}"


def _length(segment: MediaSegment) -> float:
    return segment.duration if segment.uri else sum(part.duration for part in segment.parts)
