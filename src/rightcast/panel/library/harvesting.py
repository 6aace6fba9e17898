"""Ordering harvests, and the worker of the jobs process that cuts them one after another in a child process.

A harvest stands on a right in force that grants shared copies of the channel; its title is covered by that right.
"""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.domain.library import TitleKind
from rightcast.domain.rights import Copies
from rightcast.panel.audit.operations import Actor
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.library.files import TakenIn, discard
from rightcast.panel.library.models import Collection, Harvest, HarvestState, Title
from rightcast.panel.library.operations import attach_film, create_title
from rightcast.panel.library.working import NOTHING, work
from rightcast.panel.operation import operating
from rightcast.panel.rights.operations import cover_title
from rightcast.panel.rights.queries import rights_of
from rightcast.state.archive.reel import channel_reel

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from rightcast.domain.rights import CarriageRight
    from rightcast.panel.library.orders import Outcome

LONGEST = timedelta(hours=12)
TURN_S = 0.5
_NOTED = 0.01
_log = logging.getLogger(__name__)


def order_harvest(
    actor: Actor,
    *,
    channel_id: int,
    name: str,
    start: datetime,
    stop: datetime,
    collection_id: int | None = None,
    exact: bool = False,
) -> Harvest:
    """Order a clip (no collection) or a title. Raises InvalidInputError, ConflictError, NotFoundError."""
    with operating(actor, "library.add_harvest") as deed:
        channel = Channel.objects.filter(id=channel_id).first()
        if channel is None:
            raise NotFoundError(f"There is no channel of id {channel_id}.", remedy="It may have been removed.")
        _check(channel, name, start, stop, deed.now)
        collection = None if collection_id is None else Collection.objects.filter(id=collection_id).first()
        if collection_id is not None and collection is None:
            raise NotFoundError(f"There is no collection of id {collection_id}.", remedy="It may be gone already.")
        harvest = Harvest.objects.create(
            channel=channel,
            channel_name=channel.name,
            name=" ".join(name.split()),
            start=start,
            stop=stop,
            exact=exact,
            collection=collection,
            ordered=deed.now,
            ordered_by=actor.name,
        )
        what = "a clip" if collection is None else f"a title of {collection.name}"
        deed.record("harvest.order", harvest.id, f"ordered {what} from {channel.name}: {harvest.name}")
    return harvest


def cancel_harvest(actor: Actor, harvest_id: int) -> Harvest:
    """Stop a harvest that is not done. Raises ConflictError, NotFoundError."""
    return _move(actor, harvest_id, HarvestState.CANCELLED, {HarvestState.WAITING, HarvestState.RUNNING}, "cancel")


def retry_harvest(actor: Actor, harvest_id: int) -> Harvest:
    """Try a harvest again that failed or was cancelled. Raises ConflictError, NotFoundError."""
    return _move(actor, harvest_id, HarvestState.WAITING, {HarvestState.FAILED, HarvestState.CANCELLED}, "retry")


def remove_harvest(actor: Actor, harvest_id: int) -> None:
    """Forget a harvest; a clip's file goes, a title stays. Raises ConflictError while it runs, NotFoundError."""
    with operating(actor, "library.delete_harvest") as deed:
        harvest = _harvest(harvest_id)
        if harvest.state == HarvestState.RUNNING:
            raise ConflictError(f"{harvest.name} is being cut.", remedy="Cancel it first.")
        file_name = harvest.file_name if harvest.title_id is None else ""
        deed.record("harvest.remove", harvest_id, f"removed harvest {harvest.name}")
        harvest.delete()
    discard(settings.STATION.library, [file_name])


class Harvester:
    """Cuts what is ordered until told to stop."""

    def run(self, stop: threading.Event) -> None:
        """Look for orders twice a second; what an earlier process left half done begins anew."""
        Harvest.objects.filter(state=HarvestState.RUNNING).update(state=HarvestState.WAITING, progress=0.0)
        while not stop.wait(TURN_S):
            try:
                harvest = Harvest.objects.filter(state=HarvestState.WAITING).order_by("id").first()
                if harvest is not None:
                    self._cut_safely(harvest, stop)
            except DatabaseError:
                _log.exception("the harvests cannot be read; trying again")
                close_old_connections()

    def _cut_safely(self, harvest: Harvest, stop: threading.Event) -> None:
        try:
            self.cut(harvest, stop)
        except DatabaseError:
            raise
        except Exception:  # noqa: BLE001 - a supervisor: one harvest must not end those behind it
            _log.exception("harvest %d failed", harvest.id)
            _end(harvest, HarvestState.FAILED, "It failed for a reason that the log of the jobs process tells.")

    def cut(self, harvest: Harvest, stop: threading.Event) -> None:
        """Cut one, and make of it what was ordered. A failure stands in the harvest, in words."""
        started = Harvest.objects.filter(id=harvest.id, state=HarvestState.WAITING).update(
            state=HarvestState.RUNNING, progress=0.0, detail=""
        )
        if not started:
            return
        folder = settings.STATION.library
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        stem = f"harvest-{harvest.id}-{secrets.token_hex(4)}"
        outcome = _cut(harvest, folder / f"{stem}.mp4", stop)
        if outcome is None:  # cancelled, or the process ends
            discard(folder, [f"{stem}.mp4", f"{stem}.jpg"])
            return
        if outcome.error or not outcome.done:
            discard(folder, [f"{stem}.mp4", f"{stem}.jpg"])
            _end(harvest, HarvestState.FAILED, outcome.error or "The cutting process died; its log says why.")
            return
        _keep(harvest, stem, outcome)


def _cut(harvest: Harvest, target: Path, stop: threading.Event) -> Outcome | None:
    """The outcome; None when it was cancelled or the process ends. Progress is written once in a while."""
    if harvest.channel_id is None:
        return NOTHING
    noted = -1.0

    def going(progress: float) -> bool:
        nonlocal noted
        running = Harvest.objects.filter(id=harvest.id, state=HarvestState.RUNNING)
        if progress - noted >= _NOTED:
            noted = progress
            return bool(running.update(progress=progress)) and not stop.is_set()
        return running.exists() and not stop.is_set()

    reel = channel_reel(settings.STATION.archive_root, harvest.channel_id)
    span = harvest.start.timestamp(), harvest.stop.timestamp()
    return work(reel, span, target, exact=harvest.exact, going=going)


def _check(channel: Channel, name: str, start: datetime, stop: datetime, now: datetime) -> CarriageRight:
    if not name.strip() or len(name) > 200:
        raise InvalidInputError("A harvest has a name of 1 to 200 letters.", remedy="Write it.", field="name")
    if stop <= start or stop - start > LONGEST:
        raise InvalidInputError(
            "The stretch ends before it begins, or is longer than twelve hours.",
            remedy="Choose an end within twelve hours of the start.",
            field="stop",
        )
    if stop > now:
        raise InvalidInputError(
            "The stretch ends in the future.", remedy="Wait until it is over, or choose an earlier end.", field="stop"
        )
    right = granting(channel, now)
    if right is None:
        raise ConflictError(
            f"No right in force grants shared copies of {channel.name}.",
            remedy="Record it in the carriage right (recordings: shared copy) if its licensor agrees.",
        )
    return right


def granting(channel: Channel, now: datetime) -> CarriageRight | None:
    """A right in force that grants shared copies of the channel."""
    found = (one for one in rights_of(channel.id) if one.in_force(now) and one.later.recordings is Copies.SHARED)
    return next(found, None)


def _keep(harvest: Harvest, stem: str, outcome: Outcome) -> None:
    actor = Actor.system()
    harvest.file_name, harvest.file_bytes = f"{stem}.mp4", outcome.size_bytes
    harvest.length_s = outcome.length_s
    if harvest.collection_id is not None and harvest.channel is not None:
        right = granting(harvest.channel, timezone.now())
        if right is None:
            discard(settings.STATION.library, [f"{stem}.mp4", f"{stem}.jpg"])
            _end(harvest, HarvestState.FAILED, "The right that granted copies is no longer in force.")
            return
        harvest.title = _title_of(actor, harvest, right, stem, outcome)
    harvest.save(update_fields=["file_name", "file_bytes", "length_s", "title"])
    _end(harvest, HarvestState.DONE, f"{outcome.length_s:.1f} s of {outcome.codecs}")


def _title_of(actor: Actor, harvest: Harvest, right: CarriageRight, stem: str, outcome: Outcome) -> Title:
    title = create_title(actor, TitleKind.FILM, {"name": harvest.name, "collection_id": harvest.collection_id or 0})
    if right.later.recording_days:
        Title.objects.filter(id=title.id).update(until=harvest.stop + timedelta(days=right.later.recording_days))
    cover_title(actor, right.id, title.id)
    taken = TakenIn(
        name=f"{stem}.mp4",
        size_bytes=outcome.size_bytes,
        length_s=outcome.length_s,
        codecs=outcome.codecs,
        height=outcome.height,
        poster=f"{stem}.jpg" if outcome.poster else "",
    )
    return attach_film(actor, title.id, taken)


def _end(harvest: Harvest, state: HarvestState, detail: str) -> None:
    Harvest.objects.filter(id=harvest.id).exclude(state=HarvestState.CANCELLED).update(
        state=state, detail=detail, ended=timezone.now(), progress=1.0 if state is HarvestState.DONE else 0.0
    )


def _move(actor: Actor, harvest_id: int, state: HarvestState, out_of: set[HarvestState], verb: str) -> Harvest:
    with operating(actor, "library.change_harvest") as deed:
        harvest = _harvest(harvest_id)
        if HarvestState(harvest.state) not in out_of:
            raise ConflictError(
                f"{harvest.name} is {harvest.state}; there is nothing to {verb}.",
                remedy="Order it anew if it is wanted again.",
            )
        harvest.state, harvest.progress, harvest.detail = state, 0.0, ""
        harvest.save(update_fields=["state", "progress", "detail"])
        deed.record(f"harvest.{verb}", harvest_id, f"harvest {harvest.name} is now {state.value}")
    return harvest


def _harvest(harvest_id: int) -> Harvest:
    found = Harvest.objects.filter(id=harvest_id).first()
    if found is None:
        raise NotFoundError(f"There is no harvest of id {harvest_id}.", remedy="It may be gone already.")
    return found
