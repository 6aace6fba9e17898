"""How an address is cut short, so that it names a neighbourhood and no longer a home."""

from __future__ import annotations

import ipaddress

KEPT_V4, KEPT_V6 = 24, 48
"""Bits that stay."""


def cut_short(address: str) -> str:
    """The network an address is of, /24 or /48, as text; an IPv4 address in an IPv6 one is cut as IPv4.

    What is no address is not kept at all.
    """
    if "/" in address:
        return address  # it was cut before
    try:
        found: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    kept = KEPT_V4 if found.version == 4 else KEPT_V6
    return str(ipaddress.ip_network((found, kept), strict=False))
