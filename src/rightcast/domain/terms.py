"""What an agreement asks of the station beside its bounds: who signed, notice, duties to report, whom to call.

They allow and refuse nothing at the edges; people keep them, and the station reminds.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date


class Reporting(enum.StrEnum):
    """How often the licensor is told what was watched."""

    NONE = "none"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """`licensee`: who holds it, when not the station. `notice_days`: before its end, by whoever wants out.

    `audit_right`: the licensor may look into the books. `ad_skip`, `ad_replace`: what may be done with
    advertising. `contact`: whom to call, day and night, when something must go dark. `eidr`: the content's number.
    """

    licensee: str = ""
    signed: date | None = None
    notice_days: int = 0
    reporting: Reporting = Reporting.NONE
    audit_right: bool = False
    sublicense: bool = False
    ad_skip: bool = False
    ad_replace: bool = False
    contact: str = ""
    eidr: str = ""


PLAIN = Terms()
