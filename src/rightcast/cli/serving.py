"""`rightcast serve` and `rightcast demo`: putting the station on air, and what to open on it."""

from __future__ import annotations

import ipaddress
import sys
from dataclasses import replace
from pathlib import Path
from typing import Unpack

import click

from rightcast.cli.archive_options import ArchiveChoice, archive_options, with_archive
from rightcast.cli.desk import Desk, data_option, json_option
from rightcast.contract.station import Address, StationSettings
from rightcast.domain.errors import InvalidInputError
from rightcast.serve.lock import on_air, remembered_settings
from rightcast.serve.progress import Progress
from rightcast.serve.sheet import demo_sheet, sheet_lines
from rightcast.serve.supervisor import serve

TLS_PORT_DISTANCE = 363
"""From the plain port to the TLS one when none is named: 8080 gives 8443."""
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("serve")
@data_option
@click.option("--demo", is_flag=True, envvar="RIGHTCAST_DEMO", help="Fill an empty station with four demo channels.")
@click.option(
    "--listen",
    envvar="RIGHTCAST_LISTEN",
    default="127.0.0.1:8080",
    show_default=True,
    metavar="HOST:PORT",
    help="Where viewers connect; 0.0.0.0:8080 opens it to the network. Port 0 takes a free one.",
)
@click.option(
    "--console",
    envvar="RIGHTCAST_CONSOLE",
    default="127.0.0.1:8000",
    show_default=True,
    metavar="HOST:PORT",
    help="Where operators log in.",
)
@click.option("--tls", is_flag=True, envvar="RIGHTCAST_TLS", help="Serve viewers over HTTPS too.")
@click.option(
    "--tls-listen",
    envvar="RIGHTCAST_TLS_LISTEN",
    metavar="HOST:PORT",
    show_default="the port of --listen plus 363",
    help="Where viewers connect over HTTPS; implies --tls.",
)
@click.option(
    "--tls-cert",
    envvar="RIGHTCAST_TLS_CERT",
    metavar="FILE",
    type=_FILE,
    show_default="one signed by itself",
    help="PEM certificate chain; implies --tls. The file may be renewed while on air.",
)
@click.option("--tls-key", envvar="RIGHTCAST_TLS_KEY", metavar="FILE", type=_FILE, help="PEM key of --tls-cert.")
@click.option(
    "--public-url",
    envvar="RIGHTCAST_PUBLIC_URL",
    default="",
    metavar="URL",
    help="How viewers reach the station from outside, when another server stands in front of it.",
)
@click.option(
    "--edges",
    envvar="RIGHTCAST_EDGES",
    type=click.IntRange(1, 256),
    metavar="N",
    default=1,
    show_default=True,
    help="Delivery processes; one for each core that should serve viewers.",
)
@click.option(
    "--headends",
    envvar="RIGHTCAST_HEADENDS",
    type=click.IntRange(1, 64),
    metavar="N",
    default=1,
    show_default=True,
    help="Media processes; one carries 100 to 150 channels.",
)
@click.option(
    "--ring",
    envvar="RIGHTCAST_RING",
    metavar="DIR",
    type=click.Path(path_type=Path),
    show_default="a private folder in /dev/shm",
    help="A tmpfs folder for the newest seconds of every channel.",
)
@click.option(
    "--ring-budget",
    envvar="RIGHTCAST_RING_BUDGET",
    type=click.IntRange(0),
    default=0,
    metavar="MB",
    show_default="half of what is free",
    help="Megabytes the rings may take together.",
)
@click.option(
    "--segment",
    envvar="RIGHTCAST_SEGMENT",
    type=click.FloatRange(1, 10),
    default=2.0,
    show_default=True,
    metavar="SECONDS",
    help="Least length of a segment; it ends at the next key frame.",
)
@click.option(
    "--playlist-segments",
    envvar="RIGHTCAST_PLAYLIST_SEGMENTS",
    type=click.IntRange(3, 60),
    metavar="N",
    default=6,
    show_default=True,
    help="Segments in a live playlist.",
)
@click.option(
    "--ffmpeg",
    envvar="RIGHTCAST_FFMPEG",
    default="",
    metavar="PATH",
    show_default="the one of the imageio-ffmpeg package",
    help="The ffmpeg program for sources that are no transport stream.",
)
@click.option(
    "--tuner",
    envvar="RIGHTCAST_TUNER",
    default="",
    metavar="LINE@HOST:PORT",
    show_default="off",
    help="Offer a line's channels as an HDHomeRun tuner on this address, to all who reach it: anna@192.168.1.10:5004.",
)
@click.option(
    "--notify-networks",
    envvar="RIGHTCAST_NOTIFY_NETWORKS",
    default="",
    metavar="NETWORKS",
    help="Private networks that webhooks and Alertmanager may be in, with commas between: 10.1.0.0/16,127.0.0.0/8.",
)
@click.option(
    "--provider-playlist",
    "provider_line",
    envvar="RIGHTCAST_PROVIDER_PLAYLIST",
    default="",
    metavar="LINE",
    show_default="off",
    help="Answer /playlist.m3u, which SS IPTV asks at every start, to own networks with this line's channels.",
)
@click.option(
    "--country-file",
    envvar="RIGHTCAST_COUNTRY_FILE",
    metavar="FILE",
    type=_FILE,
    show_default="none: only the operator's networks are in a country",
    help="A MaxMind-format file (.mmdb) of countries by address, for rights that say where viewers must be.",
)
@archive_options
def serve_command(  # noqa: PLR0917 - one parameter for each option
    data: Path,
    demo: bool,
    listen: str,
    console: str,
    tls: bool,
    tls_listen: str | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    public_url: str,
    edges: int,
    headends: int,
    ring: Path | None,
    ring_budget: int,
    segment: float,
    playlist_segments: int,
    ffmpeg: str,
    tuner: str,
    notify_networks: str,
    provider_line: str,
    country_file: Path | None,
    **archive: Unpack[ArchiveChoice],
) -> None:
    """Put the station on air, until Ctrl-C."""
    tuner_line, tuner_listen = _checked_tuner(tuner)
    settings = StationSettings(
        data=data.absolute(),
        listen=Address.parse(listen, field="listen"),
        console=Address.parse(console, field="console"),
        public_url=_checked_public_url(public_url),
        ring=ring.absolute() if ring else None,
        ring_budget_bytes=ring_budget * 1_000_000,
        segment_s=segment,
        playlist_segments=playlist_segments,
        edges=edges,
        headends=headends,
        ffmpeg=ffmpeg,
        demo=demo,
        tuner_line=tuner_line,
        tuner_listen=tuner_listen,
        notify_networks=_checked_networks(notify_networks),
        provider_line=provider_line,
        country_file=country_file.absolute() if country_file else None,
    )
    settings = with_archive(settings, archive)
    wants_tls = tls or bool(tls_listen or tls_cert or tls_key)
    if wants_tls:
        settings = with_tls(settings, tls_listen, tls_cert, tls_key)
    click.echo("\n  Rightcast is going on air ...\n" if demo else "\n  Rightcast is starting ...\n")
    serve(settings, Progress(sys.stdout), self_sign=wants_tls and tls_cert is None)


def with_tls(
    settings: StationSettings, tls_listen: str | None, certificate: Path | None, key: Path | None
) -> StationSettings:
    """The settings with HTTPS on. Raises InvalidInputError when one of certificate and key is missing."""
    if (certificate is None) != (key is None):
        missing = "tls-key" if key is None else "tls-cert"
        raise InvalidInputError(
            "A certificate and its key go together.", remedy=f"Name the other file with --{missing}.", field=missing
        )
    listen = settings.listen
    port = listen.port + TLS_PORT_DISTANCE if listen.port else 0
    return replace(
        settings,
        tls_listen=Address.parse(tls_listen, field="tls-listen") if tls_listen else Address(listen.host, port),
        tls_certificate=certificate.absolute() if certificate else None,
        tls_key=key.absolute() if key else None,
    )


def _checked_tuner(text: str) -> tuple[str, Address | None]:
    """The line and the address; an interface must be named, for whoever reaches it watches."""
    if not text:
        return "", None
    line, sign, place = text.rpartition("@")
    address = Address.parse(place, field="tuner") if sign and line else None
    if address is None or address.host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        raise InvalidInputError(
            f"'{text}' does not say whose channels are offered on which interface.",
            remedy="Write LINE@HOST:PORT with the address of one interface, for example anna@192.168.1.10:5004.",
            field="tuner",
        )
    return line, address


def _checked_public_url(url: str) -> str:
    if url and not url.startswith(("http://", "https://")):
        raise InvalidInputError(
            f"'{url}' is no address of the web.", remedy="Write https://tv.example.org.", field="public-url"
        )
    return url.rstrip("/")


def _checked_networks(text: str) -> tuple[str, ...]:
    networks = tuple(one.strip() for one in text.split(",") if one.strip())
    for one in networks:
        try:
            ipaddress.ip_network(one)
        except ValueError as error:
            raise InvalidInputError(
                f"'{one}' is no network.", remedy="Write 10.1.0.0/16.", field="notify-networks"
            ) from error
    return networks


@click.command("demo")
@data_option
@json_option
def demo_command(data: Path, as_json: bool) -> None:
    """Print what to open on the demo station."""
    settings = remembered_settings(data.absolute())
    sheet = demo_sheet(settings)
    lines = sheet_lines(sheet)
    if not on_air(settings.data):
        lines = [*lines, "", "  The station is off the air; `rightcast serve --demo` puts it on air."]
    Desk(settings, as_json).answer(sheet, lines)
