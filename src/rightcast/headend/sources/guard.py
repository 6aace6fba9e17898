"""Which hosts a source may be fetched from, asked before every connection and every redirect.

Link-local and cloud metadata addresses are refused: no television comes from there, secrets do.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass

from rightcast.domain.errors import InvalidInputError, SourceUnreachableError
from rightcast.headend.sources.receiver import OPEN_TIMEOUT_S

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "fd00:ec2::254", "192.0.0.192")))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A resolved address that may be connected to."""

    family: int
    address: str
    port: int

    @property
    def sockaddr(self) -> tuple[str, int] | tuple[str, int, int, int]:
        """The form that sockets take; an IPv6 scope (%eth0) becomes its number."""
        if self.family == socket.AF_INET6:
            host, _, scope = self.address.partition("%")
            return (host, self.port, 0, socket.if_nametoindex(scope) if scope else 0)
        return (self.address, self.port)


def check_address(address: str, host: str) -> None:
    """Raises InvalidInputError (field `url`) when `address`, which `host` stands for, is off limits."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = (getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)) if ip.version == 6 else None
    if any(one.is_link_local or one in _METADATA for one in (ip, inner) if one is not None):
        raise InvalidInputError(
            f"The host '{host}' stands for {address}, an address that sources may not use.",
            remedy="Link-local and metadata addresses are refused; name the encoder's own address.",
            field="url",
        )


async def resolve(host: str, port: int, *, kind: socket.SocketKind = socket.SOCK_STREAM) -> list[Endpoint]:
    """The addresses behind a host, all of them allowed. Raises SourceUnreachableError, InvalidInputError."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(OPEN_TIMEOUT_S):
            found = await loop.getaddrinfo(host, port, type=kind)
    except (socket.gaierror, UnicodeError) as error:
        raise unresolved(host) from error
    except TimeoutError as error:
        raise SourceUnreachableError(
            f"The name server did not answer for '{host}' in time.",
            remedy="Check the name server of this machine, or write the address in digits.",
            field="url",
        ) from error
    endpoints = list(dict.fromkeys(Endpoint(family, str(where[0]), port) for family, _, _, _, where in found))
    for endpoint in endpoints:
        check_address(endpoint.address, host)
    return endpoints


def unresolved(host: str) -> SourceUnreachableError:
    """The failure of a host name without an address."""
    return SourceUnreachableError(
        f"The host '{host}' is not known to the name server.",
        remedy="Check how it is written; an address in digits works too.",
        field="url",
    )
