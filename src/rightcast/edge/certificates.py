"""The certificate of the viewers' port: read, watched, renewed in place without dropping anybody."""

from __future__ import annotations

import logging
import ssl
from typing import TYPE_CHECKING

from rightcast.domain.errors import CertificateError

if TYPE_CHECKING:
    from pathlib import Path

_log = logging.getLogger(__name__)


class Certificate:
    """One certificate with its key. `context` stays the same object for the life of the edge."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Read both. Raises CertificateError."""
        self._certificate = certificate
        self._key = key
        self._seen = self._times()
        self.context = _load(certificate, key)

    def refresh(self) -> bool:
        """Take renewed files into use; with unusable ones the old certificate stays. Whether it was renewed."""
        times = self._times()
        if times == self._seen:
            return False
        self._seen = times
        try:
            _load(self._certificate, self._key)  # a pair that does not fit must not touch the live context
            self.context.load_cert_chain(self._certificate, self._key)
        except (CertificateError, OSError) as error:
            _log.error("The certificate was not renewed, the old one stays in use: %s", error)
            return False
        _log.info("The certificate %s was renewed", self._certificate)
        return True

    def _times(self) -> tuple[int, ...]:
        found = []
        for path in (self._certificate, self._key):
            try:
                found.append(path.stat().st_mtime_ns)
            except OSError:
                found.append(0)
        return tuple(found)


def _load(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key, password="")
    except ssl.SSLError as error:
        raise CertificateError(
            f"The certificate {certificate} and the key {key} cannot be used: {error.reason or error}.",
            remedy="Give a PEM certificate (with its chain) and the unencrypted key that belongs to it.",
            field="tls_certificate",
        ) from error
    except OSError as error:
        raise CertificateError(
            f"The certificate {certificate} or its key {key} cannot be read: {error.strerror}.",
            remedy="Check both paths and that the user running Rightcast may read them.",
            field="tls_certificate",
        ) from error
    return context
