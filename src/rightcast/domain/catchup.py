"""What of a channel's past a line may watch: the live decision first, then what its rights grant later.

A permit says it for every moment from now on, so that a window which moves with the clock needs no new decision.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from rightcast.domain.archive import START_OVER_H
from rightcast.domain.entitlement import Allowed, Denied, Question, Reason, decide, standing_rights
from rightcast.domain.takedown import dark_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rightcast.domain.archive import Archive
    from rightcast.domain.guide import Show
    from rightcast.domain.rights import CarriageRight

HOUR_S = 3600
LATE_START_S = 900.0
"""A play begins at the latest so long after the moment that was asked for; what begins later is another programme."""
BLIND_PAUSE_S = 1800.0
"""How far back the live picture may be paused where start-over is granted and no guide tells what is running."""
_AT_A_BORDER_S = 59.0


@dataclass(frozen=True, slots=True)
class Span:
    """Unix seconds from `start` to `stop`, stop excluded."""

    start: float
    stop: float

    def __bool__(self) -> bool:
        return self.start < self.stop

    def within(self, other: Span) -> Span:
        """What lies in both; an empty one is false."""
        return Span(max(self.start, other.start), min(self.stop, other.stop))

    def without(self, other: Span) -> tuple[Span, ...]:
        """What is left when another is taken out."""
        if not self.within(other):
            return (self,) if self else ()
        sides = (Span(self.start, other.start), Span(other.stop, self.stop))
        return tuple(side for side in sides if side)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Catch-up by one right: for `back_s` seconds after it was on air, of what was on air since the right began."""

    back_s: float
    since: float

    def floor(self, now: float) -> float:
        """The oldest moment that may be watched now, in unix seconds."""
        return max(self.since, now - self.back_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A programme that may be begun anew while it runs, and seen to its end before `until` by who began in time."""

    show: Span
    until: float

    def at(self, now: float) -> Span:
        """What of it may be shown now; an empty span once it is too late."""
        if now >= self.until:
            return Span(0, 0)
        return Span(max(self.show.start, now - START_OVER_H * HOUR_S), self.show.stop)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """What of the past one viewer may watch of a channel, until something that it rests on changes.

    `windows` are those of the rights that grant catch-up, `begun` the programmes that may be begun anew, `live_only`
    those that may never be watched later, `taken_down` those that a takedown keeps dark. `until`: when one of the
    rights ends or a takedown begins, which is to be decided upon anew. Moments beyond now are future past: when they
    come, the viewer is level with the live picture.
    """

    right_id: int
    until: datetime | None
    windows: tuple[Window, ...] = ()
    begun: tuple[Begun, ...] = ()
    live_only: tuple[Span, ...] = ()
    taken_down: tuple[Span, ...] = ()

    @property
    def hidden(self) -> tuple[Span, ...]:
        """What may not be watched whatever the windows say."""
        return self.live_only + self.taken_down if self.taken_down else self.live_only

    def allows(self, moment: Span, now: float) -> bool:
        """Whether all of a moment, a segment say, may be shown now."""
        if any(moment.within(one) for one in self.hidden):
            return False
        if moment.start >= self.floor(now):
            return True
        return any(one.at(now).start <= moment.start and moment.stop <= one.at(now).stop for one in self.begun)

    def spans(self, asked: Span, now: float) -> tuple[Span, ...]:
        """The parts of a stretch that may be shown now, in order."""
        window = Span(self.floor(now), float("inf"))
        granted = [asked.within(window)]
        left = [part for part in asked.without(window) if part]
        for one in self.begun:
            show = one.at(now)
            granted += [part.within(show) for part in left]
            left = [rest for part in left for rest in part.without(show)]
        return tuple(sorted(_without(filter(None, granted), self.hidden), key=lambda part: part.start))

    def refusal(self, asked: Span, now: float) -> Reason | None:
        """Why a stretch may not be played now; None when it begins near enough to the moment asked for."""
        if asked.start >= now:
            return Reason.NOT_YET_ON_AIR
        if self.begins_in_time(asked, now):
            return None
        if self.taken_down and replace(self, taken_down=()).begins_in_time(asked, now):
            return Reason.TAKEN_DOWN
        if replace(self, live_only=(), taken_down=()).begins_in_time(asked, now):
            return Reason.LIVE_ONLY
        return replace(self, live_only=(), taken_down=()).denial(asked)

    def denial(self, moment: Span) -> Reason:
        """The reason of a moment that is not allowed."""
        if any(moment.within(one) for one in self.taken_down):
            return Reason.TAKEN_DOWN
        if any(moment.within(one) for one in self.live_only):
            return Reason.LIVE_ONLY
        return Reason.TOO_LONG_AGO if self.windows else Reason.PAST_NOT_GRANTED

    def floor(self, now: float) -> float:
        """The oldest moment that catch-up reaches now; endless where it is not granted."""
        return min((window.floor(now) for window in self.windows), default=float("inf"))

    def begins_in_time(self, asked: Span, now: float) -> bool:
        """Whether what may be shown of a stretch begins near the moment that was asked for."""
        found = self.spans(asked, now)
        return bool(found) and found[0].start <= asked.start + LATE_START_S


def permit(question: Question, shows: Sequence[Show], *, opened: float | None = None) -> Permit | Denied:
    """Whether anything of the past may be watched, and what; everything that the live picture needs comes first.

    `shows` are those of the channel around now and the moments in question. `opened`: unix seconds when the viewer
    began, by which a programme begun anew may be seen to its end after it is over; without it, now.
    """
    whole = tuple(one for one in question.takedowns if not one.is_partial)
    verdict = decide(replace(question, takedowns=whole))
    if isinstance(verdict, Denied):
        return verdict
    rights = [one for one in standing_rights(question) if one.later.catchup_h > 0 or one.later.start_over]
    if not rights:
        return Denied(Reason.PAST_NOT_GRANTED)
    now = question.now.timestamp()
    windows = [
        Window(back_s=one.later.catchup_h * HOUR_S, since=one.starts.timestamp())
        for one in rights
        if one.later.catchup_h > 0
    ]
    begun: tuple[Begun, ...] = ()
    starting = [one.starts.timestamp() for one in rights if one.later.start_over]
    if starting:
        begun = _begun(shows, {now, now if opened is None else opened}, since=min(starting))
        if not any(one.start <= now < one.stop for one in shows):
            windows.append(Window(back_s=BLIND_PAUSE_S, since=min(starting)))
    return Permit(
        right_id=_widest(rights).id,
        until=_first(verdict, rights, _next_takedown(question)),
        windows=tuple(windows),
        begun=begun,
        live_only=tuple(Span(one.start, one.stop) for one in shows if one.no_catchup),
        taken_down=_taken_down(question),
    )


def _taken_down(question: Question) -> tuple[Span, ...]:
    if question.line is None or not question.takedowns:
        return ()
    spans = dark_spans(question.takedowns, question.line, question.country, question.now)
    return tuple(Span(start, stop) for start, stop in spans)


def _next_takedown(question: Question) -> datetime | None:
    """When the next takedown of a programme begins."""
    return min((one.begins for one in question.takedowns if one.begins > question.now), default=None)


def padded(asked: Span, shows: Iterable[Show], archive: Archive) -> Span:
    """A stretch with the channel's padding at those of its ends where a programme begins or ends.

    Who asks for a minute gets that minute; who asks for a programme gets it with what guides are wrong about.
    """
    starts = {one.start for one in shows}
    stops = {one.stop for one in shows}
    before = archive.before_s if any(abs(asked.start - one) <= _AT_A_BORDER_S for one in starts) else 0
    after = archive.after_s if any(abs(asked.stop - one) <= _AT_A_BORDER_S for one in stops) else 0
    return Span(asked.start - before, asked.stop + after)


def _begun(shows: Iterable[Show], moments: Iterable[float], *, since: float) -> tuple[Begun, ...]:
    """The programmes that ran at these moments; as long as one lasted, its end may be seen after it."""
    return tuple(
        Begun(show=Span(max(since, one.start), one.stop), until=one.stop + (one.stop - one.start))
        for one in shows
        if any(one.start <= moment < one.stop for moment in moments)
    )


def _widest(rights: Sequence[CarriageRight]) -> CarriageRight:
    return max(rights, key=lambda one: (one.later.catchup_h, one.ends is None, one.ends or one.starts))


def _first(verdict: Allowed, rights: Iterable[CarriageRight], dark: datetime | None) -> datetime | None:
    known = [moment for moment in (verdict.until, dark, *(one.ends for one in rights)) if moment is not None]
    return min(known, default=None)


def _without(spans: Iterable[Span], taken: Sequence[Span]) -> list[Span]:
    left = list(spans)
    for one in taken:
        left = [part for span in left for part in span.without(one)]
    return left
