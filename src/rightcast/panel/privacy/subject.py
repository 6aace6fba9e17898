"""All that the station knows of the person behind a line: told to them, or erased."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from rightcast.domain.errors import ConflictError, NotFoundError
from rightcast.panel.audit.erasing import erase_subject
from rightcast.panel.audit.models import AuditRow, PersonKey
from rightcast.panel.lines.models import Credential, Line
from rightcast.panel.lines.operations import remove_line
from rightcast.panel.operation import operating
from rightcast.panel.overlays.models import Overlay
from rightcast.panel.privacy.holding import holds_of_line
from rightcast.panel.privacy.kept import SECTIONS, packages_of, takedowns_of, told_takedowns
from rightcast.panel.tracing.models import Revocation, Sighting, Suspect
from rightcast.panel.usage.models import SessionRow, StandRow
from rightcast.state.favourites_file import forget_marks, marked_by

if TYPE_CHECKING:
    from datetime import datetime

    from rightcast.panel.audit.operations import Actor

EXPORT, ERASE = "lines.change_line", "lines.delete_line"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of a line's person, section by section; each entry is fields by name."""

    line_id: int
    name: str
    made: str
    sections: dict[str, list[dict[str, object]]]

    def as_json(self) -> bytes:
        """For machines."""
        said = {"line": self.line_id, "name": self.name, "made": self.made, **self.sections}
        return msgspec.json.format(msgspec.json.encode(said, enc_hook=str), indent=2)

    def as_text(self) -> str:
        """For people: what is empty is said to be empty."""
        told = [f"What this station knows of line {self.name or self.line_id}", f"Made {self.made}", ""]
        for title, entries in self.sections.items():
            told += [title.replace("_", " ").capitalize(), "-" * len(title)]
            for entry in entries:
                told.append("; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in entry.items()))
            told += ["" if entries else "Nothing is kept.", *([""] if not entries else [])]
        return "\n".join(told)


def find_subject(named: str) -> int:
    """The number of a line by name or number; one that was removed has its number only. Raises NotFoundError."""
    text = named.strip()
    found = Line.objects.filter(name=text).values_list("id", flat=True).first()
    if found is None and text.isascii() and text.isdecimal() and len(text) < 19 and _is_known(int(text)):
        found = int(text)
    if found is None:
        raise NotFoundError(
            f"There is no line '{text}', and nothing is kept of one.",
            remedy="List lines with `rightcast line list`; name one that was removed by its number.",
            field="line",
        )
    return found


def export_subject(actor: Actor, line_id: int) -> Subject:
    """Everything of a line's person, for them (Article 15 GDPR); the trail says that it was given out."""
    with operating(actor, EXPORT) as deed:
        found = _gather(line_id, deed.now)
        deed.record_of(("line", line_id), "privacy.export", line_id, f"gave out what is known of line {line_id}")
    return found


def erase_person(actor: Actor, line_id: int) -> dict[str, int]:
    """Erase a line's person (Article 17 GDPR): the line, its devices and favourites, its names and addresses in
    session records and in the trail. Returns how much of each.

    The chain of the trail holds as before; session records stay without a person, for the rights they stood on.
    Recordings end with the line, as the recorder's rules have it. Raises PermissionDeniedError,
    and ConflictError while a legal hold keeps it.
    """
    actor.require(ERASE)
    for hold in holds_of_line(line_id, timezone.now()):
        raise ConflictError(
            f"Line {line_id} is kept by a legal hold: {hold}.", remedy="Lift the hold first, if its case is over."
        )
    devices = list(Credential.objects.filter(line_id=line_id).values_list("id", flat=True))
    with transaction.atomic():
        there = Line.objects.filter(id=line_id).exists()
        if there:
            remove_line(actor, line_id)
        nobody = {"line_id": None, "line_name": "", "address": "", "player": "", "credential_id": 0}
        StandRow.objects.filter(line_id=line_id).update(line_id=None)
        done = {
            "lines": int(there),
            "devices": len(devices),
            "sessions": SessionRow.objects.filter(line_id=line_id).update(**nobody),
            "sightings": Sighting.objects.filter(line_id=line_id).delete()[0],
        }
        Suspect.objects.filter(line_id=line_id).delete()
        _forget_in_cases(line_id)
        done["names in the trail"] = int(erase_subject(actor, "line", line_id))
    forget_marks(settings.STATION.favourites, devices)
    return done


def was_erased(line_id: int) -> bool:
    """Whether nothing is kept of this line any more."""
    return PersonKey.objects.filter(kind="line", person_id=line_id, erased_at__isnull=False).exists()


def _gather(line_id: int, now: datetime) -> Subject:
    line = Line.objects.filter(id=line_id).first()
    devices = list(Credential.objects.filter(line_id=line_id).values_list("id", flat=True))
    marks = marked_by(settings.STATION.favourites, devices)
    deeds = AuditRow.objects.filter(person_kind="line", person_id=line_id).order_by("id")
    return Subject(
        line_id=line_id,
        name=line.name if line is not None else "",
        made=f"{now:%Y-%m-%d %H:%M} UTC",
        sections={
            **{one.title: one.told(line_id) for one in SECTIONS},
            "packages": packages_of([line] if line is not None else []),
            "favourites": [{"device": device, "channels": channels} for device, channels in marks.items()],
            "takedowns": told_takedowns(line_id),
            "deeds_of_the_station": [{"at": one.at, "what": one.sentence} for one in deeds],
        },
    )


def _forget_in_cases(line_id: int) -> None:
    """Words of takedowns, revocations and overlays about a line; that they were, and of which number, stays."""
    Revocation.objects.filter(line_id=line_id).update(why="")
    Overlay.objects.filter(line_id=line_id).update(why="")
    for row in takedowns_of(line_id):
        row.names = f"a takedown for {len(row.line_ids)} lines" if len(row.line_ids) > 1 else "a takedown for one line"
        row.note = ""
        row.save(update_fields=["names", "note"])


def _is_known(line_id: int) -> bool:
    return (
        Line.objects.filter(id=line_id).exists()
        or SessionRow.objects.filter(line_id=line_id).exists()
        or PersonKey.objects.filter(kind="line", person_id=line_id).exists()
    )
