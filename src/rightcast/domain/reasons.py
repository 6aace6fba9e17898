"""Why somebody may not watch: stable codes, and each in words for the help desk."""

from __future__ import annotations

import enum


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
    OVER_SUBSCRIBED = "right-over-subscribed"
    RIGHT_FULL_FOR_LINE = "right-full-for-line"
    RIGHT_FULL = "right-full"
    BLACKED_OUT = "blacked-out-by-signal"
    KEPT_OUT = "blacked-out-by-provider"
    TAKEN_DOWN = "taken-down"
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
    Reason.OVER_SUBSCRIBED: (
        "More lines have the channel than the right is for, and this one is newer than those that stay; "
        "take lines out, or settle more with the licensor."
    ),
    Reason.RIGHT_FULL_FOR_LINE: "The line has as many pictures of this right open as the right lets one line have.",
    Reason.RIGHT_FULL: "As many watch by this right as it lets watch at once; somebody has to stop first.",
    Reason.BLACKED_OUT: (
        "The provider's signal in the stream forbids this delivery for now; the channel comes back when it is lifted."
    ),
    Reason.KEPT_OUT: "A blackout keeps this viewer from the channel for now; it comes back when that ends.",
    Reason.TAKEN_DOWN: "What was asked for was taken down; it comes back when the takedown is lifted or expires.",
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
