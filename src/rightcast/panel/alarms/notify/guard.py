"""Which addresses a notifier may connect to, so that an address typed into a form opens no way into the network.

A host is resolved once and that address is the one connected to: a name server cannot change its mind in between.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.sources import redact
from rightcast.panel.alarms.notify.contract import TIMEOUT_S, DeliveryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

MOST_ANSWER_BYTES = 64 << 10
_METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "fd00:ec2::254", "192.0.0.192")))


def resolved(host: str, port: int, *, networks: Sequence[str], private: bool = False) -> str:
    """The first address of a host that may be connected to. Raises DeliveryError.

    Only addresses of the open internet, those of `networks`, and with `private` those of this site;
    never link-local and metadata ones.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise DeliveryError(f"The host {host} is not known to the name server.") from error
    addresses = [ipaddress.ip_address(str(where[0]).partition("%")[0]) for *_, where in found]
    refused = [one for one in addresses if not _allowed(one, networks, private=private)]
    if refused or not addresses:
        raise DeliveryError(
            f"The host {host} stands for {refused[0] if refused else 'nothing'}, which is not open to notifiers; "
            "`rightcast serve --notify-networks` lists private networks that are.",
            permanent=True,
        )
    return str(addresses[0])


def _allowed(address: IpAddress, networks: Sequence[str], *, private: bool) -> bool:
    inner = address
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or address
    for one in (address, inner):
        if one.is_link_local or one.is_multicast or one.is_unspecified or one in _METADATA:
            return False
    listed = any(
        one.version == network.version and one in network
        for network in map(ipaddress.ip_network, networks)
        for one in (address, inner)
    )
    return listed or private or (address.is_global and inner.is_global)


def checked_url(text: str, *, field: str = "url") -> SplitResult:
    """An http or https address without user and password. Raises InvalidInputError."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise InvalidInputError(f"'{redact(text)}' is not an address.", remedy=_REMEDY, field=field) from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise InvalidInputError(f"'{redact(text)}' is not an address to post to.", remedy=_REMEDY, field=field)
    if parts.username or parts.password:
        raise InvalidInputError(
            "The address holds a user or a password.",
            remedy="Leave them out; the secret has its own field.",
            field=field,
        )
    return parts


_REMEDY = "Write https://HOST/PATH."


@dataclass(frozen=True, slots=True)
class Answered:
    """What a server answered; its body stays with the caller and is shown to nobody."""

    status: int
    reason: str
    body: bytes = b""


def post(
    url: str, body: bytes, headers: dict[str, str], *, networks: Sequence[str], context: ssl.SSLContext | None = None
) -> Answered:
    """POST a body, following no redirect. Raises DeliveryError, permanent where asking again is of no use."""
    parts = checked_url(url)
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    address = resolved(host, port, networks=networks)
    connection = Pinned(host, port, address, (context or ssl.create_default_context()) if secure else None)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, body, {"Host": parts.netloc, "User-Agent": "Rightcast", **headers})
        answer = connection.getresponse()
        said = answer.read(MOST_ANSWER_BYTES)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise DeliveryError(f"{host} could not be reached: {_words(error)}.") from error
    finally:
        connection.close()
    if 200 <= answer.status < 300:
        return Answered(answer.status, answer.reason, said)
    known = {408, 425, 429}
    permanent = 300 <= answer.status < 500 and answer.status not in known
    what = "redirects, which is not followed" if 300 <= answer.status < 400 else "answered"
    raise DeliveryError(f"{host} {what}: {answer.status} {answer.reason[:80]}.", permanent=permanent)


class Pinned(http.client.HTTPConnection):
    """A connection to an address that was checked before, under the name that was asked for."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=TIMEOUT_S)
        self._address = address
        self._context = context

    def connect(self) -> None:
        """Connect to the pinned address; TLS checks the name."""
        plain = socket.create_connection((self._address, self.port), TIMEOUT_S)
        self.sock = plain if self._context is None else self._context.wrap_socket(plain, server_hostname=self.host)


def _words(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__)[:160]
