"""An address that was cut short names a network and no longer a home."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rightcast.domain.addresses import cut_short

if TYPE_CHECKING:
    import ipaddress


@pytest.mark.parametrize(
    ("whole", "short"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("192.0.2.0/24", "192.0.2.0/24"),
        ("", ""),
        ("not an address", ""),
    ],
)
def test_only_the_network_stays(whole: str, short: str) -> None:
    assert cut_short(whole) == short


@given(some.ip_addresses())
def test_neighbours_become_one(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    short = cut_short(str(address))
    assert cut_short(short) == short
    assert str(address) not in short or str(address).endswith(("0", ":"))
