"""The one question that every viewer path asks: may this line watch this channel now.

`examine` returns the whole chain of checks for the help desk; `decide` its verdict.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rightcast.domain.cues import EVERYBODY, UNRESTRICTED, Restrictions, SignalPolicy
from rightcast.domain.life import Running
from rightcast.domain.lineup import Channel, Line, LineStatus
from rightcast.domain.rights import CarriageRight, RightStatus


class Reason(enum.StrEnum):
    """Why a viewer is refused. Codes are stable and stand in docs/reference/reasons.md."""

    UNKNOWN_LINE = "unknown-line"
    WRONG_SECRET = "wrong-secret"  # noqa: S105 - a reason code
    TOO_MANY_ATTEMPTS = "too-many-attempts"
    LINE_DISABLED = "line-disabled"
    LINE_BANNED = "line-banned"
    LINE_EXPIRED = "line-expired"
    UNKNOWN_CHANNEL = "unknown-channel"
    UNKNOWN_TITLE = "unknown-title"
    NOT_PUBLISHED = "channel-not-published"
    STOPPED = "channel-stopped"
    OFF_BY_SCHEDULE = "channel-off-by-schedule"
    DRAINING = "channel-draining"
    NOT_IN_PACKAGE = "not-in-package"
    NO_RIGHT = "no-carriage-right"
    RIGHT_NOT_YET = "carriage-right-not-yet-in-force"
    RIGHT_ENDED = "carriage-right-ended"
    RIGHT_WITHDRAWN = "carriage-right-withdrawn"
    OUTSIDE_TERRITORY = "outside-territory"
    BLACKED_OUT = "blacked-out-by-signal"
    TOO_MANY_SESSIONS = "too-many-sessions"
    SESSION_KICKED = "session-kicked"
    SESSION_REVOKED = "session-revoked"
    DEVICE_REVOKED = "device-revoked"
    SECRET_CHANGED = "secret-changed"  # noqa: S105 - the name of a reason
    REPLICA_TOO_OLD = "replica-too-old"
    ENCRYPTED_ONLY = "encrypted-only"
    UNKNOWN_RECORDING = "unknown-recording"
    NOT_RECORDED = "not-recorded"
    NOT_RECORDABLE = "recordings-not-granted"
    RECORDING_EXPIRED = "recording-expired"
    NO_DOWNLOAD = "download-not-granted"
    PAST_NOT_GRANTED = "catchup-not-granted"
    TOO_LONG_AGO = "past-too-long-ago"
    NOT_YET_ON_AIR = "not-yet-on-air"
    LIVE_ONLY = "live-only-programme"
    NOT_KEPT = "not-kept"


SENTENCES: dict[Reason, str] = {
    Reason.UNKNOWN_LINE: "There is no line of this name.",
    Reason.WRONG_SECRET: "The password does not belong to this line.",
    Reason.TOO_MANY_ATTEMPTS: "Too many wrong names or passwords came from there; it is looked at again in a while.",
    Reason.LINE_DISABLED: "The line is disabled; enable it to let it watch again.",
    Reason.LINE_BANNED: "The line is banned.",
    Reason.LINE_EXPIRED: "The line has expired; extend it to let it watch again.",
    Reason.UNKNOWN_CHANNEL: "There is no published channel of this id.",
    Reason.UNKNOWN_TITLE: "There is no film or episode of this id that is offered.",
    Reason.NOT_PUBLISHED: "The channel is held off the air by its operator; publish it to let it be watched.",
    Reason.STOPPED: "The channel is stopped by its operator; start it to let it be watched.",
    Reason.OFF_BY_SCHEDULE: "The channel's schedule has it off the air at the moment.",
    Reason.DRAINING: "The channel takes no new viewers; it ends when the last one leaves.",
    Reason.NOT_IN_PACKAGE: "No package of this line contains the channel.",
    Reason.NO_RIGHT: "No carriage right is recorded for the channel; record one before it can be watched.",
    Reason.RIGHT_NOT_YET: "The carriage right for the channel has not begun yet.",
    Reason.RIGHT_ENDED: "The carriage right for the channel has ended.",
    Reason.RIGHT_WITHDRAWN: "The carriage right for the channel is suspended or withdrawn.",
    Reason.OUTSIDE_TERRITORY: "No carriage right covers the territory of this line.",
    Reason.BLACKED_OUT: (
        "The provider's signal in the stream forbids this delivery for now; the channel comes back when it is lifted."
    ),
    Reason.TOO_MANY_SESSIONS: "All screens of this line are in use; stop one, or raise the limit.",
    Reason.SESSION_KICKED: "The session was ended by the operator; the player may open a new one.",
    Reason.SESSION_REVOKED: "The session was revoked, alone or with all of its line, channel or station; sign in anew.",
    Reason.DEVICE_REVOKED: "The device was taken from its line; add it again to let it watch.",
    Reason.SECRET_CHANGED: "The session came in by a secret that is no longer the line's; sign in with the new one.",
    Reason.REPLICA_TOO_OLD: "This edge has not heard from the panel for longer than policy allows.",
    Reason.ENCRYPTED_ONLY: "The channel leaves this station encrypted only; open its playlist, not its endless stream.",
    Reason.UNKNOWN_RECORDING: "This line has no recording of this id; it may have been removed.",
    Reason.NOT_RECORDED: "Nothing of the recording is kept: it has not begun yet, or it failed.",
    Reason.NOT_RECORDABLE: "No right in force lets this line keep and watch recordings of the channel.",
    Reason.RECORDING_EXPIRED: "The days for which the right lets the recording be watched are over.",
    Reason.NO_DOWNLOAD: "The right lets recordings be watched, not taken away as files.",
    Reason.PAST_NOT_GRANTED: "No carriage right grants this channel's past there; what it shows now may be watched.",
    Reason.TOO_LONG_AGO: "The moment lies further back than the carriage right grants.",
    Reason.NOT_YET_ON_AIR: "The moment has not come yet.",
    Reason.LIVE_ONLY: "The programme may be watched live only.",
    Reason.NOT_KEPT: "Nothing of this moment is kept.",
}


@dataclass(frozen=True, slots=True)
class Allowed:
    """Watching is allowed until `until` (None: open-ended), standing on right `right_id`."""

    right_id: int
    until: datetime | None


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
    signals are left aside. `joins` False: a session that runs already. `off`: the channel's schedule has it off.
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
    joins: bool = True
    off: bool = False


def decide(question: Question) -> Allowed | Denied:
    """Answer one viewing request. Deny by default; the first failing check names the reason."""
    verdict, _ = examine(question)
    return verdict


def examine(question: Question) -> tuple[Allowed | Denied, tuple[Check, ...]]:
    """Answer one viewing request with the whole chain of checks, failing ones included."""
    checks = (*line_checks(question.line, question.now), *_channel_checks(question), *_session_checks(question))
    failed = next((check for check in checks if not check.holds), None)
    if failed is not None:
        return Denied(failed.reason or Reason.NO_RIGHT), checks
    right = _standing_for(question)
    if right is None or question.line is None:
        return Denied(Reason.NO_RIGHT), checks
    return Allowed(right.id, _earliest(right.ends, question.line.expires)), checks


def line_checks(line: Line | None, now: datetime) -> tuple[Check, ...]:
    """The links that concern the line alone; logins and catalogues ask only these."""
    if line is None:
        return (Check("line exists", holds=False, detail="no such line", reason=Reason.UNKNOWN_LINE),)
    known = Check("line exists", holds=True, detail=f"line {line.name}")
    status_reason = {LineStatus.DISABLED: Reason.LINE_DISABLED, LineStatus.BANNED: Reason.LINE_BANNED}.get(line.status)
    status = Check("line is active", status_reason is None, f"status is {line.status}", status_reason)
    in_time = line.expires is None or now < line.expires
    until = "never expires" if line.expires is None else f"expires {line.expires:%Y-%m-%d %H:%M} UTC"
    return known, status, Check("line has not expired", in_time, until, None if in_time else Reason.LINE_EXPIRED)


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
    rights = _right_checks(question.rights, channel.id, question.line.territory, question.now)
    return known, packaged, *rights, published, *_life_checks(channel, question), *_signal_checks(question)


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


def _right_checks(rights: Iterable[CarriageRight], channel_id: int, territory: str, now: datetime) -> tuple[Check, ...]:
    mine = [right for right in rights if right.covers_channel(channel_id)]
    reason = _missing(mine, now)
    names = ", ".join(f"{right.reference} ({right.status})" for right in mine) or "none recorded"
    in_force = Check("a carriage right is in force", reason is None, names, reason)
    if reason is not None:
        return (in_force,)
    right = _standing(mine, channel_id, territory, now)
    areas = ", ".join(sorted({area for one in mine if one.in_force(now) for area in one.territories})) or "nowhere"
    return in_force, Check(
        "the right covers the territory of the line",
        right is not None,
        f"line lives in {territory}; covered: {areas}",
        None if right is not None else Reason.OUTSIDE_TERRITORY,
    )


def _missing(mine: Sequence[CarriageRight], now: datetime) -> Reason | None:
    """Why no right is in force, naming the nearest miss; None when one is."""
    if any(right.in_force(now) for right in mine):
        return None
    if any(right.in_term(now) and right.status is not RightStatus.DRAFT for right in mine):
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
    if question.line is None or question.channel is None:
        return ()
    return _fitting(question.rights, question.channel.id, question.line.territory, question.now)


def _standing_for(question: Question) -> CarriageRight | None:
    if question.line is None or question.channel is None:
        return None
    return _standing(question.rights, question.channel.id, question.line.territory, question.now)


def _standing(rights: Iterable[CarriageRight], channel_id: int, territory: str, now: datetime) -> CarriageRight | None:
    """The right a session stands on: of those that reach the viewer, the one that lasts longest."""
    fitting = _fitting(rights, channel_id, territory, now)
    return max(fitting, key=lambda right: (right.ends is None, right.ends or right.starts), default=None)


def _fitting(
    rights: Iterable[CarriageRight], channel_id: int, territory: str, now: datetime
) -> tuple[CarriageRight, ...]:
    return tuple(
        right
        for right in rights
        if right.covers_channel(channel_id) and right.in_force(now) and right.covers_territory(territory)
    )


def _earliest(first: datetime | None, second: datetime | None) -> datetime | None:
    known = [moment for moment in (first, second) if moment is not None]
    return min(known, default=None)
