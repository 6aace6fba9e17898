"""A self-signed certificate for `--tls` without one of its own: good for trying, honest about it.

It is kept in the data folder and made anew a month before it ends.
"""

from __future__ import annotations

import ipaddress
import socket
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_LIFE = timedelta(days=365)
_RENEW_BEFORE = timedelta(days=30)


def self_signed(folder: Path, hosts: Iterable[str], *, now: datetime | None = None) -> tuple[Path, Path]:
    """Certificate and key files in `folder` for `hosts`, localhost and this machine; made when missing or ending."""
    moment = now or datetime.now(UTC)
    certificate, key = folder / "self-signed.crt", folder / "self-signed.key"
    names = sorted({"localhost", "127.0.0.1", "::1", socket.gethostname(), *hosts})
    if not (key.exists() and _serves(certificate, names, moment)):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(certificate, key, names, moment)
    return certificate, key


def _serves(certificate: Path, names: list[str], now: datetime) -> bool:
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        covered = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    return now + _RENEW_BEFORE < found.not_valid_after_utc and all(_general_name(name) in covered for name in names)


def _write(certificate: Path, key: Path, names: list[str], now: datetime) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Rightcast, self-signed")])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    key.touch(mode=0o600)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode())
