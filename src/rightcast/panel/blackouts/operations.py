"""Writing blackouts. Each is one audited transaction; edges follow within moments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from rightcast.contract.catalogue import Kind
from rightcast.domain.blackouts import EVERYBODY, Audience, Instead
from rightcast.domain.errors import InvalidInputError, NotFoundError
from rightcast.panel.blackouts.models import Blackout
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.operation import operating

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rightcast.domain.segment_marks import Mark
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.operation import Deed

_LONGEST_NAME = 200
_TALLEST = 8640
_LONGEST_S = 86_400.0


def add_blackout(
    actor: Actor,
    *,
    name: str,
    channel_ids: Sequence[int],
    starts: datetime | None = None,
    ends: datetime | None = None,
    audience: Audience = EVERYBODY,
    instead: Instead = Instead.NOTHING,
    instead_id: int | None = None,
    max_height: int = 0,
    begins_by: Mark | None = None,
    ends_by: Mark | None = None,
    lasts_s: float = 0.0,
    only_past: bool = False,
) -> Blackout:
    """Keep channels from an audience from `starts` (None: now) to `ends` (None: until lifted), both aware.

    `begins_by`, `ends_by`, `lasts_s`, `only_past` as in the domain's record.

    Raises InvalidInputError, NotFoundError.
    """
    with operating(actor, "blackouts.add_blackout") as deed:
        row = Blackout(
            name=name, starts=starts or deed.now, ends=ends, audience=msgspec.to_builtins(audience),
            instead=instead.value, instead_channel_id=instead_id, recorded=deed.now,
            max_height=max_height, begins_by=_stored(begins_by), ends_by=_stored(ends_by), lasts_s=lasts_s,
            only_past=only_past,
        )  # fmt: skip
        store(deed, row, channel_ids, audience)
        deed.record("blackout.add", row.id, f"blacked out {_words(row, channel_ids)}", **facts(row, channel_ids))
    return row


def lift_blackout(actor: Actor, blackout_id: int) -> Blackout:
    """End a blackout now; what was on air during it stays dark. One that never began is gone. Raises NotFoundError."""
    with operating(actor, "blackouts.change_blackout") as deed:
        row = Blackout.objects.filter(id=blackout_id).first()
        if row is None:
            raise NotFoundError(f"There is no blackout of id {blackout_id}.", remedy="It may have been removed.")
        channel_ids = list(row.channels.order_by().values_list("id", flat=True))
        deed.changed(Kind.BLACKOUT, row.id)
        if row.ends is None or row.ends > deed.now:
            row.ends = deed.now
        deed.record("blackout.lift", row.id, f"lifted the blackout {row.name}", **facts(row, channel_ids))
        if row.starts >= deed.now:
            row.delete()
        else:
            row.save(update_fields=["ends"])
    return row


def store(deed: Deed, row: Blackout, channel_ids: Sequence[int], audience: Audience) -> None:
    """Check a blackout and write it, within an operation. Raises InvalidInputError, NotFoundError."""
    row.name = " ".join(row.name.split())
    if not row.name or len(row.name) > _LONGEST_NAME:
        raise InvalidInputError(f"A name has 1 to {_LONGEST_NAME} letters.", remedy="Write it.", field="name")
    for field, moment in (("starts", row.starts), ("ends", row.ends)):
        if moment is not None and moment.tzinfo is None:
            raise InvalidInputError("A blackout needs moments with a time zone.", remedy="Add +00:00.", field=field)
    if row.ends is not None and row.ends <= row.starts:
        raise InvalidInputError("The blackout ends before it starts.", remedy="Choose a later end.", field="ends")
    audience.check()
    if not 0 <= row.max_height <= _TALLEST:
        raise InvalidInputError(
            f"A picture has 0 to {_TALLEST} lines.", remedy="Write 576, or 0 for no picture at all.", field="max_height"
        )
    if not 0 <= row.lasts_s <= _LONGEST_S or (row.lasts_s and row.begins_by is None):
        raise InvalidInputError(
            "Only what a signal begins lasts a given time, up to a day.", remedy="Name the signal.", field="signal"
        )
    known = set(Channel.objects.filter(id__in=channel_ids).values_list("id", flat=True))
    if not channel_ids:
        raise InvalidInputError("A blackout concerns at least one channel.", remedy="Name one.", field="channels")
    for channel_id in channel_ids:
        if channel_id not in known:
            raise NotFoundError(f"There is no channel of id {channel_id}.", remedy="It may have been removed.")
    if (row.instead == Instead.CHANNEL.value) != (row.instead_channel_id is not None):
        raise InvalidInputError(
            "Another channel is shown exactly when one is named.", remedy="Name it, or none.", field="instead"
        )
    row.save()
    row.channels.set(channel_ids)
    deed.changed(Kind.BLACKOUT, row.id)


def facts(row: Blackout, channel_ids: Sequence[int]) -> dict[str, object]:
    """What the trail keeps of a blackout."""
    return {
        "name": row.name,
        "channels": sorted(channel_ids),
        "starts": row.starts.isoformat(),
        "ends": row.ends.isoformat() if row.ends else None,
        "audience": row.audience,
        "instead": row.instead,
        "max_height": row.max_height,
        "source": row.source,
        "begins_by": row.begins_by,
        "ends_by": row.ends_by,
        "only_past": row.only_past,
    }


def note_spells(actor: Actor, blackout_id: int, spells: Sequence[tuple[float, float]]) -> None:
    """Write down when signals had a blackout in force, so that every edge knows for good."""
    with operating(actor, "blackouts.change_blackout") as deed:
        row = Blackout.objects.filter(id=blackout_id).first()
        if row is None:
            return
        row.spells = [list(one) for one in spells]
        row.save(update_fields=["spells"])
        deed.record("blackout.signalled", row.id, f"signals in the stream had {row.name} in force", spells=row.spells)
        deed.changed(Kind.BLACKOUT, row.id)


def _stored(mark: Mark | None) -> object:
    if mark is None:
        return None
    mark.check()
    return msgspec.to_builtins(mark)


def _words(row: Blackout, channel_ids: Sequence[int]) -> str:
    until = "until it is lifted" if row.ends is None else f"until {row.ends:%Y-%m-%d %H:%M:%S} UTC"
    return f"{row.name} on {len(channel_ids)} channels from {row.starts:%Y-%m-%d %H:%M:%S} UTC {until}"
