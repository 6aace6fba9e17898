"""HTTPS: the same answers, certificates renewed in place."""

from __future__ import annotations

import asyncio
import os
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rightcast.contract.station import Address, StationSettings
from rightcast.domain.errors import CertificateError
from rightcast.edge.certificates import Certificate
from tests.edge.station import TestStation, eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.edge.fake_headend import FakeHeadend


def write_pair(folder: Path, name: str) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=9)).sign(key, hashes.SHA256())
    )  # fmt: skip
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return paths


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@pytest.fixture
def settings(root: Path, tmp_path: Path) -> StationSettings:
    certificate, key = write_pair(tmp_path, "first")
    plain = StationSettings(data=tmp_path, listen=Address("127.0.0.1", 0), ring=root, segment_s=1.0)
    return replace(plain, tls_listen=Address("127.0.0.1", 0), tls_certificate=certificate, tls_key=key)


async def test_streams_and_segments_come_whole_over_tls(station: TestStation) -> None:
    station.headend.source = [segment * 10 for segment in station.headend.source]
    await station.on_air(2)
    client = await station.connect(tls=trusting())
    assert await client.stream() == 200
    wanted = station.headend.data(1)
    assert await client.read(len(wanted)) == wanted
    station.headend.segment()
    wanted = station.headend.data(2)
    assert await client.read(len(wanted)) == wanted
    client.close()
    await eventually(lambda: len(station.edge.viewings) == 0)
    other = await station.connect(tls=trusting())
    reply = await other.ask("/live/anna/sesame/1.m3u8")
    base = reply.headers["location"].removesuffix("index.m3u8")
    assert (await other.ask(f"{base}2.ts")).body == wanted
    other.close()


async def test_a_stalled_viewer_over_tls_is_cut_and_holds_little(station: TestStation, headend: FakeHeadend) -> None:
    headend.source = [segment * 40 for segment in headend.source]
    await station.on_air(1)
    client = await station.connect(tls=trusting())
    client.send("/live/anna/sesame/1.ts")
    await eventually(lambda: len(station.edge.viewings) == 1)
    client.writer.transport.pause_reading()
    for _ in range(10):
        await station.on_air(1)
        for viewing in station.edge.viewings.all():
            for viewer in viewing.viewers:
                part = len(headend.data(0)) // 4
                assert viewer.connection.transport.get_write_buffer_size() <= 2 * part + (256 << 10)
    await eventually(lambda: len(station.edge.viewings) == 0)
    client.close()


async def test_a_renewed_certificate_is_shown_to_new_viewers_and_drops_none(
    station: TestStation, tmp_path: Path
) -> None:
    await station.on_air(1)
    watching = await station.connect(tls=trusting())
    assert await watching.stream() == 200
    await watching.read(188)
    assert b"first" in await shown(station)
    write_pair(tmp_path, "second")
    await eventually_shown(station, b"second")
    station.headend.segment()
    await watching.read(len(station.headend.data(0)) - 188 + 188)
    key = tmp_path / "key.pem"
    key.write_text("not a key")
    os.utime(key, (1, 1))
    await eventually(lambda: station.edge.certificate._seen[1] == 1_000_000_000, 5)
    assert b"second" in await shown(station)
    watching.close()


async def shown(station: TestStation) -> bytes:
    client = await station.connect(tls=trusting())
    found = client.writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    client.close()
    return found


async def eventually_shown(station: TestStation, name: bytes) -> None:
    async with asyncio.timeout(5):
        while name not in await shown(station):
            await asyncio.sleep(0.05)


def test_unusable_certificates_are_said_clearly_at_the_start(tmp_path: Path) -> None:
    certificate, _ = write_pair(tmp_path, "one")
    other = tmp_path / "other"
    other.mkdir()
    _, foreign_key = write_pair(other, "two")
    for pair in ((certificate, foreign_key), (certificate, tmp_path / "absent.pem"), (foreign_key, certificate)):
        with pytest.raises(CertificateError):
            Certificate(*pair)
