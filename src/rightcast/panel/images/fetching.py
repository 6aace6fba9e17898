"""Gets a picture from its address: never from networks inside, never more than a few megabytes, never for long."""

from __future__ import annotations

import http.client
import ssl
import time
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from rightcast.domain.errors import InvalidInputError, SourceUnreachableError
from rightcast.panel.alarms.notify.contract import DeliveryError
from rightcast.panel.alarms.notify.guard import Pinned, checked_url, resolved

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_BYTES = 8 << 20
MOST_S = 20.0
_HOPS = 4
_BLOCK = 64 << 10
_MOVED = {301, 302, 303, 307, 308}


def fetched(url: str, networks: Sequence[str] = ()) -> bytes:
    """The bytes at an address; each redirect is checked as the first address was. Raises SourceUnreachableError.

    Only addresses of the open internet and of `networks`.
    """
    deadline = time.monotonic() + MOST_S
    for _ in range(_HOPS):
        found = _once(url, networks, deadline)
        if isinstance(found, bytes):
            return found
        url = found
    raise SourceUnreachableError("It redirects too often.")


def _once(url: str, networks: Sequence[str], deadline: float) -> bytes | str:
    """What is there, or where it has moved to."""
    try:
        parts = checked_url(url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        address = resolved(host, port, networks=networks)
    except (DeliveryError, InvalidInputError) as error:
        raise SourceUnreachableError(str(error)) from error
    connection = Pinned(host, port, address, ssl.create_default_context() if secure else None)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(
            "GET", target, headers={"Host": parts.netloc, "User-Agent": "Rightcast", "Accept": "image/*"}
        )
        answer = connection.getresponse()
        if answer.status in _MOVED:
            return urljoin(url, answer.headers.get("Location", ""))
        if answer.status != 200:
            raise SourceUnreachableError(f"{host} answered {answer.status}.")
        return _body(answer, deadline)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SourceUnreachableError(f"{host} could not be asked: {type(error).__name__}.") from error
    finally:
        connection.close()


def _body(answer: http.client.HTTPResponse, deadline: float) -> bytes:
    data = bytearray()
    while block := answer.read1(_BLOCK):
        data += block
        if len(data) > MOST_BYTES:
            raise SourceUnreachableError(f"It is larger than {MOST_BYTES >> 20} MB.")
        if time.monotonic() > deadline:
            raise SourceUnreachableError(f"It took longer than {MOST_S:.0f} s.")
    return bytes(data)
