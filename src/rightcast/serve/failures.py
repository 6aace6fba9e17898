"""How a room tells the supervisor, in an operator's words, why it cannot work.

A note beside the reports; it is read once, when the process has ended with NEEDS_OPERATOR.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from rightcast.domain.errors import RightcastError
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings


class FailureNote(msgspec.Struct, frozen=True, kw_only=True):
    """A RightcastError on its way from one process to another."""

    code: str
    sentence: str
    remedy: str = ""
    field: str | None = None


def leave_failure(settings: StationSettings, name: str, error: RightcastError) -> None:
    """Leave the failure of the process called `name` for the supervisor."""
    note = FailureNote(code=error.code, sentence=error.sentence, remedy=error.remedy, field=error.field)
    FileReports(settings.reports).put(_note_name(name), note)


def take_failure(settings: StationSettings, name: str) -> RightcastError:
    """The failure that `name` left, or one that says where to look."""
    notes = FileReports(settings.reports).fetch(_note_name(name), FailureNote)
    if not notes:
        return RightcastError(
            f"The {name} process could not start.", remedy=f"Its log in {settings.data / 'logs'} says why."
        )
    error = RightcastError(notes[0].sentence, remedy=notes[0].remedy, field=notes[0].field)
    error.code = notes[0].code
    return error


def _note_name(name: str) -> str:
    return f"failure-{name.replace(' ', '-')}"
