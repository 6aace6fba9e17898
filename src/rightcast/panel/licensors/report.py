"""The monthly report to a licensor: what it says, in fields; the same month gives the same report, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.suppression import Figures
from rightcast.panel.licensors.queries import granted_by, usage_of
from rightcast.panel.privacy.queries import retention
from rightcast.panel.station.queries import station
from rightcast.panel.usage.counting import next_month

TOTAL, CHANNEL, TERRITORY = "total", "channel", "territory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the report. `figures` None: hidden, for they speak of too few lines."""

    reference: str
    level: str
    name: str
    figures: Figures | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One month of a licensor's rights."""

    station: str
    licensor: str
    month: date
    timezone: str
    smallest: int
    entries: tuple[Entry, ...]

    @property
    def name(self) -> str:
        """For files: the month and what the licensor is called, in letters that every file system takes."""
        plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in self.licensor.lower())
        return f"usage-{self.month:%Y-%m}-{plain.strip('-')[:60] or 'licensor'}"


def build_report(licensor: str, month: date, today: date) -> Report:
    """A month that is over. Raises InvalidInputError."""
    if next_month(month) > today:
        raise InvalidInputError(
            f"{month:%Y-%m} is not over yet.", remedy="Reports are made of months that are over.", field="month"
        )
    rights = granted_by(licensor)
    if not rights:
        raise InvalidInputError(
            f"No agreement names '{licensor}' as its licensor.", remedy="`rightcast right list`.", field="licensor"
        )
    here = station()
    return Report(
        station=here.name,
        licensor=rights[0].licensor,
        month=month,
        timezone=here.timezone,
        smallest=retention().smallest_count,
        entries=tuple(entry for right in rights for entry in _entries(right.pk, right.reference, month)),
    )


def _entries(right_id: int, reference: str, month: date) -> list[Entry]:
    channels, territories = usage_of(right_id, month)
    found = [Entry(reference=reference, level=TOTAL, name="", figures=channels.total)]
    for level, told in ((CHANNEL, channels), (TERRITORY, territories)):
        found += [
            Entry(reference=reference, level=level, name=name, figures=told.parts[name]) for name in sorted(told.parts)
        ]
    return found
