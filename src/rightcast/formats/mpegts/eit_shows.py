"""Shows out of the event tables of one service: present, following and schedule made one guide.

What is on now is told most exactly by its own table; the schedule adds long texts and the days to come.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from rightcast.domain.genres import genre_name, genre_of
from rightcast.domain.guide import Credit, Show
from rightcast.formats.languages import web_language
from rightcast.formats.mpegts.eit import is_event_section, is_present, parse_events, service_of
from rightcast.formats.mpegts.eit_descriptors import Told, read_descriptors

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rightcast.formats.mpegts.eit import Event
    from rightcast.formats.mpegts.eit_descriptors import Extended, Words

LONGEST_S = 86_400
_SUBTITLE_SIGNS = 80
_PARTS = {
    "director": ("director", "regia", "regie", "regisseur", "realisateur", "réalisateur", "direccion", "dirección"),
    "actor": ("actor", "actors", "cast", "darsteller", "attori", "interpreti", "acteurs", "reparto", "actores", "con"),
    "presenter": ("presenter", "moderation", "moderator", "conduttore", "présentateur", "presentador", "conduce"),
    "writer": ("writer", "screenplay", "drehbuch", "sceneggiatura", "scénario", "guion", "guión", "autor"),
    "composer": ("composer", "music", "musik", "musiche", "musique", "música"),
    "producer": ("producer", "produzent", "produzione", "producteur", "productor"),
}
_GENRE_HEAD = re.compile(r"([A-Z][A-Z /]{2,30})(?: - |\.$|\.\n)")
_NUMBERED = re.compile(
    r"\b(?:S|Season|Series|Staffel|Stagione|Saison|Temporada)\s?(\d{1,2})[\s,.:-]*(?:Ep|E|Episode|Episodio|Épisode|Folge|Puntata)"
    r"[\s.]?(\d{1,4})\b",
    re.IGNORECASE,
)
"""Only both numbers together are believed: a lone one may be anything."""
_PART_OF = {word: part for part, words in _PARTS.items() for word in words}
_YEARS = {"year", "production year", "jahr", "produktionsjahr", "anno", "année", "año"}
_COUNTRIES = {"country", "land", "produktionsland", "paese", "pays", "país"}


@dataclass(frozen=True, slots=True)
class EventGuide:
    """`shows` oldest first, without overlaps. `compressed`: texts that were left out because they are compressed."""

    shows: tuple[Show, ...]
    compressed: int = 0
    broken: int = 0


def guide_of(sections: Iterable[bytes], *, prefer: Sequence[str] = (), country: str = "") -> EventGuide:
    """The shows that sections of one service tell of, named by its locator.

    `prefer`: languages (ISO 639-2) in the order of their worth; `country` (ISO 3166 alpha-3) whose rating counts.
    """
    schedule: dict[int, Event] = {}
    present: dict[int, Event] = {}
    name, broken = "", 0
    for section in sections:
        if not is_event_section(section):
            broken += 1
            continue
        name = name or str(service_of(section))
        for event in parse_events(section):
            (present if is_present(section) else schedule)[event.event_id] = event
    told = {number: read_descriptors(event.descriptors) for number, event in (schedule | present).items()}
    for number in present.keys() & schedule.keys():
        told[number] = _completed(told[number], read_descriptors(schedule[number].descriptors))
    events = sorted((schedule | present).values(), key=lambda event: (event.start, event.event_id not in present))
    shows = [
        _show(event, told[event.event_id], name, prefer, country)
        for event in _without_overlaps(events, present.keys())
        if told[event.event_id].words
    ]
    return EventGuide(tuple(_ended(shows)), sum(one.compressed for one in told.values()), broken)


def _completed(now: Told, planned: Told) -> Told:
    """What present/following leaves out for want of room is as the schedule has it."""
    return replace(
        now,
        words=now.words or planned.words,
        extended=now.extended or planned.extended,
        genres=now.genres or planned.genres,
        ages=now.ages or planned.ages,
        series=now.series or planned.series,
    )


def _without_overlaps(events: list[Event], exact: Iterable[int]) -> list[Event]:
    """Of two that begin at once the one that is on counts; one planned within what is on now gives way to it."""
    told = {*exact}
    running = [event for event in events if event.event_id in told and event.duration_s]
    kept: list[Event] = []
    for event in events:
        if kept and kept[-1].start == event.start:
            continue
        hidden = event.event_id not in told and any(
            one.start < event.start and event.start + (event.duration_s or 0) <= one.start + (one.duration_s or 0)
            for one in running
        )
        if not hidden:
            kept.append(event)
    return kept


def _ended(shows: list[Show]) -> list[Show]:
    """Each ends at the latest where the next begins; one whose end is unknown lasts until then."""
    ended = []
    for one, following in zip_longest(shows, shows[1:]):
        next_start = min(following.start if following is not None else one.start, one.start + LONGEST_S)
        if following is None:
            next_start = one.stop
        stop = min(one.stop, next_start) if one.stop > one.start else next_start
        if stop > one.start:
            ended.append(replace(one, stop=stop))
    return ended


def _show(event: Event, told: Told, name: str, prefer: Sequence[str], country: str) -> Show:
    words = _preferred(told.words, prefer)
    extended = next((one for one in told.extended if one.language == words.language), None) or (
        told.extended[0] if told.extended else None
    )
    subtitle, description = _texts(words, extended)
    genre = next((one for one in told.genres if 0x10 <= one < 0xB0), 0) or _announced(description)
    categories = tuple(dict.fromkeys(filter(None, map(genre_name, (*told.genres, genre)))))
    ages = dict(told.ages)
    age = ages.get(country, max(ages.values(), default=0))
    credited, year, countries = _items(extended)
    numbered = _NUMBERED.search(f"{words.title}\n{subtitle}\n{description}")
    return Show(
        id=0,
        guide_id=name,
        start=event.start,
        stop=event.start + (event.duration_s or 0),
        title=words.title or "-",
        subtitle=subtitle,
        description=description,
        language=web_language(words.language),
        credits=credited,
        year=year,
        countries=countries,
        categories=categories,
        subtitled=bool(told.subtitles),
        rating=("DVB", str(age)) if age else None,
        genre=genre,
        series=told.series.lower(),
        season=int(numbered[1]) if numbered else 0,
        episode=int(numbered[2]) if numbered else 0,
    )


def _preferred(words: Sequence[Words], prefer: Sequence[str]) -> Words:
    ranks = {language: rank for rank, language in enumerate(prefer)}
    return min(words, key=lambda one: (not one.title, ranks.get(one.language, len(ranks))))


def _texts(words: Words, extended: Extended | None) -> tuple[str, str]:
    """Subtitle and description. Where there is a long text, a short one of few letters is what the show is about."""
    short, long = words.text, "" if extended is None else extended.text
    if not long:
        return "", short
    if not short or long.startswith(short):
        return "", long
    if len(short) <= _SUBTITLE_SIGNS and "\n" not in short:
        return short, long
    return "", f"{short}\n{long}"


def _announced(description: str) -> int:
    """The genre of a text that begins with it, as Italian broadcasters write: `RUBRICA - ...` or `NOTIZIARIO.`"""
    head = _GENRE_HEAD.match(description)
    return genre_of((head[1],)) if head is not None else 0


def _items(extended: Extended | None) -> tuple[tuple[Credit, ...], str, tuple[str, ...]]:
    """People, year and countries as the long text lists them."""
    people: list[Credit] = []
    year = ""
    countries: tuple[str, ...] = ()
    for what, which in () if extended is None else extended.items:
        key = what.strip(" :").casefold()
        if key in _PART_OF:
            names = [name.strip() for name in which.replace(";", ",").split(",")]
            people += [Credit(_PART_OF[key], name) for name in names if name]
        elif key in _YEARS and which.strip().isdigit():
            year = which.strip()
        elif key in _COUNTRIES:
            countries = tuple(name.strip() for name in which.replace("/", ",").split(",") if name.strip())
    return tuple(people), year, countries
