"""Addresses of sources: which schemes are accepted, what kind of source each names.

Pure text; whether anything answers there is the headend's business.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.lineup import SourceKind

_BY_SCHEME: dict[str, SourceKind] = {
    "udp": SourceKind.UDP,
    "rtp": SourceKind.RTP,
    "http": SourceKind.HTTP_TS,
    "https": SourceKind.HTTP_TS,
    "srt": SourceKind.SRT,
    "rtmp": SourceKind.RTMP,
    "rtmps": SourceKind.RTMP,
    "rtsp": SourceKind.RTSP,
    "rtsps": SourceKind.RTSP,
    "file": SourceKind.FILE,
    "testcard": SourceKind.TESTCARD,
}
_NEEDS_PORT = frozenset({"udp", "rtp", "srt"})
_NEEDS_HOST = frozenset({"http", "https", "rtmp", "rtmps", "rtsp", "rtsps"})
_SECRET_QUERY = re.compile(
    r"(?i)([?&](?:[\w.-]*(?:pass|pwd|token|secret|auth|signature|credential)[\w.-]*|(?:api_?|access_?|stream_?)?key|user"
    r"|user_?name|login|sig|hdne[at]s?|hdnts|streamid)=)[^&#\s]*"
)
_XTREAM_PATH = re.compile(r"(?i)(/(?:live|movie|series|timeshift)/)[^/\s]+/[^/\s]+/")
_SHORT_XTREAM_PATH = re.compile(r"(?i)(https?://[^/?#\s]+/)[^/?#\s]+/[^/?#\s]+(/\d+(?:\.\w+)?)(?![\w/.-])")
_USER_INFO = re.compile(r"(?i)([a-z][a-z0-9+.-]*://)([^/?#\s]*)@(?=[^/?#\s])")
_BROKEN_USER_INFO = re.compile(r"(?i)([a-z][a-z0-9+.-]*://)([^/?#@\s:\[]+:(?!\d+[/?#])[^\s@]*)@")


def parse_source_url(url: str) -> tuple[SourceKind, SplitResult]:
    """The kind of source an address names, and its parts.

    Raises InvalidInputError (field `url`) for a scheme that is not accepted, a missing host or
    port, or an address with spaces or control characters.
    """
    if not url or any(ord(letter) <= 32 or ord(letter) == 127 for letter in url):
        raise InvalidInputError(
            "A source address may not be empty or hold spaces.", remedy="Write %20 for a space.", field="url"
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidInputError(
            f"'{redact(url)}' is not an address: {error}.",
            remedy="Expected for example udp://239.1.1.1:5000.",
            field="url",
        ) from error
    kind = _BY_SCHEME.get(parts.scheme.lower())
    if kind is None:
        raise InvalidInputError(
            f"Sources of scheme '{parts.scheme or url[:20]}' are not accepted.",
            remedy=f"Use one of {', '.join(sorted(_BY_SCHEME))}.",
            field="url",
        )
    if parts.scheme in _NEEDS_PORT and port is None:
        raise InvalidInputError(
            f"'{redact(url)}' names no port.", remedy=f"Write {parts.scheme}://HOST:PORT.", field="url"
        )
    if parts.scheme in _NEEDS_HOST and not parts.hostname:
        raise InvalidInputError(
            f"'{redact(url)}' names no host.", remedy=f"Write {parts.scheme}://HOST/PATH.", field="url"
        )
    if kind is SourceKind.FILE and (parts.netloc or not parts.path.startswith("/")):
        raise InvalidInputError(
            "A file source needs an absolute path.", remedy="Write file:///path/to/file.ts.", field="url"
        )
    if kind is SourceKind.HTTP_TS and parts.path.lower().endswith((".m3u8", ".m3u")):
        kind = SourceKind.HLS
    return kind, parts


def redact(text: str) -> str:
    """The text with user names, passwords and keys of addresses in it replaced, fit for logs and pages."""
    for user_info in (_USER_INFO, _BROKEN_USER_INFO):
        text = user_info.sub(_keep_interface, text)
    text = _XTREAM_PATH.sub(r"\1***/***/", text)
    text = _SHORT_XTREAM_PATH.sub(r"\1***/***\2", text)
    return _SECRET_QUERY.sub(r"\1***", text)


def _keep_interface(match: re.Match[str]) -> str:
    """udp://@group and rtp://@group carry no secret before the sign."""
    return f"{match.group(1)}***@" if match.group(2) else match.group(0)
