"""Asking a starting station whether its parts answer yet: reports, ports, and the first picture itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rightcast.contract.reports import HeadendReport
from rightcast.serve.addresses import reachable
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.contract.station import Address, StationSettings

_ASK_EVERY_S = 0.05
_ANSWER_S = 5.0
PACKET_BYTES = 188


async def until(condition: Callable[[], bool], deadline_s: float) -> bool:
    """Whether `condition` comes to hold within `deadline_s` seconds."""
    try:
        async with asyncio.timeout(deadline_s):
            while not condition():  # noqa: ASYNC110 - what is asked lives in other processes
                await asyncio.sleep(_ASK_EVERY_S)
    except TimeoutError:
        return False
    return True


def headend_reports(settings: StationSettings, pid: int) -> bool:
    """Whether the headend process `pid` has reported."""
    return any(report.pid == pid for report in FileReports(settings.reports).fetch("headend-", HeadendReport))


async def until_listening(address: Address, deadline_s: float) -> bool:
    """Whether something accepts connections on `address` within `deadline_s` seconds."""
    target = reachable(address)
    try:
        async with asyncio.timeout(deadline_s):
            while True:
                try:
                    _, writer = await asyncio.open_connection(target.host, target.port)
                except OSError:
                    await asyncio.sleep(_ASK_EVERY_S)
                    continue
                writer.close()
                return True
    except TimeoutError:
        return False


async def until_picture(address: Address, path: str, deadline_s: float) -> bool:
    """Whether a GET of `path`, repeated while refused, brings a transport packet within `deadline_s` seconds."""
    try:
        async with asyncio.timeout(deadline_s):
            while not await _brings_packet(address, path):  # noqa: ASYNC110 - asks another process
                await asyncio.sleep(_ASK_EVERY_S)
    except TimeoutError:
        return False
    return True


async def _brings_packet(address: Address, path: str) -> bool:
    target = reachable(address)
    try:
        reader, writer = await asyncio.open_connection(target.host, target.port)
    except OSError:
        return False
    try:
        async with asyncio.timeout(_ANSWER_S):
            request = (
                f"GET {path} HTTP/1.1\r\nHost: {target}\r\nUser-Agent: rightcast-serve\r\nConnection: close\r\n\r\n"
            )
            writer.write(request.encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.split(b"\r\n", 1)[0]:
                return False
            return (await reader.readexactly(PACKET_BYTES))[0] == 0x47
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return False
    finally:
        writer.close()
