"""Keys shared with delivery networks of others: derived from the station's key, one for each network and generation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from rightcast.domain.delivery_network import key_name
from rightcast.formats.cat.token import CatKey
from rightcast.state.keys import derived_key

if TYPE_CHECKING:
    from rightcast.domain.delivery_network import DeliveryNetwork

KEY_BYTES = 32


class NetworkKeys:
    """Finds them. `station` is the station's key."""

    def __init__(self, station: bytes) -> None:
        self._root = derived_key(station, "delivery networks")

    def signing(self, network: DeliveryNetwork) -> CatKey:
        """The key that makes tokens now."""
        return self._key(network.name, network.generation)

    def known(self, network: DeliveryNetwork) -> list[CatKey]:
        """The keys that the network must know, the newest first: the one that signs, and the one before it."""
        last = max(1, network.generation - 1)
        return [self._key(network.name, one) for one in range(network.generation, last - 1, -1)]

    def _key(self, name: str, generation: int) -> CatKey:
        kid = key_name(name, generation)
        # HKDF-Expand alone (RFC 5869 section 2.3): the root is uniformly random.
        return CatKey(kid, HKDFExpand(SHA256(), KEY_BYTES, f"rightcast cat|{kid}".encode()).derive(self._root))
