"""An operator's word on a channel that runs: start, stop, restart, drain, what is shown, and its schedule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError, NotFoundError
from rightcast.domain.failover import Failover, wish_of
from rightcast.domain.life import Life, Running
from rightcast.domain.schedule import OFF, Schedule, Slot
from rightcast.panel.catalogue import operations
from rightcast.panel.catalogue.features import feature_of
from rightcast.panel.catalogue.models import Channel

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor

_DONE = {Running.ON: "started", Running.STOPPED: "stopped", Running.DRAINING: "began to drain"}


def run_channel(actor: Actor, channel_id: int, running: Running) -> Channel:
    """Start, stop or drain a channel. Raises NotFoundError."""
    channel = _channel(channel_id)
    life = replace(feature_of(channel, Life), running=running)
    return operations.set_feature(actor, channel_id, life, sentence=f"{_DONE[running]} channel {channel}")


def restart_channel(actor: Actor, channel_id: int) -> Channel:
    """Begin a channel anew; its viewers stay and see one discontinuity. Raises NotFoundError."""
    channel = _channel(channel_id)
    life = feature_of(channel, Life)
    life = replace(life, running=Running.ON, restarts=life.restarts + 1)
    return operations.set_feature(actor, channel_id, life, sentence=f"restarted channel {channel}")


def show_on_channel(actor: Actor, channel_id: int, pick: str) -> Channel:
    """Put a source (by its number) or the slate on air by hand, or let the best be shown: auto.

    Raises InvalidInputError (field `pick`), NotFoundError.
    """
    channel = _channel(channel_id)
    _check_source(channel, pick, field="pick")
    failover = replace(feature_of(channel, Failover), pick=pick)
    shown = {"auto": "the best source", "slate": "the slate"}.get(pick, f"source {pick}")
    return operations.set_feature(actor, channel_id, failover, sentence=f"let channel {channel} show {shown}")


def add_slot(actor: Actor, channel_id: int, slot: Slot) -> Channel:
    """Add a slot to a channel's schedule. Raises InvalidInputError, NotFoundError."""
    channel = _channel(channel_id)
    slot.check()
    if slot.show != OFF:
        _check_source(channel, slot.show, field="show")
    schedule = feature_of(channel, Schedule)
    schedule = replace(schedule, slots=(*schedule.slots, slot))
    return operations.set_feature(actor, channel_id, schedule, sentence=f"added to the schedule of {channel}: {slot}")


def remove_slot(actor: Actor, channel_id: int, number: int) -> Channel:
    """Take a slot out of a channel's schedule, by its number from 1. Raises NotFoundError."""
    channel = _channel(channel_id)
    slots = list(feature_of(channel, Schedule).slots)
    if not 0 < number <= len(slots):
        raise NotFoundError(
            f"The schedule of {channel} has no slot {number}.",
            remedy=f"`rightcast schedule list id:{channel_id}` numbers them.",
            field="number",
        )
    gone = slots.pop(number - 1)
    said = f"took from the schedule of {channel}: {gone}"
    return operations.set_feature(actor, channel_id, Schedule(slots=tuple(slots)), sentence=said)


def _channel(channel_id: int) -> Channel:
    channel = Channel.objects.filter(id=channel_id).first()
    if channel is None:
        raise NotFoundError(f"There is no channel of id {channel_id}.", remedy="It may have been removed meanwhile.")
    return channel


def _check_source(channel: Channel, pick: str, *, field: str) -> None:
    wish, sources = wish_of(pick), channel.sources.count()
    if wish is not None and wish > sources:
        raise InvalidInputError(
            f"{channel} has no source {wish}.",
            remedy=f"It has {sources}; write a number up to that, slate or auto.",
            field=field,
        )
