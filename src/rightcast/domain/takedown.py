"""Takedowns: what is dark, for whom, since when and until when. The decision asks them before any right.

A takedown names what (channels with or without a span of time, titles, nothing for all) and whom (lines, territories,
nothing for all). What several of them name is dark for as long as one of them stands.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rightcast.domain.lineup import Line


class Cause(enum.StrEnum):
    """Why something was taken down; codes are stable and stand in docs/howto/take-down.md."""

    COURT = "court-order"
    AUTHORITY = "authority-order"
    NOTICE = "notice"
    LICENSOR = "licensor"
    SAFETY = "safety"
    MISTAKE = "mistake"
    OTHER = "other"

    @property
    def in_words(self) -> str:
        """For operators."""
        return _WORDS[self]


_WORDS = {
    Cause.COURT: "order of a court",
    Cause.AUTHORITY: "order of an authority",
    Cause.NOTICE: "notice of illegal content",
    Cause.LICENSOR: "demand of the rights holder",
    Cause.SAFETY: "danger to somebody",
    Cause.MISTAKE: "a mistake of ours",
    Cause.OTHER: "another reason",
}


class State(enum.StrEnum):
    """What became of a takedown."""

    AHEAD = "ahead"
    IN_FORCE = "in force"
    LIFTED = "lifted"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Takedown:
    """One that was not lifted. `begins` counts, `expires` does not any more; None: until it is lifted.

    `shown_from`, `shown_until`: only what was or will be on air on its channels in that span, None: open to that side.
    """

    id: int
    begins: datetime
    case: str = ""
    cause: Cause = Cause.OTHER
    expires: datetime | None = None
    channel_ids: frozenset[int] = frozenset()
    title_ids: frozenset[int] = frozenset()
    line_ids: frozenset[int] = frozenset()
    territories: frozenset[str] = frozenset()
    shown_from: datetime | None = None
    shown_until: datetime | None = None

    def check(self) -> None:
        """Raises InvalidInputError for one that names nothing, or no time at all."""
        if not (self.channel_ids or self.title_ids or self.line_ids or self.territories):
            raise InvalidInputError(
                "The takedown names nothing.",
                remedy="Name a channel, a title, a line or a territory.",
                field="channels",
            )
        if self.is_partial and (self.title_ids or not self.channel_ids):
            raise InvalidInputError(
                "Only channels show programmes.", remedy="Name a channel, or leave the span out.", field="shown_from"
            )
        if self.is_partial and self.shown[0] >= self.shown[1]:
            raise InvalidInputError(
                "The programme ends before it begins.", remedy="Name a later end.", field="shown_until"
            )
        if self.expires is not None and self.expires <= self.begins:
            raise InvalidInputError(
                "The takedown expires before it begins.", remedy="Name a later moment.", field="expires"
            )

    @property
    def is_partial(self) -> bool:
        """Whether it is about a programme, not all of its channels."""
        return self.shown_from is not None or self.shown_until is not None

    @property
    def shown(self) -> tuple[float, float]:
        """The span that it is about, in unix seconds."""
        start = -inf if self.shown_from is None else self.shown_from.timestamp()
        return start, inf if self.shown_until is None else self.shown_until.timestamp()

    @property
    def in_words(self) -> str:
        """For the chain of checks."""
        case = f", case {self.case}" if self.case else ""
        return f"takedown {self.id}: {self.cause.in_words}{case}, since {self.begins:%Y-%m-%d %H:%M:%S} UTC"

    def stands(self, now: datetime) -> bool:
        """Whether it has begun and not expired."""
        return self.begins <= now and (self.expires is None or now < self.expires)

    def on_channel(self, channel_id: int) -> bool:
        """Whether it names the channel, or everything."""
        return channel_id in self.channel_ids or not (self.channel_ids or self.title_ids)

    def on_title(self, title_id: int) -> bool:
        """Whether it names the title, or everything."""
        return title_id in self.title_ids or not (self.channel_ids or self.title_ids)

    def reaches(self, line: Line, country: str) -> bool:
        """Whether it is for a line, watching in a country ("" is unknown: then where the line lives decides)."""
        if self.line_ids and line.id not in self.line_ids:
            return False
        return not self.territories or line.territory in self.territories or country in self.territories

    def darkens(self, shown: tuple[float, float]) -> bool:
        """Whether some of what was or is shown in a span falls under it; a moment is a span of no length."""
        start, stop = self.shown
        first, last = shown
        return first < stop and (start < last or start <= first)

    def begins_for(self, now: datetime, *, live: bool) -> datetime | None:
        """When it begins to darken the live picture, or without `live` what is kept; None if not after now."""
        begins = self.begins
        if live and self.shown_from is not None:
            begins = max(begins, self.shown_from)
        ends = self.shown_until if live else None
        over = [end for end in (self.expires, ends) if end is not None and end <= begins]
        return begins if begins > now and not over else None


class Takedowns:
    """All that an edge knows of, found by what they name. Whatever nothing is said of costs one look-up."""

    def __init__(self) -> None:
        self._all: dict[int, Takedown] = {}
        self._index()

    def __len__(self) -> int:
        return len(self._all)

    def put(self, key: int, takedown: Takedown | None) -> None:
        """One was made or changed; None: it was lifted."""
        if takedown is None:
            self._all.pop(key, None)
        else:
            self._all[key] = takedown
        self._index()

    def get(self, key: int) -> Takedown | None:
        """The one of an id."""
        return self._all.get(key)

    def all(self) -> tuple[Takedown, ...]:
        """Every one, oldest first."""
        return tuple(self._ordered)

    def of_channel(self, channel_id: int) -> tuple[Takedown, ...]:
        """Those that concern a channel, for whomever."""
        return self._channels.get(channel_id, self._everything)

    def of_title(self, title_id: int) -> tuple[Takedown, ...]:
        """Those that concern a title, for whomever."""
        return self._titles.get(title_id, self._everything)

    def _index(self) -> None:
        self._ordered = [one for _, one in sorted(self._all.items())]
        self._everything = tuple(one for one in self._ordered if not (one.channel_ids or one.title_ids))
        channels = {key for one in self._ordered for key in one.channel_ids}
        titles = {key for one in self._ordered for key in one.title_ids}
        self._channels = {key: tuple(one for one in self._ordered if one.on_channel(key)) for key in channels}
        self._titles = {key: tuple(one for one in self._ordered if one.on_title(key)) for key in titles}


def darkened_by(
    takedowns: Iterable[Takedown], line: Line, country: str, now: datetime, shown: tuple[float, float] | None = None
) -> Takedown | None:
    """The first takedown under which a line may not watch; None: none. `shown` None: the live picture."""
    moment = (now.timestamp(),) * 2 if shown is None else shown
    return next(
        (one for one in takedowns if one.stands(now) and one.reaches(line, country) and one.darkens(moment)), None
    )


def next_dark(
    takedowns: Iterable[Takedown], line: Line, country: str, now: datetime, shown: tuple[float, float] | None = None
) -> datetime | None:
    """When the next of them begins to darken what a line watches; None: none known."""
    moments = (
        one.begins_for(now, live=shown is None)
        for one in takedowns
        if one.reaches(line, country) and (shown is None or one.darkens(shown))
    )
    return min((moment for moment in moments if moment is not None), default=None)


def dark_spans(
    takedowns: Sequence[Takedown], line: Line, country: str, now: datetime
) -> tuple[tuple[float, float], ...]:
    """The spans of a channel's time that are dark to a line though the channel is not."""
    return tuple(one.shown for one in takedowns if one.is_partial and one.stands(now) and one.reaches(line, country))
