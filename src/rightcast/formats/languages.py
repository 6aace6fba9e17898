"""Languages as broadcasters write them (ISO 639-2), as the web wants them (BCP 47), and as viewers call them."""

from __future__ import annotations

_LANGUAGES = """
ara ar العربية; bul bg Български; cat ca Català; ces cs Čeština; cze cs Čeština; cym cy Cymraeg; wel cy Cymraeg;
dan da Dansk; deu de Deutsch; ger de Deutsch; ell el Ελληνικά; gre el Ελληνικά; eng en English; est et Eesti;
eus eu Euskara; baq eu Euskara; fas fa فارسی; per fa فارسی; fin fi Suomi; fra fr Français; fre fr Français;
fry fy Frysk; gle ga Gaeilge; glg gl Galego; heb he עברית; hin hi हिन्दी; hrv hr Hrvatski; hun hu Magyar;
isl is Íslenska; ice is Íslenska; ita it Italiano; jpn ja 日本語; kor ko 한국어; lav lv Latviešu; lit lt Lietuvių;
ltz lb Lëtzebuergesch; mkd mk Македонски; mac mk Македонски; mlt mt Malti; nld nl Nederlands; dut nl Nederlands;
nor no Norsk; pol pl Polski; por pt Português; roh rm Rumantsch; ron ro Română; rum ro Română; rus ru Русский;
slk sk Slovenčina; slo sk Slovenčina; slv sl Slovenščina; spa es Español; sqi sq Shqip; alb sq Shqip; srp sr Српски;
swe sv Svenska; tur tr Türkçe; ukr uk Українська; urd ur اردو; vie vi Tiếng Việt; zho zh 中文; chi zh 中文
"""
_TABLE = {row.split()[0]: (row.split()[1], row.split(None, 2)[2].strip()) for row in _LANGUAGES.split(";")}
_NONE = {"und", "mis", "mul", "zxx", "qaa", "nar"}
"""Codes that name no language; some broadcasters use qaa for the original sound and nar for narration."""


def web_language(code: str) -> str:
    """The shortest tag of a language (BCP 47, RFC 5646 section 4.5); "" for codes that name none."""
    found = _TABLE.get(code.lower())
    if found is not None:
        return found[0]
    return "" if code.lower() in _NONE or not code.isascii() or not code.isalpha() else code.lower()


def language_name(code: str) -> str:
    """What speakers call a language; the code itself where we do not know, "" where it names none."""
    found = _TABLE.get(code.lower())
    return found[1] if found is not None else web_language(code)
