"""Thumbnails of what is on air: one JPEG per channel on tmpfs, gone with the channel.

Written only by the headend that carries the channel, so that none can appear after a right's end or a takedown.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_log = logging.getLogger(__name__)


class Thumbnails:
    """The folder of thumbnails; nothing here raises for want of room or permission, a thumbnail then stays out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, channel_id: int, jpeg: bytes) -> bool:
        """Show a new picture of a channel, atomically; whether that was possible."""
        draft = self._folder / f".{channel_id}.draft"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft.write_bytes(jpeg)
            draft.replace(self._folder / f"{channel_id}.jpg")
        except OSError as error:
            _log.warning("The thumbnail of channel %d could not be written: %s", channel_id, error)
            return False
        return True

    def remove(self, channel_id: int) -> None:
        """Nothing of the channel may be seen any more."""
        try:
            (self._folder / f"{channel_id}.jpg").unlink(missing_ok=True)
        except OSError as error:
            _log.warning("The thumbnail of channel %d could not be removed: %s", channel_id, error)

    def keep_only(self, channels: Collection[int]) -> None:
        """Remove what an earlier process left of channels that are no longer carried."""
        for file in self._folder.glob("*.jpg"):
            if not file.stem.isdigit() or int(file.stem) not in channels:
                file.unlink(missing_ok=True)
