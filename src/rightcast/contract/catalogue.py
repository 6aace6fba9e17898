"""Revisions: what the panel tells headend and edges about what should be so.

A revision replaces the whole record of one key, or removes it; applying one twice is harmless.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from rightcast.contract import codec, guide_bodies
from rightcast.contract.guide_bodies import WrittenDay
from rightcast.domain.blackouts import Blackout
from rightcast.domain.guide import GuideDay
from rightcast.domain.hold import Hold
from rightcast.domain.library import Collection, Holding
from rightcast.domain.lineup import Channel, Line, Lineup, Package, Station
from rightcast.domain.overlay import Overlay
from rightcast.domain.recordings import Recording, Take
from rightcast.domain.revocation import Revocation
from rightcast.domain.rights import CarriageRight
from rightcast.domain.takedown import Takedown

FORMAT = 1

Record = (
    Station
    | Channel
    | Lineup
    | Package
    | CarriageRight
    | Line
    | GuideDay
    | Take
    | Recording
    | Collection
    | Holding
    | Revocation
    | Blackout
    | Takedown
    | Hold
    | Overlay
)


class Kind(enum.StrEnum):
    """Kinds of records that travel in the feed."""

    STATION = "station"
    CHANNEL = "channel"
    LINEUP = "lineup"
    PACKAGE = "package"
    RIGHT = "right"
    LINE = "line"
    GUIDE = "guide"
    TAKE = "take"
    RECORDING = "recording"
    COLLECTION = "collection"
    TITLE = "title"
    REVOCATION = "revocation"
    BLACKOUT = "blackout"
    TAKEDOWN = "takedown"
    HOLD = "hold"
    OVERLAY = "overlay"


TYPES: dict[Kind, type[Record]] = {
    Kind.STATION: Station,
    Kind.CHANNEL: Channel,
    Kind.LINEUP: Lineup,
    Kind.PACKAGE: Package,
    Kind.RIGHT: CarriageRight,
    Kind.LINE: Line,
    Kind.GUIDE: GuideDay,
    Kind.TAKE: Take,
    Kind.RECORDING: Recording,
    Kind.COLLECTION: Collection,
    Kind.TITLE: Holding,
    Kind.REVOCATION: Revocation,
    Kind.BLACKOUT: Blackout,
    Kind.TAKEDOWN: Takedown,
    Kind.HOLD: Hold,
    Kind.OVERLAY: Overlay,
}


@dataclass(frozen=True, slots=True)
class Change:
    """A record to publish; `record` None removes the key. The station's key is 0."""

    kind: Kind
    key: int
    record: Record | WrittenDay | None


@dataclass(frozen=True, slots=True)
class Revision:
    """A published change. `number` grows by at least one with every change of a feed."""

    number: int
    kind: Kind
    key: int
    body: bytes | None

    def record(self) -> Record | None:
        """The record carried; None when the key was removed. Raises ContractError."""
        return None if self.body is None else codec.decode(self.body, TYPES[self.kind])


def body_of(change: Change) -> bytes | None:
    """The bytes that a feed stores for a change."""
    if isinstance(change.record, WrittenDay):
        return change.record.body
    if isinstance(change.record, GuideDay):
        return guide_bodies.encode_day(change.record)
    return None if change.record is None else codec.encode(change.record)
