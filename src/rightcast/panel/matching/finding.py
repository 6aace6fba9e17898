"""Finds which channel of a guide a channel of ours is: by id, by name, and by likeness with a score.

Certain is only an id, or a name that stands once in a source and contradicts nothing; all else is a proposal. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from rightcast.domain.channel_names import ChannelName, channel_name, country_of_id, name_of_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_PROPOSALS = 5
LEAST_SCORE = 72.0
SURE_SCORE = 95.0
LIKELY_SCORE = 85.0
_BLOCK = 256
_OTHER_COUNTRY = 25.0
_OTHER_SHIFT = 4.0
_SAME_NAME = 99.0
_WEAK_NAME = 80.0


@dataclass(frozen=True, slots=True)
class Ours:
    """A channel of the station."""

    id: int
    name: str
    guide_id: str = ""


@dataclass(frozen=True, slots=True)
class Theirs:
    """A channel of a guide: `row` is its number in our table; names best first."""

    row: int
    source: int
    guide_id: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A channel and a guide channel of one source. `offset_min`: by how much its shows are to be moved."""

    channel: int
    row: int
    source: int
    score: float
    offset_min: int = 0

    @property
    def in_words(self) -> str:
        """How sure that is."""
        return words_of(self.score)


@dataclass(frozen=True, slots=True)
class Found:
    """`certain` may be assigned by itself; `proposed` waits for an operator, the best of a channel first."""

    certain: tuple[Match, ...]
    proposed: tuple[Match, ...]


def words_of(score: float) -> str:
    """A score in words."""
    if score >= SURE_SCORE:
        return "almost surely"
    return "likely" if score >= LIKELY_SCORE else "perhaps"


@dataclass(frozen=True, slots=True)
class _Candidate:
    theirs: Theirs
    name: ChannelName
    country: str


def find(ours: Sequence[Ours], theirs: Sequence[Theirs], home: str = "") -> Found:
    """Match channels with guide channels, source by source. `home`: the country of the station (ISO 3166 alpha-2)."""
    candidates = [one for row in theirs for one in _candidates(row)]
    by_key: dict[str, list[_Candidate]] = defaultdict(list)
    by_id: dict[str, list[Theirs]] = defaultdict(list)
    for one in candidates:
        by_key[one.name.key].append(one)
    for row in theirs:
        by_id[row.guide_id].append(row)
    certain: list[Match] = []
    proposed: list[Match] = []
    unknown: list[tuple[Ours, ChannelName]] = []
    for channel in ours:
        exact = by_id.get(channel.guide_id, ()) if channel.guide_id else ()
        certain += (Match(channel.id, row.row, row.source, 100.0) for row in exact)
        if exact:
            continue
        name = channel_name(channel.name)
        sure, unsure = _by_name(channel, name, by_key.get(name.key, ()), home.casefold())
        certain += sure
        proposed += unsure
        if not sure:
            unknown.append((channel, name))
    proposed += _alike(unknown, candidates, home.casefold())
    return Found(tuple(certain), tuple(_best(proposed)))


def _candidates(row: Theirs) -> Iterable[_Candidate]:
    """Every spelling of a guide channel once; where it has no name, its id is one."""
    told = row.names or (name_of_id(row.guide_id),)
    by_id = country_of_id(row.guide_id)
    seen: set[tuple[str, int]] = set()
    for text in told:
        name = channel_name(text)
        if name.key and (name.key, name.shift_h) not in seen:
            seen.add((name.key, name.shift_h))
            yield _Candidate(row, name, name.country or by_id)


def _by_name(
    channel: Ours, name: ChannelName, same: Sequence[_Candidate], home: str
) -> tuple[list[Match], list[Match]]:
    """Those of the same name: certain where a source has one that fits, else all of them proposed."""
    certain: list[Match] = []
    proposed: list[Match] = []
    by_source: dict[int, list[_Candidate]] = defaultdict(list)
    for one in same:
        by_source[one.theirs.source].append(one)
    for found in by_source.values():
        fitting = _narrowed(name, found, home)
        rows = {one.theirs.row for one in fitting}
        if len(rows) == 1 and name.is_telling and _is_certain(name, fitting[0], home):
            certain.append(Match(channel.id, fitting[0].theirs.row, fitting[0].theirs.source, _SAME_NAME))
        else:
            proposed += (
                _proposal(channel, name, one, _SAME_NAME if name.is_telling else _WEAK_NAME, home) for one in found
            )
    return certain, proposed


def _narrowed(name: ChannelName, found: Sequence[_Candidate], home: str) -> Sequence[_Candidate]:
    """Of several in one source those that agree most: in time shift, then in country, then in resolution."""
    wanted = name.country or home
    for agrees in (
        lambda one: one.name.shift_h == name.shift_h,
        lambda one: not wanted or one.country in {"", wanted},
        lambda one: one.country == wanted,
        lambda one: one.name.quality == name.quality,
    ):
        kept = [one for one in found if agrees(one)]
        if len({one.theirs.row for one in found}) > 1 and kept:
            found = kept
    return found


def _is_certain(name: ChannelName, one: _Candidate, home: str) -> bool:
    """A name alone says nothing against another country, nor that a channel comes an hour later."""
    wanted = name.country or home
    return one.name.shift_h == name.shift_h and (not one.country or not wanted or one.country == wanted)


def _proposal(channel: Ours, name: ChannelName, one: _Candidate, score: float, home: str) -> Match:
    wanted = name.country or home
    if one.country and wanted and one.country != wanted:
        score -= _OTHER_COUNTRY if name.country else _OTHER_COUNTRY / 2
    shift_h = name.shift_h - one.name.shift_h
    if shift_h:
        score -= _OTHER_SHIFT
    return Match(channel.id, one.theirs.row, one.theirs.source, round(max(score, 0.0), 1), 60 * shift_h)


def _alike(unknown: Sequence[tuple[Ours, ChannelName]], candidates: Sequence[_Candidate], home: str) -> list[Match]:
    """Names that look alike. Those that differ in a number are different channels and are never compared."""
    groups: dict[str, list[_Candidate]] = defaultdict(list)
    for one in candidates:
        groups[one.name.numbers].append(one)
    asked: dict[str, list[tuple[Ours, ChannelName]]] = defaultdict(list)
    for channel, name in unknown:
        if name.is_telling:
            asked[name.numbers].append((channel, name))
    found: list[Match] = []
    for numbers, channels in asked.items():
        group = groups.get(numbers, [])
        choices = [_sorted(one.name) for one in group]
        for start in range(0, len(channels) if group else 0, _BLOCK):
            block = channels[start : start + _BLOCK]
            queries = [_sorted(name) for _, name in block]
            scores = process.cdist(queries, choices, scorer=fuzz.ratio, score_cutoff=LEAST_SCORE)
            for place, (channel, name) in enumerate(block):
                row = scores[place]
                best = row.nonzero()[0]
                best = best[(-row[best]).argsort(kind="stable")][: 4 * MOST_PROPOSALS]
                found += (
                    _proposal(channel, name, group[number], min(float(row[number]), _SAME_NAME), home)
                    for number in best.tolist()
                )
    return found


def _sorted(name: ChannelName) -> str:
    return " ".join(sorted(name.words.split()))


def _best(proposed: Iterable[Match]) -> Iterable[Match]:
    """Of each channel the best few, each guide channel once."""
    by_channel: dict[int, dict[int, Match]] = defaultdict(dict)
    for one in proposed:
        rows = by_channel[one.channel]
        if one.score >= LEAST_SCORE and (one.row not in rows or rows[one.row].score < one.score):
            rows[one.row] = one
    for rows in by_channel.values():
        yield from sorted(rows.values(), key=lambda one: (-one.score, one.row))[:MOST_PROPOSALS]
