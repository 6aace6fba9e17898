"""Opens a playlist wherever it lies: a file, standard input, or an address of the web, within limits."""

from __future__ import annotations

import http.client
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from rightcast.domain.errors import InvalidInputError, NotFoundError, SourceUnreachableError
from rightcast.domain.sources import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BLOCK_BYTES = 64 * 1024
LARGEST_BYTES = 512 * 1024 * 1024
ANSWER_S = 15.0
WHOLE_S = 300.0


class Counted:
    """Blocks of a file, counted. `length` is 0 when it is not known beforehand.

    Raises InvalidInputError beyond LARGEST_BYTES, SourceUnreachableError when reading takes longer than WHOLE_S.
    """

    def __init__(self, file: BinaryIO, length: int, name: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.length = length
        self.read_bytes = 0
        self._file = file
        self._name = name
        self._clock = clock

    def __iter__(self) -> Iterator[bytes]:
        began = self._clock()
        while block := self._read():
            self.read_bytes += len(block)
            if self.read_bytes > LARGEST_BYTES:
                raise InvalidInputError(
                    f"The playlist is larger than {LARGEST_BYTES // 1_048_576} MB.",
                    remedy="Cut it into smaller ones.",
                    field="playlist",
                )
            if self._clock() - began > WHOLE_S:
                raise SourceUnreachableError(
                    f"{self._name} did not come to its end within {WHOLE_S:.0f} s.",
                    remedy="Download it first and import the file.",
                    field="playlist",
                )
            yield block

    def _read(self) -> bytes:
        try:
            return self._file.read(BLOCK_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise SourceUnreachableError(
                f"{self._name} broke off: {error}.", remedy="Try again; what was read is imported.", field="playlist"
            ) from error


@contextmanager
def open_playlist(place: str) -> Iterator[Counted]:
    """The playlist at `place`: `-`, an http(s) address or a path.

    Raises NotFoundError, InvalidInputError or SourceUnreachableError, field `playlist`.
    """
    if place == "-":
        yield Counted(sys.stdin.buffer, 0, "standard input")
        return
    scheme, sign, _ = place.partition("://")
    if not sign or scheme.lower() == "file":
        path = Path(place.partition("://")[2] if sign else place)
        with _opened_file(path) as file:
            yield Counted(file, path.stat().st_size, str(path))
        return
    if scheme.lower() not in {"http", "https"}:
        raise InvalidInputError(
            f"Playlists are not fetched from '{scheme}' addresses.",
            remedy="Use an http or https address, or a file.",
            field="playlist",
        )
    with _opened_url(place) as answer:
        yield Counted(answer, int(answer.headers.get("Content-Length") or 0), redact(place))


def _opened_file(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise NotFoundError(
            f"The playlist {path} cannot be read: {error.strerror}.", remedy="Check its name.", field="playlist"
        ) from error


def _opened_url(url: str) -> http.client.HTTPResponse:
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
    ):
        opener.add_handler(handler)  # http and https only, after redirects too
    try:
        request = urllib.request.Request(url, headers={"User-Agent": "rightcast", "Accept-Encoding": "identity"})  # noqa: S310 - the opener knows http and https only
        answer = opener.open(request, timeout=ANSWER_S)
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = f"it answered {error.code}" if isinstance(error, urllib.error.HTTPError) else error
        raise SourceUnreachableError(
            f"The playlist at {redact(url)} cannot be fetched: {reason}.",
            remedy="Open the address in a browser to see whether it answers.",
            field="playlist",
        ) from error
    if not isinstance(answer, http.client.HTTPResponse):
        raise SourceUnreachableError(
            f"{redact(url)} leads to an address that is not http or https.", remedy="Use its target.", field="playlist"
        )
    return answer
