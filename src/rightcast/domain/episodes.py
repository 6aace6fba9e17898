"""The numbers of episodes in the notations of guides: xmltv_ns, what is shown on screen, and catalogues' own.

Pure; nothing here fails: what cannot be read is no number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

MOST = 99_999
SERIES = "series-id"
"""The system under which we write what a series is called by, where no other notation says it."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """Where an episode stands. All count from 1, 0 is unknown; `series` is a catalogue's id of the whole series."""

    season: int = 0
    episode: int = 0
    part: int = 0
    parts: int = 0
    series: str = ""


NOTHING = Numbered()

_PLACE = re.compile(r"\s*(\d{1,6})?\s*(?:/\s*(\d{1,6})\s*)?")
_SEASON = r"(?:seasons?|series|staffel|stagione|saison|temporada|sezon|season|[st])"
_EPISODE = r"(?:episodes?|episodio|épisode|episodi|folge|odc(?:inek)?|puntata|ep?|e)"
_SPLIT = r"[\s.,:;_\-]*"
_ONSCREEN = (
    re.compile(rf"\b{_SEASON}{_SPLIT}(\d{{1,5}})(?:/\d+)?{_SPLIT}{_EPISODE}{_SPLIT}(\d{{1,5}})", re.IGNORECASE),
    re.compile(r"\b(\d{1,4})\s?x\s?(\d{1,5})\b", re.IGNORECASE),
)
_ONLY_EPISODE = re.compile(rf"\b{_EPISODE}{_SPLIT}(\d{{1,5}})\b", re.IGNORECASE)
_ONLY_SEASON = re.compile(rf"\b{_SEASON}{_SPLIT}(\d{{1,5}})\b", re.IGNORECASE)
_BARE = re.compile(r"\(?\s*#?(\d{1,5})\s*(?:/\s*\d{1,5})?\s*\)?")
_PART = re.compile(
    r"\b(?:part|pt|teil|parte|partie)\.?\s*(\d{1,3})(?:\s*(?:/|of|von|di)\s*(\d{1,3}))?\b", re.IGNORECASE
)
_PROGRAM_ID = re.compile(r"((?:EP|SH)\d{8,10})\.?(\d{4})?", re.IGNORECASE)
_SERIES_ID = re.compile(r"series/(\w[\w\-]{0,40})", re.IGNORECASE)
_CRID = re.compile(r"crid://\S{1,200}", re.IGNORECASE)


@lru_cache(maxsize=4096)
def read(system: str, value: str) -> Numbered:
    """What a notation says; NOTHING where it says nothing of these."""
    text = value.strip()
    match system.strip().lower():
        case "xmltv_ns":
            return xmltv_ns(text)
        case "dd_progid":
            found = _PROGRAM_ID.fullmatch(text)
            return Numbered(series=f"dd:{found[1].upper()}") if found else NOTHING
        case "thetvdb.com" | "themoviedb.org" as catalogue:
            found = _SERIES_ID.fullmatch(text)
            return Numbered(series=f"{catalogue}:{found[1]}") if found else NOTHING
        case "crid" | "series-crid" | "series-id" as naming:
            named = naming == SERIES or (naming == "series-crid" and _CRID.fullmatch(text))
            return Numbered(series=text) if named else NOTHING
        case "original-air-date" | "assetid" | "imdb.com" | "icetv":
            return NOTHING
        case _:
            return on_screen(text)


def xmltv_ns(text: str) -> Numbered:
    """`season/seasons . episode/episodes . part/parts`, from nought, each of them may be missing."""
    places = text.split(".")
    if not 1 <= len(places) <= 3:
        return NOTHING
    found = [_PLACE.fullmatch(one) for one in [*places, "", ""][:3]]
    if any(one is None for one in found):
        return NOTHING
    season, episode, part = (_from_nought(one[1]) if one else 0 for one in found)
    last = found[2]
    parts = int(last[2] or 0) if last else 0
    if parts <= 1:
        part, parts = 0, 0
    return Numbered(_sane(season), _sane(episode), _sane(part), _sane(parts))


def on_screen(text: str) -> Numbered:
    """As people write it: S01E02, 1x02, Season 1 Episode 2, Folge 12, Ep. 3, (3/10), Part 2."""
    part = _PART.search(text)
    of = (int(part[1]), int(part[2] or 0)) if part else (0, 0)
    for pattern in _ONSCREEN:
        if found := pattern.search(text):
            return Numbered(_sane(int(found[1])), _sane(int(found[2])), *of)
    episode, season = _ONLY_EPISODE.search(text), _ONLY_SEASON.search(text)
    if episode or season:
        return Numbered(_sane(int(season[1])) if season else 0, _sane(int(episode[1])) if episode else 0, *of)
    bare = _BARE.fullmatch(text)
    return Numbered(0, _sane(int(bare[1])), *of) if bare else Numbered(0, 0, *of)


def joined(first: Numbered, second: Numbered) -> Numbered:
    """What the first says, completed by the second; a season without its episode is not mixed with another's."""
    same = first.season == 0 or second.season in {0, first.season}
    agree = first.episode == 0 or second.episode in {0, first.episode}
    if not same or not agree:
        return first if first.series or not second.series else _with_series(first, second.series)
    return Numbered(
        first.season or second.season,
        first.episode or second.episode,
        first.part or second.part,
        first.parts or second.parts,
        first.series or second.series,
    )


@lru_cache(maxsize=4096)
def written(season: int, episode: int) -> tuple[tuple[str, str], ...]:
    """How we write a number, as (system, value): xmltv_ns counts from nought. A part of its own is misread: empty."""
    if not episode:
        return ()
    shown = f"S{season:02}E{episode:02}" if season else f"E{episode:02}"
    return ("xmltv_ns", f"{season - 1 if season else ''}.{episode - 1}."), ("onscreen", shown)


def _with_series(one: Numbered, series: str) -> Numbered:
    return Numbered(one.season, one.episode, one.part, one.parts, series)


def _from_nought(digits: str | None) -> int:
    return int(digits) + 1 if digits else 0


def _sane(number: int) -> int:
    return number if 0 < number <= MOST else 0
