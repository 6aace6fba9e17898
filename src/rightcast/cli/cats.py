"""`rightcast token network` and `rightcast token cat`: tokens for delivery networks of others (CTA-5007)."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import station_command, table
from rightcast.cli.moments import now_utc, parse_moment, shown
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.domain.errors import InvalidInputError
from rightcast.formats.cat.claims import SENTENCES, Cat, Fault
from rightcast.formats.cat.judging import Asked, judge
from rightcast.formats.cat.token import read
from rightcast.formats.cat.words import claims_of

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk
    from rightcast.panel.tracing.models import DeliveryNetwork


@click.group("network")
def network_group() -> None:
    """Delivery networks of others that viewers fetch from, and the keys they know this station by."""


@station_command(network_group, "add")
@click.argument("name")
@click.option("--host", required=True, help="The name in viewers' addresses, such as cdn.example.org.")
@click.option("--path", default="/{channel}/", show_default=True, help="Where it serves a channel.")
@click.option("--life", default="5min", show_default=True, help="How long a token is good, such as 90s or 1h.")
def add(desk: Desk, *, name: str, host: str, path: str, life: str) -> None:
    """Record a delivery network and show the key to set up there."""
    actor = open_to_write(desk)
    from rightcast.panel.tracing import networks

    row = networks.add_network(actor, name=name, host=host, path=path, life_s=_span_s(life))
    desk.answer(_value(row), [f"Recorded {row}. Its key: `rightcast token network key {row}`."])


@station_command(network_group, "list")
def list_networks(desk: Desk) -> None:
    """List delivery networks."""
    open_to_read(desk)
    from rightcast.panel.tracing.models import DeliveryNetwork

    rows = list(DeliveryNetwork.objects.all())
    cells = ((row.name, f"https://{row.host}{row.path}", f"{row.life_s} s", shown(row.rotated)) for row in rows)
    lines = table(cells, ("NAME", "SERVES", "TOKENS LIVE", "KEY SINCE (UTC)"))
    desk.answer([_value(row) for row in rows], lines or ["There is no delivery network."])


@station_command(network_group, "key")
@click.argument("name")
def show_key(desk: Desk, *, name: str) -> None:
    """Show the keys that the network must know, hex: the one that signs, and the one before it."""
    open_to_read(desk)
    from rightcast.panel.tracing import networks

    keys = networks.keys_of(networks.find_network(name))
    value = [{"kid": key.kid, "alg": "HS256", "key": key.secret.hex()} for key in keys]
    notes = ("signs", "still accept until the last token made with it has run out")
    desk.answer(value, [f"{key.kid}  {key.secret.hex()}  {note}" for key, note in zip(keys, notes, strict=False)])


@station_command(network_group, "rotate")
@click.argument("name")
def rotate(desk: Desk, *, name: str) -> None:
    """Sign with a new key from now on. The network must have been told it: it is shown."""
    actor = open_to_write(desk)
    from rightcast.panel.tracing import networks

    row = networks.rotate_key(actor, networks.find_network(name))
    key = networks.keys_of(row)[0]
    desk.answer(_value(row) | {"key": key.secret.hex()}, [f"{row} signs with {key.kid} now: {key.secret.hex()}"])


@station_command(network_group, "remove")
@click.argument("name")
def remove(desk: Desk, *, name: str) -> None:
    """Make no more tokens for a delivery network."""
    actor = open_to_write(desk)
    from rightcast.panel.tracing import networks

    networks.remove_network(actor, networks.find_network(name))
    desk.answer({"removed": name}, [f"Removed {name}. Tokens that were made run out by themselves."])


@click.group("cat")
def cat_group() -> None:
    """Common Access Tokens (CTA-5007) for delivery networks of others."""


@station_command(cat_group, "make")
@click.argument("network")
@click.argument("line")
@click.argument("channel")
@click.option("--life", default=None, help="How long it is good; the network's own setting otherwise.")
def make(desk: Desk, *, network: str, line: str, channel: str, life: str | None) -> None:
    """Make a token with which LINE may fetch CHANNEL from NETWORK, if it may watch it now."""
    actor = open_to_write(desk)
    from rightcast.panel.tracing import networks

    life_s = None if life is None else _span_s(life)
    made = networks.issue(actor, networks.find_network(network), line=line, channel=channel, life_s=life_s)
    value = {"token": made.token, "right_id": made.right_id, "claims": claims_of(made.cat)}
    desk.answer(value, [made.token])


@station_command(cat_group, "check")
@click.argument("network")
@click.argument("token")
@click.option("--url", default="", help="The address that is asked for; without it only the token is looked at.")
@click.option("--method", default="GET", show_default=True, help="What is done with the address.")
@click.option("--country", default="", help="Where the player is, ISO 3166.")
def check(desk: Desk, **asked: str) -> None:
    """Say what a token holds and whether it is good for a request, as NETWORK should see it."""
    open_to_read(desk)
    from rightcast.panel.tracing import networks

    row = networks.find_network(asked["network"])
    found = read(networks.keys_of(row), asked["token"])
    fault = found if isinstance(found, Fault) else None
    if isinstance(found, Cat) and asked["url"]:
        request = Asked(
            url=asked["url"], method=asked["method"], audience=row.name, country=asked["country"], issuer=found.issuer
        )
        fault = judge(found, request, time.time())
    claims = claims_of(found) if isinstance(found, Cat) else {}
    said = [f"{key}: {value}" for key, value in claims.items()]
    verdict = SENTENCES[fault] if fault else "Good." if asked["url"] else "Made with a key of this network."
    desk.answer({"good": fault is None, "fault": fault, "claims": claims}, [*said, verdict])
    click.get_current_context().exit(1 if fault else 0)


def _value(row: DeliveryNetwork) -> dict[str, object]:
    return {
        "name": row.name,
        "host": row.host,
        "path": row.path,
        "life_s": row.life_s,
        "kid": f"{row.name}-{row.generation}",
        "key_since": row.rotated,
    }


def _span_s(text: str) -> int:
    now = now_utc()
    seconds = (parse_moment(text, field="life", now=lambda: now) - now).total_seconds()
    if seconds <= 0:
        raise InvalidInputError(f"'{text}' is no span of time.", remedy="Write 90s, 5min or 1h.", field="life")
    return int(seconds)
