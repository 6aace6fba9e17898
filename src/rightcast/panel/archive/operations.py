"""What operators do with the archive beside setting how much is kept: erase a stretch of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from rightcast.domain.errors import FolderNotWritableError, InvalidInputError, NotFoundError
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.operation import operating
from rightcast.panel.takedowns.holding import require_free_span
from rightcast.state.archive.erasures import Erasure, order_erasure

if TYPE_CHECKING:
    from datetime import datetime

    from rightcast.panel.audit.operations import Actor


def erase_archive(actor: Actor, channel_id: int, *, start: datetime, stop: datetime) -> None:
    """Have all files erased that hold some of a stretch of a channel; the archivist follows within seconds.

    Files last ten minutes, so that up to ten minutes more go on either side. Raises InvalidInputError,
    NotFoundError, ConflictError (a hold keeps some of it) and FolderNotWritableError.
    """
    if start >= stop:
        raise InvalidInputError("The stretch to erase ends before it begins.", remedy="Name a later end.", field="stop")
    with operating(actor, "catalogue.change_channel") as deed:
        channel = Channel.objects.filter(id=channel_id).first()
        if channel is None:
            raise NotFoundError(f"There is no channel {channel_id}.", remedy="`rightcast channels` lists them.")
        require_free_span(channel_id, start, stop)
        words = f"{start:%Y-%m-%d %H:%M} to {stop:%Y-%m-%d %H:%M} UTC"
        deed.record("archive.erase", channel_id, f"had the archive of {channel} erased, {words}")
        erasure = Erasure(channel_id=channel_id, start=start.timestamp(), stop=stop.timestamp())
        try:
            order_erasure(settings.STATION.archive_root, erasure)
        except OSError as error:
            raise FolderNotWritableError(
                f"The archive's folder cannot be written: {error.strerror}.", remedy="Give its owner write access."
            ) from error
