"""Sockets that datagrams leave by: TTL, interface and marking set once, connected, never waited for."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rightcast.domain.outputs import Output

_BUFFER_BYTES = 1 << 20


def open_output(output: Output) -> socket.socket:
    """A connected socket for an output. Raises OSError: no such interface, no route there."""
    version6 = output.host.version == 6
    family = socket.AF_INET6 if version6 else socket.AF_INET
    made = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
        if version6:
            _prepare6(made, output)
        else:
            _prepare4(made, output)
        made.connect((str(output.host), output.port))
    except BaseException:
        made.close()
        raise
    return made


def _prepare4(made: socket.socket, output: Output) -> None:
    if output.dscp:
        made.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, output.dscp << 2)
    if not output.host.is_multicast:
        made.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, output.ttl or 1)
        if output.interface:
            made.bind((output.interface, 0))
        return
    made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, output.ttl)
    if output.interface:
        made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, _interface4(output.interface))


def _prepare6(made: socket.socket, output: Output) -> None:
    if output.dscp:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, output.dscp << 2)
    if not output.host.is_multicast:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, output.ttl or 1)
        if output.interface:
            made.bind((output.interface, 0))
        return
    made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, output.ttl)
    if output.interface:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex(output.interface))


def _interface4(interface: str) -> bytes:
    """An ip_mreqn (ip(7)) that names an interface by an own address or by its name."""
    with contextlib.suppress(ValueError):
        return struct.pack("=4s4si", b"", ipaddress.IPv4Address(interface).packed, 0)
    return struct.pack("=4s4si", b"", b"", socket.if_nametoindex(interface))
