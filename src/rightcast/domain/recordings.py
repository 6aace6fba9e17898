"""Recordings of lines: what is or shall be kept, how it went, and whether it may be watched now.

Pure. Moments are unix seconds; a recording stands on a right that grants recordings, from the first byte to the last.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.domain.blackouts import dark_spans, facts_of
from rightcast.domain.cues import UNRESTRICTED
from rightcast.domain.entitlement import Allowed, Denied, Question, Reason, decide
from rightcast.domain.rights import Copies

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

    from rightcast.domain.rights import CarriageRight

DAY_S = 86_400
LONGEST_S = 12 * 3600
LONGEST_PADDING_S = 3600
TOLERATED_S = 4.0
"""Less than this missing at a stretch is a cut between segments, not a gap."""


class Status(enum.StrEnum):
    """How far a recording is. REFUSED: it will not be made, and the cause says why; it may still change its mind."""

    PLANNED = "planned"
    RECORDING = "recording"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    REFUSED = "refused"
    REMOVED = "removed"


OPEN = frozenset({Status.PLANNED, Status.RECORDING})
KEPT = frozenset({Status.DONE, Status.PARTIAL})
PLAYABLE = frozenset({Status.RECORDING, Status.DONE, Status.PARTIAL})


class Cause(enum.StrEnum):
    """Why a recording is not whole, is not made, or is gone. Codes are stable and stand in docs/reference."""

    NONE = ""
    NOT_GRANTED = "not-granted"
    NOT_SUBSCRIBED = "not-subscribed"
    TOO_MANY_AT_ONCE = "too-many-at-once"
    QUOTA_HOURS = "quota-hours"
    QUOTA_BYTES = "quota-bytes"
    QUOTA_NUMBER = "quota-number"
    STATION_FULL = "station-full"
    NOT_SHOWN = "not-shown"
    OFF_AIR = "off-air"
    ORDERED_LATE = "ordered-late"
    NOT_TAKEN = "not-taken"
    DISK_FULL = "disk-full"
    BY_VIEWER = "by-viewer"
    BY_OPERATOR = "by-operator"
    NEWER_KEPT = "newer-kept"
    ROOM_MADE = "room-made"
    TIME_OVER = "time-over"
    RIGHT_ENDED = "right-ended"
    LINE_GONE = "line-gone"


SENTENCES: dict[Cause, str] = {
    Cause.NONE: "",
    Cause.NOT_GRANTED: "The right for the channel does not allow recordings here.",
    Cause.NOT_SUBSCRIBED: "The subscription does not hold the channel at that time.",
    Cause.TOO_MANY_AT_ONCE: "Too many recordings of this line run at the same time; others come first.",
    Cause.QUOTA_HOURS: "The hours of this line are used up.",
    Cause.QUOTA_BYTES: "The room of this line is used up.",
    Cause.QUOTA_NUMBER: "This line has as many recordings as it may have.",
    Cause.STATION_FULL: "The station has no room for more recordings.",
    Cause.NOT_SHOWN: "The show was taken out of the guide.",
    Cause.OFF_AIR: "The channel was off the air.",
    Cause.ORDERED_LATE: "It was ordered after it had begun.",
    Cause.NOT_TAKEN: "The recorder did not run.",
    Cause.DISK_FULL: "The disk was full.",
    Cause.BY_VIEWER: "Removed by its viewer.",
    Cause.BY_OPERATOR: "Removed by the operator.",
    Cause.NEWER_KEPT: "The rule keeps newer ones.",
    Cause.ROOM_MADE: "Removed to make room for newer recordings.",
    Cause.TIME_OVER: "The days for which it could be kept are over.",
    Cause.RIGHT_ENDED: "The right for the channel has ended, or grants recordings no more.",
    Cause.LINE_GONE: "Its line was removed.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """What the recorder keeps of a channel, once on disk: for one line, or for all that share the copy.

    From `start` to `stop` with padding. `settled`: it was judged; nothing is added any more.
    """

    id: int
    channel_id: int
    start: int
    stop: int
    settled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One recording of one line, of a show or of a stretch of time.

    `start` and `stop` are the show's own; `before_s` and `after_s` of padding are kept with it. `take_id` says whose
    bytes it plays, 0 none yet. `detail` explains `cause` with figures. `expires` 0: for as long as the right lasts.
    `locked`: never removed to make room.
    """

    id: int
    line_id: int
    channel_id: int
    start: int
    stop: int
    title: str
    status: Status
    copies: Copies
    take_id: int = 0
    before_s: int = 0
    after_s: int = 0
    subtitle: str = ""
    description: str = ""
    season: int = 0
    episode: int = 0
    icon_url: str = ""
    genre: int = 0
    age: int = 0
    rule_id: int = 0
    cause: Cause = Cause.NONE
    detail: str = ""
    expires: int = 0
    locked: bool = False
    size_bytes: int = 0

    @property
    def span(self) -> tuple[int, int]:
        """From when until when it is kept, padding included."""
        return self.start - self.before_s, self.stop + self.after_s

    @property
    def sentence(self) -> str:
        """Why it is as it is, in words; "" when all is well."""
        return " ".join(filter(None, (SENTENCES[self.cause], self.detail)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What rights let a line keep of a channel. `days` 0: for as long as they last. `catchup_s`: how late to order."""

    right_id: int
    copies: Copies
    days: int
    download: bool
    catchup_s: int

    def expires(self, stop: int) -> int:
        """When a recording of something that ended at `stop` must go; 0: with the right."""
        return stop + self.days * DAY_S if self.days else 0


def grant_of(rights: Iterable[CarriageRight], channel_id: int, territory: str, moment: float) -> Grant | None:
    """What may be recorded of a channel by a line that lives in `territory`, at a moment; None: nothing.

    Of several rights the one that lets a copy be shared comes first, then the one that keeps it longest.
    """
    at = datetime.fromtimestamp(moment, UTC)
    found = [
        right
        for right in rights
        if right.covers_channel(channel_id)
        and right.in_force(at)
        and right.covers_territory(territory)
        and right.later.recordings is not Copies.NONE
    ]
    if not found:
        return None
    best = max(found, key=lambda right: (right.later.recordings is Copies.SHARED, _days(right), right.later.download))
    later = best.later
    return Grant(
        right_id=best.id,
        copies=later.recordings,
        days=later.recording_days,
        download=later.download,
        catchup_s=max(right.later.catchup_h for right in found) * 3600,
    )


def stands_on(right: CarriageRight, recording: Recording, moment: float) -> bool:
    """Whether a right lets a recording be kept and watched at a moment: kind of copy, and days since it was shown."""
    later = right.later
    enough = {Copies.SHARED} if recording.copies is Copies.SHARED else {Copies.PRIVATE, Copies.SHARED}
    if later.recordings not in enough:
        return False
    return not later.recording_days or moment < recording.stop + later.recording_days * DAY_S


def decide_recording(question: Question, recording: Recording | None, *, download: bool = False) -> Allowed | Denied:
    """Whether the line of `question` may watch a recording now, or take it away with `download`.

    The same chain as for the live channel, but for what concerns the moment alone: whether the channel runs, its
    schedule, and signals in the stream. What the rights say of recordings comes last.
    """
    owner = None if question.line is None else question.line.id
    if recording is None or recording.status is Status.REMOVED or recording.line_id != owner:
        return Denied(Reason.UNKNOWN_RECORDING)
    channel = None if question.channel is None else replace(question.channel, features=None)
    whole = float(recording.start), float(recording.stop)
    always = replace(question, off=False, joins=False, restrictions=UNRESTRICTED, blackouts=())
    asked = replace(always, channel=channel, shown=whole)
    verdict = decide(asked)
    if isinstance(verdict, Denied):
        return verdict
    if recording.status not in PLAYABLE:
        return Denied(Reason.NOT_RECORDED)
    if _is_dark(question, recording, download=download):
        return Denied(Reason.KEPT_OUT)
    return _by_what_is_granted(asked, recording, download=download)


def _is_dark(question: Question, recording: Recording, *, download: bool) -> bool:
    """Whether a blackout keeps all of a recording from this viewer, or, of a file to take away, any of it."""
    start, stop = recording.span
    dark = [
        (since, until)
        for since, until in dark_spans(question.blackouts, facts_of(question), question.now)
        if since < stop and until > start
    ]
    return bool(dark) and (download or not without([(start, stop)], dark))


def _by_what_is_granted(asked: Question, recording: Recording, *, download: bool) -> Allowed | Denied:
    """The decision once more, by those rights alone that grant recordings, and this one still."""
    moment = asked.now.timestamp()
    standing = [right for right in asked.rights if stands_on(right, recording, moment)]
    if not standing:
        over = any(stands_on(right, recording, recording.stop) for right in asked.rights)
        return Denied(Reason.RECORDING_EXPIRED if over else Reason.NOT_RECORDABLE)
    refusal = Reason.NO_DOWNLOAD if download else Reason.NOT_RECORDABLE
    fitting = [right for right in standing if right.later.download] if download else standing
    verdict = decide(replace(asked, rights=fitting)) if fitting else Denied(refusal)
    return Denied(refusal) if isinstance(verdict, Denied) else _until(verdict, recording, fitting)


def _until(verdict: Allowed, recording: Recording, rights: Sequence[CarriageRight]) -> Allowed:
    """Allowed for no longer than the right that it stands on keeps the recording."""
    right = next(right for right in rights if right.id == verdict.right_id)
    if not right.later.recording_days:
        return verdict
    ends = datetime.fromtimestamp(recording.stop + right.later.recording_days * DAY_S, UTC)
    return Allowed(verdict.right_id, ends if verdict.until is None else min(verdict.until, ends))


def missing(start: float, stop: float, kept: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """The stretches between `start` and `stop` that no span of `kept` (start, stop) covers."""
    found, reached = [], start
    for begin, end in sorted(kept):
        if begin >= stop:
            break
        if begin - reached > TOLERATED_S:
            found.append((reached, begin))
        reached = max(reached, end)
    if stop - reached > TOLERATED_S:
        found.append((reached, stop))
    return tuple(found)


def without(kept: Iterable[tuple[float, float]], taken_out: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """What is left of spans when others are taken out of them."""
    left = sorted(kept)
    for start, stop in taken_out:
        parts = [((begin, min(end, start)), (max(begin, stop), end)) for begin, end in left]
        left = [part for pair in parts for part in pair if part[0] < part[1]]
    return left


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a take ended: its status, and what is missing."""

    status: Status
    cause: Cause
    gaps: tuple[tuple[float, float], ...] = ()

    def detail(self, zone: ZoneInfo) -> str:
        """The gaps in words, by a clock: "Missing: 20:10-20:15."."""
        return gaps_in_words(self.gaps, zone) if self.status is Status.PARTIAL else ""


def judge(start: float, stop: float, kept: Sequence[tuple[float, float]], *, disk_full: bool = False) -> Outcome:
    """What became of a stretch of which `kept` lies on disk."""
    gaps = missing(start, stop, kept)
    cause = Cause.DISK_FULL if disk_full else Cause.OFF_AIR
    if not gaps:
        return Outcome(Status.DONE, Cause.NONE)
    lost = sum(end - begin for begin, end in gaps)
    if not kept or lost >= (stop - start) - TOLERATED_S:
        return Outcome(Status.FAILED, cause, gaps)
    return Outcome(Status.PARTIAL, cause, gaps)


def gaps_in_words(gaps: Sequence[tuple[float, float]], zone: ZoneInfo, most: int = 5) -> str:
    """Stretches of time by a clock, for people."""
    shown = [f"{_clock(begin, zone)}-{_clock(end, zone)}" for begin, end in gaps[:most]]
    more = f" and {len(gaps) - most} more" if len(gaps) > most else ""
    return f"Missing: {', '.join(shown)}{more}." if shown else ""


def _clock(moment: float, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(moment, zone):%H:%M:%S}"


def _days(right: CarriageRight) -> float:
    return right.later.recording_days or float("inf")
