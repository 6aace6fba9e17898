"""Networks and verified residences: checked as they are typed, in the feed at once, on pages and commands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.domain.places import Means, Network, Portability
from rightcast.domain.rights import Distribution
from rightcast.panel.lines import operations as lines
from rightcast.panel.lines.queries import line_records
from rightcast.panel.places import models, operations
from rightcast.panel.station.queries import station

if TYPE_CHECKING:
    from django.test import Client

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.lines.models import Line

pytestmark = pytest.mark.django_db
LATER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def anna(actor: Actor) -> Line:
    return lines.create_line(actor, name="anna", secret="secret-of-anna", territory="IT").line


def test_a_network_is_known_to_every_edge_until_it_is_removed(actor: Actor) -> None:
    row = operations.put_network(
        actor, cidr=" 10.20.0.0/16 ", name="Hotel  Lido", country="it", distribution="hotel_room"
    )
    known = Network(cidr="10.20.0.0/16", name="Hotel Lido", country="IT", distribution=Distribution.HOTEL_ROOM)
    assert station().networks == (known,)
    operations.put_network(actor, cidr="9.9.9.9", network_id=row.pk)
    assert [one.cidr for one in station().networks] == ["9.9.9.9/32"]
    operations.remove_network(actor, row.pk)
    assert station().networks == ()
    with pytest.raises(NotFoundError):
        operations.remove_network(actor, row.pk)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"cidr": "hotel"}, "cidr"),
        ({"cidr": "10.0.0.1/8"}, "cidr"),
        ({"cidr": ""}, "cidr"),
        ({"country": "Italy"}, "country"),
        ({"distribution": "pigeon"}, "distribution"),
        ({"name": "x" * 81}, "name"),
    ],
)
def test_what_cannot_be_a_network_names_its_field(actor: Actor, given: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        operations.put_network(actor, **{"cidr": "10.0.0.0/8", **given})
    assert caught.value.field == field


def test_a_network_is_recorded_once(actor: Actor) -> None:
    operations.put_network(actor, cidr="10.0.0.0/8")
    with pytest.raises(ConflictError):
        operations.put_network(actor, cidr="10.0.0.0/8")


def test_a_verified_residence_travels_with_its_line_until_it_is_forgotten(actor: Actor, anna: Line) -> None:
    operations.verify_residence(actor, anna, means=["payment_details", "declaration"], until=LATER)
    case = Portability(country="IT", means=(Means.DECLARATION, Means.PAYMENT), until=LATER)
    assert line_records([anna.pk])[anna.pk].portability == case
    operations.forget_residence(actor, anna)
    assert line_records([anna.pk])[anna.pk].portability is None
    with pytest.raises(NotFoundError):
        operations.forget_residence(actor, anna)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"means": []}, "means"),
        ({"means": ["declaration"]}, "means"),
        ({"means": ["payment_details", "electoral_roll", "local_tax"]}, "means"),
        ({"means": ["word_of_honour"]}, "means"),
        ({"until": datetime(2020, 1, 1, tzinfo=UTC)}, "until"),
        ({"verified": (datetime.now(UTC) + timedelta(days=3)).date()}, "verified"),
    ],
)
def test_what_verifies_no_residence_names_its_field(
    actor: Actor, anna: Line, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        operations.verify_residence(actor, anna, **{"means": ["payment_details"], "until": LATER, **given})
    assert caught.value.field == field


def test_somebody_outside_the_union_has_no_portability(actor: Actor, anna: Line) -> None:
    abroad = lines.create_line(actor, name="beat", secret="secret-of-beat", territory="CH").line
    with pytest.raises(InvalidInputError):
        operations.verify_residence(actor, abroad, means=["payment_details"], until=LATER)


def test_the_pages_record_and_refuse_in_words(console: Client, anna: Line) -> None:
    add = reverse("admin:places_network_add")
    wrong = console.post(add, {"cidr": "10.0.0.0/33", "name": "", "country": "", "distribution": "ott"})
    assert "is not a range of addresses" in wrong.content.decode()
    console.post(add, {"cidr": "10.20.0.0/16", "name": "Lido", "country": "IT", "distribution": "hotel_room"})
    listed = console.get(reverse("admin:places_network_changelist")).content.decode()
    assert "Lido" in listed
    assert "Hotel room" in listed
    given = {"line": anna.pk, "verified": "2026-01-01", "until_0": "2100-01-01", "until_1": "00:00:00", "note": ""}
    add = reverse("admin:places_residence_add")
    wrong = console.post(add, {**given, "means": ["declaration"]})
    assert "one or two means" in wrong.content.decode()
    console.post(add, {**given, "means": ["identity_document"]})
    assert models.Residence.objects.get().country == "IT"
    assert "Identity document" in console.get(reverse("admin:places_residence_changelist")).content.decode()
