"""Blackouts: a programme that a provider keeps from some of the viewers for a while, and whom that concerns.

Pure. Facts about a viewer that are not known never let anybody out of an audience: what is in doubt stays dark.
"""

from __future__ import annotations

import enum
import ipaddress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.rights import DeviceClass
from rightcast.domain.segment_marks import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rightcast.domain.entitlement import Question

DEEPEST = 8
"""Audiences within audiences; deeper ones are not taken."""


class Match(enum.StrEnum):
    """How many of an audience's terms and parts must hold (SCTE 224 `match`)."""

    ALL = "ALL"
    ANY = "ANY"
    NONE = "NONE"


class Trait(enum.StrEnum):
    """What a term asks of a viewer. OTHER: something that this station cannot tell, so it is always in doubt."""

    PRESENCE = "presence"
    RESIDENCE = "residence"
    NETWORK = "network"
    DEVICE_CLASS = "device_class"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Term:
    """One of `values` holds: codes of countries, ranges of addresses (CIDR), device classes, or free text."""

    trait: Trait
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Viewers for whom all, any or none of the terms and parts hold. Without any of them: everybody."""

    match: Match = Match.ALL
    terms: tuple[Term, ...] = ()
    parts: tuple[Audience, ...] = ()

    def check(self, depth: int = 0) -> None:
        """Raises InvalidInputError naming what cannot be."""
        if depth >= DEEPEST:
            raise InvalidInputError("The audience is nested too deeply.", remedy="Flatten it.", field="audience")
        for term in self.terms:
            wrong = _unreadable(term)
            if wrong is not None:
                raise InvalidInputError(
                    f"'{wrong[:60]}' is no {term.trait.value.replace('_', ' ')}.",
                    remedy="Correct it.",
                    field="audience",
                )
        for part in self.parts:
            part.check(depth + 1)

    def holds(self, who: Facts) -> bool | None:
        """Whether a viewer belongs to it; None when what is known of the viewer does not tell."""
        found = [*(_holds(term, who) for term in self.terms), *(part.holds(who) for part in self.parts)]
        if not found:
            return True
        if self.match is Match.ALL:
            return _all(found)
        any_of_them = _any(found)
        if self.match is Match.ANY:
            return any_of_them
        return None if any_of_them is None else not any_of_them

    @property
    def in_words(self) -> str:
        """Like "presence IT or SM; not (network 10.0.0.0/8)"."""
        found = [f"{one.trait.value.replace('_', ' ')} {' or '.join(one.values)}" for one in self.terms]
        found += [f"({part.in_words})" for part in self.parts]
        if not found:
            return "everybody"
        if self.match is Match.NONE:
            return f"not ({' or '.join(found)})"
        return (" and " if self.match is Match.ALL else " or ").join(found)


EVERYBODY = Audience()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a viewer; "" and None: not known."""

    residence: str = ""
    presence: str = ""
    address: str = ""
    device_class: DeviceClass | None = None
    height: int | None = None


def facts_of(question: Question) -> Facts:
    """What audiences are asked about; without a standpoint little more than where the line lives."""
    stand = question.stand
    known = Facts(
        residence="" if question.line is None else question.line.territory,
        address="" if question.viewer is None else question.viewer.address,
    )
    if stand is None:
        return known
    return replace(known, presence=stand.place.country, device_class=stand.device, height=stand.height)


class Instead(enum.StrEnum):
    """What the provider wants to be shown to those who are kept out."""

    NOTHING = "nothing"
    SLATE = "slate"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blackout:
    """Channels that an audience may not see from `starts` to before `ends` (None: until it is lifted); aware UTC.

    What was on air in that time stays dark for them for good, in the past and in recordings. `instead_id`: the
    channel that is shown instead. `max_height`: pictures of up to so many lines stay allowed, 0: none.
    `source`: where it came from, such as a media point of a provider's schedule.

    `begins_by`, `ends_by`: signals in the stream that it waits for between `starts` and `ends`; it lasts `lasts_s`
    from its signal, 0 until another ends it, and begins at `latest` when none has come. `spells`: when it was in force
    as far as is recorded; see `signalled_blackouts`. `only_past`: the live picture stays; catch-up, start-over and
    recordings are dark, but for a time from `kept_from` to `kept_until` in which the provider lets them be seen.
    """

    id: int
    name: str
    channel_ids: tuple[int, ...]
    starts: datetime
    ends: datetime | None = None
    audience: Audience = EVERYBODY
    instead: Instead = Instead.NOTHING
    instead_id: int = 0
    max_height: int = 0
    source: str = ""
    begins_by: Mark | None = None
    ends_by: Mark | None = None
    lasts_s: float = 0.0
    latest: datetime | None = None
    spells: tuple[tuple[float, float], ...] = ()
    only_past: bool = False
    kept_from: datetime | None = None
    kept_until: datetime | None = None

    def runs(self, now: datetime) -> bool:
        """Whether it keeps anybody from the live picture now, whomever it concerns."""
        return not self.only_past and self._is_time(now)

    def hides_past(self, now: datetime) -> bool:
        """Whether what was on air during it is dark now."""
        if not self.only_past or (self.kept_from is None and self.kept_until is None):
            return True
        begun = self.kept_from is None or self.kept_from <= now
        return not (begun and (self.kept_until is None or now < self.kept_until))

    def _is_time(self, now: datetime) -> bool:
        return self.starts <= now and (self.ends is None or now < self.ends)

    def state(self, now: datetime) -> str:
        """In a word: coming, now or past."""
        if self.starts > now:
            return "coming"
        return "now" if self._is_time(now) else "past"

    def concerns(self, who: Facts) -> bool:
        """Whether it keeps this viewer out; also when it cannot be told."""
        small = self.max_height and who.height is not None and who.height <= self.max_height
        return not small and self.audience.holds(who) is not False

    @property
    def in_words(self) -> str:
        """Its name and whom it concerns."""
        taller = f", pictures over {self.max_height} lines" if self.max_height else ""
        past = ", the past alone" if self.only_past else ""
        return f"{self.name} ({self.audience.in_words}{taller}{past})"


def by_channel(blackouts: Iterable[Blackout]) -> dict[int, tuple[Blackout, ...]]:
    """The blackouts of each channel that has any."""
    found: dict[int, list[Blackout]] = {}
    for one in blackouts:
        for channel_id in one.channel_ids:
            found.setdefault(channel_id, []).append(one)
    return {channel_id: tuple(ones) for channel_id, ones in found.items()}


def in_force(blackouts: Iterable[Blackout], who: Facts, now: datetime) -> Blackout | None:
    """The blackout that keeps a viewer out now; of several the one that lasts longest."""
    found = [one for one in blackouts if one.runs(now) and one.concerns(who)]
    return max(found, key=lambda one: (one.ends is None, one.ends or one.starts), default=None)


def judge(blackouts: Iterable[Blackout], who: Facts, now: datetime) -> tuple[bool, str] | None:
    """Whether a viewer is kept out now, and by what in words, or what does not concern them; None: nothing runs."""
    running = [one for one in blackouts if one.runs(now)]
    if not running:
        return None
    found = in_force(running, who, now)
    named = running if found is None else [found]
    return found is not None, "; ".join(one.in_words for one in named)


def next_start(blackouts: Iterable[Blackout], who: Facts, now: datetime) -> datetime | None:
    """When the next blackout begins that keeps a viewer out; None: no one is known."""
    coming = (one.starts for one in blackouts if one.starts > now and not one.only_past and one.concerns(who))
    return min(coming, default=None)


def dark_spans(blackouts: Iterable[Blackout], who: Facts, now: datetime) -> list[tuple[float, float]]:
    """What a viewer may not see of a channel's past, from and until in unix seconds."""
    return [
        (one.starts.timestamp(), float("inf") if one.ends is None else one.ends.timestamp())
        for one in blackouts
        if one.concerns(who) and one.hides_past(now)
    ]


def clear_since(blackouts: Iterable[Blackout], who: Facts, now: datetime) -> float:
    """From when on what is kept of a channel may be seen again, in unix seconds; 0: all of it."""
    live = (one for one in blackouts if not one.only_past)
    over = [one.ends for one in live if one.ends is not None and one.ends <= now and one.concerns(who)]
    return max((one.timestamp() for one in over), default=0.0)


def _holds(term: Term, who: Facts) -> bool | None:
    match term.trait:
        case Trait.PRESENCE:
            return who.presence in term.values if who.presence else None
        case Trait.RESIDENCE:
            return who.residence in term.values if who.residence else None
        case Trait.NETWORK:
            return _within(who.address, term.values)
        case Trait.DEVICE_CLASS:
            known = who.device_class not in {None, DeviceClass.UNKNOWN}
            return who.device_class in term.values if known else None
        case Trait.OTHER:
            return None


def _within(address: str, ranges: Sequence[str]) -> bool | None:
    try:
        place = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return None
    if isinstance(place, ipaddress.IPv6Address) and place.ipv4_mapped is not None:
        place = place.ipv4_mapped
    return any(place in ipaddress.ip_network(one, strict=False) for one in ranges)


def _unreadable(term: Term) -> str | None:
    """The first value that the term's trait cannot have."""
    if not term.values:
        return ""
    for value in term.values:
        if term.trait in {Trait.PRESENCE, Trait.RESIDENCE} and not (
            len(value) == 2 and value.isalpha() and value.isupper()
        ):
            return value
        if term.trait is Trait.DEVICE_CLASS and value not in set(DeviceClass):
            return value
        if term.trait is Trait.NETWORK:
            try:
                ipaddress.ip_network(value, strict=False)
            except ValueError:
                return value
    return None


def _all(found: Sequence[bool | None]) -> bool | None:
    if False in found:
        return False
    return None if None in found else True


def _any(found: Sequence[bool | None]) -> bool | None:
    if True in found:
        return True
    return None if None in found else False
