"""Writing carriage rights. Each is one audited transaction; edges and headend follow within moments."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from django.utils import timezone

from rightcast.contract.catalogue import Kind
from rightcast.domain.archive import LONGEST_H
from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.domain.rights import NOTHING_LATER, Copies, Instrument, Later, RightStatus
from rightcast.panel.audit.operations import Actor
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.operation import operating
from rightcast.panel.rights.models import CarriageRight, Phase
from rightcast.panel.territories import check_territories

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence, Sized
    from datetime import datetime
    from typing import Unpack

    from rightcast.panel.operation import Deed


LONGEST_RECORDING_DAYS = 3650


class RightChanges(TypedDict, total=False):
    """What of a right may change; what is left out stays."""

    reference: str
    licensor: str
    instrument: Instrument | str
    channel_ids: Sequence[int]
    territories: Iterable[str]
    starts: datetime
    ends: datetime | None
    notes: str
    later: Later
    title_ids: Sequence[int]
    collection_ids: Sequence[int]


def record_right(
    actor: Actor,
    *,
    reference: str,
    licensor: str,
    instrument: Instrument | str,
    channel_ids: Sequence[int] = (),
    all_channels: bool = False,
    territories: Iterable[str],
    starts: datetime | None = None,
    ends: datetime | None = None,
    notes: str = "",
    later: Later = NOTHING_LATER,
    title_ids: Sequence[int] = (),
    collection_ids: Sequence[int] = (),
) -> CarriageRight:
    """Record a right; it is active at once. `all_channels`: those that exist now, not later ones.

    `starts` None means now, `ends` None open-ended; both aware. Raises InvalidInputError.
    """
    with operating(actor, "rights.add_carriageright") as deed:
        right = CarriageRight(
            reference=_free_reference(reference),
            licensor=_text(licensor, "licensor", 200),
            instrument=_instrument(instrument),
            status=RightStatus.ACTIVE.value,
            territories=list(check_territories(territories)),
            starts=starts or deed.now,
            ends=ends,
            notes=notes,
            recorded=deed.now,
        )
        _check_term(right.starts, right.ends)
        _grant(right, later)
        right.phase = phase_of(right, deed.now)
        covered = _channel_ids(channel_ids, all_channels=all_channels)
        _covers_something(covered, title_ids, collection_ids)
        right.save()
        right.channels.set(covered)
        right.titles.set(title_ids)
        right.collections.set(collection_ids)
        sentence = f"recorded right {right.reference} of {right.licensor} for {len(covered)} channels"
        deed.record("right.record", right.id, sentence, **_facts(right))
        _publish(deed, right, covered)
    return right


def update_right(actor: Actor, right_id: int, **changes: Unpack[RightChanges]) -> CarriageRight:
    """Change what is named. Raises InvalidInputError, NotFoundError."""
    with operating(actor, "rights.change_carriageright") as deed:
        right = _right(right_id)
        before = _covered(right)
        if "reference" in changes:
            right.reference = _free_reference(changes["reference"], right_id)
        if "licensor" in changes:
            right.licensor = _text(changes["licensor"], "licensor", 200)
        if "instrument" in changes:
            right.instrument = _instrument(changes["instrument"])
        if "territories" in changes:
            right.territories = list(check_territories(changes["territories"]))
        right.starts = changes.get("starts", right.starts)
        right.ends = changes.get("ends", right.ends)
        right.notes = changes.get("notes", right.notes)
        if "later" in changes:
            _grant(right, changes["later"])
        _check_term(right.starts, right.ends)
        right.phase = phase_of(right, deed.now)
        right.save()
        if "channel_ids" in changes:
            right.channels.set(_channel_ids(changes["channel_ids"], all_channels=False))
        if "title_ids" in changes:
            right.titles.set(changes["title_ids"])
        if "collection_ids" in changes:
            right.collections.set(changes["collection_ids"])
        _covers_something(_covered(right), right.titles.all(), right.collections.all())
        deed.record("right.update", right_id, f"changed right {right.reference}", **_facts(right))
        _publish(deed, right, sorted({*before} ^ {*_covered(right)}))
    return right


def cover_title(actor: Actor, right_id: int, title_id: int) -> None:
    """Let a right cover one more title of the library. Raises NotFoundError."""
    with operating(actor, "rights.change_carriageright") as deed:
        right = _right(right_id)
        right.titles.add(title_id)
        deed.record("right.cover", right_id, f"right {right.reference} covers title {title_id} too", title=title_id)
        deed.changed(Kind.RIGHT, right_id)


def end_right(actor: Actor, right_id: int, at: datetime | None = None) -> CarriageRight:
    """End a right at a moment, now when none is given. Raises InvalidInputError, NotFoundError."""
    with operating(actor, "rights.change_carriageright") as deed:
        right = _right(right_id)
        moment = at or deed.now
        right.starts = min(moment, right.starts)  # one that never began gets an empty term, not a negative one
        right.ends = moment
        right.phase = phase_of(right, deed.now)
        right.save()
        deed.record("right.end", right_id, f"ended right {right.reference} at {moment:%Y-%m-%d %H:%M:%S} UTC")
        deed.changed(Kind.RIGHT, right_id)  # its channels stay in the feed: what is recorded has not changed
    return right


def suspend_right(actor: Actor, right_id: int) -> CarriageRight:
    """Stop carriage under a right until it is resumed. Raises ConflictError, NotFoundError."""
    return _move(actor, right_id, RightStatus.SUSPENDED, {RightStatus.ACTIVE}, "suspend")


def resume_right(actor: Actor, right_id: int) -> CarriageRight:
    """Carry again under a suspended right. Raises ConflictError, NotFoundError."""
    return _move(actor, right_id, RightStatus.ACTIVE, {RightStatus.SUSPENDED}, "resume")


def withdraw_right(actor: Actor, right_id: int) -> CarriageRight:
    """Stop carriage under a right for good. Raises ConflictError, NotFoundError."""
    every = {RightStatus.ACTIVE, RightStatus.SUSPENDED, RightStatus.DRAFT}
    return _move(actor, right_id, RightStatus.WITHDRAWN, every, "withdraw")


def remove_right(actor: Actor, right_id: int) -> None:
    """Remove a right recorded by mistake; its audit rows stay. Raises NotFoundError."""
    with operating(actor, "rights.delete_carriageright") as deed:
        right = _right(right_id)
        deed.record("right.remove", right_id, f"removed right {right.reference}", **_facts(right))
        _publish(deed, right, _covered(right))
        right.delete()


def notice_turns(now: datetime | None = None) -> list[CarriageRight]:
    """Write into the trail which rights began or ended since the last call; returns them."""
    moment = now or timezone.now()
    turned = [right for right in CarriageRight.objects.all() if right.phase != phase_of(right, moment)]
    if not turned:
        return []
    with operating(Actor.system(), "rights.change_carriageright") as deed:
        for right in turned:
            right.phase = phase_of(right, moment)
            right.save(update_fields=["phase"])
            word = {Phase.RUNNING: "began", Phase.OVER: "ended"}.get(Phase(right.phase), "is upcoming again")
            deed.record(f"right.{right.phase}", right.id, f"the term of right {right.reference} {word}")
    return turned


def all_channel_ids() -> list[int]:
    """Ids of the channels that exist now."""
    return list(Channel.objects.order_by("id").values_list("id", flat=True))


def phase_of(right: CarriageRight, now: datetime) -> Phase:
    """Where `now` lies in the right's term, whatever its status."""
    if now < right.starts:
        return Phase.UPCOMING
    return Phase.RUNNING if right.ends is None or now < right.ends else Phase.OVER


def _move(actor: Actor, right_id: int, status: RightStatus, out_of: set[RightStatus], verb: str) -> CarriageRight:
    with operating(actor, "rights.change_carriageright") as deed:
        right = _right(right_id)
        if RightStatus(right.status) not in out_of:
            raise ConflictError(
                f"Right {right.reference} is {right.status}; it cannot be {verb.removesuffix('e')}ed.",
                remedy="Record a new right if carriage is allowed again.",
            )
        was_draft = right.status == RightStatus.DRAFT.value
        right.status = status.value
        right.save(update_fields=["status"])
        deed.record(f"right.{verb}", right_id, f"right {right.reference} is now {status.value}")
        _publish(deed, right, _covered(right) if was_draft else ())
    return right


def _publish(deed: Deed, right: CarriageRight, channel_ids: Sequence[int]) -> None:
    """Channels first: an edge that knows the right must know what it covers."""
    deed.changed_all(Kind.CHANNEL, channel_ids)
    deed.changed(Kind.RIGHT, right.id)


def _right(right_id: int) -> CarriageRight:
    right = CarriageRight.objects.filter(id=right_id).first()
    if right is None:
        raise NotFoundError(f"There is no carriage right of id {right_id}.", remedy="It may have been removed.")
    return right


def _covered(right: CarriageRight) -> list[int]:
    return sorted(right.channels.order_by().values_list("id", flat=True))


def _facts(right: CarriageRight) -> dict[str, object]:
    return {
        "licensor": right.licensor,
        "instrument": right.instrument,
        "territories": right.territories,
        "starts": right.starts.isoformat(),
        "ends": right.ends.isoformat() if right.ends else None,
        "start_over": right.start_over,
        "catchup_h": right.catchup_h,
        "recordings": right.recordings,
        "recording_days": right.recording_days,
        "download": right.download,
    }


def _channel_ids(wanted: Sequence[int], *, all_channels: bool) -> list[int]:
    every = all_channel_ids()
    known = set(every)
    if all_channels:
        wanted = every
    for channel_id in wanted:
        if channel_id not in known:
            raise NotFoundError(f"There is no channel of id {channel_id}.", remedy="It may have been removed.")
    return list(wanted)


def _covers_something(*covered: Sized) -> None:
    if not any(map(len, covered)):
        raise InvalidInputError(
            "A right covers at least one channel, or something of the library.",
            remedy="Choose the channels, collections or titles that it names.",
            field="channels",
        )


def _check_term(starts: datetime, ends: datetime | None) -> None:
    for name, moment in (("starts", starts), ("ends", ends)):
        if moment is not None and moment.tzinfo is None:
            raise InvalidInputError("A term needs moments with a time zone.", remedy="Add +00:00.", field=name)
    if ends is not None and ends <= starts:
        raise InvalidInputError(
            "The right ends before it starts.", remedy="Choose a later end, or leave it open.", field="ends"
        )


def _grant(right: CarriageRight, later: Later) -> None:
    for name, value, most in (
        ("catchup_h", later.catchup_h, LONGEST_H),
        ("recording_days", later.recording_days, LONGEST_RECORDING_DAYS),
    ):
        if not 0 <= value <= most:
            raise InvalidInputError(
                f"A right cannot grant {value} there.", remedy=f"Choose from 0 to {most}.", field=name
            )
    right.start_over, right.catchup_h = later.start_over, later.catchup_h
    right.recordings, right.recording_days = Copies(later.recordings).value, later.recording_days
    right.download = later.download


def _text(value: str, name: str, longest: int) -> str:
    cleaned = " ".join(value.split())
    if not cleaned or len(cleaned) > longest:
        raise InvalidInputError(f"The {name} has 1 to {longest} letters.", remedy="Write it.", field=name)
    return cleaned


def _free_reference(reference: str, own_id: int | None = None) -> str:
    cleaned = _text(reference, "reference", 120)
    if CarriageRight.objects.filter(reference=cleaned).exclude(id=own_id or 0).exists():
        raise InvalidInputError(
            f"A right of reference '{cleaned}' is recorded already.", remedy="Change that one.", field="reference"
        )
    return cleaned


def _instrument(value: Instrument | str) -> str:
    try:
        return Instrument(str(value).replace("-", "_")).value
    except ValueError as error:
        raise InvalidInputError(
            f"'{value}' is not what a right can rest on.",
            remedy=f"Write one of {', '.join(Instrument)}.",
            field="instrument",
        ) from error
