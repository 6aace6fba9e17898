"""The one question that every viewer path asks: may this line watch this channel now.

`examine` returns the whole chain of checks for the help desk; `decide` its verdict.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rightcast.domain.bounds import Standpoint, broken, nearest, reaches_everybody, relies_on_portability
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
    LINE_UNCONFIRMED = "line-unconfirmed"
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
    PLACE_UNKNOWN = "place-unknown"
    OUTSIDE_PRESENCE = "outside-presence"
    DISTRIBUTION = "distribution-not-granted"
    DEVICE = "device-not-granted"
    PICTURE_TOO_LARGE = "picture-too-large"
    PROTECTION_TOO_LOW = "protection-too-low"
    RIGHT_FULL_FOR_LINE = "right-full-for-line"
    RIGHT_FULL = "right-full"
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
    Reason.LINE_UNCONFIRMED: (
        "The line seems to be shared: its customer has to confirm at /activate/confirm that it is not."
    ),
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
    Reason.PLACE_UNKNOWN: (
        "The right holds for viewers in some countries only, and nobody knows in which this viewer is; "
        "give the station a country file, or name the viewer's network."
    ),
    Reason.OUTSIDE_PRESENCE: (
        "The line's residence is covered, yet the viewer is in a country in which the right lets nobody watch."
    ),
    Reason.DISTRIBUTION: "The right does not hold for the way in which this viewer is reached.",
    Reason.DEVICE: "The right does not hold for this kind of device, or nobody knows which kind it is.",
    Reason.PICTURE_TOO_LARGE: "The picture is larger than the right lets leave, or its size is not known yet.",
    Reason.PROTECTION_TOO_LOW: (
        "The right demands more protection than this delivery has; protect the channel and open its playlist."
    ),
    Reason.RIGHT_FULL_FOR_LINE: "The line has as many pictures of this right open as the right lets one line have.",
    Reason.RIGHT_FULL: "As many watch by this right as it lets watch at once; somebody has to stop first.",
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
    return Allowed(right.id, _ending(question, right, question.line), right.bounds.max_height), checks


def _ending(question: Question, right: CarriageRight, line: Line) -> datetime | None:
    """When the first of those things ends that the verdict stands on."""
    stand, case = question.stand, line.portability
    ports = stand is not None and case is not None and relies_on_portability(right, line, stand)
    moments = (right.ends, line.expires, case.until if ports and case is not None else None)
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
    """Whether the bounds of one of the rights hold that reach the line; nothing where none has any."""
    if stand is None or all(reaches_everybody(right.bounds) for right in reaching):
        return ()
    holding = next((right for right in reaching if broken(right, line, stand, now) is None), None)
    rule = "the bounds of a right hold for the viewer"
    if holding is not None:
        return (Check(rule, holds=True, detail=f"{holding.reference}; {stand.in_words}"),)
    found = nearest(reaching, line, stand, now)
    named = "" if found is None else f"{found[0].reference}; "
    reason = Reason.NO_RIGHT if found is None else Reason(found[1].value)
    return (Check(rule, holds=False, detail=f"{named}{stand.in_words}", reason=reason),)


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
    line, channel, stand, now = question.line, question.channel, question.stand, question.now
    if line is None or channel is None:
        return ()
    return tuple(
        right
        for right in question.rights
        if right.covers_channel(channel.id)
        and right.in_force(now)
        and right.covers_territory(line.territory)
        and (stand is None or broken(right, line, stand, now) is None)
    )


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
