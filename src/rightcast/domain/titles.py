"""May this line watch this title of the library now: the question behind every film and episode.

Deny by default, as for channels; a title stands on a right that was recorded for it or for its collection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rightcast.domain.bounds import Standpoint, broken, relies_on_portability
from rightcast.domain.entitlement import Allowed, Check, Denied, Reason, bound_checks, line_checks, longest
from rightcast.domain.library import Holding
from rightcast.domain.lineup import Line
from rightcast.domain.rights import CarriageRight, RightStatus
from rightcast.domain.takedown import Takedown, darkened_by, next_dark

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleQuestion:
    """Everything the decision rests on. `offered` are the ids of the collections in the line's packages.

    `takedowns` that concern the title, for whomever; `country`: where the viewer is, "" while nobody knows.
    `stand`: what the bounds of rights are held against; without it they are left aside.
    """

    line: Line | None
    holding: Holding | None
    offered: frozenset[int]
    rights: Sequence[CarriageRight]
    now: datetime
    takedowns: Sequence[Takedown] = ()
    country: str = ""
    stand: Standpoint | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What rights in force let watch in one territory: titles one by one, whole collections, and until when at least.

    `until` is the next moment at which time alone changes it; None when it never does.
    """

    titles: frozenset[int]
    collections: frozenset[int]
    until: datetime | None

    def covers(self, title_id: int, collection_id: int) -> bool:
        """Whether a title may be watched."""
        return collection_id in self.collections or title_id in self.titles


def decide_title(question: TitleQuestion) -> Allowed | Denied:
    """Answer one request for a title; the first failing check names the reason."""
    verdict, _ = examine_title(question)
    return verdict


def examine_title(question: TitleQuestion) -> tuple[Allowed | Denied, tuple[Check, ...]]:
    """Answer with the whole chain of checks, failing ones included."""
    checks = (*line_checks(question.line, question.now), *_takedown_checks(question), *_title_checks(question))
    failed = next((check for check in checks if not check.holds), None)
    if failed is not None:
        return Denied(failed.reason or Reason.NO_RIGHT), checks
    right = _standing(question)
    if right is None or question.line is None or question.holding is None:
        return Denied(Reason.NO_RIGHT), checks
    line, case = question.line, question.line.portability
    ports = question.stand is not None and case is not None and relies_on_portability(right, line, question.stand)
    abroad_until = case.until if ports and case is not None else None
    dark = next_dark(question.takedowns, line, question.country, question.now)
    known = (right.ends, line.expires, question.holding.until, abroad_until, dark)
    ends = [one for one in known if one is not None]
    return Allowed(right.id, min(ends, default=None), right.bounds.max_height), checks


def _takedown_checks(question: TitleQuestion) -> tuple[Check, ...]:
    if question.line is None or not question.takedowns:
        return ()
    found = darkened_by(question.takedowns, question.line, question.country, question.now)
    detail = "none stands here" if found is None else found.in_words
    return (Check("no takedown stands", found is None, detail, None if found is None else Reason.TAKEN_DOWN),)


def coverage(rights: Iterable[CarriageRight], territory: str, now: datetime) -> Coverage:
    """What may be watched in a territory, for lists of many titles."""
    titles: set[int] = set()
    collections: set[int] = set()
    moments: list[datetime] = []
    for right in rights:
        if not (right.title_ids or right.collection_ids) or not right.covers_territory(territory):
            continue
        moments += [one for one in (right.starts, right.ends) if one is not None and one > now]
        if right.in_force(now):
            titles.update(right.title_ids)
            collections.update(right.collection_ids)
    return Coverage(frozenset(titles), frozenset(collections), min(moments, default=None))


def _title_checks(question: TitleQuestion) -> tuple[Check, ...]:
    holding = question.holding
    if holding is None:
        return (Check("title exists", holds=False, detail="no such title", reason=Reason.UNKNOWN_TITLE),)
    title = holding.title
    inside = title.category_id in question.offered
    ended = holding.until is not None and question.now >= holding.until
    known = Check("title exists", holds=True, detail=title.name)
    packaged = Check(
        "a package of the line contains the title's collection",
        inside,
        f"{len(question.offered)} collections in its packages",
        None if inside else Reason.NOT_IN_PACKAGE,
    )
    offered = Check(
        "the title is still offered",
        not ended,
        "no end" if holding.until is None else f"until {holding.until:%Y-%m-%d %H:%M} UTC",
        Reason.RIGHT_ENDED if ended else None,
    )
    return known, packaged, offered, *_right_checks(question)


def _right_checks(question: TitleQuestion) -> tuple[Check, ...]:
    mine = _covering(question)
    reason = _missing(mine, question.now)
    names = ", ".join(f"{right.reference} ({right.status})" for right in mine) or "none recorded"
    in_force = Check("a carriage right is in force", reason is None, names, reason)
    if reason is not None or question.line is None:
        return (in_force,)
    line, reaching = question.line, _reaching(question)
    reached = bool(reaching)
    areas = ", ".join(sorted({one for right in mine if right.in_force(question.now) for one in right.territories}))
    residence = Check(
        "the right covers the territory of the line",
        reached,
        f"line lives in {line.territory}; covered: {areas or 'nowhere'}",
        None if reached else Reason.OUTSIDE_TERRITORY,
    )
    return in_force, residence, *bound_checks(reaching, line, question.stand, question.now)


def _missing(mine: Sequence[CarriageRight], now: datetime) -> Reason | None:
    if any(right.in_force(now) for right in mine):
        return None
    recorded = [right for right in mine if not right.status.pending]
    if any(right.in_term(now) for right in recorded):
        return Reason.RIGHT_WITHDRAWN
    active = [right for right in recorded if right.status is RightStatus.ACTIVE]
    if any(right.starts > now for right in active):
        return Reason.RIGHT_NOT_YET
    return Reason.RIGHT_ENDED if active else Reason.NO_RIGHT


def _covering(question: TitleQuestion) -> list[CarriageRight]:
    if question.holding is None:
        return []
    title = question.holding.title
    return [right for right in question.rights if right.covers_title(title.id, title.category_id)]


def _standing(question: TitleQuestion) -> CarriageRight | None:
    """Of the rights that reach the viewer and whose bounds hold, the one to stand on."""
    line, stand, now = question.line, question.stand, question.now
    if line is None:
        return None
    reaching = _reaching(question)
    return longest(one for one in reaching if stand is None or broken(one, line, stand, now) is None)


def _reaching(question: TitleQuestion) -> list[CarriageRight]:
    """The rights in force where the line lives, whatever their bounds."""
    line = question.line
    return [
        right
        for right in _covering(question)
        if line is not None and right.in_force(question.now) and right.covers_territory(line.territory)
    ]
