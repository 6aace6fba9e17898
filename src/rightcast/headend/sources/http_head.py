"""HTTP/1.1 answers as bytes: the head, and the body out of chunks. No input or output here.

RFC 9112 sections 4 and 7.1; just what fetching one endless stream needs.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from rightcast.domain.errors import SourceUnreachableError
from rightcast.headend.sources.ending import SourceEndedError

if TYPE_CHECKING:
    from urllib.parse import SplitResult

HEAD_BYTES = 64 * 1024
_CHUNK_LINE_BYTES = 1024
_USER_AGENT = "Rightcast/1"


@dataclass(frozen=True, slots=True)
class Head:
    """Status and headers of an answer; header names in lower case, the last of a name counts."""

    status: int
    phrase: str
    headers: Mapping[str, str]

    @property
    def redirects(self) -> bool:
        """Whether the answer sends elsewhere."""
        return self.status in {301, 302, 303, 307, 308} and "location" in self.headers

    @property
    def kind(self) -> str:
        """The media type, without parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def titles_every_bytes(self) -> int:
        """How much sound an ICY server sends between titles; 0 where none come."""
        told = self.headers.get("icy-metaint", "")
        return int(told) if told.isascii() and told.isdigit() and len(told) < 8 else 0

    @property
    def is_playlist(self) -> bool:
        """Whether the body is an HLS playlist instead of a stream."""
        return self.kind in {
            "application/vnd.apple.mpegurl",
            "application/x-mpegurl",
            "audio/mpegurl",
            "audio/x-mpegurl",
        }


def build_request(parts: SplitResult) -> bytes:
    """The request for an address, its user and password as basic authentication."""
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (f"?{parts.query}" if parts.query else "")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    lines = [
        f"GET {target} HTTP/1.1",
        f"Host: {host}" + (f":{parts.port}" if parts.port else ""),
        f"User-Agent: {_USER_AGENT}",
        "Accept: */*",
        "Icy-MetaData: 1",  # internet radio sends titles to those who ask; all others pass it over
        "Accept-Encoding: identity",
        "Connection: close",
    ]
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        lines.append(f"Authorization: Basic {base64.b64encode(login.encode()).decode()}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace")


def split_head(data: bytes) -> tuple[Head, bytes] | None:
    """The head and what follows it; None while it is incomplete. Raises SourceUnreachableError."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        speaks_http = any(start.startswith(data[: len(start)]) for start in (b"HTTP/1.", b"ICY "))
        if len(data) > HEAD_BYTES or not speaks_http:
            raise _no_http()
        return None
    first, *lines = data[:end].decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    code, _, phrase = rest.partition(" ")
    if not (version.startswith("HTTP/1.") or version == "ICY") or not (code.isdigit() and len(code) == 3):
        raise _no_http()
    named = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, sign, value in named if sign}
    return Head(int(code), phrase.strip(), headers), data[end + 4 :]


class Body:
    """Takes the bytes after the head and gives back the content."""

    def __init__(self, head: Head) -> None:
        self._chunked = "chunked" in head.headers.get("transfer-encoding", "").lower()
        length = head.headers.get("content-length", "")
        self._left = int(length) if length.isdigit() and not self._chunked else None
        self._chunk_left = 0
        self._line = b""
        self.over = self._left == 0

    @property
    def plain(self) -> bool:
        """Whether content is exactly what comes, until the connection closes."""
        return not self._chunked and self._left is None

    def feed(self, data: bytes) -> list[bytes]:
        """Content in these bytes; `over` says that they were the last. Raises SourceEndedError on nonsense."""
        if self._chunked:
            return self._unchunk(data)
        if self._left is None:
            return [data]
        taken = data[: self._left]
        self._left -= len(taken)
        self.over = self._left == 0
        return [taken]

    def _unchunk(self, data: bytes) -> list[bytes]:
        content: list[bytes] = []
        data, self._line = self._line + data, b""
        at = 0
        while at < len(data):
            if self._chunk_left:
                piece = data[at : at + self._chunk_left]
                self._chunk_left -= len(piece)
                content.append(piece)
                at += len(piece)
                continue
            end = data.find(b"\r\n", at)
            if end < 0:
                self._line = data[at:]
                if len(self._line) > _CHUNK_LINE_BYTES:
                    raise SourceEndedError("The server's chunked answer makes no sense.")
                break
            size = data[at:end].partition(b";")[0].strip()
            at = end + 2
            if not size:
                continue  # the line end that closes the chunk before
            self._chunk_left = _hexadecimal(size)
            if self._chunk_left == 0:
                self.over = True
                break
        return content


def _hexadecimal(size: bytes) -> int:
    if len(size) > 8 or not all(letter in b"0123456789abcdefABCDEF" for letter in size):
        raise SourceEndedError("The server's chunked answer makes no sense.")
    return int(size, 16)


def _no_http() -> SourceUnreachableError:
    return SourceUnreachableError(
        "What answered there does not speak HTTP.", remedy="Check the port and http or https.", field="url"
    )
