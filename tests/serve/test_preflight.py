"""What a station checks before it starts, and the sentence each failed check ends in."""

from __future__ import annotations

import os
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Change, Kind
from rightcast.contract.station import Address, StationSettings
from rightcast.domain.errors import (
    CertificateError,
    FfmpegMissingError,
    FolderNotWritableError,
    InvalidInputError,
    PortTakenError,
    RingTooSmallError,
)
from rightcast.domain.lineup import Channel, StartMode
from rightcast.domain.rights import CarriageRight, RightStatus
from rightcast.serve import preflight
from rightcast.serve.certificate import self_signed
from rightcast.state.feed import FileFeed
from tests.contract.examples import RECORDS

if TYPE_CHECKING:
    from pathlib import Path


NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> StationSettings:
    return StationSettings(data=tmp_path / "data", ring=tmp_path / "ring")


def test_a_missing_data_folder_is_made(settings: StationSettings) -> None:
    preflight.check_folder(settings.data)
    assert settings.data.is_dir()


def test_a_data_folder_that_is_a_file_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(FolderNotWritableError) as caught:
        preflight.check_folder(tmp_path / "data")
    assert "--data" in caught.value.remedy


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_folder_without_write_access_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(FolderNotWritableError):
        preflight.check_folder(tmp_path / "data")


def test_a_taken_port_is_named_with_the_option_that_moves_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError) as caught:
            preflight.check_port(Address("127.0.0.1", port), "console")
    assert str(port) in caught.value.sentence
    assert "--console" in caught.value.remedy


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(InvalidInputError) as caught:
        preflight.check_port(Address("192.0.2.1", 8080), "listen")
    assert caught.value.field == "listen"


def test_a_host_that_does_not_resolve_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        preflight.check_port(Address("no-such-host.invalid", 8080), "listen")


def test_one_port_cannot_serve_viewers_and_operators(settings: StationSettings) -> None:
    address = preflight.free_port(Address("127.0.0.1", 0))
    with pytest.raises(InvalidInputError):
        preflight.check_ports(replace(settings, listen=address, console=address))


def test_port_0_becomes_a_free_one_and_others_stay() -> None:
    assert preflight.free_port(Address("127.0.0.1", 0)).port > 0
    assert preflight.free_port(Address("127.0.0.1", 8080)) == Address("127.0.0.1", 8080)


def test_the_ring_folder_is_made_for_its_owner_only(settings: StationSettings) -> None:
    preflight.check_ring(settings)
    assert settings.ring_root.stat().st_mode & 0o777 == 0o700


def test_a_tmpfs_that_is_too_small_is_told_with_both_sizes(settings: StationSettings) -> None:
    with pytest.raises(RingTooSmallError) as caught:
        preflight.check_ring(replace(settings, ring_budget_bytes=10**18))
    assert "1000000000000 MB" in caught.value.sentence
    assert "--ring" in caught.value.remedy


def test_a_budget_that_is_too_small_for_the_channels_is_told(settings: StationSettings) -> None:
    with pytest.raises(RingTooSmallError) as caught:
        preflight.needed_bytes(replace(settings, ring_budget_bytes=10_000_000), 10)
    assert "--ring-budget" in caught.value.remedy


def test_room_is_needed_for_channels_that_run_under_a_right(settings: StationSettings) -> None:
    assert preflight.running_channels(settings, NOW) == 0
    channel = RECORDS["channel"]
    assert isinstance(channel, Channel)
    feed = FileFeed(settings.feed)
    feed.publish([Change(Kind.CHANNEL, key, replace(channel, id=key, start=StartMode.ALWAYS)) for key in range(1, 6)])
    feed.publish([Change(Kind.CHANNEL, 1, None)])
    feed.publish([Change(Kind.CHANNEL, 2, replace(channel, id=2, start=StartMode.ON_DEMAND))])
    right = RECORDS["right"]
    assert isinstance(right, CarriageRight)
    feed.publish(
        [
            Change(
                Kind.RIGHT,
                1,
                replace(right, status=RightStatus.ACTIVE, channel_ids=(1, 2, 3, 4), starts=NOW, ends=None),
            )
        ]
    )
    feed.close()
    assert preflight.running_channels(settings, NOW) == 2
    assert preflight.running_channels(settings, NOW - timedelta(days=1)) == 0


def test_a_ring_folder_whose_sockets_would_have_too_long_a_path_is_refused(settings: StationSettings) -> None:
    with pytest.raises(InvalidInputError):
        preflight.check_ring(replace(settings, ring=settings.data / ("x" * 100)))


def test_the_packaged_ffmpeg_is_found(settings: StationSettings) -> None:
    assert "ffmpeg" in preflight.check_ffmpeg(settings)


@pytest.mark.parametrize("program", ["/no/such/ffmpeg", "/bin/false"])
def test_an_ffmpeg_that_does_not_start_is_told_with_a_remedy(settings: StationSettings, program: str) -> None:
    with pytest.raises(FfmpegMissingError) as caught:
        preflight.check_ffmpeg(replace(settings, ffmpeg=program))
    assert "--ffmpeg" in caught.value.remedy


def test_a_certificate_and_key_that_do_not_fit_are_refused(settings: StationSettings, tmp_path: Path) -> None:
    certificate, _ = self_signed(tmp_path / "one", [])
    _, key = self_signed(tmp_path / "two", [])
    wanted = replace(settings, tls_listen=Address("127.0.0.1", 8443), tls_certificate=certificate, tls_key=key)
    with pytest.raises(CertificateError):
        preflight.check_certificate(wanted)


def test_a_certificate_that_is_not_there_is_refused(settings: StationSettings, tmp_path: Path) -> None:
    missing = tmp_path / "none.crt"
    wanted = replace(settings, tls_listen=Address("127.0.0.1", 8443), tls_certificate=missing, tls_key=missing)
    with pytest.raises(CertificateError) as caught:
        preflight.check_certificate(wanted)
    assert "--tls-cert" in caught.value.remedy
