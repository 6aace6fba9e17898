"""Where viewers are: the narrowest network the operator names, then the country file; and who is at home abroad."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.places import Means, Network, Networks, Place, Portability, place_of
from rightcast.domain.rights import Distribution
from tests.domain.records import NOON

LIDO = Network(cidr="10.20.0.0/16", name="Hotel Lido", country="IT", distribution=Distribution.HOTEL_ROOM)
FLOOR = Network(cidr="10.20.3.0/24", name="Bar", country="IT", distribution=Distribution.PUBLIC_SCREEN)
ACCESS = Network(cidr="2001:db8::/32", distribution=Distribution.MANAGED)
NETWORKS = Networks((LIDO, FLOOR, ACCESS))


def nowhere(_: str) -> str:
    return ""


def in_germany(_: str) -> str:
    return "de"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.20.9.9", Place(country="IT", distribution=Distribution.HOTEL_ROOM, network="Hotel Lido")),
        ("10.20.3.9", Place(country="IT", distribution=Distribution.PUBLIC_SCREEN, network="Bar")),
        ("::ffff:10.20.3.9", Place(country="IT", distribution=Distribution.PUBLIC_SCREEN, network="Bar")),
        ("2a00:1450::5", Place(country="DE")),
        ("[9.9.9.9]", Place(country="DE")),
        ("192.168.1.5", Place()),
        ("127.0.0.1", Place()),
        ("nonsense", Place()),
        ("", Place()),
    ],
)
def test_an_address_is_in_its_narrowest_network_else_where_the_file_says(address: str, expected: Place) -> None:
    assert place_of(address, NETWORKS, in_germany) == expected


def test_a_network_without_a_country_leaves_it_to_the_file() -> None:
    access = Networks((Network(cidr="9.9.0.0/16", name="Access", distribution=Distribution.MANAGED),))
    managed = Place(country="DE", distribution=Distribution.MANAGED, network="Access")
    assert place_of("9.9.1.1", access, in_germany) == managed
    assert place_of("9.9.1.1", access, nowhere).country == ""


def test_a_network_that_cannot_be_read_places_nobody() -> None:
    assert place_of("9.9.9.9", Networks((Network(cidr="hotel", country="IT"),)), nowhere) == Place()
    with pytest.raises(InvalidInputError):
        Network(cidr="10.0.0.1/8").check()


def test_a_verified_resident_is_at_home_in_the_whole_union_until_it_is_to_be_verified_again() -> None:
    case = Portability(country="IT", means=(Means.PAYMENT,), until=NOON)
    before = NOON - timedelta(seconds=1)
    assert case.reaches("FR", "IT", before)
    assert not case.reaches("FR", "IT", NOON)
    assert not case.reaches("CH", "IT", before)
    assert not case.reaches("FR", "ES", before)


@pytest.mark.parametrize(
    ("country", "means"),
    [
        ("CH", (Means.PAYMENT,)),
        ("IT", ()),
        ("IT", (Means.PAYMENT, Means.IDENTITY, Means.CONTRACT)),
        ("IT", (Means.DECLARATION,)),
        ("IT", (Means.ADDRESS, Means.ADDRESS_CHECK)),
    ],
)
def test_residence_that_the_regulation_would_not_call_verified_is_refused(
    country: str, means: tuple[Means, ...]
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Portability(country=country, means=means, until=NOON).check()
    assert caught.value.field in {"line", "means"}
