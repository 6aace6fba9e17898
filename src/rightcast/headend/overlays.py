"""Copies of a channel with the number of a session burnt in, each by an ffmpeg on the tap of the ring, while wanted.

What goes wrong with a copy is a note; the channel and its ladder never notice.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rightcast.contract.reports import RenditionReport
from rightcast.domain.errors import RightcastError
from rightcast.domain.features import NO_FEATURES
from rightcast.domain.ladder import Ladder, Rung
from rightcast.domain.marking import Variant
from rightcast.domain.overlay import OVERLAY
from rightcast.headend.sources.testcard import FONT, lay_out
from rightcast.headend.transcode import Transcoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from rightcast.contract.ring import Announcement, Track
    from rightcast.contract.station import StationSettings
    from rightcast.domain.lineup import Channel
    from rightcast.domain.overlay import Overlay
    from rightcast.headend.tap import Tap, TappedRing

TALLEST = 720
"""Enough to read a number by, and a third of a core."""
_BITRATE_BPS = 2_500_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayLadder(Ladder):
    """A ladder of one rung that has the number of an overlay."""

    number: int = OVERLAY + 1

    @property
    def made(self) -> tuple[tuple[int, Rung, Variant | None], ...]:
        """The one copy; as a variant it gets its mark."""
        return tuple((self.number, rung, Variant.A) for rung in self.rungs)


@dataclass(frozen=True, slots=True)
class Burning:
    """Writes a text into the picture that wanders slowly, so that no corner can be cut off to be rid of it."""

    text_file: str
    font_file: str

    def filters(self, variant: Variant, name: str) -> str:
        """The words come from a file without expansion, so that no letter of them is a command."""
        where = "x='(w-tw)*(0.5+0.4*sin(t/7))':y='(h-th)*(0.5+0.4*cos(t/11))'"
        look = "fontsize=h/14:fontcolor=white@0.85:box=1:boxcolor=black@0.5:boxborderw=8"
        return (
            f"[{name}in]drawtext=fontfile='{self.font_file}':textfile='{self.text_file}':expansion=none:"
            f"{look}:{where}[{name}out]"
        )


class Overlays:
    """The copies of one channel. None of its methods raises."""

    def __init__(self, settings: StationSettings, announce: Callable[[Announcement], None]) -> None:
        self._settings = settings
        self._announce = announce
        self._running: dict[Overlay, Transcoder] = {}
        self._troubles: dict[Overlay, str] = {}
        self._beneath: Tap | None = None

    @property
    def snapshot(self) -> list[Announcement]:
        """What a new edge must hear of the copies."""
        return [message for one in self._running.values() for message in one.snapshot]

    @property
    def bytes_held(self) -> int:
        """Bytes of their rings."""
        return sum(one.bytes_held for one in self._running.values())

    def follow(self, record: Channel, wanted: Sequence[Overlay], ring: TappedRing, ring_bytes: int, now: float) -> None:
        """Make these copies and no others."""
        for one in [one for one in self._running if one not in wanted]:
            self._running.pop(one).stop(keep=False)
            _log.info("Channel %s: the overlay of session %s is over", record.name, one.sid)
        self._troubles = {one: words for one, words in self._troubles.items() if one in wanted}
        for one in wanted:
            if one not in self._running and one not in self._troubles:
                self._start(record, one, ring, ring_bytes, now)
        self.listen(ring)

    def listen(self, ring: TappedRing) -> None:
        """Hear the ring, beside whoever hears it already."""
        if ring.tap is not self:
            self._beneath = ring.tap
        ring.tap = self if self._running else self._beneath

    def opened(self, *, new_epoch: bool, time: int, wall: float, tracks: Sequence[Track]) -> None:
        """A segment of the broadcast begins."""
        if self._beneath is not None:
            self._beneath.opened(new_epoch=new_epoch, time=time, wall=wall, tracks=tracks)
        for one, transcoder in list(self._running.items()):
            with self._guard(one):
                transcoder.opened(new_epoch=new_epoch, time=time, wall=wall, tracks=tracks)

    def write(self, data: bytes | memoryview) -> None:
        """Packets of the open segment."""
        if self._beneath is not None:
            self._beneath.write(data)
        for one, transcoder in list(self._running.items()):
            with self._guard(one):
                transcoder.write(data)

    def tick(self, now: float) -> None:
        """Ten times a second."""
        for one, transcoder in list(self._running.items()):
            with self._guard(one):
                transcoder.tick(now)

    def reports(self, now: float) -> list[RenditionReport]:
        """How each copy does."""
        found = [report for one in self._running.values() for report in one.reports(now, all_of_them=True)]
        return found + [
            RenditionReport(rendition=one.rendition, name=f"overlay {one.slot}", state="failed", note=words)
            for one, words in self._troubles.items()
        ]

    def stop(self) -> None:
        """End all of them; a copy is never left for the next process."""
        for one in self._running.values():
            one.stop(keep=False)
        self._running.clear()

    def _start(self, record: Channel, one: Overlay, ring: TappedRing, ring_bytes: int, now: float) -> None:
        height = next((track.height for track in ring.tracks if track.kind == "video" and track.height), TALLEST)
        rung = Rung(name=f"overlay {one.slot}", height=min(height, TALLEST), bitrate_bps=_BITRATE_BPS)
        ladder = OverlayLadder(rungs=(rung,), number=one.rendition)
        copy = replace(record, features=replace(record.features or NO_FEATURES, ladder=ladder))
        shutil.rmtree(self._settings.channel_ring(record.id, one.rendition), ignore_errors=True)
        try:
            burning = burning_of(one.sid, self._settings.ring_root / "overlays")
            self._running[one] = Transcoder(
                copy,
                settings=self._settings,
                announce=self._announce,
                ring_bytes=ring_bytes,
                now=now,
                marker=burning,
            )
        except (RightcastError, OSError) as error:
            self._troubles[one] = f"The overlay cannot be made: {error}"
            _log.error("Channel %s: %s", record.name, self._troubles[one])
            return
        _log.info("Channel %s: an overlay for session %s is made", record.name, one.sid)

    @contextlib.contextmanager
    def _guard(self, one: Overlay) -> Iterator[None]:
        try:
            yield
        except Exception:  # noqa: BLE001 - whatever it is, the broadcast goes on
            _log.exception("An overlay failed")
            self._running.pop(one).stop(keep=False)
            self._troubles[one] = "The overlay failed by an internal fault; the headend's log says more."


def burning_of(sid: str, folder: Path) -> Burning:
    """The filter that writes a session's number. Raises FolderNotWritableError and kin."""
    text = lay_out(sid, folder)
    return Burning(str((folder / text).absolute()), str((folder / FONT).absolute()))
