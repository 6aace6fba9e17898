"""A device that is taken away stops within two seconds, whichever way it came in; the line goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.credentials import digest_secret, stored_handle
from rightcast.domain.lineup import Credential, CredentialKind
from tests.edge.test_decisions import applied

if TYPE_CHECKING:
    from tests.edge.station import TestStation

WAYS = {CredentialKind.XTREAM: "/live/tv-abc/opening", CredentialKind.SHORT: "/live/p/k7m4qxab2",
        CredentialKind.TOKEN: "/live/t/" + "a" * 28}  # fmt: skip


def device(station: TestStation, kind: CredentialKind) -> Credential:
    shown = WAYS[kind].rpartition("/")[2]
    if kind is CredentialKind.XTREAM:
        return Credential(id=7, kind=kind, handle="tv-abc", digest=digest_secret(station.key, "tv-abc", shown))
    return Credential(id=7, kind=kind, handle=stored_handle(station.key, kind, shown))


@pytest.mark.parametrize("kind", list(WAYS))
async def test_a_revoked_device_is_cut_and_its_line_is_not(station: TestStation, kind: CredentialKind) -> None:
    line = replace(station.line, credentials=(device(station, kind),), max_sessions=3)
    await applied(station, station.publish(Kind.LINE, 1, line))
    await station.on_air()
    stream, own = await station.connect(), await station.connect()
    assert await stream.stream(f"{WAYS[kind]}/1.ts") == 200
    assert await own.stream("/live/anna/sesame/1.ts") == 200
    playlist = (await station.get(f"{WAYS[kind]}/1.m3u8")).headers["location"]
    assert (await station.get(playlist)).status == 200
    await applied(station, station.publish(Kind.LINE, 1, replace(line, credentials=())))
    assert await stream.ended(2.0)
    assert (await station.get(playlist)).status == 403
    assert [one.credential_id for one in station.edge.viewings.all()] == [0]
    stream.close()
    own.close()


async def test_renaming_a_device_cuts_nothing(station: TestStation) -> None:
    line = replace(station.line, credentials=(device(station, CredentialKind.SHORT),))
    await applied(station, station.publish(Kind.LINE, 1, line))
    await station.on_air()
    client = await station.connect()
    assert await client.stream(f"{WAYS[CredentialKind.SHORT]}/1.ts") == 200
    renamed = replace(line.credentials[0], device="Kitchen")
    await applied(station, station.publish(Kind.LINE, 1, replace(line, credentials=(renamed,))))
    assert not await client.ended(0.3)
    assert len(station.edge.viewings) == 1
    client.close()


async def test_a_changed_secret_ends_what_came_in_by_the_old_one_only(station: TestStation) -> None:
    line = replace(station.line, credentials=(device(station, CredentialKind.SHORT),), max_sessions=3)
    await applied(station, station.publish(Kind.LINE, 1, line))
    await station.on_air()
    stream, kitchen = await station.connect(), await station.connect()
    assert await stream.stream("/live/anna/sesame/1.ts") == 200
    assert await kitchen.stream(f"{WAYS[CredentialKind.SHORT]}/1.ts") == 200
    playlist = (await station.get("/live/anna/sesame/1.m3u8")).headers["location"]
    assert (await station.get(playlist)).status == 200
    changed = replace(line, secret_digest=digest_secret(station.key, "anna", "opensesame"))
    await applied(station, station.publish(Kind.LINE, 1, changed))
    assert await stream.ended(2.0)
    refused = await station.get(playlist)
    assert (refused.status, refused.headers["x-rightcast-reason"]) == (403, "secret-changed")
    assert [one.credential_id for one in station.edge.viewings.all()] == [7]
    assert (await station.get("/live/anna/opensesame/1.m3u8")).status == 302
    stream.close()
    kitchen.close()


async def test_whatever_else_changes_of_a_line_its_secret_goes_on(station: TestStation) -> None:
    await station.on_air()
    client = await station.connect()
    assert await client.stream("/live/anna/sesame/1.ts") == 200
    await applied(station, station.publish(Kind.LINE, 1, replace(station.line, max_sessions=4)))
    assert not await client.ended(0.3)
    client.close()
