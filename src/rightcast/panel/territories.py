"""Territory codes: ISO 3166-1 alpha-2 as assigned, checked where operators type them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.rights import WORLDWIDE

if TYPE_CHECKING:
    from collections.abc import Iterable

_ASSIGNED = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO
JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR
MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO
RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV
TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK
"""
CODES = frozenset(_ASSIGNED.split())
_WORDS_FOR_WORLD = {WORLDWIDE, "WORLDWIDE", "WORLD"}


def check_territory(code: str, *, field: str = "territory") -> str:
    """The code in capitals; raises InvalidInputError when no territory has it."""
    wanted = code.strip().upper()
    if wanted not in CODES:
        raise InvalidInputError(
            f"'{code}' is not a territory.", remedy="Write its two-letter code, such as IT or GB.", field=field
        )
    return wanted


def check_territories(codes: Iterable[str]) -> tuple[str, ...]:
    """Codes in capitals, sorted, or `*` alone for the whole world; raises InvalidInputError."""
    if isinstance(codes, str):
        codes = codes.replace(",", " ").split()
    wanted = [code.strip().upper() for code in codes if code.strip()]
    if not wanted:
        raise InvalidInputError(
            "A right without territories reaches nobody.",
            remedy="Name territories such as IT, or * for the whole world.",
            field="territories",
        )
    if any(code in _WORDS_FOR_WORLD for code in wanted):
        return (WORLDWIDE,)
    return tuple(sorted({check_territory(code, field="territories") for code in wanted}))
