"""Characters of teletext: the Latin sets with their national options, Cyrillic, Greek, and signs with marks.

EN 300 706 section 15, tables 32 to 43.
"""

from __future__ import annotations

import unicodedata

_NATIONAL_PLACES = (0x23, 0x24, 0x40, 0x5B, 0x5C, 0x5D, 0x5E, 0x5F, 0x60, 0x7B, 0x7C, 0x7D, 0x7E)
_ENGLISH = "£$@←½→↑#―¼‖¾÷"
_GERMAN = "#$§ÄÖÜ^_°äöüß"
_SWEDISH = "#¤ÉÄÖÅÜ_éäöåü"
_ITALIAN = "£$é°ç→↑#ùàòèì"
_FRENCH = "éïàëêùî#èâôûç"
_SPANISH = "ç$¡áéíóú¿üñèà"
_CZECH = "#ůčťžýířéáěúš"
_POLISH = "#ńąŻŚŁćóężśłź"
_TURKISH = "₺ğİŞÖÇÜĞışöçü"
_ROMANIAN = "#¤ŢÂŞĂÎıţâşăî"
_SERBIAN = "#ËČĆŽĐŠëčćžđš"
_ESTONIAN = "#õŠÄÖŽÜÕšäöžü"
_LETTISH = "#$ŠėęŽčūšąųžį"

# By region (X/28 and M/29) the options that C12 C13 C14 choose, "" where a region has none (table 32).
_OPTIONS: dict[int, tuple[str, ...]] = {
    0: (_ENGLISH, _GERMAN, _SWEDISH, _ITALIAN, _FRENCH, _SPANISH, _CZECH, ""),
    1: (_POLISH, _GERMAN, _SWEDISH, _ITALIAN, _FRENCH, "", _CZECH, ""),
    2: (_ENGLISH, _GERMAN, _SWEDISH, _ITALIAN, _FRENCH, _SPANISH, _TURKISH, ""),
    3: ("", "", "", "", "", _SERBIAN, "", _ROMANIAN),
    4: ("", _GERMAN, _ESTONIAN, _LETTISH, "", "", _CZECH, ""),
    6: ("", "", "", _TURKISH, "", "", "", ""),
}

_GREEK = " !\"#$%&'()*+,-./0123456789:;«=»?ΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡʹΣΤΥΦΧΨΩΪΫάέήίΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώ■"
_RUSSIAN = " !\"#$%ы'()*+,-./0123456789:;<=>?ЮАБЦДЕФГХИЙКЛМНОПЯРСТУЖВЬЪЗШЭЩЧЫюабцдефгхийклмнопярстужвьъзшэщч■"
_UKRAINIAN = " !\"#$%ї'()*+,-./0123456789:;<=>?ЮАБЦДЕФГХИЙКЛМНОПЯРСТУЖВЬІЗШЄЩЧЇюабцдефгхийклмнопярстужвьізшєщч■"
_OTHER_SETS: dict[tuple[int, int], str] = {(4, 4): _RUSSIAN, (4, 5): _UKRAINIAN, (6, 7): _GREEK}

_SUPPLEMENT = " ¡¢£$¥#§¤‘“«←↑→↓"  # noqa: RUF001 - the standard's own characters
_SUPPLEMENT += "°±²³×µ¶·÷’”»¼½¾¿"  # noqa: RUF001
_SUPPLEMENT += "                ―¹®©™♪₠‰∝   ⅛⅜⅝⅞ΩÆĐªĦ ĲĿŁØŒºÞŦŊŉĸæđðħıĳŀłøœßþŧŋ■"
_MARKS = (
    "", "\u0300", "\u0301", "\u0302", "\u0303", "\u0304", "\u0306", "\u0307",
    "\u0308", "\u0323", "\u030a", "\u0327", "\u0332", "\u030b", "\u0328", "\u030c",
)  # fmt: skip


def _latin(national: str) -> str:
    characters = [chr(code) for code in range(0x20, 0x7F)] + ["■"]
    for place, character in zip(_NATIONAL_PLACES, national or _ENGLISH, strict=True):
        characters[place - 0x20] = character
    return "".join(characters)


_SETS = {
    (region, option): _OTHER_SETS.get((region, option)) or _latin(national)
    for region, nationals in _OPTIONS.items()
    for option, national in enumerate(nationals)
}


_REGIONS = {
    **dict.fromkeys(("pol",), 1),
    **dict.fromkeys(("tur",), 2),
    **dict.fromkeys(("srp", "scc", "hrv", "scr", "slv", "bos", "rum", "ron"), 3),
    **dict.fromkeys(("est", "lav", "lit", "rus", "bul", "ukr", "mac", "mkd"), 4),
    **dict.fromkeys(("gre", "ell"), 6),
}


def usual_region(language: str) -> int:
    """The region that receivers where a language (ISO 639-2) is spoken take, when the sender names none."""
    return _REGIONS.get(language, 0)


def character_set(region: int, option: int) -> str:
    """The characters of codes 0x20 to 0x7F. `option` is C12 C13 C14 as a number; unknown ones are as in region 0."""
    return _SETS.get((region, option)) or _SETS[0, option]


def supplementary(code: int) -> str:
    """A character of the Latin supplementary set (table 38)."""
    return _SUPPLEMENT[code - 0x20] if 0x20 <= code < 0x80 else " "


def with_mark(code: int, mark: int) -> str:
    """A basic Latin letter with a diacritical mark (section 12.3.4); mark 0 is none, and * stands for @."""
    letter = chr(code) if 0x20 <= code < 0x7F else " "
    if not mark:
        return "@" if letter == "*" else letter
    return unicodedata.normalize("NFC", letter + _MARKS[mark])
