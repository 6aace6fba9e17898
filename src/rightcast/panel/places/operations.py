"""Writing networks and verified residences. Each is one audited transaction, in the feed at once."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.domain import places as domain
from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.domain.rights import Distribution
from rightcast.panel.operation import operating
from rightcast.panel.places.models import Network, Residence
from rightcast.panel.station.queries import STATION_KEY
from rightcast.panel.territories import check_territory

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.lines.models import Line

_LONGEST_NAME = 80


def put_network(
    actor: Actor, *, cidr: str, name: str = "", country: str = "", distribution: str = "ott", network_id: int = 0
) -> Network:
    """Record a network, or change the one of `network_id`. Raises InvalidInputError, ConflictError, NotFoundError."""
    row = _network(network_id) if network_id else Network()
    row.cidr = _range(cidr)
    row.name = _named(name)
    row.country = check_territory(country, field="country") if country.strip() else ""
    row.distribution = _way(distribution).value
    if Network.objects.filter(cidr=row.cidr).exclude(id=row.pk).exists():
        raise ConflictError(
            f"The network {row.cidr} is recorded already.", remedy="Change that one, or remove it.", field="cidr"
        )
    with operating(actor, "places.change_network" if network_id else "places.add_network") as deed:
        row.save()
        where = f"{row.country or 'as the country file says'}, {row.distribution}"
        deed.record("network.put", row.pk, f"recorded network {row.cidr} ({row.name or 'no name'}): {where}")
        deed.changed(Kind.STATION, STATION_KEY)
    return row


def remove_network(actor: Actor, network_id: int) -> None:
    """Know a network no more; its viewers are where the country file says. Raises NotFoundError."""
    with operating(actor, "places.delete_network") as deed:
        row = _network(network_id)
        deed.record("network.remove", row.pk, f"removed network {row.cidr}")
        row.delete()
        deed.changed(Kind.STATION, STATION_KEY)


def verify_residence(
    actor: Actor, line: Line, *, means: Sequence[str], until: datetime, verified: date | None = None, note: str = ""
) -> Residence:
    """Record that a line's residence was verified, in the country where it lives; the one before it is replaced.

    Raises InvalidInputError for what Regulation (EU) 2017/1128 would not call verified.
    """
    with operating(actor, "places.add_residence") as deed:
        case = domain.Portability(country=line.territory, means=tuple(map(_means, means)), until=_aware(until))
        case.check()
        day = verified or deed.now.date()
        if day > deed.now.date():
            raise InvalidInputError("Nothing can be verified in the future.", remedy="Write the day.", field="verified")
        if case.until <= deed.now:
            raise InvalidInputError("That moment is over.", remedy="Write one to come, such as 365d.", field="until")
        row, _ = Residence.objects.update_or_create(
            line=line,
            defaults={
                "country": case.country,
                "means": sorted({one.value for one in case.means}),
                "verified": day,
                "until": case.until,
                "note": note.strip()[:2000],
            },
        )
        told = f"recorded the residence of line {line.name} in {row.country}, by {', '.join(row.means)}"
        deed.record_of(("line", line.pk), "residence.verify", line.pk, told, until=case.until.isoformat())
        deed.changed(Kind.LINE, line.pk)
    return row


def forget_residence(actor: Actor, line: Line) -> None:
    """The line is at home in its own country only from now on. Raises NotFoundError."""
    with operating(actor, "places.delete_residence") as deed:
        row = Residence.objects.filter(line=line).first()
        if row is None:
            raise NotFoundError(f"No residence of line {line.name} was verified.", remedy="There is nothing to forget.")
        row.delete()
        told = f"forgot the verified residence of line {line.name}"
        deed.record_of(("line", line.pk), "residence.forget", line.pk, told)
        deed.changed(Kind.LINE, line.pk)


def _network(network_id: int) -> Network:
    row = Network.objects.filter(id=network_id).first()
    if row is None:
        raise NotFoundError("There is no such network.", remedy="List them with `rightcast network list`.")
    return row


def _range(text: str) -> str:
    """The range as it is written shortest; one address is a range too."""
    shown = text.strip()
    domain.Network(cidr=shown).check()
    return str(ipaddress.ip_network(shown))


def _named(text: str) -> str:
    name = " ".join(text.split())
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidInputError(
            f"A name has at most {_LONGEST_NAME} printable letters.", remedy="Write a shorter one.", field="name"
        )
    return name


def _way(text: str) -> Distribution:
    if text not in set(Distribution):
        ways = ", ".join(Distribution)
        raise InvalidInputError(f"'{text}' is no way to reach viewers.", remedy=f"One of {ways}.", field="distribution")
    return Distribution(text)


def _means(text: str) -> domain.Means:
    if text not in set(domain.Means):
        known = ", ".join(domain.Means)
        raise InvalidInputError(f"'{text}' does not verify a residence.", remedy=f"One of {known}.", field="means")
    return domain.Means(text)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise InvalidInputError("The moment has no time zone.", remedy="Write one.", field="until")
    return moment
