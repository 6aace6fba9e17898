"""What is set on a channel beyond its sources: stored as JSON per feature, read and checked as domain records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

import msgspec

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.features import FEATURES, Feature, Features
from rightcast.domain.sources import redact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rightcast.panel.catalogue.models import Channel

F = TypeVar("F", bound=Feature)


@runtime_checkable
class Checked(Protocol):
    """A feature that can be wrong in itself."""

    def check(self) -> None:
        """Raises InvalidInputError naming the field."""


def features_of(channel: Channel) -> Features | None:
    """All that was set; None for a channel on which nothing was."""
    stored: Mapping[str, object] = channel.features
    if not stored:
        return None
    return msgspec.convert({name: body for name, body in stored.items() if name in FEATURES}, Features)


def feature_of(channel: Channel, kind: type[F]) -> F:
    """One feature as set, or its defaults."""
    return msgspec.convert(channel.features.get(name_of(kind), {}), kind)


def name_of(kind: type[object]) -> str:
    """The name of a kind of feature in records, addresses and commands."""
    return next(name for name, one in FEATURES.items() if one is kind)


def stored_form(name: str, record: Feature) -> object:
    """What is kept of a record that was checked. Raises InvalidInputError."""
    if FEATURES.get(name) is not type(record):
        raise InvalidInputError(
            f"A channel has no setting '{name}' of this kind.", remedy=f"There are {', '.join(FEATURES)}.", field="name"
        )
    if isinstance(record, Checked):
        record.check()
    return msgspec.to_builtins(record)


def redacted(record: Feature) -> str:
    """A record as text for the audit trail, without the credentials of addresses in it."""
    return redact(msgspec.json.encode(record).decode())
