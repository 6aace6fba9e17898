"""Wishes about recordings on their way from edges to the panel: files, each written once and whole by one party."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, TypeVar

from rightcast.contract import codec
from rightcast.contract.recording_wish import VALID_S, RecordingAnswer, RecordingWish
from rightcast.domain.errors import ContractError

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T", RecordingWish, RecordingAnswer)
MOST_WAITING = 20_000
"""Wishes that may wait at once; then the next ones are asked for patience."""
_ANSWERS_KEPT_S = 300.0
_ID = re.compile(r"[0-9a-f]{16}")
_ENDINGS: dict[type[RecordingWish | RecordingAnswer], str] = {RecordingWish: "wish", RecordingAnswer: "answer"}


def new_id() -> str:
    """The name of a wish."""
    return secrets.token_hex(8)


class RecordingWishes:
    """Wishes and answers as files in a folder that only the station may open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, record: RecordingWish | RecordingAnswer) -> bool:
        """Write a record whole or not at all; False when too many wait. An answer takes its wish away."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if isinstance(record, RecordingWish) and sum(1 for _ in self._folder.glob("*.wish")) >= MOST_WAITING:
            return False
        draft = self._folder / f".{secrets.token_hex(8)}"
        draft.write_bytes(codec.encode(record))
        draft.replace(self._path(record.id, type(record)))
        if isinstance(record, RecordingAnswer):
            self._path(record.id, RecordingWish).unlink(missing_ok=True)
        return True

    def answer(self, wish_id: str) -> RecordingAnswer | None:
        """What became of a wish; None: nothing yet."""
        return _read(self._path(wish_id, RecordingAnswer), RecordingAnswer) if _ID.fullmatch(wish_id) else None

    def waiting(self) -> list[RecordingWish]:
        """The wishes that nobody has answered, the oldest first."""
        found = (_read(path, RecordingWish) for path in self._folder.glob("*.wish"))
        return sorted((one for one in found if one is not None), key=lambda one: one.at)

    def of_line(self, line_id: int) -> list[RecordingWish]:
        """Those of one line."""
        return [one for one in self.waiting() if one.line_id == line_id]

    def sweep(self, now: float) -> None:
        """Forget old answers, and wishes that waited too long."""
        for path in self._folder.glob("*.answer"):
            answer = _read(path, RecordingAnswer)
            if answer is None or now > answer.at + _ANSWERS_KEPT_S:
                path.unlink(missing_ok=True)
        for path in self._folder.glob("*.wish"):
            wish = _read(path, RecordingWish)
            if wish is None or now > wish.at + VALID_S:
                path.unlink(missing_ok=True)

    def _path(self, wish_id: str, kind: type[RecordingWish | RecordingAnswer]) -> Path:
        return self._folder / f"{wish_id}.{_ENDINGS[kind]}"


def _read(path: Path, kind: type[T]) -> T | None:
    try:
        return codec.decode(path.read_bytes(), kind)
    except (ContractError, FileNotFoundError):
        return None
