"""Fetches a guide from its address into a file: only if it changed, within limits of size and time.

Every host, also of a redirect, is resolved once, checked by the guard that notifiers have, and connected to by that
address: an address typed into a form opens no way into the network.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from rightcast.domain.errors import GuideUnreachableError
from rightcast.domain.sources import redact
from rightcast.panel.alarms.notify.contract import DeliveryError
from rightcast.panel.alarms.notify.guard import resolved

MOST_BYTES = 1 << 30
ANSWER_S = 30.0
WHOLE_S = 900.0
MOST_REDIRECTS = 5
_BLOCK_BYTES = 128 << 10
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Known:
    """What the last answer said of itself."""

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A guide that lies in the file now, or `unchanged`. `digest` is of the bytes as they came."""

    known: Known
    digest: str = ""
    unchanged: bool = False


def fetch(
    url: str,
    into: IO[bytes],
    known: Known,
    *,
    private: bool,
    networks: tuple[str, ...] = (),
    progress: Callable[[str], None] = lambda _words: None,
    clock: Callable[[], float] = time.monotonic,
) -> Fetched:
    """Fetch `url` into a file. `private`: it may lie in this site's networks. Raises GuideUnreachableError."""
    limit = _Limit(clock() + WHOLE_S, clock, progress)
    here, secret = url, _authorization(url)
    for _ in range(MOST_REDIRECTS + 1):
        parts = _checked(here)
        if parts.hostname != urlsplit(url).hostname:
            secret = ""
        connection = _connected(parts, private=private, networks=networks)
        try:
            answer = _asked(connection, parts, known, secret)
            if answer.status in _REDIRECTS:
                here = urljoin(here, answer.headers.get("Location") or "")
                continue
            if answer.status == 304:
                return Fetched(known, unchanged=True)
            if answer.status != 200:
                raise _unreachable(here, f"it answered {answer.status} {answer.reason[:60]}".strip())
            digest = _copied(answer, into, here, limit)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _unreachable(here, str(error) or type(error).__name__) from error
        finally:
            connection.close()
        headers = answer.headers
        return Fetched(Known((headers.get("ETag") or "")[:300], (headers.get("Last-Modified") or "")[:80]), digest)
    raise _unreachable(url, f"it redirects more than {MOST_REDIRECTS} times")


@dataclass(frozen=True, slots=True)
class _Limit:
    """Until when a guide must have come, and who is told how far it is."""

    until: float
    clock: Callable[[], float]
    progress: Callable[[str], None]


def _asked(
    connection: http.client.HTTPConnection, parts: SplitResult, known: Known, secret: str
) -> http.client.HTTPResponse:
    headers = {"Host": parts.netloc.rpartition("@")[2], "User-Agent": "Rightcast", "Accept-Encoding": "identity"}
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.modified:
        headers["If-Modified-Since"] = known.modified
    if secret:
        headers["Authorization"] = secret
    connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), headers=headers)
    return connection.getresponse()


def _copied(answer: http.client.HTTPResponse, into: IO[bytes], url: str, limit: _Limit) -> str:
    digest, count = hashlib.blake2b(digest_size=20), 0
    while block := answer.read(_BLOCK_BYTES):
        count += len(block)
        if count > MOST_BYTES:
            raise _unreachable(url, f"it sends more than {MOST_BYTES >> 20:,} MB")
        if limit.clock() > limit.until:
            raise _unreachable(url, f"it did not come to its end within {WHOLE_S:.0f} s")
        into.write(block)
        digest.update(block)
        limit.progress(f"{count / 1e6:.0f} MB fetched")
    length = answer.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) != count:
        raise _unreachable(url, "it broke off")
    return digest.hexdigest()


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _unreachable(url, "that is no address") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0 or any(ord(one) <= 32 for one in url):
        raise _unreachable(url, "only http and https addresses are fetched")
    return parts


def _connected(parts: SplitResult, *, private: bool, networks: tuple[str, ...]) -> http.client.HTTPConnection:
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    try:
        address = resolved(host, port, networks=networks, private=private)
    except DeliveryError as error:
        if not error.permanent:
            raise _unreachable(parts.geturl(), str(error).rstrip(".")) from error
        raise GuideUnreachableError(
            f"The host {host} lies within a private network.",
            remedy="Allow it on the guide source (address within this site), if that is meant.",
            field="address",
        ) from error
    return _Pinned(host, port, address, ssl.create_default_context() if secure else None)


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was checked before, under the name that was asked for."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=ANSWER_S)
        self._address = address
        self._context = context

    def connect(self) -> None:
        """Connect to the pinned address; TLS checks the name."""
        plain = socket.create_connection((self._address, self.port), ANSWER_S)
        self.sock = plain if self._context is None else self._context.wrap_socket(plain, server_hostname=self.host)


def _authorization(url: str) -> str:
    """User and password of an address, as a header (RFC 7617)."""
    parts = urlsplit(url)
    if not parts.username:
        return ""
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
    return "Basic " + base64.b64encode(pair).decode()


def _unreachable(url: str, why: str) -> GuideUnreachableError:
    return GuideUnreachableError(
        f"The guide at {redact(url)} cannot be fetched: {why}.",
        remedy="Open the address in a browser to see whether it answers.",
        field="address",
    )
