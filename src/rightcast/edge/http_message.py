"""Requests and answers of the viewers' port: what was asked, and the bytes of a reply.

Pure but for the clock of the Date header; the connection does the reading and writing.
"""

from __future__ import annotations

import http
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from urllib.parse import parse_qsl

EXPOSED = "Accept-Ranges, Content-Encoding, Content-Length, Content-Range, X-Rightcast-Reason"
CORS = f"Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: {EXPOSED}\r\n".encode()
_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in http.HTTPStatus}
TEXT = "text/plain; charset=utf-8"


@dataclass(slots=True, kw_only=True)
class Request:
    """One request; header names in lower case. `address` is the viewer's, `secure` whether by TLS."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    keep_alive: bool = True
    http_1_1: bool = True
    secure: bool = False
    address: str = ""

    def header(self, name: bytes) -> str:
        """A header's value, "" when absent."""
        return self.headers.get(name, b"").decode("latin-1")

    @property
    def is_head(self) -> bool:
        """Whether only the head of the answer is wanted."""
        return self.method == "HEAD"

    def fields(self) -> dict[str, str]:
        """Query and form fields; the query wins."""
        found: dict[str, str] = {}
        if self.body and "json" not in self.header(b"content-type"):
            found.update(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=64))
        found.update(parse_qsl(self.query, keep_blank_values=True, max_num_fields=64))
        return found


@dataclass(slots=True, kw_only=True)
class Response:
    """An answer with a body in memory, or in `pieces` whose length is not known beforehand."""

    status: int = 200
    body: bytes = b""
    content_type: str = TEXT
    headers: tuple[tuple[str, str], ...] = ()
    pieces: Iterator[bytes] | None = None

    def head(self, *, keep_alive: bool, chunked: bool = False) -> bytes:
        """Status line and headers, blank line included."""
        lines = [f"{name}: {value}\r\n" for name, value in self.headers]
        if self.status != 204:
            lines.append(f"Content-Type: {self.content_type}\r\n")
            if self.pieces is None:
                lines.append(f"Content-Length: {len(self.body)}\r\n")
        if chunked:
            lines.append("Transfer-Encoding: chunked\r\n")
        if not keep_alive:
            lines.append("Connection: close\r\n")
        return b"".join((_LINES[self.status], date_line(), CORS, "".join(lines).encode("latin-1", "replace"), b"\r\n"))


@dataclass(frozen=True, slots=True)
class Prepared:
    """An answer whose head and body lie ready, apart from the lines that change with time."""

    after_date: bytes
    body: bytes

    def encode(self, *, with_body: bool = True) -> bytes:
        """The bytes of the answer."""
        return b"".join((_LINES[200], date_line(), self.after_date, self.body if with_body else b""))


class _DateLine:
    """The Date header of this second (RFC 9110 section 6.6.1)."""

    def __init__(self) -> None:
        self._second = -1
        self._line = b""

    def __call__(self) -> bytes:
        second = int(time.time())
        if second != self._second:
            self._second = second
            self._line = f"Date: {formatdate(second, usegmt=True)}\r\n".encode()
        return self._line


date_line = _DateLine()


def text(status: int, sentence: str, *headers: tuple[str, str]) -> Response:
    """A short answer in words."""
    return Response(status=status, body=f"{sentence}\n".encode(), headers=headers)


def head_lines(status: int, *headers: tuple[str, str]) -> bytes:
    """A head without body, for answers that are written piecemeal."""
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers])  # a list: once for every segment sent
    return b"".join((_LINES[status], date_line(), CORS, lines.encode("latin-1"), b"\r\n"))


def prepared(content_type: str, body: bytes, *headers: tuple[str, str]) -> Prepared:
    """An answer 200 that will be given many times."""
    fields = (("Content-Type", content_type), ("Content-Length", str(len(body))), *headers)
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return Prepared(b"".join((CORS, lines.encode("latin-1"), b"\r\n")), body)


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """First byte and length asked by a Range header; None: answer with everything (RFC 9110 section 14.2).

    Raises ValueError when no byte of it exists (416). Several ranges are answered with everything.
    """
    unit, _, spec = header.partition("=")
    first, dash, last = spec.strip().partition("-")
    if unit.strip().lower() != "bytes" or not dash or "," in spec:
        return None
    if not all(part.isascii() and (part.isdigit() or not part) for part in (first, last)):
        return None
    if not first:
        if not last:
            return None
        length = min(int(last[:18]), size)
        if not length:
            raise ValueError("an empty suffix")
        return size - length, length
    start = int(first[:18])
    if start >= size:
        raise ValueError("beyond the end")
    end = min(int(last[:18]), size - 1) if last else size - 1
    return None if end < start else (start, end - start + 1)
