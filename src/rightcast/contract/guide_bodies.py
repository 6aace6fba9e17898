"""Guide days as bytes: JSON that leaves out what a show does not have, for most of a show is not known.

Readers decode them as any other record: what is missing has its default.
"""

from __future__ import annotations

import functools
import operator
import types
import typing
from dataclasses import MISSING, dataclass, fields, is_dataclass

import msgspec

from rightcast.contract import codec
from rightcast.domain.guide import GuideDay, Show


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """A GuideDay whose shows are a list of JSON already: who only passes it on need not decode it."""

    channel_id: int
    day: int
    shows: bytes

    @property
    def body(self) -> bytes:
        """The same bytes as those of the day it is."""
        return b'{"channel_id":%d,"day":%d,"shows":%b}' % (self.channel_id, self.day, self.shows)


def encode_day(day: GuideDay) -> bytes:
    """A day of a channel as JSON."""
    return _ENCODER.encode(msgspec.convert(day, _lean(GuideDay), from_attributes=True))


def encode_show(show: Show) -> bytes:
    """A show as JSON that belongs to no channel yet: its number is 0, its guide id empty. It begins with NEUTRAL."""
    lean = msgspec.convert(show, _lean(Show), from_attributes=True)
    msgspec.structs.force_setattr(lean, "id", 0)
    msgspec.structs.force_setattr(lean, "guide_id", "")
    return _ENCODER.encode(lean)


NEUTRAL = b'{"id":0,"guide_id":"",'
"""How a show without a channel begins. Within texts quotes are escaped, so nothing else looks like it."""


def encode_shows(shows: typing.Sequence[Show]) -> bytes:
    """Shows as a list of JSON."""
    return _ENCODER.encode(msgspec.convert(shows, list[_lean(Show)], from_attributes=True))  # type: ignore[misc] # made at run time


def decode_shows(body: bytes) -> tuple[Show, ...]:
    """The shows of such a list. Raises ContractError."""
    return codec.decode(body, tuple[Show, ...])


@functools.cache
def _lean(kind: type) -> type[msgspec.Struct]:
    """A struct with the fields of a dataclass that leaves defaults out when it is encoded."""
    hints = typing.get_type_hints(kind)
    listed = [
        (one.name, _leaned(hints[one.name]))
        if one.default is MISSING
        else (one.name, _leaned(hints[one.name]), one.default)
        for one in fields(kind)
    ]
    return msgspec.defstruct(kind.__name__, listed, omit_defaults=True, kw_only=True)


def _leaned(hint: object) -> object:
    """A hint with every dataclass in it made lean."""
    if isinstance(hint, type) and is_dataclass(hint):
        return _lean(hint)
    inner = tuple(map(_leaned, typing.get_args(hint)))
    if not inner:
        return hint
    if isinstance(hint, types.UnionType):
        return functools.reduce(operator.or_, inner)
    return typing.get_origin(hint)[inner]  # type: ignore[index] # a generic has an origin


_ENCODER = msgspec.json.Encoder()
