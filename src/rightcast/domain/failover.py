"""Which source of a channel is on air: what an operator may set, and the decision that is taken ten times a second.

Pure: what is seen of each source goes in, who stands on air comes out. Sources count from 1; 0 is the slate.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from rightcast.domain.errors import InvalidInputError

SLATE = 0
AUTO = "auto"
ON_SLATE = "slate"
_SPREAD = 0.25
_LONGEST_PROOF_S = 8.0
_OPENING_GRACE_S = 2.5
"""So long a source that is being opened is waited for although another one has a picture."""


class Fault(enum.StrEnum):
    """What is wrong with a source. The last two still leave a picture, of a kind."""

    SILENT = "silent"
    CLOSED = "closed"
    NO_PICTURE = "no_picture"
    ERRORS = "errors"
    BITRATE = "bitrate"


class Cause(enum.StrEnum):
    """Why what is on air was put there."""

    STARTED = "started"
    FAULT = "fault"
    RETURNED = "returned"
    RECOVERED = "recovered"
    ASKED = "asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failover:
    """When a channel leaves a source, and when it comes back. Times in seconds.

    `silence_s`: so long without a picture, and the next source is taken. `errors_per_s` continuity errors for
    `errors_for_s`, or a bitrate below `least_bps` or below `least_share` of its usual for `bitrate_for_s`, make a
    source poor: it is left for a better one, never for none. 0 switches each of these off. A preferred source must be
    good for `hold_down_s` before the channel returns to it; each further failure doubles that, up to
    `longest_hold_down_s`, until it has been on air for `stable_s`. `standby`: the next source is received all the
    time. `pick`: what the operator wants on air: auto, slate, or the number of a source.
    """

    silence_s: float = 1.2
    errors_per_s: float = 10.0
    errors_for_s: float = 2.0
    least_bps: int = 0
    least_share: float = 0.2
    bitrate_for_s: float = 2.0
    hold_down_s: float = 30.0
    longest_hold_down_s: float = 600.0
    stable_s: float = 120.0
    returns: bool = True
    standby: bool = True
    pick: str = AUTO

    def check(self) -> None:
        """Raises InvalidInputError naming the field that cannot be meant."""
        for name, least, most in _BOUNDS:
            value = getattr(self, name)
            if not least <= value <= most:
                raise InvalidInputError(
                    f"{name} cannot be {value:g}.", remedy=f"Choose from {least:g} to {most:g}.", field=name
                )
        if self.longest_hold_down_s < self.hold_down_s:
            raise InvalidInputError(
                "The longest hold-down is shorter than the first one.",
                remedy="Raise longest_hold_down_s, or lower hold_down_s.",
                field="longest_hold_down_s",
            )
        wish_of(self.pick)


_BOUNDS = (
    ("silence_s", 0.3, 60),
    ("errors_per_s", 0, 100_000),
    ("errors_for_s", 0.5, 60),
    ("least_bps", 0, 1_000_000_000),
    ("least_share", 0, 0.95),
    ("bitrate_for_s", 1, 600),
    ("hold_down_s", 1, 86_400),
    ("longest_hold_down_s", 1, 86_400),
    ("stable_s", 1, 86_400),
)


def wish_of(pick: str) -> int | None:
    """The source that a pick names, SLATE for the slate, None for automatic. Raises InvalidInputError (`pick`)."""
    if pick == AUTO:
        return None
    if pick == ON_SLATE:
        return SLATE
    if pick.isascii() and pick.isdigit() and 0 < int(pick) <= 99:
        return int(pick)
    raise InvalidInputError(
        f"'{pick[:20]}' cannot be put on air.", remedy="Write auto, slate, or the number of a source.", field="pick"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is seen of one source at this moment.

    `picture`: viewers could watch it now. `fault`: what is wrong, if anything. `clean_since`: when the last fault
    ended (unix seconds). `fresh`: a key frame began just now, so that a change to it repeats nothing. `dark_s`: for
    how long it has given no picture. `opening`: it may still be expected to come up.
    """

    picture: bool
    fault: Fault | None = None
    clean_since: float = 0.0
    fresh: bool = False
    dark_s: float = 0.0
    opening: bool = False

    @property
    def is_good(self) -> bool:
        """A picture, and nothing wrong with it."""
        return self.picture and self.fault is None


@dataclass(frozen=True, slots=True)
class Lapse:
    """Failures of a source that are not yet forgiven, and how long it must be good before a return to it."""

    count: int
    hold_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who is on air since when and why; `fault` is what was wrong with the one before, `lapses` are by source."""

    active: int
    since: float
    cause: Cause = Cause.STARTED
    before: int = SLATE
    fault: Fault | None = None
    lapses: Mapping[int, Lapse] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Everything one decision rests on. `wish` as of `wish_of`; `jitter` between 0 and 1.

    `slate_after_s`: how long viewers look at nothing before the slate comes; None: there is no slate.
    """

    policy: Failover
    wish: int | None
    sights: Mapping[int, Sight]
    now: float
    jitter: float
    slate_after_s: float | None


def decide(standing: Standing, question: Question) -> Standing:
    """Who should be on air now; the same object when nothing changes."""
    wish, sights = question.wish, question.sights
    if wish == SLATE and question.slate_after_s is not None:
        return standing if standing.active == SLATE else _moved(standing, question, SLATE, Cause.ASKED)
    own = sights.get(standing.active)
    if own is None or not own.picture:
        return _from_dark(standing, question, own)
    if wish is not None and wish != SLATE:
        other = sights.get(wish)
        asked = wish != standing.active and other is not None and other.picture and other.fresh
        return _moved(standing, question, wish, Cause.ASKED) if asked else standing
    if own.fault is not None:
        target = _first(place for place in sights if place != standing.active and _proven(standing, question, place))
        return standing if target is None else _moved(standing, question, target, Cause.FAULT)
    return _return(standing, question)


def listened(policy: Failover, wish: int | None, active: int, sources: int, *, well: bool) -> frozenset[int]:
    """Which sources are received now. `well`: what is on air is a source without fault."""
    everything = frozenset(range(1, sources + 1))
    if wish == SLATE:
        return frozenset({1}) & everything if policy.standby else frozenset()
    if wish is not None and wish in everything:
        return frozenset({wish, active}) & everything
    if not well:
        return everything
    chosen = {active}
    if policy.returns:
        chosen |= set(range(1, active))
    if policy.standby:
        chosen.add(active + 1 if active < sources else 1)
    return frozenset(chosen) & everything


def _from_dark(standing: Standing, question: Question, own: Sight | None) -> Standing:
    """Nothing to see: take whatever has a picture, the best and most preferred first; the slate when nothing has."""
    sights, wish = question.sights, question.wish
    open_to = [place for place in sights if wish in {None, SLATE, place} and _may_come(standing, question, place)]
    target = _first(place for place in open_to if sights[place].is_good)
    if own is not None and own.opening and (target is None or own.dark_s < _OPENING_GRACE_S):
        return standing
    if target is None:
        target = _first(open_to)
    if target is not None:
        cause = Cause.RECOVERED if standing.active == SLATE else Cause.FAULT
        return _moved(standing, question, target, cause)
    late = question.slate_after_s is not None and (own is None or own.dark_s >= question.slate_after_s)
    if standing.active != SLATE and late:
        return _moved(standing, question, SLATE, Cause.FAULT)
    return standing


def _return(standing: Standing, question: Question) -> Standing:
    """What is on air is good; go back to a preferred source that has proven itself, where a key frame begins."""
    if not question.policy.returns:
        return standing
    target = _first(
        place
        for place, sight in question.sights.items()
        if place < standing.active and sight.fresh and _proven(standing, question, place)
    )
    return standing if target is None else _moved(standing, question, target, Cause.RETURNED)


def _first(places: Iterable[int]) -> int | None:
    return min(places, default=None)


def _proven(standing: Standing, question: Question, place: int) -> bool:
    """Whether a source has been good for its whole hold-down, which also passes since the last change."""
    sight = question.sights[place]
    lapse = standing.lapses.get(place)
    hold_s = question.policy.hold_down_s if lapse is None else lapse.hold_s
    return sight.is_good and question.now - max(sight.clean_since, standing.since) >= hold_s


def _may_come(standing: Standing, question: Question, place: int) -> bool:
    """Whether a source may end the dark: one that keeps failing must first show a picture for a while."""
    sight, lapse = question.sights[place], standing.lapses.get(place)
    if not sight.picture or place == standing.active:
        return False
    if standing.active != SLATE or lapse is None or lapse.count < 2 or sight.fault is not None:
        return True
    proof_s = min(0.5 * 2.0 ** min(lapse.count - 1, 10), _LONGEST_PROOF_S)
    return question.now - sight.clean_since >= proof_s


def _moved(standing: Standing, question: Question, target: int, cause: Cause) -> Standing:
    """The change, and the mark that a failure leaves on the source that is left."""
    policy, now, lapses = question.policy, question.now, dict(standing.lapses)
    left = question.sights.get(standing.active)
    fault = None if left is None else left.fault
    if cause is Cause.FAULT and standing.active != SLATE:
        before = lapses.get(standing.active)
        count = 1 if before is None or now - standing.since >= policy.stable_s else before.count + 1
        hold_s = min(policy.hold_down_s * 2.0 ** min(count - 1, 30), policy.longest_hold_down_s)
        lapses[standing.active] = Lapse(count, hold_s * (1 + _SPREAD * question.jitter))
    return replace(standing, active=target, since=now, cause=cause, before=standing.active, fault=fault, lapses=lapses)
