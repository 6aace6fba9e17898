"""A channel's ladder as its record wants it: none, one that runs, or another one after a change.

The channel itself never fails for its ladder: what goes wrong here is a note beside the channel's own state.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
from typing import TYPE_CHECKING

from rightcast.domain.errors import RightcastError
from rightcast.domain.ladder import MOST_RUNGS
from rightcast.domain.marking import TWIN
from rightcast.headend.transcode import Transcoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rightcast.contract.reports import RenditionReport
    from rightcast.contract.ring import Announcement, Track
    from rightcast.contract.station import StationSettings
    from rightcast.domain.ladder import Ladder
    from rightcast.domain.lineup import Channel
    from rightcast.headend.tap import TappedRing

_log = logging.getLogger(__name__)


class LadderLife:
    """Follows a channel's record, and listens to its ring. None of its methods raises."""

    def __init__(self, settings: StationSettings, announce: Callable[[Announcement], None]) -> None:
        self._settings = settings
        self._announce = announce
        self._ladder: Ladder | None = None
        self._transcoder: Transcoder | None = None
        self._trouble = ""

    @property
    def snapshot(self) -> list[Announcement]:
        """What a new edge must hear of the rungs."""
        return [] if self._transcoder is None else self._transcoder.snapshot

    @property
    def bytes_held(self) -> int:
        """Bytes of the rungs' rings."""
        return 0 if self._transcoder is None else self._transcoder.bytes_held

    @property
    def note(self) -> str:
        """A sentence for the operator; empty when all is as asked for."""
        return self._trouble if self._transcoder is None else self._transcoder.note

    @property
    def pid(self) -> int:
        """The process id of the ffmpeg; 0 when none runs."""
        return 0 if self._transcoder is None else self._transcoder.pid

    def follow(self, record: Channel, ring: TappedRing, ring_bytes: int, now: float) -> None:
        """Run what the record asks for on this ring; a ladder that stays the same is not interrupted."""
        if record.ladder != self._ladder:
            self._renew(record, ring_bytes, now)
        ring.tap = None if self._transcoder is None else self

    def opened(self, *, new_epoch: bool, time: int, wall: float, tracks: Sequence[Track]) -> None:
        """A segment of the broadcast begins."""
        if self._transcoder is not None:
            with self._guard():
                self._transcoder.opened(new_epoch=new_epoch, time=time, wall=wall, tracks=tracks)

    def write(self, data: bytes | memoryview) -> None:
        """Packets of the open segment."""
        if self._transcoder is not None:
            with self._guard():
                self._transcoder.write(data)

    def allot(self, ring_bytes: int) -> None:
        """How many bytes the ring of each rung may take from now on."""
        if self._transcoder is not None:
            self._transcoder.allot(ring_bytes)

    def tick(self, now: float) -> None:
        """Ten times a second."""
        if self._transcoder is not None:
            with self._guard():
                self._transcoder.tick(now)

    def reports(self, now: float) -> list[RenditionReport]:
        """How each rung does."""
        return [] if self._transcoder is None else self._transcoder.reports(now)

    def stop(self, *, keep: bool) -> None:
        """End, with the channel. `keep` as for the channel's own ring."""
        if self._transcoder is not None:
            self._transcoder.stop(keep=keep)
            self._transcoder = None

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        """A fault in a ladder must not stop the broadcast that it is made of."""
        try:
            yield
        except Exception:  # noqa: BLE001 - whatever it is, the broadcast goes on
            _log.exception("A ladder failed")
            self.stop(keep=False)
            self._trouble = "The ladder failed by an internal fault; the headend's log says more."

    def _renew(self, record: Channel, ring_bytes: int, now: float) -> None:
        self.stop(keep=False)
        self._ladder, self._trouble = record.ladder, ""
        made = {number for number, _, _ in record.ladder.made}
        for rendition in {*range(1, MOST_RUNGS + 1), *range(TWIN + 1, TWIN + MOST_RUNGS + 1)} - made:
            shutil.rmtree(self._settings.channel_ring(record.id, rendition), ignore_errors=True)
        if not record.ladder.rungs:
            return
        try:
            self._transcoder = Transcoder(
                record, settings=self._settings, announce=self._announce, ring_bytes=ring_bytes, now=now
            )
        except RightcastError as error:
            self._trouble = f"The ladder cannot be made: {error}"
            _log.error("Channel %s: %s", record.name, self._trouble)
