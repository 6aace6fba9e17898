"""Presence at the edge: the country file in MaxMind's format, read anew when it changes, and networks before it."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from rightcast.contract.catalogue import Kind
from rightcast.domain.lineup import Station
from rightcast.domain.places import Network
from rightcast.domain.rights import Bounds, DeviceClass, Distribution
from rightcast.edge.places import Places
from rightcast.edge.replica import Replica
from rightcast.state.countries import CountryFile, country_in
from tests.edge.station import TestStation, eventually
from tests.edge.test_decisions import applied, refused

if TYPE_CHECKING:
    from pathlib import Path

HERE = Network(cidr="127.0.0.0/8", name="Here", country="IT", distribution=Distribution.MANAGED)
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120"


def write(path: Path, countries: dict[str, str]) -> None:
    """A country file, put in place of the one before it."""
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="Test-Country")
    for cidr, country in countries.items():
        writer.insert_network(IPSet([cidr]), {"country": {"iso_code": country}})
    fresh = path.with_suffix(".new")
    writer.to_db_file(str(fresh))
    fresh.replace(path)


def test_an_address_is_in_the_country_that_the_file_says(tmp_path: Path) -> None:
    path = tmp_path / "countries.mmdb"
    write(path, {"9.9.0.0/16": "IT", "2a00::/16": "FR"})
    places = Places(Replica(tmp_path / "replica"), path)
    assert [places.of(one).country for one in ("9.9.1.1", "2a00::1", "8.8.8.8", "10.0.0.1")] == ["IT", "FR", "", ""]


def test_without_a_file_no_place_is_known(tmp_path: Path) -> None:
    places = Places(Replica(tmp_path / "replica"), None)
    assert places.of("9.9.1.1").country == ""


def test_a_file_that_changes_is_read_anew_a_broken_one_is_not_and_one_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "countries.mmdb"
    write(path, {"9.9.0.0/16": "IT"})
    file = CountryFile(path)
    assert file.load()
    assert not file.load()
    path.write_bytes(b"half a file")
    os.utime(path, (1, 1))
    assert not file.load()
    assert file.country_of("9.9.1.1") == "IT"
    write(path, {"9.9.0.0/16": "DE"})
    assert file.load()
    assert file.country_of("9.9.1.1") == "DE"
    path.unlink()
    assert file.load()
    assert file.country_of("9.9.1.1") == ""


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"country": {"iso_code": "IT"}}, "IT"),
        ({"country": "IT"}, "IT"),
        ({"country_code": "it"}, "it"),
        ({"registered_country": {"iso_code": "IT"}}, ""),
        ({"country": {"iso_code": 7}}, ""),
        ({"country": "Italy"}, ""),
        (None, ""),
        ("IT", ""),
    ],
)
def test_a_country_is_read_from_the_shapes_that_files_have(record: object, expected: str) -> None:
    assert country_in(record) == expected


async def test_a_viewer_whose_place_nobody_knows_is_refused_by_a_right_that_asks_for_it(station: TestStation) -> None:
    bounded = replace(station.right, bounds=Bounds(presence=("IT",)))
    await applied(station, station.publish(Kind.RIGHT, 5, bounded))
    assert await refused(station) == (403, "place-unknown")
    assert await refused(station, "/live/anna/sesame/1.m3u8") == (403, "place-unknown")


async def test_a_network_of_the_operator_says_where_its_viewers_are(station: TestStation) -> None:
    bounded = replace(station.right, bounds=Bounds(presence=("IT",), distribution=(Distribution.MANAGED,)))
    station.publish(Kind.RIGHT, 5, bounded)
    await applied(station, station.publish(Kind.STATION, 0, Station(networks=(replace(HERE, country="DE"),))))
    assert await refused(station) == (403, "outside-presence")
    await applied(station, station.publish(Kind.STATION, 0, Station(networks=(replace(HERE, distribution=None),))))
    assert await refused(station) == (403, "distribution-not-granted")
    await applied(station, station.publish(Kind.STATION, 0, Station(networks=(HERE,))))
    await station.on_air()
    client = await station.connect()
    assert await client.stream() == 200
    client.close()


async def test_a_running_picture_ends_when_its_network_is_moved_abroad(station: TestStation) -> None:
    station.publish(Kind.RIGHT, 5, replace(station.right, bounds=Bounds(presence=("IT",))))
    await applied(station, station.publish(Kind.STATION, 0, Station(networks=(HERE,))))
    await station.on_air()
    client = await station.connect()
    assert await client.stream() == 200
    station.publish(Kind.STATION, 0, Station(networks=(replace(HERE, country="FR"),)))
    assert await client.ended()
    await eventually(lambda: station.edge.admission.refusals["outside-presence"] == 1)


async def test_a_right_for_computers_refuses_what_is_none_or_does_not_say(station: TestStation) -> None:
    bounded = replace(station.right, bounds=Bounds(device_classes=(DeviceClass.COMPUTER,)))
    await applied(station, station.publish(Kind.RIGHT, 5, bounded))
    assert await refused(station) == (403, "device-not-granted")
    await station.on_air()
    client = await station.connect()
    assert await client.stream(User_Agent=CHROME) == 200
    client.close()


async def test_a_file_that_moves_running_viewers_abroad_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "countries.mmdb"
    write(path, {"9.9.0.0/16": "IT"})
    places = Places(Replica(tmp_path / "replica"), path)
    assert places.of("9.9.1.1").country == "IT"
    changed = asyncio.Event()
    watching = asyncio.create_task(places.watch(changed.set))
    write(path, {"9.9.0.0/16": "FR"})
    await asyncio.wait_for(changed.wait(), 10)
    watching.cancel()
    assert places.of("9.9.1.1").country == "FR"
