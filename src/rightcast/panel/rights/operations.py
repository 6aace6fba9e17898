"""Writing carriage rights. Each is one audited transaction; edges and headend follow within moments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypedDict

from django.utils import timezone

from rightcast.contract.catalogue import Kind
from rightcast.domain.agreements import begins, change, widens
from rightcast.domain.archive import LONGEST_H
from rightcast.domain.errors import InvalidInputError, NotFoundError
from rightcast.domain.rights import NOTHING_LATER, UNBOUNDED, Bounds, Copies, Instrument, Later, RightStatus
from rightcast.domain.terms import PLAIN, Terms
from rightcast.panel.audit.operations import Actor
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.operation import operating
from rightcast.panel.rights.bounding import agree, bind
from rightcast.panel.rights.models import CarriageRight, Phase
from rightcast.panel.rights.queries import to_record
from rightcast.panel.rights.subscribing import tell
from rightcast.panel.rights.writing import covered, hand_of, lacking, office, publish, right_of, stand, standing_of
from rightcast.panel.territories import check_territories

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence, Sized
    from datetime import datetime
    from typing import Unpack


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
    bounds: Bounds
    terms: Terms
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
    bounds: Bounds = UNBOUNDED,
    terms: Terms = PLAIN,
    title_ids: Sequence[int] = (),
    collection_ids: Sequence[int] = (),
    draft: bool = False,
) -> CarriageRight:
    """Record a right. Where one operator does everything it is active at once, unless it shall be a `draft`.

    `all_channels`: those that exist now, not later ones. `starts` None means now, `ends` None open-ended; both
    aware. Raises InvalidInputError.
    """
    with operating(actor, "rights.add_carriageright") as deed:
        right = CarriageRight(
            reference=_free_reference(reference),
            licensor=_text(licensor, "licensor", 200),
            instrument=_instrument(instrument),
            status=RightStatus.DRAFT.value if draft else begins(hand_of(actor), office()).value,
            prepared_by=[hand_of(actor).key],
            territories=list(check_territories(territories)),
            starts=starts or deed.now,
            ends=ends,
            notes=notes,
            recorded=deed.now,
        )
        _check_term(right.starts, right.ends)
        _grant(right, later)
        bind(right, bounds)
        agree(right, terms)
        right.phase = phase_of(right, deed.now)
        chosen = _channel_ids(channel_ids, all_channels=all_channels)
        _covers_something(chosen, title_ids, collection_ids)
        right.save()
        right.channels.set(chosen)
        right.titles.set(title_ids)
        right.collections.set(collection_ids)
        sentence = f"recorded right {right.reference} of {right.licensor} for {len(chosen)} channels"
        deed.record("right.record", right.id, sentence, **_facts(right))
        tell(deed, right)
        publish(deed, right, chosen)
    return right


def update_right(actor: Actor, right_id: int, **changes: Unpack[RightChanges]) -> CarriageRight:
    """Change what is named. Raises InvalidInputError, NotFoundError, and ConflictError where it takes a second person.

    A right that was approved waits for approval again.
    """
    with operating(actor, "rights.change_carriageright") as deed:
        right = right_of(right_id)
        before, standing = covered(right), standing_of(right)
        was = to_record(right, before)
        _write(right, changes)
        right.phase = phase_of(right, deed.now)
        right.save()
        if "channel_ids" in changes:
            right.channels.set(_channel_ids(changes["channel_ids"], all_channels=False))
        if "title_ids" in changes:
            right.titles.set(changes["title_ids"])
        if "collection_ids" in changes:
            right.collections.set(changes["collection_ids"])
        now_covered = covered(right)
        _covers_something(now_covered, right.titles.all(), right.collections.all())
        standing = replace(standing, lacking=lacking(right))
        stand(right, change(standing, widens(was, to_record(right, now_covered)), hand_of(actor), office()))
        right.save(update_fields=["status", "prepared_by", "approved_by", "suspended_by"])
        deed.record("right.update", right_id, f"changed right {right.reference}", **_facts(right))
        tell(deed, right)
        publish(deed, right, sorted({*before} ^ {*now_covered}))
    return right


def _write(right: CarriageRight, changes: RightChanges) -> None:
    if "reference" in changes:
        right.reference = _free_reference(changes["reference"], right.pk)
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
    if "bounds" in changes:
        bind(right, changes["bounds"])
    if "terms" in changes:
        agree(right, changes["terms"])
    _check_term(right.starts, right.ends)


def cover_title(actor: Actor, right_id: int, title_id: int) -> None:
    """Let a right cover one more title of the library. Raises NotFoundError."""
    with operating(actor, "rights.change_carriageright") as deed:
        right = right_of(right_id)
        right.titles.add(title_id)
        deed.record("right.cover", right_id, f"right {right.reference} covers title {title_id} too", title=title_id)
        deed.changed(Kind.RIGHT, right_id)


def end_right(actor: Actor, right_id: int, at: datetime | None = None) -> CarriageRight:
    """End a right at a moment, now when none is given. Raises ConflictError, InvalidInputError, NotFoundError."""
    with operating(actor, "rights.change_carriageright") as deed:
        right = right_of(right_id)
        moment = at or deed.now
        longer = "a later end" if right.ends is not None and moment > right.ends else ""
        stand(right, change(standing_of(right), longer, hand_of(actor), office()))
        right.starts = min(moment, right.starts)  # one that never began gets an empty term, not a negative one
        right.ends = moment
        right.phase = phase_of(right, deed.now)
        right.save()
        said = f"ended right {right.reference} at {moment:%Y-%m-%d %H:%M:%S} UTC"
        term = {"starts": right.starts.isoformat(), "ends": moment.isoformat()}
        deed.record("right.end", right_id, said, **term)
        deed.changed(Kind.RIGHT, right_id)  # its channels stay in the feed: what is recorded has not changed
    return right


def remove_right(actor: Actor, right_id: int) -> None:
    """Remove a right recorded by mistake; its audit rows stay. Raises NotFoundError."""
    with operating(actor, "rights.delete_carriageright") as deed:
        right = right_of(right_id)
        deed.record("right.remove", right_id, f"removed right {right.reference}", **_facts(right))
        publish(deed, right, covered(right))
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


def _facts(right: CarriageRight) -> dict[str, object]:
    return {
        "reference": right.reference,
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
        "bounds": right.bounds,
        "status": right.status,
        "channels": covered(right),
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
