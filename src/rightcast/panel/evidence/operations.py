"""Opening cases and exporting their evidence. Each is audited; a pack's digest stays in the trail."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from rightcast.domain.chain import moment_text
from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.panel.audit.rooting import sign_root
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.evidence.darkness import blackouts, takedowns
from rightcast.panel.evidence.gathering import Material, agreements, channels, channels_told, notices, sessions
from rightcast.panel.evidence.models import Case
from rightcast.panel.evidence.proving import proven, rows_about
from rightcast.panel.evidence.scope import Scope
from rightcast.panel.operation import operating
from rightcast.panel.station.queries import station
from rightcast.state.evidence.sealing import readable, seal_pack
from rightcast.state.signing import signer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from rightcast.panel.audit.operations import Actor
    from rightcast.state.evidence.sealing import Sealed

SUPPLIERS: tuple[Callable[[Scope], Material], ...] = (channels, agreements, sessions, notices, blackouts, takedowns)
"""Each gives files, and further subjects of the trail that belong to the case; another room joins by one more."""
_NUMBER = re.compile(r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,78}[^\s\x00-\x1f\x7f])?")


def open_case(
    actor: Actor,
    *,
    number: str,
    title: str = "",
    channel_ids: Sequence[int],
    since: datetime | None = None,
    until: datetime | None = None,
) -> Case:
    """Record what a case is about. Raises InvalidInputError, ConflictError, NotFoundError."""
    with operating(actor, "evidence.add_case") as deed:
        kept = _checked_number(number)
        _check_span(since, until)
        _check_channels(channel_ids)
        if Case.objects.filter(number=kept).exists():
            raise ConflictError(f"There is a case {kept} already.", remedy="Choose another number.", field="number")
        case = Case.objects.create(
            number=kept, title=" ".join(title.split())[:200], since=since, until=until, opened=deed.now
        )
        case.channels.set(channel_ids)
        deed.record("case.open", case.id, f"opened case {case}", channels=sorted(channel_ids))
    return case


def change_case(
    actor: Actor,
    case_id: int,
    *,
    title: str,
    channel_ids: Sequence[int],
    since: datetime | None,
    until: datetime | None,
) -> Case:
    """Change what a case is about; its number stays. Raises InvalidInputError, NotFoundError."""
    with operating(actor, "evidence.change_case") as deed:
        case = Case.objects.filter(id=case_id).first()
        if case is None:
            raise NotFoundError("There is no such case.", remedy="List them with `rightcast case list`.")
        _check_span(since, until)
        _check_channels(channel_ids)
        case.title, case.since, case.until = " ".join(title.split())[:200], since, until
        case.save()
        case.channels.set(channel_ids)
        deed.record("case.change", case.id, f"changed what case {case} is about", channels=sorted(channel_ids))
    return case


def find_case(number: str) -> Case:
    """The case of this number. Raises NotFoundError."""
    case = Case.objects.filter(number=number.strip()).first()
    if case is None:
        raise NotFoundError(
            f"There is no case '{number}'.",
            remedy="List them with `rightcast case list`, or name a channel and a span instead.",
            field="case",
        )
    return case


def scope_of(case: Case) -> Scope:
    """What a case is about."""
    ids = tuple(case.channels.order_by("id").values_list("id", flat=True))
    return Scope(
        case=case.number, title=case.title, channel_ids=ids, since=case.since, until=case.until, case_id=case.id
    )


def scope_of_channels(channel_ids: Sequence[int], since: datetime | None, until: datetime | None) -> Scope:
    """Channels and a span without a case. Raises InvalidInputError, NotFoundError."""
    _check_span(since, until)
    _check_channels(channel_ids)
    return Scope(case="none", title="", channel_ids=tuple(channel_ids), since=since, until=until)


def export_pack(actor: Actor, scope: Scope) -> Sealed:
    """Make the evidence pack of a case: signs a root first, so that every row stands under one.

    The trail keeps who was given what: the SHA-256 of the pack's manifest.
    """
    actor.require("evidence.view_case")
    now = timezone.now()
    sign_root(now)
    given = [supply(scope) for supply in SUPPLIERS]
    files = {path: body for material in given for path, body in material.files.items()}
    own = {("case", scope.case_id)} if scope.case_id is not None else set()
    subjects = own.union(*(material.subjects for material in given))
    rows = rows_about(subjects, scope.until)
    files |= proven(rows)
    files["case.json"] = readable(
        {
            "case": scope.case,
            "channels": channels_told(scope),
            "made_at": moment_text(now),
            "since": moment_text(scope.since) if scope.since is not None else None,
            "station": station().name,
            "title": scope.title,
            "until": moment_text(scope.until or now),
        }
    )
    sealed = seal_pack(files, case=scope.case, signs=signer(settings.STATION.keys), now=now)
    with operating(actor, "evidence.view_case") as deed:
        said = f"exported the evidence of case {scope.case}" if scope.case_id else "exported evidence"
        deed.record("case.export", scope.case_id, said, manifest=sealed.digest, channels=list(scope.channel_ids))
    return sealed


def _checked_number(text: str) -> str:
    kept = text.strip()
    if not _NUMBER.fullmatch(kept):
        raise InvalidInputError(
            "A case needs a number of at most 80 letters.", remedy="Write yours, or a court's.", field="number"
        )
    return kept


def _check_span(since: datetime | None, until: datetime | None) -> None:
    if since is not None and until is not None and until <= since:
        raise InvalidInputError("The span ends before it begins.", remedy="Choose a later end.", field="until")


def _check_channels(channel_ids: Sequence[int]) -> None:
    known = set(Channel.objects.filter(id__in=channel_ids).values_list("id", flat=True))
    if not channel_ids or known != set(channel_ids):
        raise InvalidInputError("A case needs its channels.", remedy="Name at least one.", field="channels")
