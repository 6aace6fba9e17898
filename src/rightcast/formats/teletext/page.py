"""One teletext page as it stands on the screen, reduced to what subtitles are made of: boxed text with colours.

EN 300 706 section 12: spacing attributes of level 1; enhancements of packets X/26 are characters of level 1.5.
"""

from __future__ import annotations

from dataclasses import dataclass

from rightcast.formats.teletext.characters import character_set

COLUMNS = 40
ROWS = 24
_DOUBLE_HEIGHTS = frozenset({0x0D, 0x0F})
_END_BOX, _START_BOX, _CONCEAL = 0x0A, 0x0B, 0x18
_COLOURS = ("black", "red", "lime", "yellow", "blue", "magenta", "cyan", "white")


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one colour; colours are named as WebVTT names them."""

    text: str
    colour: str = "white"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of boxed text: its row (1 to 24), the column where it begins (0 to 39), and its runs."""

    row: int
    column: int
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """The row without colours."""
        return "".join(run.text for run in self.runs)


def read_page(
    rows: dict[int, bytes], enhanced: dict[tuple[int, int], str], *, region: int, option: int
) -> tuple[Line, ...]:
    """The boxed text of a page. `rows`: seven-bit codes by row; `enhanced`: characters of X/26 by row and column.

    A page without any box is read as a whole, for some senders leave boxes out.
    """
    characters = character_set(region, option)
    boxed = any(_START_BOX in codes for codes in rows.values())
    lines = []
    for row in sorted(rows):
        over = {column: text for (found, column), text in enhanced.items() if found == row}
        line = _read_row(row, rows[row], over, characters, boxed=boxed)
        if line is not None:
            lines.append(line)
    return tuple(lines)


def _read_row(row: int, codes: bytes, over: dict[int, str], characters: str, *, boxed: bool) -> Line | None:
    cells: list[tuple[str, str]] = []
    colour, inside, mosaic, concealed = "white", not boxed, False, False
    for column, code in enumerate(codes[:COLUMNS]):
        text = " "
        if column in over:
            text = over[column]
        elif code >= 0x20:
            is_mosaic = mosaic and not 0x40 <= code < 0x60  # capitals show through mosaics (section 12.2)
            text = " " if is_mosaic or concealed else characters[code - 0x20]
        elif code < 0x08:
            colour, mosaic, concealed = _COLOURS[code], False, False
        elif 0x10 <= code < 0x18:
            colour, mosaic, concealed = _COLOURS[code - 0x10], True, False
        elif code == _CONCEAL:
            concealed = True
        elif code == _END_BOX:
            inside = not boxed
        elif code == _START_BOX:
            inside = True
        cells.append((text if inside else " ", colour))
    return _line(row, cells)


def _line(row: int, cells: list[tuple[str, str]]) -> Line | None:
    texts = "".join(text for text, _ in cells)
    start, end = len(texts) - len(texts.lstrip()), len(texts.rstrip())
    if start >= end:
        return None
    runs: list[Run] = []
    for text, colour in cells[start:end]:
        if runs and (runs[-1].colour == colour or text == " "):
            runs[-1] = Run(runs[-1].text + text, runs[-1].colour)
        else:
            runs.append(Run(text, colour))
    return Line(row, start, tuple(runs))
