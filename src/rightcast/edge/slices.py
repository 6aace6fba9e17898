"""Answers that are bytes of an open file: a segment of a ring, or something packaged from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.edge.http_message import Response, byte_range, head_lines, text
from rightcast.edge.ring_reader import SegmentSlice

if TYPE_CHECKING:
    from rightcast.edge.http_connection import Answer
    from rightcast.edge.http_message import Request
    from rightcast.edge.ring_reader import Readable

IMMUTABLE = ("Cache-Control", "public, max-age=3600, immutable")


def slice_of(request: Request, file: Readable, extent: tuple[int, int], tag: str, content_type: str) -> Answer:
    """Bytes of a file, whole or in part (RFC 9110 section 14); `extent` is start and size, `tag` names the content."""
    base, size = extent
    quoted = f'"{tag}"'
    common = (("Content-Type", content_type), IMMUTABLE, ("ETag", quoted), ("Accept-Ranges", "bytes"))
    if request.header(b"if-none-match") == quoted:
        return Response(status=304, headers=common[1:])
    wanted = request.header(b"range")
    try:
        found = byte_range(wanted, size) if wanted else None
    except ValueError:
        return text(416, "The segment is shorter than that.", ("Content-Range", f"bytes */{size}"))
    if found is None:
        return SegmentSlice(head_lines(200, *common, ("Content-Length", str(size))), file, base, size)
    start, length = found
    content_range = ("Content-Range", f"bytes {start}-{start + length - 1}/{size}")
    head = head_lines(206, *common, content_range, ("Content-Length", str(length)))
    return SegmentSlice(head, file, base + start, length)
