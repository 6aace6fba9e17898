"""What a pack says of when channels went dark: blackouts of providers, and takedowns with their acknowledgements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.chain import moment_text
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.blackouts.models import Blackout
from rightcast.panel.blackouts.operations import facts
from rightcast.panel.evidence.gathering import Material
from rightcast.panel.evidence.remembered import Remembered, remembered
from rightcast.panel.takedowns.models import Takedown
from rightcast.state.evidence.sealing import readable

if TYPE_CHECKING:
    from rightcast.panel.evidence.scope import Scope


def blackouts(scope: Scope) -> Material:
    """Every blackout of the channels within the span, as the trail told of it at the span's end; lifted ones too."""
    known = remembered("blackout", scope)
    for row in Blackout.objects.filter(channels__in=scope.channel_ids).distinct():
        one = known.setdefault(row.id, Remembered(row.id, row.recorded))
        if not one.facts and (scope.until is None or row.recorded < scope.until):  # its deeds were pruned
            one.facts = facts(row, list(row.channels.order_by().values_list("id", flat=True))) | {"name": row.name}
    told = []
    for number, one in sorted(known.items()):
        starts, ends = one.moment("starts"), one.moment("ends")
        if starts is not None and scope.meets(starts, ends):
            moments = {"starts": moment_text(starts), "ends": moment_text(ends) if ends is not None else None}
            told.append({"name": f"blackout {number}", **one.facts, **moments, "id": number})
    if not told:
        return Material()
    subjects = frozenset(("blackout", number) for number in (one["id"] for one in told) if isinstance(number, int))
    return Material({"blackouts.json": readable({"blackouts": told})}, subjects)


def takedowns(scope: Scope) -> Material:
    """Takedowns of these channels, of everything, or filed under the case, as the trail tells of them.

    Their acknowledgements are among the deeds.
    """
    found = set()
    rows = AuditRow.objects.filter(subject__in=("takedown", "hold")).order_by("id")
    for row in rows.iterator(chunk_size=1000):
        told = row.detail
        about = told.get("channels")
        touches = isinstance(about, list) and set(scope.channel_ids).intersection(
            one for one in about if isinstance(one, int)
        )
        if row.subject_id is not None and (touches or (scope.case_id and told.get("case") == scope.case)):
            found.add((row.subject, row.subject_id))
    everything = Takedown.objects.filter(channel_ids=[], title_ids=[], line_ids=[])
    for one in everything:
        ends = [at for at in (one.lifted, one.expires) if at is not None]
        if scope.meets(one.begins, min(ends, default=None)):
            found.add(("takedown", one.pk))
    return Material({}, frozenset(found))
