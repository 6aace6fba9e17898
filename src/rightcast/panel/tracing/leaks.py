"""Whose session a captured file shows: the candidates, and that it was looked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from rightcast.domain.marking import check_sid, code_of
from rightcast.formats.marks import Finding
from rightcast.panel.lines.models import Line
from rightcast.panel.operation import operating
from rightcast.panel.tracing.models import Sighting
from rightcast.state.keys import derived_key, station_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.panel.audit.operations import Actor

PROVEN = 1e-3
MOST_CANDIDATES = 50_000


@dataclass(frozen=True, slots=True)
class Named:
    """A session that a file seems to show, and whose it was, as far as that is still known."""

    finding: Finding
    line_id: int
    line: str

    @property
    def is_proven(self) -> bool:
        """Whether chance is out of the question: fewer than one in a thousand searches would find as much."""
        return self.finding.odds < PROVEN


def candidate_codes(channel_id: int, sids: Sequence[str] = ()) -> dict[str, tuple[bool, ...]]:
    """Codes of the sessions of a channel that were seen in the last week, and of those named. Raises InvalidInputError.

    Named ones alone when there are some: the fewer are asked for, the shorter a capture suffices.
    """
    wanted = [check_sid(sid) for sid in sids]
    if not wanted:
        seen = Sighting.objects.filter(channel_id=channel_id).order_by("-seen").values_list("sid", flat=True)
        wanted = list(seen[:MOST_CANDIDATES])
    key = derived_key(station_key(settings.STATION.keys), "marks")
    return {sid: code_of(key, sid) for sid in wanted}


def note_search(actor: Actor, channel_id: int, digest: str, found: Sequence[Finding]) -> list[Named]:
    """Write into the trail that a file was searched and whom it led to; returns the best with their lines."""
    rows = {row.sid: row.line_id for row in Sighting.objects.filter(sid__in=[one.sid for one in found])}
    lines = Line.objects.in_bulk(rows.values())
    named = [
        Named(one, rows.get(one.sid, 0), str(lines[rows[one.sid]]) if rows.get(one.sid) in lines else "")
        for one in found
    ]
    proven = [one for one in named if one.is_proven]
    with operating(actor, "tracing.view_sighting") as deed:
        person = ("line", proven[0].line_id) if proven and proven[0].line_id else None
        sentence = f"searched a captured file for marks: {proven[0].finding.sid if proven else 'nothing found'}"
        deed.record_of(
            person,
            "trace.detect",
            channel_id,
            sentence,
            sha256=digest,
            found=[[one.finding.sid, one.finding.share, one.finding.odds] for one in proven],
        )
    return named
