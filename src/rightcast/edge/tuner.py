"""The tuner's door: an HTTP address of its own, discovery on UDP 65001, and SSDP, all on one chosen interface.

Replies are small and rate-limited by nature (one for one), and go only to who asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import socket
import struct
from typing import TYPE_CHECKING, Any, cast

from rightcast.edge.http_listener import Listener
from rightcast.formats import hdhomerun

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.contract.station import Address
    from rightcast.edge.interfaces.hdhomerun import HdHomeRun

ALIVE_EVERY_S = 600.0
_ANY = "0.0.0.0"  # noqa: S104 - broadcasts are heard on no other; only the chosen interface's are answered

_log = logging.getLogger(__name__)


class TunerDoor:
    """Opens on `listen`, which names the interface. What cannot be opened but the HTTP address is done without."""

    def __init__(self, loop: asyncio.AbstractEventLoop, listen: Address, tuner: HdHomeRun) -> None:
        self._loop = loop
        self._listen = listen
        self._tuner = tuner
        self.listener = Listener(loop, tuner.answer)
        self._transports: list[asyncio.DatagramTransport] = []
        self._ssdp: asyncio.DatagramTransport | None = None

    async def open(self) -> None:
        """Raises PortTakenError when the HTTP address is in use."""
        await self.listener.listen(self._listen)
        await self._hear("discovery", hdhomerun.DISCOVERY_PORT, self._discovered)
        self._ssdp = await self._hear("SSDP", hdhomerun.SSDP_PORT, self._searched, group=hdhomerun.SSDP_GROUP)

    async def announce(self) -> None:
        """Tell the network every ten minutes that the device is there; ends by cancellation."""
        while True:
            self._notify(leaving=False)
            await asyncio.sleep(ALIVE_EVERY_S)

    async def close(self) -> None:
        """Say goodbye and close everything."""
        self._notify(leaving=True)
        for transport in self._transports:
            transport.close()
        await self.listener.close(grace_s=0.5)

    async def _hear(
        self, name: str, port: int, heard: Callable[[bytes, Any], bytes | None], *, group: str = ""
    ) -> asyncio.DatagramTransport | None:
        try:
            opened = _socket(self._listen.host, port, group)
        except OSError as error:
            _log.warning("The tuner's %s on UDP %d is done without: %s", name, port, error.strerror)
            return None
        transport, _ = await self._loop.create_datagram_endpoint(lambda: _Answering(heard), sock=opened)
        self._transports.append(transport)
        return transport

    def _discovered(self, data: bytes, _sender: Any) -> bytes | None:
        tuner = self._tuner.tuner
        return hdhomerun.reply(tuner) if tuner is not None and hdhomerun.asks(data, tuner.device_id) else None

    def _searched(self, data: bytes, _sender: Any) -> bytes | None:
        tuner, target = self._tuner.tuner, hdhomerun.searched(data)
        return hdhomerun.search_answer(tuner, target) if tuner is not None and target else None

    def _notify(self, *, leaving: bool) -> None:
        tuner = self._tuner.tuner
        if self._ssdp is not None and tuner is not None:
            notice = hdhomerun.alive(tuner, leaving=leaving)
            self._ssdp.sendto(notice, (hdhomerun.SSDP_GROUP, hdhomerun.SSDP_PORT))


class _Answering(asyncio.DatagramProtocol):
    """One reply for one datagram."""

    def __init__(self, heard: Callable[[bytes, Any], bytes | None]) -> None:
        self._heard = heard
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        self._transport = cast("asyncio.DatagramTransport", transport)  # asyncio's own is no subclass of it

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Answer what is a request."""
        answer = self._heard(data, addr)
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, addr)

    def error_received(self, exc: Exception) -> None:
        """A reply could not be delivered; whoever asked will ask again."""
        _log.debug("A tuner's reply was not delivered: %s", exc)


def _socket(host: str, port: int, group: str) -> socket.socket:
    """A socket for broadcasts, or for a multicast group joined on the interface of `host`. Raises OSError."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        opened.setblocking(False)
        opened.bind((group or _ANY, port))
        if group:
            interface = socket.inet_aton(host)
            opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, interface)
            opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 2)
            opened.setsockopt(
                socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("4s4s", socket.inet_aton(group), interface)
            )
        else:
            with contextlib.suppress(OSError):  # so that other interfaces' broadcasts are not even heard; needs rights
                device = _device_of(host)
                if device:
                    opened.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode() + b"\0")
    except OSError:
        opened.close()
        raise
    return opened


def _device_of(host: str) -> str:
    """The interface that has this address; empty when none does."""

    for _, name in socket.if_nameindex():
        request = struct.pack("256s", name.encode()[:15])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
            answer = fcntl.ioctl(probe.fileno(), 0x8915, request)  # SIOCGIFADDR
            if socket.inet_ntoa(answer[20:24]) == host:
                return name
    return ""
