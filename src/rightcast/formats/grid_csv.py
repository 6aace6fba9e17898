"""A weekly grid as CSV, from spreadsheets and to them. Columns: docs/reference/grid-csv.md.

Commas, semicolons and tabs divide; UTF-8, UTF-16 and the code page of Windows are read. A line that cannot be read is
told with its number, the column and what to write instead, and is kept out; no other line suffers.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.grid import GridRow, Repeat
from rightcast.domain.schedule import Day
from rightcast.formats import grid_words as words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

T = TypeVar("T")
COLUMNS = (
    "days", "start", "end", "title", "subtitle", "description", "category", "season", "episode", "age", "no_catchup",
    "repeats", "from", "to", "except", "channel",
)  # fmt: skip
"""As they are written; `duration` is read in place of `end`."""
MOST_BYTES = 4 << 20
_SYNONYMS = {
    "days": "day date datum tag tage giorno giorni data jour jours dia dias fecha weekday wochentag",
    "start": "begin beginn von-uhr time uhrzeit zeit ora inizio ora-inizio heure debut hora inicio start-time",
    "end": "stop ende fine ora-fine fin fin-heure end-time bis-uhr until",
    "duration": "length dauer durata duree duracion minutes min minuti minuten",
    "title": "titel titolo titre titulo name show sendung programma programme program emission programa",
    "subtitle": "untertitel sottotitolo sous-titre subtitulo episode-title",
    "description": "beschreibung descrizione descripcion text desc testo inhalt",
    "category": "categories genre kategorie categoria categorie genere genero",
    "season": "staffel stagione saison temporada",
    "episode": "folge episodio puntata",
    "age": "fsk alter eta edad rating",
    "no_catchup": "no-catchup live-only nur-live solo-diretta",
    "repeats": "repeat wiederholung replica rediffusion repeticion as",
    "from": "valid-from ab von dal gultig-ab valido-dal a-partir desde",
    "to": "valid-to bis al gultig-bis valido-al jusqu-au hasta",
    "except": "never-on ausser nicht tranne eccetto sauf excepto",
    "channel": "sender kanal canale chaine canal",
}
_NAMES = {word: name for name in COLUMNS for word in (name, name.replace("_", "-"))} | {
    word: name for name, found in _SYNONYMS.items() for word in [name, *found.split()]
}
_REMEDIES = {
    "days": "Write days such as mon,wed, Mo-Fr or daily, or a date such as 2026-12-24 or 24.12.2026.",
    "start": "Write a time such as 20:15.",
    "end": "Write a time such as 21:45, or leave it empty: until the next show.",
    "duration": "Write minutes such as 90, or 1:30, or 1.5 h.",
    "season": "Write a whole number, or nothing.",
    "episode": "Write a whole number, or nothing.",
    "age": "Write an age such as 12, or nothing.",
    "no_catchup": "Write yes or no.",
    "repeats": "Write the day and start of another show, such as sun 10:00.",
    "from": "Write a date such as 2026-01-31 or 31.01.2026.",
    "to": "Write a date such as 2026-01-31 or 31.01.2026.",
    "except": "Write dates with spaces between them, such as 2026-12-25 2026-12-26.",
}
_REQUIRED = ("days", "start")
_FIELDS = {"days": "days", "title": "title", "valid_to": "to", "age": "age", "subtitle": "subtitle"}


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a line (1 is the first of the file), in which column, and what to write instead."""

    line: int
    column: str
    sentence: str
    remedy: str

    def __str__(self) -> str:
        where = f"Line {self.line}, {self.column}" if self.column else f"Line {self.line}"
        return f"{where}: {self.sentence} {self.remedy}".strip()


@dataclass(frozen=True, slots=True)
class ReadGrid:
    """Rows with the channel that their line names ("" for none), complaints, and remarks on the whole file."""

    rows: tuple[tuple[str, GridRow], ...]
    complaints: tuple[Complaint, ...]
    remarks: tuple[str, ...]


def read_grid(data: bytes) -> ReadGrid:
    """Read a file. Raises InvalidInputError (`file`) when it is no such table at all."""
    if len(data) > MOST_BYTES:
        raise InvalidInputError("The file is larger than 4 MB.", remedy="Divide it.", field="file")
    text, remarks = _decoded(data)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    divider = max(";,\t", key=first.count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=divider, skipinitialspace=True)
    names: list[str] | None = None
    rows: list[tuple[str, GridRow]] = []
    complaints: list[Complaint] = []
    before = 0
    while True:
        try:
            cells = next(table, None)
        except csv.Error as error:
            complaints.append(Complaint(table.line_num, "", f"The line is no CSV: {error}.", "Check its quotes."))
            continue
        line, before = before + 1, table.line_num
        if cells is None:
            break
        if not any(cell.strip() for cell in cells):
            continue
        if names is None:
            names, unknown = _header(cells)
            remarks += [f"Column “{name}” is not known and was left out." for name in unknown]
            continue
        found = _line(names, cells, line)
        if isinstance(found, Complaint):
            complaints.append(found)
        else:
            rows.append(found)
    if names is None:
        raise InvalidInputError("The file is empty.", remedy="Its first line names the columns.", field="file")
    return ReadGrid(tuple(rows), tuple(complaints), tuple(remarks))


def write_grid(rows: Iterable[GridRow], *, divider: str = ",") -> str:
    """Rows as a table that reads back as it was."""
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=divider, lineterminator="\r\n")
    table.writerow(COLUMNS[:-1])
    for row in rows:
        told = _written(row)
        table.writerow([told[name] for name in COLUMNS[:-1]])
    return out.getvalue()


def _decoded(data: bytes) -> tuple[str, list[str]]:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf_16", "replace"), []
    try:
        return data.decode("utf_8_sig"), []
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), ["The file is not UTF-8; it was read as Windows writes it."]


def _header(cells: list[str]) -> tuple[list[str], list[str]]:
    """Names of columns, "" for one that is not known; those are told. Raises InvalidInputError."""
    names: list[str] = []
    unknown: list[str] = []
    for cell in cells:
        name = _NAMES.get(words.plain(cell).replace(" ", "-").replace("_", "-").strip("."), "")
        name = "" if name in names else name
        names.append(name)
        if not name and cell.strip():
            unknown.append(cell.strip()[:40])
    for wanted in _REQUIRED:
        if wanted not in names:
            raise InvalidInputError(
                f"The first line names no column “{wanted}”.",
                remedy=f"Name at least days, start and title; known are {', '.join(COLUMNS)}.",
                field="file",
            )
    return names, unknown


def _line(names: list[str], cells: list[str], line: int) -> tuple[str, GridRow] | Complaint:
    told = {name: cell for name, cell in zip(names, cells, strict=False) if name}
    if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
        return Complaint(line, "", "It has more cells than the first line has columns.", "Put texts into quotes.")
    try:
        row = read_row(told)
    except InvalidInputError as error:
        return Complaint(line, error.field or "", error.sentence, error.remedy)
    return told.get("channel", "").strip(), row


def read_row(cells: Mapping[str, str]) -> GridRow:
    """A row out of its cells by the names of columns. Raises InvalidInputError naming the column."""
    try:
        row = _row({name: cell.strip() for name, cell in cells.items()})
        row.check()
    except _CellError as error:
        sentence = f"“{error.text[:40]}” cannot be read." if error.text else "Nothing stands there."
        raise InvalidInputError(sentence, remedy=_REMEDIES.get(error.column, ""), field=error.column) from error
    except InvalidInputError as error:
        column = _FIELDS.get(error.field or "", error.field)
        raise InvalidInputError(error.sentence, remedy=error.remedy, field=column) from error
    return row


def write_row(row: GridRow) -> dict[str, str]:
    """The cells of a row by the names of columns."""
    return _written(row)


class _CellError(ValueError):
    def __init__(self, column: str, text: str) -> None:
        super().__init__(column)
        self.column, self.text = column, text


def _row(told: Mapping[str, str]) -> GridRow:
    on, days = _when(told)
    start = _cell(told, "start", words.time_of)
    if start is None:
        raise _CellError("start", "")
    end = _cell(told, "end", words.time_of)
    length_min = _cell(told, "duration", words.minutes_of) if end is None else None
    if length_min is not None:
        end = (datetime.combine(date(2000, 1, 1), start) + timedelta(minutes=length_min)).time()
    categories = told.get("category", "").replace("|", ";").split(";")
    return GridRow(
        start=start,
        end=end,
        days=days,
        on=on,
        title=_one_line(told.get("title", "")),
        subtitle=_one_line(told.get("subtitle", "")),
        description=told.get("description", ""),
        categories=tuple(name for one in categories if (name := _one_line(one))),
        season=_cell(told, "season", words.number_of) or 0,
        episode=_cell(told, "episode", words.number_of) or 0,
        age=_cell(told, "age", words.number_of) or 0,
        no_catchup=_cell(told, "no_catchup", words.truth_of) or False,
        repeats=_cell(told, "repeats", _repeat),
        valid_from=_cell(told, "from", words.date_of),
        valid_to=_cell(told, "to", words.date_of),
        never_on=_cell(told, "except", _dates) or (),
    )


def _when(told: Mapping[str, str]) -> tuple[date | None, tuple[int, ...]]:
    """One date, or days of the week."""
    text = told.get("days", "")
    if any(sign.isdigit() for sign in text):
        return _cell(told, "days", words.date_of), ()
    return None, _cell(told, "days", words.days_of) or ()


def _cell(told: Mapping[str, str], column: str, read: Callable[[str], T]) -> T | None:
    text = told.get(column, "")
    if not text:
        return None
    try:
        return read(text)
    except ValueError as error:
        raise _CellError(column, text) from error


def _repeat(text: str) -> Repeat:
    day, _, clock = text.strip().removeprefix("as ").rpartition(" ")
    (only,) = words.days_of(day)
    return Repeat(only, words.time_of(clock))


def _dates(text: str) -> tuple[date, ...]:
    return tuple(words.date_of(one) for one in text.replace(",", " ").replace(";", " ").split())


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _written(row: GridRow) -> dict[str, str]:
    days = ",".join(Day(day).name.lower() for day in row.days)
    return {
        "days": row.on.isoformat() if row.on is not None else "daily" if len(row.days) == 7 else days,
        "start": f"{row.start:%H:%M}",
        "end": "" if row.end is None else f"{row.end:%H:%M}",
        "title": row.title,
        "subtitle": row.subtitle,
        "description": row.description,
        "category": "; ".join(row.categories),
        "season": str(row.season or ""),
        "episode": str(row.episode or ""),
        "age": str(row.age or ""),
        "no_catchup": "yes" if row.no_catchup else "",
        "repeats": "" if row.repeats is None else str(row.repeats),
        "from": "" if row.valid_from is None else row.valid_from.isoformat(),
        "to": "" if row.valid_to is None else row.valid_to.isoformat(),
        "except": " ".join(one.isoformat() for one in row.never_on),
    }
