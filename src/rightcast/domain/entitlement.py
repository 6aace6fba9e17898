"""The one question that every viewer path asks: may this line watch this channel now.

`examine` returns the whole chain of checks for the help desk; `decide` its verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rightcast.domain.blackouts import Blackout, facts_of, judge, next_start
from rightcast.domain.bounds import Standpoint, broken, nearest, relies_on_portability
from rightcast.domain.bounds_in_words import demands
from rightcast.domain.cues import EVERYBODY, UNRESTRICTED, Restrictions, SignalPolicy
from rightcast.domain.life import Running
from rightcast.domain.lineup import Channel, Line, LineStatus
from rightcast.domain.reasons import SENTENCES, Reason
from rightcast.domain.rights import CarriageRight, RightStatus
from rightcast.domain.takedown import Takedown, darkened_by, next_dark

__all__ = [
    "SENTENCES",
    "Allowed",
    "Check",
    "Denied",
    "Question",
    "Reason",
    "Viewer",
    "bound_checks",
    "decide",
    "examine",
    "line_checks",
    "longest",
    "standing_rights",
]


_STATUS_REASONS = {
    LineStatus.DISABLED: Reason.LINE_DISABLED,
    LineStatus.BANNED: Reason.LINE_BANNED,
    LineStatus.UNCONFIRMED: Reason.LINE_UNCONFIRMED,
}


@dataclass(frozen=True, slots=True)
class Allowed:
    """Watching is allowed until `until` (None: open-ended), standing on right `right_id`.

    `max_height`: no picture of more lines may be sent, 0 without a limit.
    """

    right_id: int
    until: datetime | None
    max_height: int = 0


@dataclass(frozen=True, slots=True)
class Denied:
    """Watching is refused; the caller records the reason."""

    reason: Reason

    @property
    def sentence(self) -> str:
        """The reason in words for the help desk."""
        return SENTENCES[self.reason]


@dataclass(frozen=True, slots=True)
class Check:
    """One link of the chain: what was asked, whether it held, and the facts it stood on."""

    rule: str
    holds: bool
    detail: str
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Where somebody watches, as network address, and with what, as the player calls itself."""

    address: str
    player: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Everything a decision rests on. `rights` may hold rights of other channels too.

    `carried` are the channel ids of all lineups in the line's packages. `published` False: the
    record exists but its operator keeps it off the air. `sessions_in_use` counts other sessions
    of the line; None leaves concurrency to the lease that follows. `restrictions` are what the provider's signals
    restrict now, `policy` whom that concerns here, `viewer` where and with what the viewer watches; without a viewer
    signals are left aside. `stand`: what the bounds of rights are held against; without it they are left aside, as
    lists do, never plays. `joins` False: a session that runs already. `off`: the channel's schedule has it off.
    `blackouts` are those of this channel, past ones too.
    `takedowns` that concern the channel, for whomever; `shown`: when what is watched was on air, None: it is live.
    """

    line: Line | None
    channel: Channel | None
    carried: frozenset[int]
    rights: Sequence[CarriageRight]
    now: datetime
    published: bool = True
    sessions_in_use: int | None = None
    restrictions: Restrictions = UNRESTRICTED
    policy: SignalPolicy = EVERYBODY
    viewer: Viewer | None = None
    stand: Standpoint | None = None
    joins: bool = True
    off: bool = False
    blackouts: Sequence[Blackout] = ()
    takedowns: Sequence[Takedown] = ()
    shown: tuple[float, float] | None = None

    @property
    def country(self) -> str:
        """Where the viewer is; "" while nobody knows."""
        return "" if self.stand is None else self.stand.place.country


def decide(question: Question) -> Allowed | Denied:
    """Answer one viewing request. Deny by default; the first failing check names the reason."""
    line = question.line
    if question.takedowns and line is not None and _is_dark(question, line):
        return Denied(Reason.TAKEN_DOWN)
    if line is not None and _is_plain(question, line):
        reaching = _reaching(question)
        right = longest(_holding(reaching, line, question))
        if right is not None:
            return Allowed(right.id, _ending(question, right, line), right.bounds.max_height)
        if reaching and question.stand is not None:
            found = nearest(reaching, line, question.stand, question.now)
            return Denied(Reason.NO_RIGHT if found is None else Reason(found[1].value))
    verdict, _ = examine(question)
    return verdict


def _is_dark(question: Question, line: Line) -> bool:
    """Whether a takedown is all there is to say: thousands are asked at once when one comes."""
    return (
        line.status is LineStatus.ACTIVE
        and (line.expires is None or question.now < line.expires)
        and darkened_by(question.takedowns, line, question.country, question.now, question.shown) is not None
    )


def _is_plain(question: Question, line: Line) -> bool:
    """Whether every link but the right holds, so that no words are needed. Whatever is unusual goes the long way."""
    channel, now = question.channel, question.now
    return (
        channel is not None
        and line.status is LineStatus.ACTIVE
        and (line.expires is None or now < line.expires)
        and channel.id in question.carried
        and question.published
        and not question.off
        and not question.takedowns
        and (channel.features is None or channel.life.running is Running.ON)
        and (question.restrictions is UNRESTRICTED or question.viewer is None)
        and not any(one.runs(now) for one in question.blackouts)
        and (question.sessions_in_use is None or question.sessions_in_use < line.max_sessions)
    )


def examine(question: Question) -> tuple[Allowed | Denied, tuple[Check, ...]]:
    """Answer one viewing request with the whole chain of checks, failing ones included."""
    checks = (
        *line_checks(question.line, question.now),
        *takedown_checks(question),
        *_channel_checks(question),
        *_session_checks(question),
    )
    failed = next((check for check in checks if not check.holds), None)
    if failed is not None:
        return Denied(failed.reason or Reason.NO_RIGHT), checks
    right = _standing_for(question)
    if right is None or question.line is None:
        return Denied(Reason.NO_RIGHT), checks
    return Allowed(right.id, _ending(question, right, question.line), right.bounds.max_height), checks


def _ending(question: Question, right: CarriageRight, line: Line) -> datetime | None:
    """When the first of those things ends that the verdict stands on."""
    stand, case = question.stand, line.portability
    ports = stand is not None and case is not None and relies_on_portability(right, line, stand)
    dark = next_start(question.blackouts, facts_of(question), question.now) if question.blackouts else None
    down = None
    if question.takedowns:
        down = next_dark(question.takedowns, line, question.country, question.now, question.shown)
    moments = (right.ends, line.expires, dark, down, case.until if ports and case is not None else None)
    return min((moment for moment in moments if moment is not None), default=None)


def line_checks(line: Line | None, now: datetime) -> tuple[Check, ...]:
    """The links that concern the line alone; logins and catalogues ask only these."""
    if line is None:
        return (Check("line exists", holds=False, detail="no such line", reason=Reason.UNKNOWN_LINE),)
    known = Check("line exists", holds=True, detail=f"line {line.name}")
    status_reason = _STATUS_REASONS.get(line.status)
    status = Check("line is active", status_reason is None, f"status is {line.status}", status_reason)
    in_time = line.expires is None or now < line.expires
    until = "never expires" if line.expires is None else f"expires {line.expires:%Y-%m-%d %H:%M} UTC"
    return known, status, Check("line has not expired", in_time, until, None if in_time else Reason.LINE_EXPIRED)


def takedown_checks(question: Question) -> tuple[Check, ...]:
    """Whether what is asked for was taken down; nothing when no takedown concerns it."""
    if question.line is None or not question.takedowns:
        return ()
    found = darkened_by(question.takedowns, question.line, question.country, question.now, question.shown)
    detail = "none stands here" if found is None else found.in_words
    return (Check("no takedown stands", found is None, detail, None if found is None else Reason.TAKEN_DOWN),)


def _channel_checks(question: Question) -> tuple[Check, ...]:
    channel = question.channel
    if channel is None:
        return (Check("channel exists", holds=False, detail="no such channel", reason=Reason.UNKNOWN_CHANNEL),)
    known = Check("channel exists", holds=True, detail=f"{channel.number} {channel.name}")
    published = Check(
        "channel is published",
        question.published,
        "published" if question.published else "held off the air",
        None if question.published else Reason.NOT_PUBLISHED,
    )
    if question.line is None:
        return known, published
    inside = channel.id in question.carried
    packaged = Check(
        "a package of the line contains the channel",
        inside,
        f"{len(question.carried)} channels in its packages",
        None if inside else Reason.NOT_IN_PACKAGE,
    )
    rights = _right_checks(question.rights, channel.id, question.line, question)
    signals = (*_signal_checks(question), *_blackouts(question))
    return known, packaged, *rights, published, *_life_checks(channel, question), *signals


def _life_checks(channel: Channel, question: Question) -> tuple[Check, ...]:
    """Whether the channel runs, and takes this viewer; nothing for one that simply runs."""
    running = channel.life.running
    if running is Running.STOPPED:
        return (Check("the channel runs", holds=False, detail="stopped by its operator", reason=Reason.STOPPED),)
    if question.off:
        return (Check("the channel runs", holds=False, detail="off by its schedule", reason=Reason.OFF_BY_SCHEDULE),)
    if running is Running.DRAINING:
        reason = Reason.DRAINING if question.joins else None
        return (Check("the channel takes new viewers", holds=not question.joins, detail="draining", reason=reason),)
    return ()


def _signal_checks(question: Question) -> tuple[Check, ...]:
    """What signals in the stream restrict, and whether it concerns this viewer; nothing when they restrict nothing."""
    found, policy, viewer = question.restrictions, question.policy, question.viewer
    if viewer is None or found == UNRESTRICTED:
        return ()
    blacked_out = policy.forbids(found, viewer.address, viewer.player)
    reason = Reason.BLACKED_OUT if blacked_out else None
    return (Check("the provider's signals allow this delivery", not blacked_out, found.in_words, reason),)


def _blackouts(question: Question) -> tuple[Check, ...]:
    """Whether a blackout keeps the viewer out now; nothing while none runs on the channel."""
    found = judge(question.blackouts, facts_of(question), question.now) if question.blackouts else None
    if found is None:
        return ()
    return (Check("no blackout concerns the viewer", not found[0], found[1], Reason.KEPT_OUT if found[0] else None),)


def _right_checks(
    rights: Iterable[CarriageRight], channel_id: int, line: Line, question: Question
) -> tuple[Check, ...]:
    now = question.now
    mine = [right for right in rights if right.covers_channel(channel_id)]
    reason = _missing(mine, now)
    names = ", ".join(f"{right.reference} ({right.status})" for right in mine) or "none recorded"
    in_force = Check("a carriage right is in force", reason is None, names, reason)
    if reason is not None:
        return (in_force,)
    reaching = [right for right in mine if right.in_force(now) and right.covers_territory(line.territory)]
    areas = ", ".join(sorted({area for one in mine if one.in_force(now) for area in one.territories})) or "nowhere"
    residence = Check(
        "the right covers the territory of the line",
        bool(reaching),
        f"line lives in {line.territory}; covered: {areas}",
        None if reaching else Reason.OUTSIDE_TERRITORY,
    )
    return in_force, residence, *bound_checks(reaching, line, question.stand, now)


def bound_checks(
    reaching: Sequence[CarriageRight], line: Line, stand: Standpoint | None, now: datetime
) -> tuple[Check, ...]:
    """Each bound of the right that the viewer stands on, or of the one that holds longest; nothing without bounds."""
    if stand is None or not reaching:
        return ()
    standing = longest(right for right in reaching if broken(right, line, stand, now) is None)
    found = nearest(reaching, line, stand, now) if standing is None else None
    right = standing if found is None else found[0]
    if right is None:
        return ()
    return tuple(
        Check(one.rule, one.holds, f"{one.detail} ({right.reference})", None if one.holds else Reason(one.bound.value))
        for one in demands(right, line, stand, now)
    )


def _missing(mine: Sequence[CarriageRight], now: datetime) -> Reason | None:
    """Why no right is in force, naming the nearest miss; None when one is."""
    if any(right.in_force(now) for right in mine):
        return None
    if any(right.in_term(now) and not right.status.pending for right in mine):
        return Reason.RIGHT_WITHDRAWN
    recorded = [right for right in mine if right.status is RightStatus.ACTIVE]
    if any(right.starts > now for right in recorded):
        return Reason.RIGHT_NOT_YET
    if recorded:
        return Reason.RIGHT_ENDED
    return Reason.NO_RIGHT


def _session_checks(question: Question) -> tuple[Check, ...]:
    if question.line is None or question.sessions_in_use is None:
        return ()
    free = question.sessions_in_use < question.line.max_sessions
    return (
        Check(
            "a screen is free",
            free,
            f"{question.sessions_in_use} of {question.line.max_sessions} in use",
            None if free else Reason.TOO_MANY_SESSIONS,
        ),
    )


def standing_rights(question: Question) -> tuple[CarriageRight, ...]:
    """Every right in force that reaches this viewer; what they grant beyond the live picture adds up."""
    line = question.line
    return () if line is None else tuple(_holding(_reaching(question), line, question))


def _reaching(question: Question) -> list[CarriageRight]:
    """The rights in force for the channel where the line lives, whatever their bounds."""
    line, channel, now = question.line, question.channel, question.now
    if line is None or channel is None:
        return []
    return [
        right
        for right in question.rights
        if right.covers_channel(channel.id) and right.in_force(now) and right.covers_territory(line.territory)
    ]


def _holding(reaching: Iterable[CarriageRight], line: Line, question: Question) -> Iterable[CarriageRight]:
    """Those of whose bounds none is broken."""
    stand, now = question.stand, question.now
    return reaching if stand is None else [one for one in reaching if broken(one, line, stand, now) is None]


def longest(rights: Iterable[CarriageRight]) -> CarriageRight | None:
    """The right a session stands on: of those that reach the viewer the one with the largest picture, then the longest.

    Were the size of the picture not first, a longer right could take away what another grants.
    """
    return max(rights, key=_breadth, default=None)


def _breadth(right: CarriageRight) -> tuple[bool, int, bool, datetime]:
    height = right.bounds.max_height
    return not height, height, right.ends is None, right.ends or right.starts


def _standing_for(question: Question) -> CarriageRight | None:
    return longest(standing_rights(question))
