"""Devices are told apart by the credential they came in by, else by what the player calls itself."""

from __future__ import annotations

import pytest

from rightcast.domain.devices import device_class
from rightcast.domain.lineup import CredentialKind
from rightcast.domain.rights import DeviceClass


@pytest.mark.parametrize(
    ("player", "expected"),
    [
        ("Mozilla/5.0 (QtEmbedded; U; Linux; C) AppleWebKit/533.3 MAG254 stbapp", DeviceClass.SET_TOP_BOX),
        ("Enigma2 HbbTV/1.1.1", DeviceClass.SET_TOP_BOX),
        ("Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/538.1", DeviceClass.TELEVISION),
        ("Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36", DeviceClass.TELEVISION),
        ("TiviMate/5.1.0 (Android 12)", DeviceClass.TELEVISION),
        ("Mozilla/5.0 (Linux; Android 11; AFTKA) AppleWebKit/537.36", DeviceClass.TELEVISION),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)", DeviceClass.MOBILE),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Mobile", DeviceClass.MOBILE),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", DeviceClass.COMPUTER),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0)", DeviceClass.COMPUTER),
        ("VLC/3.0.21 LibVLC/3.0.21", DeviceClass.UNKNOWN),
        ("", DeviceClass.UNKNOWN),
    ],
)
def test_a_player_is_known_by_its_name(player: str, expected: DeviceClass) -> None:
    assert device_class(player) is expected


def test_a_box_by_its_hardware_address_is_a_box_whatever_it_says() -> None:
    assert device_class("Mozilla/5.0 (iPhone)", CredentialKind.MAC) is DeviceClass.SET_TOP_BOX
    assert device_class("Mozilla/5.0 (iPhone)", CredentialKind.XTREAM) is DeviceClass.MOBILE
