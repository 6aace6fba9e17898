"""Where in the database a line's person is: what an export tells of each table, and what it leaves out and why.

A test holds this against all tables: a field that could name a person is told, or its reason stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Model

from rightcast.domain.takedown import Cause
from rightcast.panel.lines.models import Credential, Line
from rightcast.panel.overlays.models import Overlay
from rightcast.panel.places.models import Residence
from rightcast.panel.recordings.models import AllowanceRow, Recording, RecordingRule
from rightcast.panel.takedowns.models import Takedown
from rightcast.panel.tracing.models import Revocation, Sighting, Suspect
from rightcast.panel.usage.models import SessionRow, StandRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Kept:
    """A table with rows about lines, told in the section `title`. `by`: its column with the line's number."""

    title: str
    table: type[Model]
    by: str = "line_id"
    left_out: frozenset[str] = frozenset()

    def rows(self, line_id: int) -> list[Model]:
        """Those about a line."""
        return list(self.table._default_manager.filter(**{self.by: line_id}).order_by("pk"))  # noqa: SLF001 - Django's own name for it

    def told(self, line_id: int) -> list[dict[str, object]]:
        """Each row as fields by name; what is empty is left out."""
        return [_plain(row, self.left_out | {self.by}) for row in self.rows(line_id)]


_KEY = frozenset({"secret_digest", "digest"})
"""Keyed digests say nothing to anybody, and are what a thief of an export would want."""
SECTIONS = (
    Kept("line", Line, "id", _KEY),
    Kept("verified_residence", Residence),
    Kept("devices", Credential, left_out=_KEY),
    Kept("sessions", SessionRow),
    Kept("rights_of_sessions", StandRow),
    Kept("recordings", Recording, left_out=frozenset({"rule_id", "take_id"})),
    Kept("recording_rules", RecordingRule),
    Kept("recording_allowance", AllowanceRow),
    Kept("sightings", Sighting),
    Kept("suspicions_of_sharing", Suspect),
    Kept("revocations", Revocation),
    Kept("overlays", Overlay),
)
_STAFF = "an operator of the station, not a viewer"
_NOTICE = "who sent or answers a notice; they hold the notice's own page and are no line"
EXCEPTIONS: Mapping[str, str] = {
    "audit.AuditRow.actor_kind": _STAFF,
    "audit.AuditRow.kept_actor": _STAFF,
    "audit.AuditRow.user_id": _STAFF,
    "audit.AuditRow.person_id": "told as deeds of the station",
    "audit.AuditRow.person_kind": "told as deeds of the station",
    "audit.PersonKey.person_id": "a key and nothing else; erasing destroys it",
    "audit.SignedRoot.stamped_by": "a time-stamping service",
    "admin.LogEntry.user_id": _STAFF,
    "alarms.AlarmRow.seen_by": _STAFF,
    "alarms.AlarmNote.by": _STAFF,
    "blackouts.Blackout.begins_by": "a signal of the provider",
    "blackouts.Blackout.ends_by": "a signal of the provider",
    "auth.User.email": _STAFF,
    "auth.User_groups.user_id": _STAFF,
    "auth.User_user_permissions.user_id": _STAFF,
    "guide.Assignment.who": _STAFF,
    "guide.GuideSource.address": "where a guide is fetched",
    "library.Harvest.ordered_by": _STAFF,
    "licensors.LicensorAccount.user_id": "a licensor's sign-in, not a viewer",
    "lines.Line_packages.line_id": "told as packages",
    "matching.MatchStep.who": _STAFF,
    "notices.DeskRow.contact": "the station's own address",
    "notices.Flagger.email": _NOTICE,
    "notices.Notice.sender": _NOTICE,
    "notices.Notice.email": _NOTICE,
    "notices.Notice.contact": _NOTICE,
    "notices.Notice.addresses": "the addresses that a notice complains of",
    "notices.Notice.affected_email": _NOTICE,
    "notices.Notice.decided_by": _STAFF,
    "notices.NoticeStep.by": _STAFF,
    "overlays.Overlay.by": _STAFF,
    "privacy.RetentionRow.address_days": "a number of days",
    "privacy.RetentionRow.device_days": "a number of days",
    "rights.CarriageRight.prepared_by": _STAFF,
    "rights.CarriageRight.approved_by": _STAFF,
    "rights.CarriageRight.suspended_by": _STAFF,
    "rights.Evidence.added_by": _STAFF,
    "staff.Operator.email": _STAFF,
    "station.StationRow.device_groups": "which devices stand for which class, of nobody in particular",
    "takedowns.Acknowledgement.who": "a process of the station",
    "takedowns.Takedown.by": _STAFF,
    "takedowns.Takedown.lifted_by": _STAFF,
    "takedowns.Takedown.ordered_by": "who ordered it, such as a court",
    "takedowns.Takedown.line_ids": "told as takedowns",
    "takedowns.Hold.by": _STAFF,
    "takedowns.Hold.lifted_by": _STAFF,
    "takedowns.Hold.line_ids": "a case that keeps evidence; the law of the case decides whether it may be told",
    "tracing.Revocation.by": _STAFF,
    "tracing.Suspect.by": _STAFF,
    "usage.MonthUsage.lines": "a number",
}
"""Why a field is not told under its own name: by table and column."""


def takedowns_of(line_id: int) -> Iterator[Takedown]:
    """Takedowns that name a line; their columns hold several, so every one that names lines is looked at."""
    for row in Takedown.objects.exclude(line_ids=[]).order_by("id").iterator(500):
        if line_id in row.line_ids:
            yield row


def told_takedowns(line_id: int) -> list[dict[str, object]]:
    """What was made dark for a line, from when until when and why; whose case it was is the station's matter.

    The words of one for several lines name the others, so they are not told.
    """
    return [
        {
            **({"what": row.names} if len(row.line_ids) == 1 else {}),
            "why": Cause(row.cause).in_words,
            "begins": row.begins,
            "ended": row.lifted or row.expires,
        }
        for row in takedowns_of(line_id)
    ]


def packages_of(lines: Iterable[Model]) -> list[dict[str, object]]:
    """What a line has bought."""
    return [{"name": one.name} for line in lines if isinstance(line, Line) for one in line.packages.all()]


def _plain(row: Model, left_out: frozenset[str]) -> dict[str, object]:
    fields = type(row)._meta.concrete_fields  # noqa: SLF001 - how Django tells the columns of a table
    fixed = {field.name: getattr(row, field.attname) for field in fields if field.attname not in left_out}
    return {name: value for name, value in fixed.items() if value not in (None, "", [], {})}
