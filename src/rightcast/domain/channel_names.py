"""What a channel is called, apart from how lists dress it: country, resolution, time shift, spelling of numbers.

Two names with the same key mean the same channel as far as names can tell. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_CODES = (
    "adaeafalamaratauazbabebgbhbrbycachclcncocyczdedkdzeeegesetfifrgbgegrhkhrhuidieiliniqirisitjojpkekrkw"
    "kzlbliltlulvlymamcmdmemkmtmxmyngnlnonzompephpkplptqarorsrusasesgsisksmsythtntrtwuausuyvavevnxkyeza"
)
_COUNTRIES = frozenset(_CODES[place : place + 2] for place in range(0, len(_CODES), 2))
_OTHER_COUNTRIES = {
    "uk": "gb", "en": "gb", "eng": "gb", "gbr": "gb", "usa": "us", "ita": "it", "ger": "de", "deu": "de", "fra": "fr",
    "esp": "es", "spa": "es", "por": "pt", "ned": "nl", "nld": "nl", "pol": "pl", "tur": "tr", "aut": "at", "che": "ch",
    "sui": "ch", "swe": "se", "nor": "no", "den": "dk", "dnk": "dk", "fin": "fi", "gre": "gr", "rou": "ro", "rus": "ru",
    "alb": "al", "bel": "be", "can": "ca", "aus": "au", "bra": "br", "mex": "mx", "arg": "ar", "ind": "in", "jpn": "jp",
}  # fmt: skip
_QUALITIES = {
    "hd": "hd", "fhd": "hd", "fullhd": "hd", "720p": "hd", "1080p": "hd", "1080i": "hd", "hd+": "hd", "1080": "hd",
    "720": "hd", "uhd": "uhd", "4k": "uhd", "8k": "uhd", "2160p": "uhd", "ultrahd": "uhd", "sd": "sd", "576i": "sd",
    "576p": "sd", "480p": "sd", "lq": "sd",
}  # fmt: skip
_DRESS = {
    "hevc", "h265", "h264", "x265", "avc", "hq", "raw", "vip", "backup", "50fps", "60fps", "fps", "hdr", "hdr10", "ppv",
    "low", "multi", "alt",
}  # fmt: skip
_NUMBERS = (
    "one uno una eins un", "two due zwei deux dos", "three tre drei trois tres", "four quattro vier quatre cuatro",
    "five cinque funf cinq cinco", "six sei sechs seis", "seven sette sieben sept siete", "eight otto acht huit ocho",
    "nine nove neun neuf nueve", "ten dieci zehn dix diez",
)  # fmt: skip
_NUMBER_OF = {word: str(number) for number, words in enumerate(_NUMBERS, 1) for word in words.split()}
_UNSAID = {"un", "una", "sei"}
"""Articles and words for more than a number; they stay as they are."""
_WEAK = {"tv", "the", "television", "televisione", "televisio"}
_PREFIX = re.compile(r"[\W_]*([A-Za-z]{2,3})\s*(?:[:|\uff5c★•▎┃]+|\s[-\u2013\u2014]\s|[\])}])\s*(?=\S)")
_SUFFIX = re.compile(r"\s*[\[(|]\s*([A-Za-z]{2,3})\s*[\])|]?\s*$")
_SHIFT = re.compile(r"\+\s*(\d{1,2})\s*h?\b|\btimeshift\s*(\d{1,2})?\b", re.IGNORECASE)
_ID_COUNTRY = re.compile(r"\.([a-z]{2})(?:\W.*)?$")
_PIECES = re.compile(r"\d+[a-z]+\d*\b|\d+|[^\W\d_]+")
_TAGS = re.compile(r"\b(?:full\s+hd|ultra\s+hd)\b")
_GLUED_PLUS = re.compile(r"(?<=\w)\+")
_PLUS_HD = re.compile(r"\bhd\s?\+")
_LEAST_KEY = 3


@dataclass(frozen=True, slots=True)
class ChannelName:
    """A name taken apart. `key` is what must be equal, `words` is for comparing; numbers are in both.

    `country` is a code of ISO 3166 in small letters; `quality` sd, hd or uhd; `shift_h` hours by which it comes later.
    """

    key: str
    words: str
    country: str = ""
    quality: str = ""
    shift_h: int = 0

    @property
    def numbers(self) -> str:
        """Its numbers in order: names that differ in them are different channels."""
        return ",".join(re.findall(r"\d+", self.words))

    @property
    def is_telling(self) -> bool:
        """Whether there is enough of a name to tell channels apart."""
        return len(self.key) >= _LEAST_KEY and any(sign.isalpha() for sign in self.key)


def channel_name(text: str) -> ChannelName:
    """Take a name apart."""
    country, rest = _without_country(text.strip())
    shift = _SHIFT.search(rest)
    shift_h = 0
    if shift is not None and not _is_name(rest, shift):
        shift_h = int(shift[1] or shift[2] or 1)
        rest = f"{rest[: shift.start()]} {rest[shift.end() :]}"
    plain = _GLUED_PLUS.sub(" plus ", _PLUS_HD.sub(" hd ", _TAGS.sub(_joined, _plain(rest))))
    quality = ""
    words: list[str] = []
    for piece in _PIECES.findall(plain):
        if piece in _QUALITIES and (words or piece not in {"720", "1080"}):
            quality = quality or _QUALITIES[piece]
        elif piece not in _DRESS or not words:
            words += _split(piece)
    kept = [word for word in words if word not in _WEAK]
    if any(word.isalpha() for word in kept):
        words = kept
    return ChannelName("".join(words), " ".join(words), country, quality, shift_h)


def country_of_id(guide_id: str) -> str:
    """The country that a guide id ends with, as in `Rai1.it` or `Rai1.it@SD`; "" without one."""
    found = _ID_COUNTRY.search(guide_id.casefold())
    return _country(found[1]) if found is not None else ""


def name_of_id(guide_id: str) -> str:
    """The words of a guide id without its country: `Rai1.it` is Rai1."""
    found = _ID_COUNTRY.search(guide_id)
    return (guide_id[: found.start()] if found is not None and _country(found[1].casefold()) else guide_id).replace(
        ".", " "
    )


def _without_country(text: str) -> tuple[str, str]:
    """`IT: Rai 1`, `|UK| BBC One`, `DE - ZDF` and `Rai 1 (IT)`; a code that names no country is part of the name."""
    before = _PREFIX.match(text)
    if before is not None and (country := _country(before[1].casefold())):
        return country, text[before.end() :]
    behind = _SUFFIX.search(text)
    if behind is not None and behind.start() > 0 and (country := _country(behind[1].casefold())):
        return country, text[: behind.start()]
    return "", text


def _country(code: str) -> str:
    return code if code in _COUNTRIES else _OTHER_COUNTRIES.get(code, "")


def _is_name(text: str, shift: re.Match[str]) -> bool:
    """Canal+ 1 is not Canal an hour later: a sign that touches the word before it and not the number is part of it."""
    glued = shift.start() > 0 and not text[shift.start() - 1].isspace()
    return glued and shift[0].startswith("+") and shift[0][1:2].isspace()


def _joined(tag: re.Match[str]) -> str:
    return "".join(tag[0].split())


def _split(piece: str) -> list[str]:
    """Letters and digits apart, numbers as digits."""
    found = re.findall(r"\d+|[^\W\d_]+", piece)
    return [_NUMBER_OF[one] if one in _NUMBER_OF and one not in _UNSAID else one.lstrip("0") or one for one in found]


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("&", " and ")).casefold()
    return unicodedata.normalize("NFC", "".join(sign for sign in decomposed if unicodedata.category(sign) != "Mn"))
