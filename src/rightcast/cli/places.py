"""`rightcast network` and `rightcast residence`: where viewers are, and who is at home abroad."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import station_command, table
from rightcast.cli.moments import optional_moment, shown
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.places import Means, Networks, place_of
from rightcast.domain.rights import Distribution
from rightcast.state.countries import CountryFile

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk
    from rightcast.panel.places.models import Network, Residence


@click.group("network")
def network_group() -> None:
    """Name ranges of addresses that you know: in which country they are, and how their viewers are reached."""


@station_command(network_group, "add")
@click.argument("cidr")
@click.option("--name", default="", help="What it is called, such as 'Hotel Lido'.")
@click.option("--country", default="", metavar="CODE", show_default="as the country file says", help="Where it is.")
@click.option(
    "--reached-by",
    "distribution",
    type=click.Choice([one.value for one in Distribution]),
    default=Distribution.OTT.value,
    show_default=True,
    help="How its viewers are reached; rights may be for some of these only.",
)
def add_network(desk: Desk, *, cidr: str, name: str, country: str, distribution: str) -> None:
    """Record the range CIDR, such as 10.20.0.0/16, or set it anew."""
    actor = open_to_write(desk)
    from rightcast.panel.places import operations
    from rightcast.panel.places.models import Network

    known = Network.objects.filter(cidr=cidr.strip()).first()
    row = operations.put_network(
        actor,
        cidr=cidr,
        name=name,
        country=country,
        distribution=distribution,
        network_id=0 if known is None else known.pk,
    )
    where = row.country or "the country that the country file says"
    desk.answer(_network(row), [f"Network {row.cidr} is in {where}; its viewers are reached by {row.distribution}."])


@station_command(network_group, "list")
def list_networks(desk: Desk) -> None:
    """List networks by name."""
    open_to_read(desk)
    from rightcast.panel.places.models import Network

    rows = list(Network.objects.all())
    lines = table(
        ((row.cidr, row.name, row.country or "by the file", row.distribution) for row in rows),
        ("NETWORK", "NAME", "COUNTRY", "REACHED BY"),
    )
    desk.answer([_network(row) for row in rows], lines or ["No network is recorded."])


@station_command(network_group, "remove")
@click.argument("network")
def remove_network(desk: Desk, *, network: str) -> None:
    """Know NETWORK (its range, name or id) no more."""
    actor = open_to_write(desk)
    from rightcast.panel.places import operations
    from rightcast.panel.places.queries import find_network

    row = find_network(network)
    operations.remove_network(actor, row.pk)
    desk.answer({"removed": row.cidr}, [f"Removed network {row.cidr}."])


@station_command(network_group, "find")
@click.argument("address")
def find_address(desk: Desk, *, address: str) -> None:
    """Tell where ADDRESS is, as edges would."""
    open_to_read(desk)
    from rightcast.panel.places.queries import networks

    file = CountryFile(desk.settings.country_file)
    file.load()
    place = place_of(address, Networks(networks()), file.country_of)
    value = {
        "address": address,
        "country": place.country or None,
        "distribution": place.distribution,
        "network": place.network or None,
        "country_file": None if desk.settings.country_file is None else str(desk.settings.country_file),
    }
    words = [f"{address} is {place.in_words}."]
    if not place.country and desk.settings.country_file is None:
        words.append("The station has no country file; give it one with `rightcast serve --country-file FILE`.")
    desk.answer(value, words)


@click.group("residence")
def residence_group() -> None:
    """Record verified residences: customers who are abroad in the European Union for a while watch as at home."""


@station_command(residence_group, "verify")
@click.argument("line")
@click.option(
    "--by",
    "means",
    type=click.Choice([one.value for one in Means]),
    multiple=True,
    required=True,
    help="What verified it, from the Regulation's list; one or two.",
)
@click.option("--until", required=True, metavar="DATE", help="When it is to be verified again: 2027-06-30 or 365d.")
@click.option("--on", "verified", metavar="DATE", show_default="today", help="The day on which it was verified.")
@click.option("--note", default="", help="Where the proof is filed.")
def verify_residence(
    desk: Desk, *, line: str, means: tuple[str, ...], until: str, verified: str | None, note: str
) -> None:
    """Record that the residence of LINE was verified (Regulation (EU) 2017/1128, article 5)."""
    moment = optional_moment(until, field="until")
    day = optional_moment(verified, field="verified")
    actor = open_to_write(desk)
    from rightcast.panel.lines.queries import find_line
    from rightcast.panel.places import operations

    if moment is None:
        raise InvalidInputError("It holds until when?", remedy="Write a day, such as 365d.", field="until")
    row = operations.verify_residence(
        actor,
        find_line(line),
        means=means,
        until=moment,
        verified=None if day is None else day.date(),
        note=note,
    )
    told = f"Line {row.line} lives in {row.country} and is at home in the European Union until {shown(row.until)} UTC."
    desk.answer(_residence(row), [told])


@station_command(residence_group, "list")
def list_residences(desk: Desk) -> None:
    """List verified residences, those to be verified again first."""
    open_to_read(desk)
    from rightcast.panel.places.models import Residence

    rows = list(Residence.objects.select_related("line"))
    lines = table(
        ((str(row.line), row.country, ", ".join(row.means), str(row.verified), shown(row.until)) for row in rows),
        ("LINE", "COUNTRY", "BY", "ON", "UNTIL (UTC)"),
    )
    desk.answer([_residence(row) for row in rows], lines or ["No residence was verified."])


@station_command(residence_group, "forget")
@click.argument("line")
def forget_residence(desk: Desk, *, line: str) -> None:
    """Let LINE be at home in its own country only."""
    actor = open_to_write(desk)
    from rightcast.panel.lines.queries import find_line
    from rightcast.panel.places import operations

    found = find_line(line)
    operations.forget_residence(actor, found)
    desk.answer({"line": found.name}, [f"Forgot the verified residence of line {found.name}."])


def _network(row: Network) -> dict[str, object]:
    return {
        "id": row.pk,
        "cidr": row.cidr,
        "name": row.name,
        "country": row.country or None,
        "distribution": row.distribution,
    }


def _residence(row: Residence) -> dict[str, object]:
    return {
        "line": row.line.name,
        "country": row.country,
        "means": row.means,
        "verified": row.verified,
        "until": row.until,
        "note": row.note,
    }
