"""Answers that are bytes of an open file: a segment of a ring, or something packaged from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rightcast.edge.http_message import Response, byte_range, head_lines, text

if TYPE_CHECKING:
    from rightcast.edge.http_connection import Answer
    from rightcast.edge.http_message import Request

IMMUTABLE = ("Cache-Control", "public, max-age=3600, immutable")


class Readable(Protocol):
    """An open file of which bytes go to viewers; once `gone`, nothing of it may be read."""

    @property
    def descriptor(self) -> int:
        """The open file. Raises OSError."""

    @property
    def gone(self) -> bool:
        """Whether it may not be read any more."""


class Owner(Protocol):
    """The session that an answer belongs to; once it has `ended`, not a byte more goes out."""

    @property
    def ended(self) -> bool:
        """Whether a decision, or its viewer, ended it."""


@dataclass(frozen=True, slots=True)
class SegmentSlice:
    """Bytes [start, start + size) of a segment or of something made from it, after a head, while its owner lasts."""

    head: bytes
    segment: Readable
    start: int
    size: int
    owner: Owner


def slice_of(
    request: Request, file: Readable, extent: tuple[int, int], tag: str, content_type: str, *, owner: Owner
) -> Answer:
    """Bytes of a file, whole or in part (RFC 9110 section 14); `extent` is start and size, `tag` names the content."""
    base, size = extent
    quoted = f'"{tag}"'
    common = (("Content-Type", content_type), IMMUTABLE, ("ETag", quoted), ("Accept-Ranges", "bytes"))
    asked = request.headers
    if b"if-none-match" in asked and request.header(b"if-none-match") == quoted:
        return Response(status=304, headers=common[1:])
    wanted = request.header(b"range") if b"range" in asked else ""
    try:
        found = byte_range(wanted, size) if wanted else None
    except ValueError:
        return text(416, "The segment is shorter than that.", ("Content-Range", f"bytes */{size}"))
    if found is None:
        return SegmentSlice(head_lines(200, *common, ("Content-Length", str(size))), file, base, size, owner)
    start, length = found
    content_range = ("Content-Range", f"bytes {start}-{start + length - 1}/{size}")
    head = head_lines(206, *common, content_range, ("Content-Length", str(length)))
    return SegmentSlice(head, file, base + start, length, owner)
