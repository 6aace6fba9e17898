"""What a media point of SCTE 224 waits for in the stream, and how long what was captured may be seen.

Assertions are XPath over SCTE 35 as XML; those that ask for type, event or identifier of a segment are read, others
are not guessed at.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.segment_marks import Mark

if TYPE_CHECKING:
    from rightcast.formats.scte224.elements import Element

_PARTS = (
    ("type", re.compile(r"@segmentationTypeI[dD]\s*=\s*['\"]?(0x[0-9a-fA-F]+|\d+)['\"]?")),
    ("event", re.compile(r"@segmentationEventI[dD]\s*=\s*['\"]?(0x[0-9a-fA-F]+|\d+)['\"]?")),
    ("upid", re.compile(r"@?[sS]egmentationUpid(?:\[(?:text\(\)|\.)|/text\(\))?\s*=\s*['\"]([^'\"]{1,200})['\"]\]?")),
)
_NOTHING_ELSE = re.compile(r"[\s\[\]()/@.=]|and|or|\bSpliceInfoSection\b|\bSegmentationDescriptor\b|\w+:")


def mark_of(point: Element) -> Mark | None:
    """The segment that a point waits for; None where it says that in a way which is not read."""
    found: list[Mark] = []
    any_of = False
    for signal in point.all("MatchSignal"):
        any_of = signal.get("match") == "ANY"
        for words in signal.all("Assert"):
            read = _read(words.text)
            if read is None:
                return None
            found.append(read)
    if not found:
        return None
    if any_of and len(found) > 1:
        only_types = all(one.type_ids and not one.upid and one.event_id is None for one in found)
        types = tuple(dict.fromkeys(number for one in found for number in one.type_ids))
        return _sound(Mark(type_ids=types)) if only_types else None
    merged = found[0]
    for one in found[1:]:
        merged = replace(
            merged,
            upid=one.upid or merged.upid,
            type_ids=one.type_ids or merged.type_ids,
            event_id=merged.event_id if one.event_id is None else one.event_id,
        )
    return _sound(merged)


def capture_window(
    capture: Element, starts: datetime, ends: datetime | None
) -> tuple[datetime | None, datetime | None] | None:
    """From when until when what was captured may be seen; None where that is not read. Percents of the programme."""
    moments: list[datetime | None] = []
    for name in ("StartWindow", "StopWindow"):
        window = next((one for one in capture.children if one.name == name), None)
        if window is None:
            moments.append(None)
            continue
        read = _moment(window, starts, ends)
        if read is None:
            return None
        moments.append(read)
    return moments[0], moments[1]


def _moment(window: Element, starts: datetime, ends: datetime | None) -> datetime | None:
    for one in window.children:
        text = one.text.strip()
        try:
            match one.name:
                case "Percentage" if ends is not None:
                    return starts + (ends - starts) * (float(text) / 100)
                case "Offset":
                    return starts + _span(text)
                case "Absolute" | "DateTime":
                    found = datetime.fromisoformat(text)
                    return found if found.tzinfo is not None else found.replace(tzinfo=starts.tzinfo)
                case _:
                    continue
        except (ValueError, OverflowError):
            return None
    return None


def _span(text: str) -> timedelta:
    found = re.fullmatch(r"P(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,7})(?:\.\d+)?S)?)?", text)
    if found is None:
        raise ValueError(text)
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _read(text: str) -> Mark | None:
    """One assertion, if there is nothing in it that is not understood."""
    values: dict[str, list[str]] = {"type": [], "event": [], "upid": []}
    rest = text
    for name, pattern in _PARTS:
        values[name] = pattern.findall(rest)
        rest = pattern.sub("", rest)
    if _NOTHING_ELSE.sub("", rest) or len(values["event"]) > 1 or len(values["upid"]) > 1:
        return None
    return _sound(
        Mark(
            upid=values["upid"][0] if values["upid"] else "",
            type_ids=tuple(int(one, 0) for one in values["type"]),
            event_id=int(values["event"][0], 0) if values["event"] else None,
        )
    )


def _sound(mark: Mark) -> Mark | None:
    try:
        mark.check()
    except InvalidInputError:
        return None
    return mark
