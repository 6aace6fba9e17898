"""Delivery networks of others: recording them, changing their keys, and tokens for their addresses."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from rightcast.domain import delivery_network as domain
from rightcast.domain.entitlement import Allowed
from rightcast.domain.errors import ConflictError, NotFoundError
from rightcast.formats.cat.claims import Cat
from rightcast.formats.cat.issuing import Withheld, claims_for
from rightcast.formats.cat.token import write
from rightcast.panel.lines.queries import explain
from rightcast.panel.operation import operating
from rightcast.panel.rights.queries import right_records
from rightcast.panel.tracing.models import DeliveryNetwork
from rightcast.state.keys import station_key
from rightcast.state.network_keys import NetworkKeys

if TYPE_CHECKING:
    from rightcast.formats.cat.token import CatKey
    from rightcast.panel.audit.operations import Actor

_ADD, _CHANGE, _DELETE = (f"tracing.{verb}_deliverynetwork" for verb in ("add", "change", "delete"))
_CTI_BYTES = 16


@dataclass(frozen=True, slots=True)
class Issued:
    """A token that was made, and what it says."""

    token: str
    cat: Cat
    right_id: int


def add_network(actor: Actor, *, name: str, host: str, path: str = "/{channel}/", life_s: int = 300) -> DeliveryNetwork:
    """Record a network. Raises InvalidInputError and ConflictError."""
    with operating(actor, _ADD) as deed:
        row = DeliveryNetwork(name=name.strip(), host=host.strip().lower(), path=path, life_s=life_s, rotated=deed.now)
        to_record(row).check()
        if DeliveryNetwork.objects.filter(name=row.name).exists():
            raise ConflictError(
                f"There is a delivery network {row.name} already.", remedy="Choose another name.", field="name"
            )
        row.save()
        deed.record("network.add", row.id, f"recorded the delivery network {row} at {row.host}", path=path)
    return row


def change_network(actor: Actor, row: DeliveryNetwork, *, host: str, path: str, life_s: int) -> DeliveryNetwork:
    """Change where it serves and for how long tokens are good. Raises InvalidInputError."""
    with operating(actor, _CHANGE) as deed:
        row.host, row.path, row.life_s = host.strip().lower(), path, life_s
        to_record(row).check()
        row.save()
        deed.record("network.change", row.id, f"changed the delivery network {row}", host=row.host, path=row.path)
    return row


def rotate_key(actor: Actor, row: DeliveryNetwork) -> DeliveryNetwork:
    """Sign with a new key from now on; the network must know it first, and forget the old one by itself."""
    with operating(actor, _CHANGE) as deed:
        locked = DeliveryNetwork.objects.select_for_update().get(pk=row.pk)
        locked.generation += 1
        locked.rotated = deed.now
        locked.save()
        deed.record("network.rotate", row.id, f"changed the key of the delivery network {row}", key=key_name(locked))
    return locked


def remove_network(actor: Actor, row: DeliveryNetwork) -> None:
    """Make no more tokens for it."""
    with operating(actor, _DELETE) as deed:
        deed.record("network.remove", row.id, f"removed the delivery network {row}")
        row.delete()


def issue(
    actor: Actor, network: DeliveryNetwork, *, line: str, channel: str, life_s: int | None = None, way: str = "cli"
) -> Issued:
    """A token for a line that may watch a channel now, good for no longer than that lasts. `way`: where it was asked.

    Raises ConflictError when the line may not watch, InvalidInputError for a life that is too short or too long.
    """
    now = timezone.now()
    found = explain(line, channel, now)
    if not isinstance(found.verdict, Allowed) or found.line is None or found.channel is None:
        raise ConflictError(f"No token is made: {found.sentence}", remedy="See `rightcast explain`.", field="line")
    record = to_record(network)
    wanted_s = network.life_s if life_s is None else life_s
    domain.check_life(wanted_s)
    right_id, until = found.verdict.right_id, found.verdict.until
    cti = secrets.token_bytes(_CTI_BYTES)
    cat = claims_for(
        record,
        found.channel.pk,
        right_records([right_id])[right_id],
        now=now.timestamp(),
        life_s=wanted_s,
        until=None if until is None else until.timestamp(),
        cti=cti,
        session=f"{way}.{secrets.token_urlsafe(9)}",
    )
    if isinstance(cat, Withheld):
        raise ConflictError(f"No token is made: {cat}", remedy="See the carriage right's bounds.", field="channel")
    with operating(actor, _CHANGE) as deed:
        deed.record_of(
            ("line", found.line.pk),
            "network.token",
            network.pk,
            f"made a token of {network} for line {found.line}, channel {found.channel}",
            cti=cti.hex(),
            session=cat.subject,
            right_id=right_id,
            expires=datetime.fromtimestamp(cat.expires or 0, UTC).isoformat(),
        )
    return Issued(write(_keys().signing(record), cat), cat, right_id)


def find_network(name: str) -> DeliveryNetwork:
    """The network of a name. Raises NotFoundError."""
    row = DeliveryNetwork.objects.filter(name=name.strip()).first()
    if row is None:
        raise NotFoundError(
            f"There is no delivery network '{name}'.", remedy="List them with `rightcast token network list`."
        )
    return row


def keys_of(row: DeliveryNetwork) -> list[CatKey]:
    """The keys that the network must know, the newest first."""
    return _keys().known(to_record(row))


def key_name(row: DeliveryNetwork) -> str:
    """The name of the key that signs now."""
    return to_record(row).key_name


def to_record(row: DeliveryNetwork) -> domain.DeliveryNetwork:
    """The network as every plane knows it."""
    return domain.DeliveryNetwork(
        id=row.pk or 0, name=row.name, host=row.host, path=row.path, generation=row.generation, life_s=row.life_s
    )


def _keys() -> NetworkKeys:
    return NetworkKeys(station_key(settings.STATION.keys))
