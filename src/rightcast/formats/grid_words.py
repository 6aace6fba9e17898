"""Words of a weekly grid as people write them: days, dates, times, lengths, yes and no.

English, Italian, German, French and Spanish. Everything that cannot be read raises ValueError.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time

_DAYS = (
    "mon monday mo montag lun lunedi lundi lunes",
    "tue tues tuesday di dienstag mar martedi mardi martes",
    "wed wednesday mi mittwoch mer mercoledi mercredi mie miercoles",
    "thu thur thurs thursday do donnerstag gio giovedi jeu jeudi jue jueves",
    "fri friday fr freitag ven venerdi vendredi vie viernes",
    "sat saturday sa samstag sonnabend sab sabato sam samedi sabado",
    "sun sunday so sonntag dom domenica dim dimanche domingo",
)
_NUMBERS = {word: number for number, words in enumerate(_DAYS) for word in words.split()}
_SETS = {
    "daily taglich jeden-tag ogni-giorno quotidiano tutti-i-giorni tous-les-jours diario": range(7),
    "weekdays werktags mo-fr feriali lun-ven en-semaine laborables": range(5),
    "weekend wochenende fine-settimana week-end fin-de-semana": range(5, 7),
}
_GROUPS = {word: tuple(days) for words, days in _SETS.items() for word in words.split()}
_TRUE = {"1", "yes", "y", "true", "x", "si", "ja", "j", "oui", "o", "vero", "wahr", "verdadero"}
_FALSE = {"", "0", "no", "n", "false", "nein", "non", "-", "falso", "falsch", "faux"}
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_LOCAL = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)")
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d\d)?)(?::\d\d)?\s*(am|pm|uhr)?")
_BARE_TIME = re.compile(r"(\d{1,2})(\d\d)|(\d{1,2})\s*(am|pm|uhr|h)")
_CLOCK_LENGTH = re.compile(r"(\d{1,2}):(\d\d)(?::\d\d)?")
_HOURS = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*(?:h|hours?|std|stunden?|ore|ora|heures?|horas?)(?:\s*(\d{1,2})\s*(?:m|min)?)?"
)
_MINUTES = re.compile(r"(\d+)(?:[.,]0+)?\s*(?:'|m|min|minutes?|minuten?|minuti|minutos?)?")
_LONGEST_MIN = 1440


def plain(text: str) -> str:
    """Small letters without accents and outer spaces."""
    decomposed = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def days_of(text: str) -> tuple[int, ...]:
    """Days of the week, 0 is Monday: `mon,wed`, `lunedì`, `Mo-Fr`, `daily`."""
    words = plain(text)
    if words in _GROUPS or words.replace(" ", "-") in _GROUPS:
        return _GROUPS[words.replace(" ", "-")]
    found: set[int] = set()
    for piece in re.split(r"[,+&/ ]+", words):
        first, dash, last = piece.strip(".").partition("-")
        if not first and not dash:
            continue
        begin, end = _day(first), _day(last) if dash else _day(first)
        found.update((begin + step) % 7 for step in range((end - begin) % 7 + 1))
    if not found:
        raise ValueError(text)
    return tuple(sorted(found))


def _day(word: str) -> int:
    number = _NUMBERS.get(word.strip("."))
    if number is None:
        raise ValueError(word)
    return number


def date_of(text: str) -> date:
    """A date as 2026-12-24, 24.12.2026 or 24/12/2026; the day comes first wherever the year does not."""
    shown = text.strip()
    iso = _ISO.fullmatch(shown)
    if iso is not None:
        return date(int(iso[1]), int(iso[2]), int(iso[3]))
    local = _LOCAL.fullmatch(shown)
    if local is None:
        raise ValueError(text)
    year = int(local[4])
    return date(year + 2000 if year < 100 else year, int(local[3]), int(local[1]))


def time_of(text: str) -> time:
    """A time as 20:15, 20.15, 20h15, 2015, 8 pm or 20 Uhr. 24:00 is midnight."""
    words = plain(text)
    full, bare = _TIME.fullmatch(words), _BARE_TIME.fullmatch(words)
    if full is not None:
        hour, minute, half = int(full[1]), int(full[2] or 0), full[3]
    elif bare is not None:
        hour, minute, half = int(bare[1] or bare[3]), int(bare[2] or 0), bare[4]
    else:
        raise ValueError(text)
    if half in {"am", "pm"}:
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(0 if (hour, minute) == (24, 0) else hour, minute)


def minutes_of(text: str) -> int:
    """A length as 90, 90 min, 1:30, 1,5 h or 1.5 h, in minutes."""
    words = plain(text)
    if clock := _CLOCK_LENGTH.fullmatch(words):
        minutes = 60 * int(clock[1]) + int(clock[2])
    elif hours := _HOURS.fullmatch(words):
        minutes = round(60 * float(hours[1].replace(",", "."))) + int(hours[2] or 0)
    elif plain_minutes := _MINUTES.fullmatch(words):
        minutes = int(plain_minutes[1])
    else:
        raise ValueError(text)
    if not 0 < minutes <= _LONGEST_MIN:
        raise ValueError(text)
    return minutes


def number_of(text: str) -> int:
    """A whole number; spreadsheets write `3,0` and `3.0` too. Empty is 0."""
    shown = re.sub(r"[.,]0+$", "", text.strip())
    if not shown:
        return 0
    if not (shown.isascii() and shown.isdigit() and len(shown) <= 6):
        raise ValueError(text)
    return int(shown)


def truth_of(text: str) -> bool:
    """Yes or no; empty is no."""
    word = plain(text)
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError(text)
