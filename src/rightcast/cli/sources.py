"""`rightcast source`: looking at a signal before it becomes a channel. Needs neither station nor database."""
# ruff: noqa: PLC0415 - the headend's machinery is imported when the command runs

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import station_command

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk
    from rightcast.headend.probe import ProbedService, ProbedStream, ProbeResult


@click.group("source")
def source_group() -> None:
    """Look at signals before they become channels."""


@station_command(source_group, "probe")
@click.argument("url")
@click.option(
    "--seconds",
    type=click.FloatRange(0.5, 60),
    default=4.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to receive it.",
)
def probe_source(desk: Desk, *, url: str, seconds: float) -> None:
    """Receive URL for some seconds and tell its services, PIDs, codecs and bitrate, and whether it is scrambled."""
    from rightcast.headend.probe import probe

    waiting = not desk.as_json and sys.stderr.isatty()
    if waiting:
        click.echo("Receiving ...", err=True, nl=False)
    try:
        found = asyncio.run(probe(url, settings=desk.settings, seconds=seconds))
    finally:
        if waiting:
            click.echo("\r\x1b[K", err=True, nl=False)
    desk.answer(found, _lines(found))


def _lines(found: ProbeResult) -> list[str]:
    services = f"{len(found.services)} services" if len(found.services) != 1 else "1 service"
    lines = [
        f"{found.url}: {services}, {_megabits(found.bitrate_bps)}, {'scrambled' if found.scrambled else 'clear'}",
        f"  received {found.seconds:.1f} s, {found.packets:,} packets, "
        f"{found.continuity_errors} continuity errors, {found.datagrams_lost} datagrams lost",
    ]
    for service in found.services:
        lines += ["", *_service_lines(service)]
    if found.remarks:
        lines += ["", *(f"  ! {remark}" for remark in found.remarks)]
    return lines


def _service_lines(service: ProbedService) -> list[str]:
    facts = [
        f"service {service.service_id}",
        service.name or "no name",
        service.provider,
        service.resolution,
        _megabits(service.bitrate_bps),
        "SCRAMBLED" if service.scrambled else "",
    ]
    head = "  " + "  ".join(fact for fact in facts if fact)
    return [head, f"    PID {service.pmt_pid:>5}  PMT", *map(_stream_line, service.streams)]


def _stream_line(stream: ProbedStream) -> str:
    words = f"{stream.kind:<9} {stream.codec or f'type 0x{stream.stream_type:02x}'}"
    described = stream.description if stream.description.lower() != stream.codec.lower() else ""
    return f"    PID {stream.pid:>5}  {words}  {stream.language}  {described}".rstrip()


def _megabits(bits: int) -> str:
    return f"{bits / 1e6:.2f} Mbit/s"
