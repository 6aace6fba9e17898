"""Slows down who guesses names and secrets, without locking out who knows them.

Failures fill a bucket of their address, of their network and of the name they tried; a full one is not even looked at.
Who came in from a network before is not held up by what others there, or others elsewhere with that name, get wrong.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class Patience:
    """So many failures at once, and one more every so many seconds."""

    burst: int
    every_s: float


ADDRESS = Patience(20, 6.0)
NETWORK = Patience(100, 1.0)
NAME = Patience(30, 10.0)
ACQUAINTED = Patience(30, 60.0)
"""Of a name from a network that it came in from before: a forgotten app goes on asking with an old password."""


class Buckets:
    """Failures by key, each with the moment at which it will have drained away; the longest unused are forgotten."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def is_full(self, key: str, now: float) -> bool:
        level = (self._full_at.get(key, now) - now) / self._patience.every_s
        return level > self._patience.burst - 1

    def add(self, key: str, now: float) -> None:
        self._full_at[key] = max(self._full_at.get(key, now), now) + self._patience.every_s
        self._full_at.move_to_end(key)
        while len(self._full_at) > _REMEMBERED:
            self._full_at.popitem(last=False)

    def forget(self, key: str) -> None:
        self._full_at.pop(key, None)


class Guessing:
    """Asked before a secret is compared, told afterwards how it went. `clock` gives unix seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._addresses = Buckets(ADDRESS)
        self._networks = Buckets(NETWORK)
        self._names = Buckets(NAME)
        self._pairs = Buckets(ACQUAINTED)
        self._known: OrderedDict[str, None] = OrderedDict()

    def allows(self, name: str, address: str) -> bool:
        """Whether an attempt is worth looking at; `name` "" for those that give none."""
        now, network = self._clock(), network_of(address)
        pair = f"{name} {network}"
        if name and pair in self._known:
            return not self._pairs.is_full(pair, now)
        return not (
            self._addresses.is_full(address, now)
            or self._networks.is_full(network, now)
            or (bool(name) and self._names.is_full(name, now))
        )

    def failed(self, name: str, address: str) -> None:
        """The attempt was wrong."""
        now, network = self._clock(), network_of(address)
        pair = f"{name} {network}"
        if name and pair in self._known:
            self._pairs.add(pair, now)
            return
        self._addresses.add(address, now)
        self._networks.add(network, now)
        if name:
            self._names.add(name, now)

    def succeeded(self, name: str, address: str) -> None:
        """The attempt was right: the name is at home in this network."""
        if not name:
            return
        pair = f"{name} {network_of(address)}"
        self._pairs.forget(pair)
        self._known[pair] = None
        self._known.move_to_end(pair)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """The /24 or /64 around an address; what is no address stands for itself."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    if mapped is not None:
        parsed = mapped
    return str(ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 64), strict=False))
