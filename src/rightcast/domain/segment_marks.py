"""By which signal in the stream something begins or ends: segments of SCTE 35 told by identifier, type and event.

Pure. A mark is what is waited for, a sighting what was heard.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rightcast.domain.errors import InvalidInputError

LONGEST_UPID = 200
_MOST_TYPES = 16
_WORD = re.compile(r"(upid|type|event)=(\S+)")
_REMEDY = "Write upid=ABC123, type=0x10 or type=16,17, and event=4711, parted by spaces; at least one of them."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One segment of a cue, in force `at` that moment (unix seconds). `upids`: its identifiers as people write them."""

    at: float
    event_id: int
    type_id: int
    upids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A segment with this identifier, of one of these types, of this event; what is left out is not asked for."""

    upid: str = ""
    type_ids: tuple[int, ...] = ()
    event_id: int | None = None

    def check(self) -> None:
        """Raises InvalidInputError."""
        event = self.event_id
        wrong = (
            not (self.upid or self.type_ids or event is not None)
            or len(self.upid) > LONGEST_UPID
            or not self.upid.isprintable()
            or len(self.type_ids) > _MOST_TYPES
            or not all(0 <= one <= 0xFF for one in self.type_ids)
            or (event is not None and not 0 <= event < 1 << 32)
        )
        if wrong:
            raise InvalidInputError("That is no signal.", remedy=_REMEDY, field="signal")

    def fits(self, seen: Sighting) -> bool:
        """Whether it is what was waited for."""
        return (
            (not self.upid or any(one.casefold() == self.upid.casefold() for one in seen.upids))
            and (not self.type_ids or seen.type_id in self.type_ids)
            and (self.event_id is None or seen.event_id == self.event_id)
        )

    @property
    def in_words(self) -> str:
        """As it is written: "upid=ABC123 type=0x10"."""
        words = [f"upid={self.upid}"] if self.upid else []
        words += [f"type={','.join(f'0x{one:02x}' for one in self.type_ids)}"] if self.type_ids else []
        words += [f"event={self.event_id}"] if self.event_id is not None else []
        return " ".join(words)


def read_mark(text: str) -> Mark | None:
    """A mark as somebody wrote it; None of an empty text. Raises InvalidInputError."""
    if not text.strip():
        return None
    found: dict[str, str] = {}
    for word in text.split():
        part = _WORD.fullmatch(word)
        if part is None or part[1] in found:
            raise InvalidInputError(f"'{word[:40]}' is no part of a signal.", remedy=_REMEDY, field="signal")
        found[part[1]] = part[2]
    try:
        types = tuple(int(one, 0) for one in found["type"].split(",")) if "type" in found else ()
        event = int(found["event"], 0) if "event" in found else None
    except ValueError as error:
        raise InvalidInputError("Types and events are numbers.", remedy=_REMEDY, field="signal") from error
    mark = Mark(upid=found.get("upid", ""), type_ids=types, event_id=event)
    mark.check()
    return mark
