"""A source that ffmpeg fetches: one child writing a transport stream into a pipe that the tick reads.

For whatever is no plain transport stream on a socket: other containers, SRT, RTMP, RTSP, HLS, the test card.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.headend.ffmpeg import PIPE_BYTES, Child
from rightcast.headend.sources.ending import SourceEndedError

if TYPE_CHECKING:
    from rightcast.headend.sources.recipe import Recipe

_READS_A_TICK = 8


class ProgramReceiver:
    """Runs one recipe once; the intake starts it again when it ends."""

    lost = 0
    may_rest = False

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._child: Child | None = None
        self._heard = False

    @property
    def patience_s(self) -> float | None:
        """A listener waits for its encoder as long as it takes, but not for one that fell silent."""
        return None if self._recipe.listens and not self._heard else self._recipe.patience_s

    @property
    def pid(self) -> int:
        """The child's process id, 0 when none runs."""
        return 0 if self._child is None else self._child.pid

    async def start(self) -> None:
        """Check the host and start ffmpeg. Raises RightcastError as the recipe's check does, FfmpegMissingError."""
        await self._recipe.check()
        self.open()

    def open(self) -> None:
        """Start ffmpeg for a recipe that names no host. Raises FfmpegMissingError."""
        self._child = Child(self._recipe.arguments, folder=self._recipe.folder)

    def drain(self, _now: float) -> list[bytes]:
        """What ffmpeg wrote. Raises SourceEndedError with its last words once it is gone."""
        if self._child is None:
            return []
        exit_code = self._child.exit_code
        blocks = []
        for _ in range(_READS_A_TICK):
            block = self._child.read(PIPE_BYTES)
            if not block:
                break
            blocks.append(block)
        if blocks:
            self._heard = True
        elif exit_code is not None:
            raise self._ended(exit_code)
        return blocks

    def last_words(self) -> str:
        """ffmpeg's last complaint, without credentials."""
        return "" if self._child is None else self._child.last_words()

    def close(self) -> None:
        """End ffmpeg."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def _ended(self, exit_code: int) -> SourceEndedError:
        words = self.last_words()
        if exit_code == 0 and not words:
            played = self._recipe.finite
            return SourceEndedError("The source came to its end.", complete=played and self._heard)
        if self._recipe.listens and self._heard:
            return SourceEndedError("The encoder left; listening again.", complete=True)
        return SourceEndedError(
            f"The source cannot be fetched: {words or f'ffmpeg ended with code {exit_code}'}",
            remedy=self._recipe.remedy,
        )
