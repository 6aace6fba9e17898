"""What a provider's signals in the stream restrict, from moment to moment, and whom that concerns.

A pure state machine over segments that begin and end (SCTE 35 section 10.3.3); times are unix seconds.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

GRACE_S = 10.0
"""A segment whose end signal never comes ends this long after its announced duration."""
LONGEST_S = 6 * 3600.0
"""A restricted segment without a duration and without an end signal ends after this time."""
_REMEMBERED_SEGMENTS = 64
_DEVICE_GROUPS = 3

_PROGRAMME_STARTS = frozenset({0x10, 0x13, 0x14, 0x15, 0x16, 0x17, 0x19, 0x1A})
_PROGRAMME_ENDS = frozenset({0x11, 0x12})
_BLACKOUT_OVERRIDE = 0x18
_PROGRAMME = 0x10
_BREAKAWAY = 0x13
_IDENTIFICATIONS = frozenset({0x00, 0x01, 0x02})


@dataclass(frozen=True, slots=True, kw_only=True)
class Restrictions:
    """What is restricted at a moment; the defaults restrict nothing. `restricted_devices`: groups 0 to 2."""

    web_delivery_allowed: bool = True
    no_regional_blackout: bool = True
    archive_allowed: bool = True
    restricted_devices: frozenset[int] = frozenset()

    def with_all_of(self, other: Restrictions) -> Restrictions:
        """What is restricted by either."""
        return Restrictions(
            web_delivery_allowed=self.web_delivery_allowed and other.web_delivery_allowed,
            no_regional_blackout=self.no_regional_blackout and other.no_regional_blackout,
            archive_allowed=self.archive_allowed and other.archive_allowed,
            restricted_devices=self.restricted_devices | other.restricted_devices,
        )

    @property
    def in_words(self) -> str:
        """Like "no web delivery, no archive"; empty when nothing is restricted."""
        words = []
        if not self.web_delivery_allowed:
            words.append("no web delivery")
        if not self.no_regional_blackout:
            words.append("regional blackout")
        if not self.archive_allowed:
            words.append("no archive")
        words += [f"device group {group} restricted" for group in sorted(self.restricted_devices)]
        return ", ".join(words)


UNRESTRICTED = Restrictions()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalPolicy:
    """How this operator's delivery looks to a provider's signals.

    `own_networks` are address ranges (CIDR) where delivery is not over the web; by default everything is.
    `regional_blackouts`: whether a regional blackout concerns this operator's region. `device_groups`: for groups 0,
    1 and 2 the words by which a restricted player is known in its name; a group without words means every player.
    """

    own_networks: tuple[str, ...] = ()
    regional_blackouts: bool = True
    device_groups: tuple[tuple[str, ...], ...] = ()

    def check(self) -> None:
        """Raises InvalidInputError naming the field that cannot be."""
        wrong = next((one for one in self.own_networks if _network(one) is None), None)
        if wrong is not None:
            raise InvalidInputError(
                f"'{wrong}' is not a range of addresses.",
                remedy="Write one such as 10.0.0.0/8 or 2001:db8::/32.",
                field="own_networks",
            )
        if len(self.device_groups) > _DEVICE_GROUPS:
            raise InvalidInputError(
                "There are only the device groups 0, 1 and 2.", remedy="Leave the others out.", field="device_groups"
            )

    def forbids(self, found: Restrictions, address: str, player: str) -> bool:
        """Whether what is restricted concerns a viewer at this address with a player of this name."""
        over_the_web = not found.web_delivery_allowed and self.is_web(address)
        in_region = not found.no_regional_blackout and self.regional_blackouts
        by_device = bool(found.restricted_devices) and self.is_restricted_device(player, found.restricted_devices)
        return over_the_web or in_region or by_device

    def forbids_output(self, found: Restrictions, address: str, *, group: bool) -> bool:
        """Whether what is restricted forbids sending to this address, a multicast `group` or one receiver.

        A group is no delivery over the web: it reaches the networks that route it, which are the operator's. Who
        receives there, and with what, is not known; so a blackout of the region or of any devices concerns all of it.
        """
        over_the_web = not found.web_delivery_allowed and not group and self.is_web(address)
        in_region = not found.no_regional_blackout and self.regional_blackouts
        return over_the_web or in_region or bool(found.restricted_devices)

    def is_web(self, address: str) -> bool:
        """Whether a viewer at this address is reached over the web; what cannot be read is."""
        try:
            place = ipaddress.ip_address(address.strip("[]"))
        except ValueError:
            return True
        if isinstance(place, ipaddress.IPv6Address) and place.ipv4_mapped is not None:
            place = place.ipv4_mapped
        return not any(place in network for network in map(_network, self.own_networks) if network is not None)

    def is_restricted_device(self, player: str, groups: frozenset[int]) -> bool:
        """Whether a player of this name belongs to one of the groups."""
        return any(self._in_group(player.lower(), group) for group in groups)

    def _in_group(self, player: str, group: int) -> bool:
        words = self.device_groups[group] if group < len(self.device_groups) else ()
        return not words or any(word.lower() in player for word in words)


EVERYBODY = SignalPolicy()
"""The policy without any setting: signals concern every viewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentSignal:
    """What a cue says of one segment, in force `at` that moment. `restrictions` None: delivery is not restricted."""

    event_id: int
    type_id: int
    at: float
    cancel: bool = False
    restrictions: Restrictions | None = None
    duration_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedSegment:
    """A restricted segment that is announced or running, in force from `since` to before `until`."""

    event_id: int
    family: int
    since: float
    until: float
    restrictions: Restrictions


@dataclass(frozen=True, slots=True)
class SignalledState:
    """All restricted segments of one channel."""

    segments: tuple[RestrictedSegment, ...] = ()

    def after(self, signal: SegmentSignal) -> SignalledState:
        """The state once a signal was heard. Signals may be repeated, and may speak of the future."""
        kept = [one for one in self.segments if one.until > signal.at - LONGEST_S]
        if signal.cancel:
            return SignalledState(tuple(one for one in kept if one.event_id != signal.event_id))
        family, starts = _meaning(signal.type_id)
        if signal.type_id == _BLACKOUT_OVERRIDE:
            overridden = [part for one in kept for part in _overridden(one, signal)]
            if overridden != kept:
                return SignalledState(_bounded(overridden))
        if not starts:
            return SignalledState(_bounded(_ended(one, family, signal) for one in kept))
        return SignalledState(_bounded(_started(kept, family, signal)))

    def restrictions(self, now: float) -> Restrictions:
        """What is restricted now: all that the running segments restrict."""
        found = UNRESTRICTED
        for one in self.segments:
            if one.since <= now < one.until:
                found = found.with_all_of(one.restrictions)
        return found

    def clear_since(self, now: float, forbids: Callable[[Restrictions], bool]) -> float:
        """When the last segment ended whose restrictions forbade something; 0 when none is remembered."""
        return max((one.until for one in self.segments if one.until <= now and forbids(one.restrictions)), default=0.0)

    def next_change(self, now: float) -> float | None:
        """When a segment begins or ends by the clock; None when nothing is due."""
        moments = (moment for one in self.segments for moment in (one.since, one.until))
        return min((moment for moment in moments if moment > now), default=None)

    def without_past(self, now: float) -> SignalledState:
        """The state without segments that have ended."""
        return SignalledState(tuple(one for one in self.segments if one.until > now))


def _meaning(type_id: int) -> tuple[int, bool]:
    """The family of a segmentation type (the type that begins it), and whether it begins or goes on."""
    if type_id in _PROGRAMME_STARTS or type_id == _BLACKOUT_OVERRIDE:
        return _PROGRAMME, True
    if type_id in _PROGRAMME_ENDS:
        return _PROGRAMME, False
    if type_id in _IDENTIFICATIONS:
        return type_id, True
    return type_id & 0xFE, not type_id & 1


def _started(known: Iterable[RestrictedSegment], family: int, signal: SegmentSignal) -> list[RestrictedSegment]:
    """The segments once one begins, is repeated, goes on, or goes on without restrictions."""
    if signal.type_id == _BREAKAWAY:  # tells nothing of what is shown meanwhile: restrictions stay
        return list(known)
    others: list[RestrictedSegment] = []
    own: list[RestrictedSegment] = []
    for one in known:
        same = (one.event_id, one.family) == (signal.event_id, family)
        (own if same else others).append(one)
    if family in _IDENTIFICATIONS:  # content is identified anew: what was before is over
        others = [_until(one, signal.at) if one.family == family else one for one in others]
    if signal.restrictions is None:
        return others + [_until(one, signal.at) for one in own]
    lasting = LONGEST_S if signal.duration_s is None else signal.duration_s + GRACE_S
    going_on = [one for one in own if one.restrictions == signal.restrictions and one.until >= signal.at]
    fresh = RestrictedSegment(
        event_id=signal.event_id,
        family=family,
        since=min([signal.at, *(one.since for one in going_on)]),
        until=signal.at + lasting,
        restrictions=signal.restrictions,
    )
    return others + [_until(one, signal.at) for one in own if one not in going_on] + [fresh]


def _ended(one: RestrictedSegment, family: int, signal: SegmentSignal) -> RestrictedSegment:
    """A segment once the end of (perhaps another) one was heard."""
    mine = (one.event_id, one.family) == (signal.event_id, family) and one.since <= signal.at
    return _until(one, signal.at) if mine else one


def _overridden(one: RestrictedSegment, signal: SegmentSignal) -> list[RestrictedSegment]:
    """A programme whose restrictions a blackout override replaces or lifts from its moment on (type 0x18)."""
    if one.family != _PROGRAMME or not one.since <= signal.at < one.until:
        return [one]
    if signal.restrictions is None:
        return [_until(one, signal.at)]
    return [_until(one, signal.at), replace(one, since=signal.at, restrictions=signal.restrictions)]


def _until(one: RestrictedSegment, moment: float) -> RestrictedSegment:
    return replace(one, until=min(one.until, moment))


def _bounded(segments: Iterable[RestrictedSegment]) -> tuple[RestrictedSegment, ...]:
    """In order; empty ones left out, and beyond the bound those that end first."""
    lasting = sorted((one for one in segments if one.since < one.until), key=lambda one: one.until)
    return tuple(sorted(lasting[-_REMEMBERED_SEGMENTS:], key=lambda one: (one.since, one.event_id)))


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
