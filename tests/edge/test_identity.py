"""A line is found by its name and by what its devices show, and by nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Change, Kind, Revision, body_of
from rightcast.domain.credentials import digest_secret, stored_handle
from rightcast.domain.entitlement import Denied, Reason
from rightcast.domain.lineup import Credential, CredentialKind, Line, LineStatus
from rightcast.edge.guessing import ADDRESS, Guessing
from rightcast.edge.identity import REPORTED, Identified, Identity
from rightcast.edge.replica import Replica

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = b"k" * 32
HERE = "192.0.2.7"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def line(number: int, name: str, *credentials: Credential) -> Line:
    return Line(
        id=number,
        name=name,
        secret_digest=digest_secret(KEY, name, "pw"),
        status=LineStatus.ACTIVE,
        package_ids=(),
        territory="IT",
        created=NOON,
        credentials=credentials,
    )


XTREAM = Credential(id=1, kind=CredentialKind.XTREAM, handle="anna-tv", digest=digest_secret(KEY, "anna-tv", "word"))
BOX = Credential(id=2, kind=CredentialKind.MAC, handle="00:1A:79:AA:BB:CC")
SHORT = Credential(id=3, kind=CredentialKind.SHORT, handle=stored_handle(KEY, CredentialKind.SHORT, "k7m4qxab2"))


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[Replica]:
    made = Replica(tmp_path / "replica.sqlite3")
    publish(made, line(1, "anna", XTREAM, BOX, SHORT))
    publish(made, line(2, "berta"))
    yield made
    made.close()


def publish(replica: Replica, record: Line) -> None:
    body = body_of(Change(Kind.LINE, record.id, record))
    replica.apply([Revision(replica.revision + 1, Kind.LINE, record.id, body)], identity="f", now=0.0)


def test_a_line_is_found_by_its_own_name_and_by_a_further_one(replica: Replica) -> None:
    identity = Identity(replica, KEY, Guessing(lambda: 1000.0))
    own, further = identity.by_name("anna", "pw", HERE), identity.by_name("anna-tv", "word", HERE)
    assert isinstance(own, Identified)
    assert isinstance(further, Identified)
    assert (own.line.id, own.name, own.credential) == (1, "anna", None)
    assert (further.line.id, further.name, further.credential) == (1, "anna-tv", XTREAM)


@pytest.mark.parametrize(
    ("name", "secret", "reason"),
    [
        ("anna", "word", Reason.WRONG_SECRET),
        ("anna-tv", "pw", Reason.WRONG_SECRET),
        ("nobody", "pw", Reason.UNKNOWN_LINE),
        ("00:1A:79:AA:BB:CC", "", Reason.UNKNOWN_LINE),
    ],
)
def test_a_wrong_name_or_secret_opens_nothing(replica: Replica, name: str, secret: str, reason: Reason) -> None:
    assert Identity(replica, KEY, Guessing(lambda: 1000.0)).by_name(name, secret, HERE) == Denied(reason)


def test_a_device_is_found_by_what_it_shows_in_its_own_kind_only(replica: Replica) -> None:
    identity = Identity(replica, KEY, Guessing(lambda: 1000.0))
    assert identity.by_handle(CredentialKind.MAC, "00:1A:79:AA:BB:CC", HERE) == Identified(replica.line(1), BOX)  # type: ignore[arg-type] # the line is there
    assert isinstance(identity.by_handle(CredentialKind.SHORT, "k7m4qxab2", HERE), Identified)
    assert identity.by_handle(CredentialKind.TOKEN, "k7m4qxab2", HERE) == Denied(Reason.UNKNOWN_LINE)


def test_a_revoked_credential_opens_nothing_and_the_others_go_on(replica: Replica) -> None:
    publish(replica, line(1, "anna", BOX))
    identity = Identity(replica, KEY, Guessing(lambda: 1000.0))
    assert identity.by_handle(CredentialKind.SHORT, "k7m4qxab2", HERE) == Denied(Reason.UNKNOWN_LINE)
    assert isinstance(identity.by_handle(CredentialKind.MAC, "00:1A:79:AA:BB:CC", HERE), Identified)


def test_a_credential_that_moves_to_another_line_opens_that_one(replica: Replica) -> None:
    publish(replica, line(1, "anna"))
    publish(replica, line(2, "berta", BOX))
    found = Identity(replica, KEY, Guessing(lambda: 1000.0)).by_handle(CredentialKind.MAC, "00:1A:79:AA:BB:CC", HERE)
    assert isinstance(found, Identified)
    assert found.line.name == "berta"


def test_a_removed_line_takes_its_credentials_along(replica: Replica) -> None:
    replica.apply([Revision(9, Kind.LINE, 1, None)], identity="f", now=0.0)
    assert Identity(replica, KEY, Guessing(lambda: 1000.0)).by_name("anna-tv", "word", HERE) == Denied(
        Reason.UNKNOWN_LINE
    )


def test_the_devices_seen_last_are_reported_first_and_only_so_many(replica: Replica) -> None:
    identity = Identity(replica, KEY, Guessing(lambda: 1000.0))
    for number in range(REPORTED + 10):
        device = Credential(id=number, kind=CredentialKind.MAC, handle=str(number))
        identity.saw(Identified(line(1, "anna"), device), at=float(number), player="Kodi", address="192.0.2.1")
    identity.saw(Identified(line(1, "anna")), at=9e9, player="Kodi", address="192.0.2.1")
    found = identity.recently()
    assert len(found) == REPORTED
    assert found[0].credential_id == REPORTED + 9


def test_who_guesses_is_not_looked_at_even_when_right(replica: Replica) -> None:
    identity = Identity(replica, KEY, Guessing(lambda: 1000.0))
    for attempt in range(ADDRESS.burst):
        identity.by_name(f"nobody{attempt}", "pw", HERE)
    assert identity.by_name("anna", "pw", HERE) == Denied(Reason.TOO_MANY_ATTEMPTS)
    assert identity.by_handle(CredentialKind.SHORT, "k7m4qxab2", HERE) == Denied(Reason.TOO_MANY_ATTEMPTS)
    assert isinstance(identity.by_name("anna", "pw", "198.51.100.1"), Identified)
