"""Media playlists of HTTP Live Streaming (RFC 8216), written for segments of transport stream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class MediaSegment:
    """One row of a playlist: `duration` in seconds, `wall` its start in unix seconds.

    `epoch` grows at every discontinuity; it is the discontinuity sequence number of section 6.2.1.
    """

    sequence: int
    epoch: int
    duration: float
    wall: float


def media_playlist(segments: Sequence[MediaSegment], *, target_duration: int) -> str:
    """A live media playlist with relative names SEQUENCE.ts; needs at least one segment.

    Version 3 for the decimal durations of EXTINF (section 7). `target_duration` in whole seconds.
    """
    first = segments[0]
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        f"#EXT-X-TARGETDURATION:{target_duration}",
        f"#EXT-X-MEDIA-SEQUENCE:{first.sequence}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{first.epoch}",
    ]
    epoch = first.epoch
    for segment in segments:
        if segment.epoch != epoch:
            lines.append("#EXT-X-DISCONTINUITY")
            epoch = segment.epoch
        lines += (
            f"#EXT-X-PROGRAM-DATE-TIME:{_moment(segment.wall)}",
            f"#EXTINF:{segment.duration:.5f},",
            f"{segment.sequence}.ts",
        )
    return "\n".join(lines) + "\n"


def _moment(wall: float) -> str:
    return datetime.fromtimestamp(wall, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
