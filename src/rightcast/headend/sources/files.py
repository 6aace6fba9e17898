"""A file or a folder of files, played in name order and over again, as one endless source.

Transport streams are played byte for byte; other containers through ffmpeg, one after another.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from rightcast.domain.errors import SourceUnreachableError
from rightcast.headend.sources.ending import SourceEndedError
from rightcast.headend.sources.options import one_of, options_of
from rightcast.headend.sources.paced import PACKET_BYTES, PacedFile
from rightcast.headend.sources.program import ProgramReceiver
from rightcast.headend.sources.recipe import file_recipe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from urllib.parse import SplitResult

_log = logging.getLogger(__name__)


class FileReceiver:
    """Plays the files of an address one after another; one that cannot be played is passed over."""

    lost = 0
    patience_s = 20.0
    may_rest = False

    def __init__(self, ffmpeg: str, parts: SplitResult) -> None:
        options = options_of(parts, ("loop",))
        self._loop = one_of(options, "loop", ("yes", "no"), "yes") == "yes"
        self._ffmpeg = ffmpeg
        self._path = Path(unquote(parts.path))
        self._queue: list[Path] = []
        self._current: PacedFile | ProgramReceiver | None = None
        self._played = False

    async def start(self) -> None:
        """Find the files and start the first. Raises SourceUnreachableError, FfmpegMissingError."""
        self._queue = files_of(self._path)
        self._play_next()

    def drain(self, now: float) -> Sequence[bytes]:
        """What is due. Raises SourceEndedError when a whole round gave nothing, or all was played once."""
        if self._current is None:
            return []
        try:
            blocks = self._current.drain(now)
        except SourceEndedError as end:
            self._current.close()
            self._after(end)
            return []
        self._played = self._played or bool(blocks)
        return blocks

    def close(self) -> None:
        """Close the file that plays."""
        if self._current is not None:
            self._current.close()
            self._current = None

    def _after(self, end: SourceEndedError) -> None:
        """Go on to the next file, or to the first of the next round."""
        if not end.complete:
            _log.warning("A file of %s was passed over: %s", self._path, end.sentence)
        if not self._queue:
            if not self._played:
                raise SourceEndedError(end.sentence, remedy=end.remedy) from end
            if not self._loop:
                raise SourceEndedError("Everything was played once.") from end
            self._queue, self._played = files_of(self._path), False
        self._play_next()

    def _play_next(self) -> None:
        path = self._queue.pop(0)
        player = PacedFile(path) if is_transport_stream(path) else ProgramReceiver(file_recipe(self._ffmpeg, path))
        self._current = player
        player.open()


def files_of(path: Path) -> list[Path]:
    """The file itself, or the files of a folder in name order. Raises SourceUnreachableError."""
    try:
        if path.is_dir():
            found = sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith("."))
        else:
            found = [path] if path.exists() else []
    except OSError as error:
        raise SourceUnreachableError(
            f"{path} cannot be read: {error.strerror}.",
            remedy="Check that the headend's user may read it.",
            field="url",
        ) from error
    if not found:
        raise SourceUnreachableError(
            f"There is no file at {path}.",
            remedy="Check the path; a folder must hold at least one file.",
            field="url",
        )
    return found


def is_transport_stream(path: Path) -> bool:
    """Whether the file begins with packets of 188 bytes. Unreadable ones are not."""
    try:
        with path.open("rb") as file:
            head = file.read(PACKET_BYTES * 4 + 1)
    except OSError:
        return False
    return len(head) > PACKET_BYTES and all(byte == 0x47 for byte in head[::PACKET_BYTES])
