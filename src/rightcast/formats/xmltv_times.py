"""Moments as XMLTV guides write them, in every notation of its DTD and some beside it.

The DTD: an initial part of `YYYYMMDDhhmmss`, then a zone as a number or a name, UTC where it is missing; many sources
mean their own clock instead.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_H = 3600
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_WRITTEN = re.compile(r"(\d{4}|\d{6}|\d{8}|\d{10}|\d{12}|\d{14})(?:\.\d+)?(?:\s+|(?=[+\-A-Za-z])|$)(.*)")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*(.*)")
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+\-])(\d{1,2}):?(\d{2})?", re.IGNORECASE)
_ZONES = {
    "UTC": 0, "GMT": 0, "UT": 0, "Z": 0, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "MET": 60, "MEZ": 60,
    "CEST": 120, "MEST": 120, "MESZ": 120, "EET": 120, "EEST": 180, "SAST": 120, "MSK": 180, "MSD": 240,
    "IST": 330, "SGT": 480, "HKT": 480, "AWST": 480, "JST": 540, "KST": 540, "ACST": 570, "ACDT": 630, "AEST": 600,
    "AEDT": 660, "NZST": 720, "NZDT": 780, "BRT": -180, "ART": -180, "NST": -210, "NDT": -150, "AST": -240,
    "ADT": -180, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480,
    "PDT": -420, "AKST": -540, "AKDT": -480, "HST": -600,
}  # fmt: skip
"""Minutes east of Greenwich of the names that guides use."""


class Moment(NamedTuple):
    """A moment in unix seconds. `other` is the later one that a local clock calls the same, in the hour that comes
    twice; otherwise it is `at`. `oddity` is a kind of the import's report, or "".
    """

    at: int
    other: int
    oddity: str = ""


def read_moment(text: str, zone: tzinfo | None) -> Moment | None:
    """A moment; without a zone of its own it is of the clock of `zone`, or UTC. None: it cannot be read."""
    if len(text) == 20 and text[14] == " " and text.isascii():
        quick = _quick(text)
        if quick is not None:
            return Moment(quick, quick)
    return _careful(text.strip(), zone)


def _quick(text: str) -> int | None:
    """`YYYYMMDDhhmmss +hhmm`, as nearly all are written; its three parts are the same again and again."""
    try:
        return _day_s(text[:8]) + _clock_s(text[8:14]) - _offset_s(text[15:])
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _clock_s(digits: str) -> int:
    """Seconds of `hhmmss`. Raises ValueError."""
    hour, minute, second = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    if not digits.isdecimal() or hour > 23 or minute > 59 or second > 59:
        raise ValueError(digits)
    return hour * _H + minute * 60 + second


@lru_cache(maxsize=512)
def _offset_s(written: str) -> int:
    """Seconds of `+hhmm`. Raises ValueError."""
    if written[0] not in "+-" or not written[1:].isdecimal():
        raise ValueError(written)
    size = int(written[1:3]) * _H + int(written[3:]) * 60
    if size > 18 * _H:
        raise ValueError(written)
    return size if written[0] == "+" else -size


@lru_cache(maxsize=512)
def _day_s(digits: str) -> int:
    """Unix seconds at the beginning of `YYYYMMDD` in UTC. Raises ValueError."""
    return (date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).toordinal() - _EPOCH_DAY) * 86_400


def _careful(text: str, zone: tzinfo | None) -> Moment | None:
    if iso := _ISO.fullmatch(text):
        digits, rest, oddity = "".join(part or "00" for part in iso.groups()[:6]), iso[7].strip(), "odd-time"
    elif found := _WRITTEN.fullmatch(text):
        digits, rest, oddity = found[1], found[2].strip(), "" if len(found[1]) >= 12 else "short-time"
    else:
        return None
    clock = _clock(digits)
    if clock is None:
        return None
    if len(digits) >= 10 and digits[8:10] == "24":
        oddity = "odd-time"
    if not rest:
        return _local(clock, zone, oddity)
    offset = _OFFSET.fullmatch(rest)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        if minutes > 18 * 60:
            return None
        return _fixed(clock, minutes if offset[1] == "+" else -minutes, oddity)
    return _named(clock, rest, zone, oddity)


def _clock(digits: str) -> datetime | None:
    """What a clock shows; 24:00 and a leap second are of the next minute."""
    year, month, day, hour, minute, second = (
        int(digits[a:b] or least) for a, b, least in
        ((0, 4, 1), (4, 6, 1), (6, 8, 1), (8, 10, 0), (10, 12, 0), (12, 14, 0))
    )  # fmt: skip
    if hour > 24 or (hour == 24 and (minute or second)) or minute > 59 or second > 60 or not 1970 <= year < 2200:
        return None
    try:
        return datetime(year, month, day) + timedelta(hours=hour, minutes=minute, seconds=second)  # noqa: DTZ001 - a clock's face; its zone follows
    except ValueError:
        return None


def _fixed(clock: datetime, minutes: int, oddity: str) -> Moment:
    at = _unix(clock, UTC, 0) - minutes * 60
    return Moment(at, at, oddity)


def _named(clock: datetime, name: str, zone: tzinfo | None, oddity: str) -> Moment | None:
    """A zone by name: as the source's own zone calls itself, else of the table, else of the tz database."""
    wanted = name.upper()
    if zone is not None:
        for fold in (0, 1):
            local = clock.replace(tzinfo=zone, fold=fold)
            if (local.tzname() or "").upper() == wanted:
                at = _unix(clock, zone, fold)
                return Moment(at, at, oddity or "zone-name")
    if wanted in _ZONES:
        return _fixed(clock, _ZONES[wanted], oddity or "zone-name")
    known = zone_of(name)
    return None if known is None else _local(clock, known, oddity or "zone-name")


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo | None:
    """A zone of the tz database; None: there is no such."""
    try:
        return ZoneInfo(name) if "/" in name or name == "UTC" else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _local(clock: datetime, zone: tzinfo | None, oddity: str) -> Moment:
    """A clock's face in a zone: in the hour that comes twice both, in the one that is left out what it would be."""
    if zone is None:
        at = _unix(clock, UTC, 0)
        return Moment(at, at, oddity or "no-zone")
    first, second = _unix(clock, zone, 0), _unix(clock, zone, 1)
    if second > first:
        return Moment(first, second, oddity or "twice-time")
    if second < first:
        return Moment(first, first, oddity or "gap-time")
    return Moment(first, first, oddity or "no-zone")


def _unix(clock: datetime, zone: tzinfo, fold: int) -> int:
    return int(clock.replace(tzinfo=zone, fold=fold).timestamp())
