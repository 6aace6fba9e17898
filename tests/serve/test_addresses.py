"""The addresses that are told to people and players."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rightcast.contract.station import Address, StationSettings
from rightcast.serve import addresses

if TYPE_CHECKING:
    import pytest


def test_a_loopback_station_is_told_as_it_is() -> None:
    settings = StationSettings(data=Path("data"), listen=Address("127.0.0.1", 8081))
    assert addresses.viewers_url(settings) == "http://127.0.0.1:8081"


def test_a_station_on_every_interface_is_told_by_its_network_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "network_host", lambda: "192.0.2.7")
    settings = StationSettings(data=Path("data"), listen=Address("0.0.0.0", 8081))
    assert addresses.viewers_url(settings) == "http://192.0.2.7:8081"


def test_a_public_address_goes_before_all(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = StationSettings(data=Path("data"), public_url="https://tv.example.org/")
    assert addresses.viewers_url(settings) == "https://tv.example.org"


def test_this_machine_reaches_a_station_on_every_interface_by_loopback() -> None:
    assert addresses.reachable(Address("0.0.0.0", 1)) == Address("127.0.0.1", 1)
    assert addresses.reachable(Address("::", 1)) == Address("::1", 1)
    assert addresses.reachable(Address("192.0.2.1", 1)) == Address("192.0.2.1", 1)


def test_the_network_address_is_an_address() -> None:
    assert addresses.network_host().count(".") == 3
