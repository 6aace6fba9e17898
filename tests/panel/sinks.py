"""Small real servers on loopback that take what notifiers send: HTTP, SMTP with STARTTLS or TLS, syslog."""

from __future__ import annotations

import datetime
import http.server
import socket
import socketserver
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WAIT_S = 10.0


@dataclass
class Taken:
    """What a server got; `wait` until there are so many."""

    port: int = 0
    items: list[Any] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def add(self, item: Any) -> None:
        with self.changed:
            self.items.append(item)
            self.changed.notify_all()

    def wait(self, many: int) -> list[Any]:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.items) >= many, WAIT_S), self.items
            return list(self.items)


@contextmanager
def running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(WAIT_S)


@contextmanager
def http_sink(
    status: int = 200, headers: dict[str, str] | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[Taken]:
    """Keeps (path, headers, body) of every POST and answers `status`; a list of them in turn is not needed."""
    taken = Taken()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.add((self.path, dict(self.headers), body))
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Silence."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    taken.port = server.server_address[1]
    with running(server):
        yield taken


@contextmanager
def smtp_sink(*, tls: ssl.SSLContext | None, starttls: bool, refuse: int = 0) -> Iterator[Taken]:
    """Keeps (was it encrypted, user and password line, receivers, mail). `refuse`: answer RCPT with this code."""
    taken = Taken()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            link: socket.socket = self.request
            secure = False
            if tls is not None and not starttls:
                link, secure = tls.wrap_socket(link, server_side=True), True
            file = link.makefile("rwb")

            def say(text: str) -> None:
                file.write(text.encode() + b"\r\n")
                file.flush()

            login, receivers = "", []
            say("220 sink")
            while line := file.readline():
                words = line.decode().strip()
                verb = words.upper()
                if verb.startswith("EHLO"):
                    say("250-sink")
                    if starttls and not secure:
                        say("250-STARTTLS")
                    say("250 AUTH PLAIN")
                elif verb == "STARTTLS":
                    assert tls is not None
                    say("220 go on")
                    file.close()
                    link, secure = tls.wrap_socket(link, server_side=True), True
                    file = link.makefile("rwb")
                elif verb.startswith("AUTH PLAIN"):
                    login = words.split()[-1]
                    say("235 welcome")
                elif verb.startswith("RCPT"):
                    receivers.append(words[8:].strip("<>"))
                    say(f"{refuse} no" if refuse else "250 ok")
                elif verb == "DATA":
                    say("354 go on")
                    mail = b""
                    while not mail.endswith(b"\r\n.\r\n"):
                        mail += file.readline()
                    taken.add((secure, login, receivers, mail.decode()))
                    say("250 taken")
                elif verb == "QUIT":
                    say("221 bye")
                    return
                else:
                    say("250 ok")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    taken.port = server.server_address[1]
    with running(server):
        yield taken


@contextmanager
def tcp_sink() -> Iterator[Taken]:
    """Keeps all bytes of every connection."""
    taken = Taken()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            taken.add(self.rfile.read())

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    taken.port = server.server_address[1]
    with running(server):
        yield taken


@contextmanager
def datagram_sink(path: Path | None = None) -> Iterator[socket.socket]:
    """A bound datagram socket, on loopback or at a path, with a deadline."""
    link = socket.socket(socket.AF_UNIX if path else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        link.bind(str(path) if path else ("127.0.0.1", 0))
        link.settimeout(WAIT_S)
        yield link
    finally:
        link.close()


def certificate_of(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Contexts of a server with a fresh certificate for `name`, and of a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert = folder / "sink.pem"
    cert.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert)
    client = ssl.create_default_context(cafile=str(cert))
    return server, client
