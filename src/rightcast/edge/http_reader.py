"""Reads requests from bytes, strictly: HTTP/1.1 by llhttp, a head of 16 kB and a body of 64 kB at most."""

from __future__ import annotations

from typing import Any

import httptools

from rightcast.edge.http_message import Request

MAX_HEAD_BYTES = 16 << 10
MAX_BODY_BYTES = 64 << 10
MAX_KNOWN_BYTES = 1 << 10
MAX_KNOWN = 16 << 10
_known: dict[bytes, Request] = {}
"""Requests for playlists as they were read, by their bytes: players send the same ones again and again."""


class BadRequestError(Exception):
    """What was sent cannot be answered otherwise than by `status` and the end of the connection."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class RequestReader:
    """One connection's requests. After an error or an upgrade it must not be fed again."""

    __slots__ = (
        "_at_boundary",
        "_body",
        "_body_bytes",
        "_fed",
        "_header_bytes",
        "_headers",
        "_in_head",
        "_parser",
        "_read",
        "_url",
        "continue_wanted",
    )

    def __init__(self) -> None:
        self._parser: Any = httptools.HttpRequestParser(self)
        self._read: list[Request] = []
        self._url = b""
        self._headers: dict[bytes, bytes] = {}
        self._header_bytes = 0
        self._body: list[bytes] = []
        self._body_bytes = 0
        self._fed = 0
        self._in_head = True
        self._at_boundary = True
        self.continue_wanted = False

    @property
    def has_begun(self) -> bool:
        """Whether a part of a head has come."""
        return self._fed > 0

    def feed(self, data: memoryview) -> list[Request]:
        """The requests that these bytes complete. Raises BadRequestError."""
        whole = bytes(data) if self._at_boundary and len(data) <= MAX_KNOWN_BYTES else b""
        known = _known.get(whole)
        if known is not None:
            return [Request(method="GET", path=known.path, query=known.query, headers=known.headers)]
        if self._in_head:
            self._fed += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            for request in self._read:
                request.keep_alive = False
        except httptools.HttpParserError as error:
            if isinstance(error.__context__, BadRequestError):
                raise error.__context__ from error
            raise BadRequestError(400, "This is not a request of HTTP/1.1.") from error
        if self._in_head and self._fed > MAX_HEAD_BYTES:
            raise _too_long(self._url)
        read, self._read = self._read, []
        # After a whole request, no byte of another: a head ends so, and a body that is awaited is no head.
        ends = bool(read) and self._in_head and bytes(data[-4:]) == b"\r\n\r\n"
        if ends and whole and len(read) == 1 and _may_come_again(read[0]):
            if len(_known) >= MAX_KNOWN:
                _known.clear()
            _known[whole] = read[0]
        self._at_boundary = ends and read[-1].keep_alive
        return read

    def on_message_begin(self) -> None:
        """A request begins."""
        self._url = b""
        self._headers = {}
        self._header_bytes = 0
        self._body = []
        self._body_bytes = 0
        self._in_head = True

    def on_url(self, url: bytes) -> None:
        """A piece of the request's target."""
        self._url += url
        if len(self._url) > MAX_HEAD_BYTES:
            raise _too_long(self._url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, or after a chunked body one trailer, which counts but says nothing (RFC 9110 section 6.5.1)."""
        self._header_bytes += len(name) + len(value) + 4
        if self._header_bytes > MAX_HEAD_BYTES:
            raise _too_long(self._url)
        if self._in_head:
            self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._in_head = False
        if len(self._url) + self._header_bytes > MAX_HEAD_BYTES:
            raise _too_long(self._url)
        self._fed = 0
        declared = self._headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > MAX_BODY_BYTES:
            raise _body_too_long()
        self.continue_wanted = self._headers.get(b"expect", b"").lower() == b"100-continue"

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._body.append(body)
        self._body_bytes += len(body)
        if self._body_bytes > MAX_BODY_BYTES:
            raise _body_too_long()

    def on_message_complete(self) -> None:
        """A request is whole."""
        self._in_head = True
        self._fed = 0
        self.continue_wanted = False
        path, _, query = self._url.partition(b"?")
        if not path.startswith(b"/"):  # absolute form, or `*` of OPTIONS (RFC 9112 section 3.2)
            path = b"/" + path.partition(b"://")[2].partition(b"/")[2]
        modern = self._parser.get_http_version() == "1.1"
        self._read.append(
            Request(
                method=self._parser.get_method().decode("ascii"),
                path=path.decode("latin-1"),
                query=query.decode("latin-1"),
                headers=self._headers,
                body=b"".join(self._body) if self._body else b"",
                keep_alive=modern and self._parser.should_keep_alive(),
                http_1_1=modern,
            )
        )


def _may_come_again(request: Request) -> bool:
    plain = request.method == "GET" and request.keep_alive and not request.body
    return plain and request.path.endswith(".m3u8")


def _body_too_long() -> BadRequestError:
    return BadRequestError(413, "The body is larger than 64 kB.")


def _too_long(url: bytes) -> BadRequestError:
    if len(url) > MAX_HEAD_BYTES // 2:
        return BadRequestError(414, "The address is too long.")
    return BadRequestError(431, "The head of the request is larger than 16 kB.")
