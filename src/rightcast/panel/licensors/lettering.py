"""Letters of a report: a font that has them, embedded where it is none of PDF's own, and right-to-left text in order.

PDF's own fonts have Western European letters only. DejaVu, where the machine has it, brings Greek, Cyrillic, Arabic,
Hebrew and more; Chinese, Japanese and Korean are set in the fonts that every reader of PDF brings for them.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import getFont, registerFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

PLAIN, PLAIN_BOLD = "Helvetica", "Helvetica-Bold"
_DEJAVU, _DEJAVU_BOLD = "DejaVuSans", "DejaVuSans-Bold"
FOLDERS = ("/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/TTF", "/usr/share/fonts/dejavu-sans-fonts")
_HAN = (("\u3040", "\u30ff", "HeiseiKakuGo-W5"), ("\uac00", "\ud7a3", "HYGothic-Medium"))
_IDEOGRAPHS, _CHINESE = ("\u4e00", "\u9fff"), "STSong-Light"
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")


@dataclass(frozen=True, slots=True)
class Lettered:
    """A text as it is drawn from left to right, and the font that has its letters."""

    text: str
    font: str


def lettered(text: str, *, bold: bool = False) -> Lettered:
    """How to set a text. What no font at hand has is set in the one that has most, and shows as boxes."""
    if _is_western(text):
        return Lettered(text, PLAIN_BOLD if bold else PLAIN)
    asian = _asian(text)
    if asian:
        return Lettered(text, _own(asian))
    found = _dejavu()
    if not found:
        return Lettered(text, PLAIN_BOLD if bold else PLAIN)
    return Lettered(in_order(text), _DEJAVU_BOLD if bold else _DEJAVU)


def in_order(text: str) -> str:
    """Right-to-left letters joined and turned so that drawing from the left shows them as they are read.

    A short cut through UAX 9: one level of embedding, which names and titles do not go beyond.
    """
    if not any(unicodedata.bidirectional(one) in _RIGHT_TO_LEFT for one in text):
        return text
    sides = _sides(text)
    base = next(side for side in sides if side)
    filled = [side or _around(sides, at, base) for at, side in enumerate(sides)]
    runs = [
        (side, [one for _, one in run]) for side, run in groupby(zip(filled, text, strict=True), key=lambda p: p[0])
    ]
    if base < 0:
        runs.reverse()
    return "".join(_turned("".join(run)) if side < 0 else "".join(run) for side, run in runs)


def _sides(text: str) -> list[int]:
    """-1 for right to left, 1 for left to right and digits, 0 for what goes with its neighbours."""
    classes = (unicodedata.bidirectional(one) for one in text)
    return [-1 if one in _RIGHT_TO_LEFT else 1 if one in {"L", "EN", "AN"} else 0 for one in classes]


def _around(sides: list[int], at: int, base: int) -> int:
    before = next((side for side in reversed(sides[:at]) if side), base)
    after = next((side for side in sides[at:] if side), base)
    return before if before == after else base


def _turned(text: str) -> str:
    """Joined letters from the last to the first, marks behind the letter that they stand on."""
    clusters: list[str] = []
    for one in _joined(text):
        if clusters and unicodedata.combining(one):
            clusters[-1] += one
        else:
            clusters.append(one)
    return "".join(reversed(clusters)).translate(_MIRRORED)


def _joined(text: str) -> str:
    """Arabic letters in the form that their neighbours ask for (Unicode 9.2)."""
    forms, made = _forms(), []
    letters = list(text)
    at = 0
    while at < len(letters):
        pair = letters[at] + letters[at + 1] if at + 1 < len(letters) else ""
        unit = pair if pair in forms else letters[at]
        before = next((one for one in reversed(letters[:at]) if not unicodedata.combining(one)), "")
        after = next((one for one in letters[at + len(unit) :] if not unicodedata.combining(one)), "")
        own = forms.get(unit, {})
        left = "final" in own and "initial" in forms.get(before, {})
        right = "initial" in own and "final" in forms.get(after, {})
        kind = {(True, True): "medial", (True, False): "final", (False, True): "initial"}.get((left, right), "isolated")
        made.append(own.get(kind, unit))
        at += len(unit)
    return "".join(made)


@lru_cache(maxsize=1)
def _forms() -> dict[str, dict[str, str]]:
    """Letters, and lam with alef, with their presentation forms, as Unicode's own table has them."""
    found: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFBB2), *range(0xFE80, 0xFEFD)):
        kind, _, rest = unicodedata.decomposition(chr(code)).partition(" ")
        if kind.startswith("<") and rest:
            letters = "".join(chr(int(one, 16)) for one in rest.split())
            found.setdefault(letters, {})[kind.strip("<>")] = chr(code)
    return found


def _is_western(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _asian(text: str) -> str:
    """The font for the first script of East Asia that a text has letters of; empty for none."""
    for first, last, font in _HAN:
        if any(first <= one <= last for one in text):
            return font
    return _CHINESE if any(_IDEOGRAPHS[0] <= one <= _IDEOGRAPHS[1] for one in text) else ""


@lru_cache(maxsize=8)
def _own(font: str) -> str:
    registerFont(UnicodeCIDFont(font))
    return str(getFont(font).fontName)


@lru_cache(maxsize=1)
def _dejavu() -> bool:
    """Whether the machine has DejaVu; known to the writer of PDF from then on."""
    for folder in map(Path, FOLDERS):
        try:
            for name in (_DEJAVU, _DEJAVU_BOLD):
                registerFont(TTFont(name, str(folder / f"{name}.ttf")))
        except (TTFError, OSError):
            continue
        return True
    return False
