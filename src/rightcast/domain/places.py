"""Where a viewer is: the operator's networks, countries, and what the European Union's portability lets abroad.

A network that the operator names is believed before any country file; the longest prefix of several wins.
"""

from __future__ import annotations

import enum
import ipaddress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.rights import Distribution

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

UNKNOWN_COUNTRY = ""
EEA = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()  # noqa: SIM905
)
"""Where a subscriber may be "temporarily present" (Regulation (EU) 2017/1128 article 3, and its EEA incorporation)."""
_MOST_MEANS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A range of addresses that the operator knows: hotel floors, its own access network.

    `country` "" leaves the country to the file; `distribution` None is the open internet.
    """

    cidr: str
    name: str = ""
    country: str = UNKNOWN_COUNTRY
    distribution: Distribution | None = None

    def check(self) -> None:
        """Raises InvalidInputError naming what cannot be."""
        try:
            ipaddress.ip_network(self.cidr)
        except ValueError as error:
            raise InvalidInputError(
                f"'{self.cidr}' is not a range of addresses.",
                remedy="Write one such as 10.20.0.0/16 or 2001:db8:20::/48.",
                field="cidr",
            ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is known of where somebody watches. `country` "": unknown. `network`: the operator's name for it."""

    country: str = UNKNOWN_COUNTRY
    distribution: Distribution = Distribution.OTT
    network: str = ""

    @property
    def in_words(self) -> str:
        """Like "in IT by managed_ip, from Hotel Lido"."""
        where = f"in {self.country}" if self.country else "in an unknown country"
        return f"{where} by {self.distribution}" + (f", from {self.network}" if self.network else "")


NOWHERE = Place()
"""Nothing is known of where somebody is."""


class Means(enum.StrEnum):
    """How residence was verified, from the closed list of article 5(1) of the Regulation, by its letters."""

    IDENTITY = "identity_document"
    PAYMENT = "payment_details"
    INSTALLATION = "place_of_installation"
    LICENCE_FEE = "licence_fee"
    CONTRACT = "internet_or_telephone_contract"
    ELECTORAL_ROLL = "electoral_roll"
    LOCAL_TAX = "local_tax"
    UTILITY_BILL = "utility_bill"
    ADDRESS = "billing_or_postal_address"
    DECLARATION = "declaration"
    ADDRESS_CHECK = "ip_address_check"


_NOT_ALONE = frozenset({Means.ADDRESS, Means.DECLARATION, Means.ADDRESS_CHECK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Portability:
    """That a customer's residence was verified, so that it may be abroad for a while as if at home.

    `country` is where it lives, `means` one or two of the list, `until` (aware UTC) when it must be verified again.
    """

    country: str
    means: tuple[Means, ...]
    until: datetime

    def check(self) -> None:
        """Raises InvalidInputError: only the EEA, at most two means, points (i) to (k) not alone (article 5(1))."""
        if self.country not in EEA:
            raise InvalidInputError(
                f"Portability is of the EU and EEA; '{self.country}' is in neither.",
                remedy="Leave the record out.",
                field="line",
            )
        if not 1 <= len(set(self.means)) <= _MOST_MEANS or not set(self.means) - _NOT_ALONE:
            raise InvalidInputError(
                "Residence is verified by one or two means, of which one is no address, declaration or IP check.",
                remedy="Name a document, payment details, a contract or a bill.",
                field="means",
            )

    def reaches(self, country: str, territory: str, now: datetime) -> bool:
        """Whether a customer of `territory` who is in `country` now watches as at home."""
        return now < self.until and self.country == territory and territory in EEA and country in EEA


class Networks:
    """The operator's networks, found by address."""

    def __init__(self, networks: Iterable[Network]) -> None:
        by_length: dict[tuple[int, int], dict[int, Network]] = {}
        for one in networks:
            try:
                found = ipaddress.ip_network(one.cidr)
            except ValueError:
                continue  # said at the console; one that cannot be read places nobody
            shift = found.max_prefixlen - found.prefixlen
            by_length.setdefault((found.version, shift), {})[int(found.network_address) >> shift] = one
        longest_first = sorted(by_length, key=lambda key: key[1])
        self._rows = {
            version: [(shift, by_length[version, shift]) for found, shift in longest_first if found == version]
            for version in (4, 6)
        }

    def of(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> Network | None:
        """The narrowest network of an address."""
        number = int(address)
        for shift, networks in self._rows[address.version]:
            found = networks.get(number >> shift)
            if found is not None:
                return found
        return None


def place_of(text: str, networks: Networks, country_of: Callable[[str], str]) -> Place:
    """Where an address is; what cannot be read is nowhere known.

    A private address is in no country unless the operator names its network: a proxy has one too.
    """
    try:
        address = ipaddress.ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return Place()
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    network = networks.of(address)
    country = "" if network is None else network.country
    if not country and address.is_global:
        country = country_of(str(address)).upper()
    if network is None:
        return Place(country=country)
    distribution = network.distribution or Distribution.OTT
    return Place(country=country, distribution=distribution, network=network.name or network.cidr)
