"""What must hold before a station starts: folders, ports, room on the tmpfs, ffmpeg, certificate.

Each check raises the one error that says in a sentence what is wrong and what to do about it.
"""

from __future__ import annotations

import errno
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.contract.station import Address
from rightcast.domain.errors import (
    CertificateError,
    FfmpegMissingError,
    FolderNotWritableError,
    InvalidInputError,
    PermissionDeniedError,
    PortTakenError,
    RingTooSmallError,
)
from rightcast.domain.lineup import Channel, StartMode
from rightcast.domain.rights import CarriageRight
from rightcast.headend.budget import LEAST_SHARE_BYTES, rings_of
from rightcast.headend.ffmpeg import find_ffmpeg
from rightcast.serve.records import feed_records

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.contract.station import StationSettings

FEWEST_CHANNELS = 4
"""Room is asked for as many channels at least, for a station grows."""
_SOCKET_PATH_BYTES = 107


def check_folder(data: Path) -> None:
    """Make the data folder when it is missing and try to write in it. Raises FolderNotWritableError."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data) as trial:
            trial.write(b"rightcast")
    except OSError as error:
        raise FolderNotWritableError(
            f"The data folder {data} cannot be written: {error.strerror}.",
            remedy="Give its owner write access, or choose another folder with --data.",
            field="data",
        ) from error


def check_archive(settings: StationSettings) -> None:
    """Try to write where channels are kept. Raises FolderNotWritableError."""
    for option, folder in (("archive", settings.archive), ("archive-second", settings.archive_second)):
        if folder is None:
            continue
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=folder) as trial:
                trial.write(b"rightcast")
        except OSError as error:
            raise FolderNotWritableError(
                f"The folder {folder} of the archive cannot be written: {error.strerror}.",
                remedy=f"Give its owner write access, or choose another folder with --{option}.",
                field=option,
            ) from error


def check_ports(settings: StationSettings) -> None:
    """Try every address the station will listen on. Raises PortTakenError and its kin."""
    wanted = [("listen", settings.listen), ("console", settings.console)]
    if settings.tls_listen is not None:
        wanted.append(("tls-listen", settings.tls_listen))
    seen: dict[int, str] = {}
    for option, address in wanted:
        if address.port in seen:
            raise InvalidInputError(
                f"--{option} and --{seen[address.port]} both name port {address.port}.",
                remedy="Give each its own port.",
                field=option,
            )
        seen[address.port] = option
        check_port(address, option)


def check_port(address: Address, option: str) -> None:
    """Bind `address` for a moment. Raises PortTakenError, PermissionDeniedError or InvalidInputError."""
    try:
        with _bound(address):
            return
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(
                f"Port {address.port} on {address.host} is taken by another process.",
                remedy=f"Stop that process, or choose another address with --{option} HOST:PORT.",
                field=option,
            ) from error
        if error.errno in {errno.EACCES, errno.EPERM}:
            raise PermissionDeniedError(
                f"This user may not listen on port {address.port}.",
                remedy=f"Choose a port above 1023 with --{option} HOST:PORT.",
                field=option,
            ) from error
        raise InvalidInputError(
            f"This machine cannot listen on {address}: {error.strerror or error}.",
            remedy=f"Choose one of its own addresses with --{option} HOST:PORT.",
            field=option,
        ) from error


def free_port(address: Address) -> Address:
    """The address itself, or for port 0 the same host with a port that is free now."""
    if address.port:
        return address
    with _bound(address) as listener:
        return Address(address.host, int(listener.getsockname()[1]))


def check_ring(settings: StationSettings) -> None:
    """Make the ring's folder, private to its owner, and measure the room there. Raises RingTooSmallError."""
    root = settings.ring_root
    if len(str(settings.headend_socket(settings.headends))) > _SOCKET_PATH_BYTES:
        raise InvalidInputError(
            f"The path of the ring {root} is too long for the sockets in it.",
            remedy="Choose a shorter folder with --ring.",
            field="ring",
        )
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        if root.stat().st_uid == os.getuid():
            root.chmod(0o700)
        held = sum(file.stat().st_size for file in root.glob("ring/*/*") if file.is_file())
        free = shutil.disk_usage(root).free + held
    except OSError as error:
        raise FolderNotWritableError(
            f"The folder of the ring {root} cannot be used: {error.strerror}.",
            remedy="Choose another tmpfs folder with --ring.",
            field="ring",
        ) from error
    needed = needed_bytes(settings, max(running_channels(settings, datetime.now(UTC)), FEWEST_CHANNELS))
    if free < needed:
        raise RingTooSmallError(
            f"The ring needs {needed / 1e6:.0f} MB on {root}, but {free / 1e6:.0f} MB are free.",
            remedy="Free some room there, make the tmpfs larger (mount -o remount,size=...; "
            "docker run --shm-size=...), or choose another tmpfs folder with --ring.",
            field="ring",
        )


def needed_bytes(settings: StationSettings, channels: int) -> int:
    """The room that rings of so many channels need on their tmpfs: the budget, half of the room if none is set.

    Raises RingTooSmallError when the budget itself is too small.
    """
    least = channels * LEAST_SHARE_BYTES
    if 0 < settings.ring_budget_bytes < least:
        raise RingTooSmallError(
            f"{channels} channels and rungs need {least / 1e6:.0f} MB, but the ring may take"
            f" {settings.ring_budget_bytes / 1e6:.0f} MB.",
            remedy="Raise --ring-budget, or leave it out to take half of what is free.",
            field="ring-budget",
        )
    return settings.ring_budget_bytes or 2 * least


def running_channels(settings: StationSettings, now: datetime) -> int:
    """How many rings are filled without a viewer: of channels and their rungs, published, under a right, always on."""
    records = feed_records(settings)
    covered: set[int] = set()
    for record in records:
        if isinstance(record, CarriageRight) and record.in_force(now):
            covered.update(record.channel_ids)
    always = (one for one in records if isinstance(one, Channel) and one.start is StartMode.ALWAYS)
    return sum(rings_of(one) for one in always if one.id in covered)


def check_ffmpeg(settings: StationSettings) -> str:
    """The ffmpeg program that will be used, tried once. Raises FfmpegMissingError."""
    try:
        program = find_ffmpeg(settings.ffmpeg)
        subprocess.run([program, "-version"], check=True, capture_output=True, timeout=20)  # noqa: S603 - a list
    except (FfmpegMissingError, OSError, subprocess.SubprocessError) as error:
        raise FfmpegMissingError(
            f"The ffmpeg program {settings.ffmpeg or 'of the imageio-ffmpeg package'} cannot be started.",
            remedy="Install it again (pip install --force-reinstall imageio-ffmpeg), or name one with --ffmpeg PATH.",
            field="ffmpeg",
        ) from error
    return program


def check_certificate(settings: StationSettings) -> None:
    """Load certificate and key together. Raises CertificateError."""
    if settings.tls_listen is None or settings.tls_certificate is None:
        return
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(settings.tls_certificate, settings.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise CertificateError(
            f"The certificate {settings.tls_certificate} and its key cannot be used: {error.strerror or error}.",
            remedy="Give a PEM certificate chain with --tls-cert and its unencrypted key with --tls-key.",
            field="tls-cert",
        ) from error


def _bound(address: Address) -> socket.socket:
    found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, target = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        # Connections of the last run that still linger must not look like a port that is taken.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(target)
        listener.listen(1)
    except OSError:
        listener.close()
        raise
    return listener
