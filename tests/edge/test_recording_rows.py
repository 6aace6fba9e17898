"""Recordings in the replica: found by line and by id, forgotten when removed, apart from what decisions rest on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Change, Kind, Revision, body_of
from rightcast.domain.recordings import Recording, Take
from rightcast.edge.replica import Replica
from tests.contract.examples import RECORDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ONE = RECORDS["recording"]
assert isinstance(ONE, Recording)


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[Replica]:
    made = Replica(tmp_path / "replica.sqlite3")
    yield made
    made.close()


def apply(
    replica: Replica, number: int, record: Recording | Take | None, key: int, kind: Kind = Kind.RECORDING
) -> None:
    replica.apply([Revision(number, kind, key, body_of(Change(kind, key, record)))], identity="a", now=1.0)


def test_a_line_has_its_recordings_newest_first(replica: Replica) -> None:
    later = replace(ONE, id=32, start=ONE.start + 9000, stop=ONE.stop + 9000)
    other = replace(ONE, id=33, line_id=8)
    for number, one in enumerate((ONE, later, other), 1):
        apply(replica, number, one, one.id)
    assert replica.recordings.of_line(7) == [later, ONE]
    assert replica.recordings.find(33) == other


def test_a_removed_one_is_forgotten(replica: Replica) -> None:
    apply(replica, 1, ONE, ONE.id)
    apply(replica, 2, None, ONE.id)
    assert replica.recordings.of_line(7) == []


def test_recordings_and_takes_leave_what_is_derived_of_channels_alone(replica: Replica) -> None:
    version = replica.version
    apply(replica, 1, ONE, ONE.id)
    apply(replica, 2, Take(id=1, channel_id=1, start=0, stop=10), 1, Kind.TAKE)
    assert replica.version == version


def test_a_feed_made_anew_forgets_what_it_does_not_hold(replica: Replica) -> None:
    apply(replica, 1, ONE, ONE.id)
    assert replica.retain(set(), identity="b", now=2.0) == [(Kind.RECORDING, ONE.id)]
    assert replica.recordings.of_line(7) == []
