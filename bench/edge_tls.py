"""The same viewers over TLS 1.3: how many on a core, and what an idle connection holds.

Handshakes are made here in Python; then the raw sockets go to the C sink, which counts ciphertext.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import time
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bench.figures import Figure, at_least, at_most
from bench.rig import RigError, memory_bytes, rigged
from bench.station import SECRET, fill_feed, settings_in, start_edge, start_writer
from bench.viewers import Sink, largest_good

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.contract.station import StationSettings

CHANNELS = 50
SIZES = (500, 1_000, 1_500, 1_800, *range(2_000, 5_001, 400))
MORE_LINES = 2_000
QUICK_SIZES = (200, 500)
LEAST_BPS = 664 * 188 * 8 / 0.25 * 0.98
IDLE = 1_000


def tls_viewers(quick: bool) -> list[Figure]:
    """The largest crowd of 4 Mbit/s viewers over TLS."""
    sizes = QUICK_SIZES if quick else SIZES
    with rigged(quick) as rig:
        settings = settings_in(rig.folder, tls=certificate(rig.folder))
        sources = [(f"udp://127.0.0.1:{5000 + one}", None) for one in range(CHANNELS)]
        fill_feed(settings, sources, lines=max(sizes) + MORE_LINES)
        start_writer(rig, settings, CHANNELS)
        edge = start_edge(rig, settings)
        sink = Sink(rig)
        made = 0

        def grow(more: int) -> None:
            nonlocal made
            for at in range(0, more, 50):
                batch = [_viewer(settings, made + one) for one in range(min(50, more - at))]
                sink.take([_bare(one) for one in batch])
                made += len(batch)

        _check_grid(settings, max(sizes) + MORE_LINES - 1)
        best = largest_good(grow, sink, edge, sizes, least_bps=LEAST_BPS, fine=50)
    return [
        Figure(
            name="edge.tls_viewers",
            value=best.viewers,
            unit=f"viewers of 4 Mbit/s over TLS 1.3 on a core, {CHANNELS} channels",
            goal=at_least(1_800),
        )
    ]


def tls_idle_memory(quick: bool) -> list[Figure]:
    """Process memory of connections that have asked once and wait."""
    count = 200 if quick else IDLE
    with rigged(quick) as rig:
        settings = settings_in(rig.folder, tls=certificate(rig.folder))
        fill_feed(settings, [("udp://127.0.0.1:5000", None)])
        edge = start_edge(rig, settings)
        warm = [_asked(settings) for _ in range(20)]
        before = memory_bytes(edge.pid)
        idle = [_asked(settings) for _ in range(count)]
        after = memory_bytes(edge.pid)
        alive = sum(_is_open(one) for one in idle)
        for one in [*warm, *idle]:
            one.close()
    if alive < count:
        raise RigError(f"Only {alive} of {count} idle connections were still open.")
    return [
        Figure(
            name="edge.tls_idle_memory",
            value=(after - before) / count / 1000,
            unit=f"kB of process memory (PSS) per idle TLS connection, {count} connections",
            goal=at_most(40),
        )
    ]


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed ECDSA certificate for 127.0.0.1 and its key, as files in `folder`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bench")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "bench.crt", folder / "bench.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(*pem))
    return paths


def _open(settings: StationSettings) -> ssl.SSLSocket:
    if settings.tls_listen is None:
        raise RigError("The station has no TLS port.")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    plain = socket.create_connection(("127.0.0.1", settings.tls_listen.port), timeout=20)
    return context.wrap_socket(plain)


def _viewer(settings: StationSettings, number: int) -> ssl.SSLSocket:
    secured = _open(settings)
    path = f"/live/v{number:05d}/{SECRET}/{number % CHANNELS + 1}.ts"
    secured.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\nUser-Agent: sink\r\n\r\n".encode())
    begin = secured.recv(64)
    if not begin.startswith(b"HTTP/1.1 200"):
        raise RigError(f"The edge answered {begin[:40]!r} over TLS.")
    return secured


def _bare(secured: ssl.SSLSocket) -> socket.socket:
    secured.setblocking(False)
    return socket.socket(fileno=secured.detach())


def _asked(settings: StationSettings) -> ssl.SSLSocket:
    secured = _open(settings)
    secured.sendall(b"GET /healthz HTTP/1.1\r\nHost: bench\r\n\r\n")
    if not secured.recv(4096).startswith(b"HTTP/1.1 200"):
        raise RigError("The edge does not answer /healthz over TLS.")
    return secured


def _is_open(secured: ssl.SSLSocket) -> bool:
    secured.setblocking(False)
    try:
        return bool(secured.recv(1))
    except ssl.SSLWantReadError:
        return True
    except OSError:
        return False


def _check_grid(settings: StationSettings, number: int) -> None:
    """Read one viewer for real: what comes out of the cipher must lie on the packet grid."""
    secured = _viewer(settings, number)
    received = b""
    deadline = time.monotonic() + 10
    while len(received) < 2_000_000 and time.monotonic() < deadline:
        received += secured.recv(65536)
    secured.close()
    start = received.index(b"\r\n\r\n") + 4
    if any(byte != 0x47 for byte in received[start::188]):
        raise RigError("The stream over TLS left the packet grid.")
