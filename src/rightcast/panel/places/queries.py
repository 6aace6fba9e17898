"""Reading networks and verified residences, as the station's and lines' records carry them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain import places as domain
from rightcast.domain.errors import NotFoundError
from rightcast.domain.rights import Distribution
from rightcast.panel.places.models import Network, Residence

if TYPE_CHECKING:
    from rightcast.panel.lines.models import Line


def networks() -> tuple[domain.Network, ...]:
    """All of them, as edges know them."""
    return tuple(to_record(row) for row in Network.objects.order_by("id"))


def to_record(row: Network) -> domain.Network:
    """A network as edges know it."""
    return domain.Network(
        cidr=row.cidr, name=row.name, country=row.country, distribution=Distribution(row.distribution)
    )


def find_network(named: str) -> Network:
    """The network of this range, name or id. Raises NotFoundError."""
    text = named.strip()
    found = Network.objects.filter(cidr=text).first() or Network.objects.filter(name=text).first()
    if found is None and text.isdecimal():
        found = Network.objects.filter(id=int(text)).first()
    if found is None:
        raise NotFoundError(f"There is no network '{text}'.", remedy="List them with `rightcast network list`.")
    return found


def portability_of(line: Line) -> domain.Portability | None:
    """The verified residence of a line; select `residence` with lines when reading many."""
    try:
        row = line.residence
    except Residence.DoesNotExist:
        return None
    return domain.Portability(country=row.country, means=tuple(map(domain.Means, row.means)), until=row.until)
