"""From rules and the guide to recordings: what a rule wants, what has moved, what is shown no more.

Pure. Moments are unix seconds, times of the week are on the station's clock.
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.guide import Show
from rightcast.domain.recordings import DAY_S, LONGEST_PADDING_S, LONGEST_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

AHEAD_S = 14 * DAY_S
MOVED_WITHIN_S = 12 * 3600
"""An episode that left its place is looked for so far around it."""
NEAR_S = 30 * 60
"""A show by title alone that moved by no more than this is the same one."""
MOST_PRIORITY = 100


class Match(enum.StrEnum):
    """By what a rule finds what it records."""

    SERIES = "series"
    TITLE = "title"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a line wants recorded again and again. `channel_id` 0: on any channel; weekly ones need a channel.

    SERIES finds `word` as the series' key, TITLE as the title whatever its case. `new_only` leaves out what the guide
    calls a repeat. `keep` newest ones are kept, 0 all. A weekly rule records on `days` (0 is Monday) from `minute` of
    the day for `length_min`. A higher `priority` comes first.
    """

    id: int
    line_id: int
    match: Match
    word: str = ""
    channel_id: int = 0
    new_only: bool = False
    keep: int = 0
    days: tuple[int, ...] = ()
    minute: int = 0
    length_min: int = 0
    priority: int = 50
    before_s: int = 0
    after_s: int = 0

    def check(self) -> None:
        """Raises InvalidInputError naming the field."""
        if self.match is Match.WEEKLY:
            if not self.channel_id:
                raise wrong("channel", "A weekly recording needs a channel.", "Name one.")
            if not self.days or any(not 0 <= day <= 6 for day in self.days):
                raise wrong("days", "A weekly recording needs days.", "Write mon,wed or daily.")
            if not (0 <= self.minute < 1440 and 0 < self.length_min * 60 <= LONGEST_S):
                raise wrong("minute", "This is no time of a day.", "Begin between 00:00 and 23:59, for up to 12 h.")
        elif not self.word.strip():
            raise wrong("word", "A rule needs a series or a title.", "Name what shall be recorded.")
        check_padding(self.before_s, self.after_s)
        check_priority(self.priority)
        if not 0 <= self.keep <= 1000:
            raise wrong("keep", f"{self.keep} recordings cannot be kept.", "Choose from 0 (all) to 1000.")


def check_padding(before_s: int, after_s: int) -> None:
    """Raises InvalidInputError."""
    for name, value in (("before_s", before_s), ("after_s", after_s)):
        if not 0 <= value <= LONGEST_PADDING_S:
            raise wrong(name, f"{value} s of padding is too much.", f"Choose from 0 to {LONGEST_PADDING_S}.")


def check_priority(priority: int) -> None:
    """Raises InvalidInputError."""
    if not 0 <= priority <= MOST_PRIORITY:
        raise wrong("priority", f"There is no priority {priority}.", f"Choose from 0 to {MOST_PRIORITY}.")


def check_span(start: int, stop: int) -> None:
    """Raises InvalidInputError for a stretch that nobody records."""
    if not 0 < stop - start <= LONGEST_S:
        raise wrong("stop", "A recording is up to 12 hours long.", "Let it end after it begins.")


def wrong(name: str, sentence: str, remedy: str) -> InvalidInputError:
    """A failure that names its field."""
    return InvalidInputError(sentence, remedy=remedy, field=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A stretch of a channel that a rule wants. `episode` is the same for repeats of it, `show_id` 0 for times."""

    channel_id: int
    start: int
    stop: int
    title: str
    episode: str
    show_id: int = 0
    show: Show | None = None


def episode_of(show: Show, channel_id: int) -> str:
    """A short name of the episode, the same for its repeats; where nothing tells, each broadcast is its own."""
    if show.series and show.episode:
        told = f"s:{show.series}:{show.season}:{show.episode}"
    elif show.subtitle:
        told = f"t:{show.series or show.title.casefold()}:{show.subtitle.casefold()}"
    elif show.season or show.episode:
        told = f"n:{show.title.casefold()}:{show.season}:{show.episode}"
    else:
        told = f"b:{channel_id}:{show.start}:{show.title.casefold()}"
    return hashlib.blake2b(told.encode(), digest_size=12).hexdigest()


def wanted_by(rule: Rule, shows: Iterable[tuple[int, Show]], now: float, zone: ZoneInfo) -> tuple[Wanted, ...]:
    """What a rule wants of shows, given as (channel, show), that have not ended: each episode once, the earliest."""
    if rule.match is Match.WEEKLY:
        return _weekly(rule, now, zone)
    found: dict[str, Wanted] = {}
    for channel_id, show in sorted(shows, key=lambda one: (one[1].start, one[0])):
        if show.stop <= now or show.start > now + AHEAD_S or not 0 < show.stop - show.start <= LONGEST_S:
            continue
        if rule.channel_id not in {0, channel_id} or not _is_wanted(rule, show):
            continue
        wanted = wanted_of(show, channel_id)
        found.setdefault(wanted.episode, wanted)
    return tuple(found.values())


def wanted_of(show: Show, channel_id: int) -> Wanted:
    """A show as something to record."""
    return Wanted(
        channel_id=channel_id,
        start=show.start,
        stop=show.stop,
        title=show.title,
        episode=episode_of(show, channel_id),
        show_id=show.id,
        show=show,
    )


def _is_wanted(rule: Rule, show: Show) -> bool:
    if rule.new_only and show.repeated:
        return False
    if rule.match is Match.SERIES:
        return bool(show.series) and show.series == rule.word
    return show.title.strip().casefold() == rule.word.strip().casefold()


def _weekly(rule: Rule, now: float, zone: ZoneInfo) -> tuple[Wanted, ...]:
    today = datetime.fromtimestamp(now, zone).date()
    spans = (_on(rule, today + timedelta(days=ahead), zone) for ahead in range(-1, AHEAD_S // DAY_S))
    return tuple(one for one in spans if one is not None and one.stop > now)


def _on(rule: Rule, day: date, zone: ZoneInfo) -> Wanted | None:
    """A weekly rule on one day; a time that clocks skip is the moment after, of one that comes twice the first."""
    if day.weekday() not in rule.days:
        return None
    local = datetime.combine(day, time(rule.minute // 60, rule.minute % 60), tzinfo=zone)
    start = int(local.astimezone(UTC).timestamp())
    title = rule.word or f"{rule.minute // 60:02}:{rule.minute % 60:02}"
    told = hashlib.blake2b(f"w:{rule.id}:{day}".encode(), digest_size=12).hexdigest()
    return Wanted(channel_id=rule.channel_id, start=start, stop=start + rule.length_min * 60, title=title, episode=told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A recording as planning sees it: `waits` while it may still move, be dropped, or find room."""

    id: int
    channel_id: int
    start: int
    stop: int
    episode: str
    show_id: int = 0
    title: str = ""
    waits: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """What must change: recordings to be made, to be moved, and those whose show is gone."""

    new: tuple[Wanted, ...] = ()
    moved: tuple[tuple[Planned, Wanted], ...] = ()
    gone: tuple[Planned, ...] = ()


def plan_rule(wanted: Sequence[Wanted], known: Sequence[Planned]) -> Plan:
    """What to do for a rule that wants `wanted`, when `known` are all recordings of its line and rule, past ones too.

    What is recorded already, or was, is not recorded again; nothing is dropped here, for `follow_guide` does that.
    """
    episodes = {one.episode for one in known}
    spans = {(one.channel_id, one.start) for one in known}
    new = [one for one in wanted if one.episode not in episodes and (one.channel_id, one.start) not in spans]
    return Plan(new=tuple(new))


def follow_guide(known: Sequence[Planned], shows: Mapping[int, Sequence[Show]]) -> Plan:
    """What the guide has done to recordings of shows that wait; `shows` are all of the channels that are named in it.

    A recording follows its show by id, else by episode, else by title near its place; else the show is gone.
    Channels without any show in `shows` are left alone: a guide that is empty says nothing.
    """
    moved, gone = [], []
    for one in known:
        listed = shows.get(one.channel_id, ())
        if not one.waits or not one.show_id or not listed:
            continue
        found = _again(one, listed)
        if found is None:
            gone.append(one)
        elif (found.start, found.stop, found.id) != (one.start, one.stop, one.show_id):
            moved.append((one, wanted_of(found, one.channel_id)))
    return Plan(moved=tuple(moved), gone=tuple(gone))


def _again(one: Planned, listed: Sequence[Show]) -> Show | None:
    by_id = next((show for show in listed if show.id == one.show_id), None)
    if by_id is not None:
        return by_id
    near = sorted(listed, key=lambda show: abs(show.start - one.start))
    for show in near:
        if abs(show.start - one.start) <= MOVED_WITHIN_S and episode_of(show, one.channel_id) == one.episode:
            return show
    title = one.title.casefold()
    return next((s for s in near if abs(s.start - one.start) <= NEAR_S and s.title.casefold() == title), None)
