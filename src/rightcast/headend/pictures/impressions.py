"""What looks at one channel add up to: black, frozen, silent, and since when.

Compares each picture with the one before; the worker that decodes remembers nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightcast.contract.reports import PictureReport
from rightcast.domain.watch import Sight

if TYPE_CHECKING:
    from rightcast.domain.watch import Watch
    from rightcast.headend.pictures.orders import Picture, Seen, Sound

BLACK_SHARE, BLACK_MEAN = 0.98, 0.06
"""Black: so much of the picture is dark, and it is so dark on average."""
STILL_MEAN, STILL_CELL = 0.6, 8
"""Frozen: the picture differs by no more on average, and in no cell of 64 x 36 by more (of 255)."""

_WORDS = {
    "": "seen",
    "absent": "absent",
    "scrambled": "scrambled",
    "undecodable": "undecodable",
    "unknown": "unknown",
    "gone": "",
}
_STALE_LOOKS = 3
_STALE_S = 15.0


class Impressions:
    """Of one channel. Times are unix seconds; 0 for not so."""

    def __init__(self) -> None:
        self._faults: dict[str, bool] = {}
        self._grey: np.ndarray | None = None
        self._at = 0.0
        self._state = ""
        self._brightness = 0.0
        self._sound: Sound | None = None
        self._since = dict.fromkeys((Sight.BLACK, Sight.FROZEN, Sight.SILENCE), 0.0)
        self._thumbnail_at = 0.0

    def add(self, seen: Seen | None, watch: Watch, *, thumbnail: bool, now: float) -> None:
        """Take in one look; None: it ended its worker, which is the stream's doing more often than not."""
        before, self._at = self._at, now
        self._thumbnail_at = now if thumbnail else self._thumbnail_at
        if seen is None:
            self._state, self._grey, self._sound = "undecodable", None, None
            self._faults = {Sight.UNDECODABLE: True}
            self._thumbnail_at = 0.0
            return
        if seen.picture_trouble:
            self._thumbnail_at = 0.0
        self._state = _WORDS.get(seen.picture_trouble, "") if watch.pictures else ""
        self._faults = {Sight.UNDECODABLE: seen.picture_trouble == "undecodable"}
        self._take_picture(seen.picture, before or now, now)
        self._take_sound(seen, watch, now)

    def faults(self, watch: Watch, now: float) -> dict[str, bool]:
        """What the last look found present or not; nothing once it is too old to tell."""
        if now - self._at > max(_STALE_S, _STALE_LOOKS * watch.every_s):
            return {}
        return self._faults

    def forget(self) -> None:
        """The channel is silent: what comes next has nothing to do with what was."""
        self._faults, self._grey, self._sound = {}, None, None
        self._since = dict.fromkeys(self._since, 0.0)

    def report(self) -> PictureReport:
        """The last look in figures."""
        sound = self._sound
        return PictureReport(
            state=self._state,
            at=self._at,
            black_since=self._since[Sight.BLACK],
            frozen_since=self._since[Sight.FROZEN],
            silent_since=self._since[Sight.SILENCE],
            brightness=self._brightness,
            level_dbfs=None if sound is None else sound.level_dbfs,
            peak_dbfs=None if sound is None else sound.peak_dbfs,
            loudness_lufs=None if sound is None else sound.loudness_lufs,
            thumbnail_at=self._thumbnail_at,
        )

    def _take_picture(self, picture: Picture | None, before: float, now: float) -> None:
        last, self._grey = self._grey, None
        black = frozen = False
        if picture is not None:
            self._brightness = picture.mean
            self._grey = np.frombuffer(picture.grey, np.uint8).astype(np.int16)
            black = picture.dark >= BLACK_SHARE and picture.mean <= BLACK_MEAN
            frozen = not black and last is not None and _is_still(last, self._grey)
        self._note(Sight.BLACK, black, now)
        self._note(Sight.FROZEN, frozen, before)

    def _take_sound(self, seen: Seen, watch: Watch, now: float) -> None:
        self._sound = seen.sound
        self._note(Sight.SILENCE, seen.sound is not None and seen.sound.level_dbfs <= watch.silence_dbfs, now)
        self._faults[Sight.NO_SOUND] = seen.sound_trouble == "absent"

    def _note(self, sight: Sight, present: bool, since: float) -> None:
        self._faults[sight] = present
        self._since[sight] = (self._since[sight] or since) if present else 0.0


def _is_still(last: np.ndarray, now: np.ndarray) -> bool:
    difference = np.abs(now - last)
    return bool(difference.mean() <= STILL_MEAN and difference.max() <= STILL_CELL)
