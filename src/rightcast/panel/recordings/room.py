"""Giving a line's recordings room and takes: run inside an operation whenever something of them changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.domain.recording_room import fit
from rightcast.domain.recordings import KEPT, Cause, Grant, Status, grant_of
from rightcast.domain.rights import Copies
from rightcast.panel.recordings.models import Recording, TakeRow
from rightcast.panel.recordings.queries import (
    allowance_of,
    guessed_bytes,
    policy,
    station_bytes,
    subscribes,
    to_item,
)
from rightcast.panel.rights.queries import rights_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.domain.rights import CarriageRight
    from rightcast.panel.operation import Deed

_WAITING = (Status.PLANNED.value, Status.REFUSED.value)


class Grants:
    """What lines may record, asked once for each channel in one operation."""

    def __init__(self) -> None:
        self._rights: dict[int, list[CarriageRight]] = {}

    def rights(self, channel_id: int) -> list[CarriageRight]:
        """The rights recorded for a channel."""
        if channel_id not in self._rights:
            self._rights[channel_id] = rights_of(channel_id)
        return self._rights[channel_id]

    def of(self, channel_id: int, territory: str, moment: float) -> Grant | None:
        """What a line of a territory may record of a channel at a moment."""
        return grant_of(self.rights(channel_id), channel_id, territory, moment)


def settle_line(deed: Deed, line_id: int, grants: Grants | None = None) -> None:
    """Decide anew which recordings of a line that have not begun are made, and give those a take.

    What changes is published; what must go to make room is removed.
    """
    grants = grants or Grants()
    rows = list(
        Recording.objects.select_related("line", "take").filter(
            line=line_id, status__in=[*_WAITING, Status.RECORDING.value, *(one.value for one in KEPT)]
        )
    )
    waiting = [row for row in rows if row.status in _WAITING and row.cause != Cause.NOT_SHOWN]
    if not waiting:
        return
    allowed = [row for row in waiting if _stands(deed, row, grants)]
    counted = [row for row in rows if row.status not in _WAITING] + allowed
    found = fit([to_item(row) for row in counted], allowance_of(line_id))
    for row in rows:
        if row.pk in found.removed:
            take_away(deed, row, Cause.ROOM_MADE)
    for row in allowed:
        if row.pk in found.granted:
            _grant(deed, row)
        else:
            refuse(deed, row, *found.refused[row.pk])


def _stands(deed: Deed, row: Recording, grants: Grants) -> bool:
    """Whether subscription and right let it be recorded when it is shown, and with which kind of copy."""
    moment = max(row.start, deed.now.timestamp())
    if not subscribes(row.line, row.channel_id, moment):
        refuse(deed, row, Cause.NOT_SUBSCRIBED)
        return False
    grant = grants.of(row.channel_id, row.line.territory, moment)
    if grant is None:
        refuse(deed, row, Cause.NOT_GRANTED)
        return False
    if row.copies != grant.copies.value and row.take is not None:
        _let_go(deed, row)
    row.copies, row.expires = grant.copies.value, grant.expires(row.stop)
    return True


def refuse(deed: Deed, row: Recording, cause: Cause, detail: str = "") -> None:
    """A recording that waits is not made for now, and says why."""
    if (row.status, row.cause, row.detail) == (Status.REFUSED.value, cause.value, detail):
        return
    _let_go(deed, row)
    row.status, row.cause, row.detail = Status.REFUSED.value, cause.value, detail
    store(deed, row)
    deed.record_of(
        ("line", row.line_id),
        "recording.refuse",
        row.pk,
        f"{row.title} of line {row.line_id}: {cause}",
        detail=detail,
    )


def _grant(deed: Deed, row: Recording) -> None:
    start, stop = wanted_span(row)
    take = row.take
    if take is not None and (take.start, take.stop) != (start, stop):
        _let_go(deed, row)
        take = None
    if take is None:
        take = _take(deed, row, start, stop)
        if take is None:
            refuse(deed, row, Cause.STATION_FULL)
            return
    if row.status == Status.PLANNED.value and row.take_id == take.pk and not row.cause:
        return
    row.take, row.status, row.cause, row.detail = take, Status.PLANNED.value, "", ""
    store(deed, row)


def wanted_span(row: Recording) -> tuple[int, int]:
    """From when until when a take must run: with padding, and not before what a late order may still have."""
    start = row.start - row.before_s
    ordered = int(row.ordered.timestamp())
    if start < ordered:
        start = max(start, ordered - row.reach_back_s)
    return start, row.stop + row.after_s


def _take(deed: Deed, row: Recording, start: int, stop: int) -> TakeRow | None:
    """The take that a recording plays: the shared one of that place, or a new one if the station has room."""
    shared = row.copies == Copies.SHARED.value
    if shared:
        same = TakeRow.objects.filter(channel_id=row.channel_id, start=start, stop=stop, shared=True, leaving=False)
        known = same.first()
        if known is not None:
            return known
    limit = policy().disk_gigabytes * 10**9
    if limit and station_bytes() + guessed_bytes(start, stop) > limit:
        return None
    take = TakeRow.objects.create(channel_id=row.channel_id, start=start, stop=stop, shared=shared)
    deed.changed(Kind.TAKE, take.pk)
    return take


def take_away(deed: Deed, row: Recording, cause: Cause, detail: str = "") -> None:
    """Remove a recording; its files go when nobody else plays them."""
    freed = row.size_bytes
    _let_go(deed, row)
    row.status, row.cause, row.detail = Status.REMOVED.value, cause.value, detail
    store(deed, row)
    sentence = f"removed recording {row.title} of line {row.line_id}: {cause}"
    deed.record_of(
        ("line", row.line_id), "recording.remove", row.pk, sentence, channel=row.channel_id, size_bytes=freed
    )


def _let_go(deed: Deed, row: Recording) -> None:
    take, row.take = row.take, None
    if take is None:
        return
    row.save(update_fields=["take"])
    if not Recording.objects.filter(take=take).exists():
        take.leaving, take.asked = True, deed.now
        take.save(update_fields=["leaving", "asked"])
        deed.changed(Kind.TAKE, take.pk)


def store(deed: Deed, row: Recording) -> None:
    """Save a recording and publish it."""
    row.changed = deed.now
    row.save()
    deed.changed(Kind.RECORDING, row.pk)


def lines_of(rows: Sequence[Recording]) -> list[int]:
    """The lines whose recordings these are, each once."""
    return list(dict.fromkeys(row.line_id for row in rows))
