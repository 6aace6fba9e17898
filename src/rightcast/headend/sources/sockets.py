"""Datagram sockets for receiving television: large buffers, multicast membership, drop counts.

Multicast by RFC 3678's protocol-independent calls, which take an interface index for IPv4 and IPv6 alike.
"""

from __future__ import annotations

import fcntl
import ipaddress
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError, PortTakenError, SourceUnreachableError
from rightcast.headend.sources.options import options_of

if TYPE_CHECKING:
    from urllib.parse import SplitResult

RECEIVE_BUFFER_BYTES = 8 << 20
"""Seconds of a fat signal: a stalled machine must not cost datagrams."""

ENOUGH_TO_REST_BYTES = 4 << 20
"""A datagram takes two to three times its bytes here: 40 Mbit/s for a quarter of a second."""

# Linux numbers that the socket module does not name.
_SO_RCVBUFFORCE = 33
_SO_MEMINFO = 55
_MEMINFO_DROPS = 8
_IP_MULTICAST_ALL = 49
_IPV6_MULTICAST_ALL = 29
_MCAST_JOIN_GROUP = 42
_MCAST_JOIN_SOURCE_GROUP = 46
_SIOCGIFADDR = 0x8915


@dataclass(frozen=True, slots=True)
class Place:
    """Where datagrams arrive: own address or group, port, and for groups the sender and interface."""

    host: str
    port: int
    sender: str = ""
    interface: str = ""

    @classmethod
    def of(cls, parts: SplitResult) -> Place:
        """Read udp://[SENDER]@HOST:PORT?interface=NAME_OR_ADDRESS. Raises InvalidInputError."""
        options = options_of(parts, ("interface",))
        return cls(parts.hostname or "", parts.port or 0, parts.username or "", options.get("interface", ""))


def open_datagram_socket(place: Place) -> socket.socket:
    """A bound, non-blocking socket, member of its group. Raises InvalidInputError, SourceUnreachableError."""
    address = ipaddress.ip_address(_in_digits(place.host))
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        _enlarge(sock)
        if address.is_multicast:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            index = interface_index(place.interface)
            sock.bind(_sockaddr(family, str(address), place.port, index))
            _join(sock, address, place, index)
        else:
            sock.bind(_sockaddr(family, _own_address(place, address), place.port, 0))
    except OSError as error:
        sock.close()
        raise _explained(error, place) from error
    except InvalidInputError:
        sock.close()
        raise
    return sock


def dropped_datagrams(sock: socket.socket) -> int:
    """How many datagrams the kernel dropped because the buffer was full; 0 where it does not tell."""
    try:
        information = sock.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 36)
    except OSError:
        return 0
    counters = struct.unpack(f"{len(information) // 4}I", information)
    return counters[_MEMINFO_DROPS] if len(counters) > _MEMINFO_DROPS else 0


def holds_long(sock: socket.socket) -> bool:
    """Whether the kernel gave the socket enough room for two ticks of any signal."""
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) >= ENOUGH_TO_REST_BYTES


def interface_index(interface: str) -> int:
    """The kernel's number of an interface given by name or own address; 0 (let routes decide) for none."""
    if not interface:
        return 0
    with suppress(OSError):
        return socket.if_nametoindex(interface)
    for index, name in socket.if_nameindex():
        if interface_address(name) == interface:
            return index
    raise InvalidInputError(
        f"This machine has no interface '{interface}'.",
        remedy=f"It has {', '.join(name for _, name in socket.if_nameindex())}.",
        field="url",
    )


def interface_address(name: str) -> str:
    """The IPv4 address of an interface, or nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking, suppress(OSError):
        answer = fcntl.ioctl(asking.fileno(), _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
        return socket.inet_ntoa(answer[20:24])
    return ""


def _in_digits(host: str) -> str:
    if not host:
        return "0.0.0.0"  # noqa: S104 - udp://@:PORT asks for any own address
    try:
        ipaddress.ip_address(host)
    except ValueError:
        try:
            return socket.gethostbyname(host)
        except (OSError, UnicodeError) as error:
            raise InvalidInputError(
                f"'{host}' is no address of a group or of this machine.",
                remedy="Write it in digits, for example udp://239.1.1.1:5000 or udp://@:5000.",
                field="url",
            ) from error
    return host


def _own_address(place: Place, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    if place.interface and address.is_unspecified:
        index = interface_index(place.interface)
        return interface_address(socket.if_indextoname(index)) or str(address)
    return str(address)


def _sockaddr(family: int, host: str, port: int, index: int) -> tuple[str, int] | tuple[str, int, int, int]:
    return (host, port, 0, index) if family == socket.AF_INET6 else (host, port)


def _enlarge(sock: socket.socket) -> None:
    """As large a buffer as allowed: beyond net.core.rmem_max only root may go."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES)
    except OSError:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)


def _join(sock: socket.socket, group: ipaddress.IPv4Address | ipaddress.IPv6Address, place: Place, index: int) -> None:
    """Become a member of the group, of one sender's only when it is named (RFC 4607)."""
    six = group.version == 6
    level = socket.IPPROTO_IPV6 if six else socket.IPPROTO_IP
    # Without this the socket also gets groups that other programs on the machine joined.
    with suppress(OSError):
        sock.setsockopt(level, _IPV6_MULTICAST_ALL if six else _IP_MULTICAST_ALL, 0)
    request = struct.pack("I4x", index) + _storage(group)
    if not place.sender:
        sock.setsockopt(level, _MCAST_JOIN_GROUP, request)
        return
    try:
        sender = ipaddress.ip_address(place.sender)
    except ValueError as error:
        raise InvalidInputError(
            f"The sender '{place.sender}' before the group is no address.",
            remedy="Write udp://192.0.2.1@232.1.1.1:5000.",
            field="url",
        ) from error
    sock.setsockopt(level, _MCAST_JOIN_SOURCE_GROUP, request + _storage(sender))


def _storage(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bytes:
    """A sockaddr_storage (128 bytes) holding the address."""
    if address.version == 6:
        return struct.pack("=HHI16sI100x", socket.AF_INET6, 0, 0, address.packed, 0)
    return struct.pack("=HH4s120x", socket.AF_INET, 0, address.packed)


def _explained(error: OSError, place: Place) -> SourceUnreachableError | PortTakenError:
    where = f"{place.host or '*'}:{place.port}"
    if error.errno == 98:  # EADDRINUSE
        return PortTakenError(
            f"Another program receives at {where} already.", remedy="Stop it, or choose another port.", field="url"
        )
    if error.errno == 99:  # EADDRNOTAVAIL
        return SourceUnreachableError(
            f"{place.host} is no address of this machine.",
            remedy="Datagrams come to an own address or a group; write udp://@:PORT for any own address.",
            field="url",
        )
    if error.errno == 13:  # EACCES
        return SourceUnreachableError(
            f"This user may not receive at {where}.", remedy="Choose a port from 1024 on.", field="url"
        )
    return SourceUnreachableError(
        f"Nothing can be received at {where}: {error.strerror}.",
        remedy="Check the interface, its route for groups, and the address.",
        field="url",
    )
