"""The certificate that `--tls` makes for itself."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509

from rightcast.serve.certificate import self_signed

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def names(certificate: Path) -> list[str]:
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    return [str(name.value) for name in found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value]


def test_it_names_this_machine_and_the_hosts_asked_for(tmp_path: Path) -> None:
    certificate, _ = self_signed(tmp_path, ["192.0.2.7"])
    assert {"localhost", "127.0.0.1", "192.0.2.7"} <= set(names(certificate))


def test_a_server_can_use_it(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path, [])
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)


def test_its_key_is_for_its_owner_only(tmp_path: Path) -> None:
    _, key = self_signed(tmp_path / "tls", [])
    assert key.stat().st_mode & 0o777 == 0o600


def test_it_stays_while_it_is_good(tmp_path: Path) -> None:
    first, _ = self_signed(tmp_path, [], now=NOW)
    before = first.read_bytes()
    again, _ = self_signed(tmp_path, [], now=NOW + timedelta(days=300))
    assert again.read_bytes() == before


def test_it_is_made_anew_a_month_before_it_ends(tmp_path: Path) -> None:
    first, _ = self_signed(tmp_path, [], now=NOW)
    before = first.read_bytes()
    again, _ = self_signed(tmp_path, [], now=NOW + timedelta(days=340))
    assert again.read_bytes() != before


def test_it_is_made_anew_for_a_host_it_does_not_name(tmp_path: Path) -> None:
    self_signed(tmp_path, [], now=NOW)
    certificate, _ = self_signed(tmp_path, ["tv.example.org"], now=NOW)
    assert "tv.example.org" in names(certificate)


def test_rubbish_in_its_place_is_replaced(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path, [])
    certificate.write_text("rubbish")
    self_signed(tmp_path, [])
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
