"""The post box of notices: what was sent and waits for the panel, how far each is, and originals under their hash.

Files in the data folder, each written whole, flushed to the disk and never changed by who did not write it.
"""

from __future__ import annotations

import os
import re
import secrets
from typing import TYPE_CHECKING, TypeVar

from rightcast.contract import codec
from rightcast.contract.notices import NoticeDesk, SentNotice, SentWord, Standing
from rightcast.domain.errors import ContractError
from rightcast.domain.notice_references import is_reference
from rightcast.domain.notices import digest

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T", SentNotice, SentWord, Standing, NoticeDesk)
MOST_WAITING = 5_000
"""Sent things that may wait for the panel; then senders are asked for patience."""
_ID = re.compile(r"[0-9a-f]{16}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class NoticeBox:
    """A folder that only the station may open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting = folder / "waiting"
        self._standing = folder / "standing"
        self._kept = folder / "kept"

    def send(self, sent: SentNotice | SentWord) -> bool:
        """Keep what was sent, on the disk when this returns; False when too much waits.

        A notice of the same reference is not sent twice: the first stays.
        """
        if self._is_full():
            return False
        name = f"{sent.reference}.notice" if isinstance(sent, SentNotice) else f"{sent.id}.word"
        _write(self._waiting, name, codec.encode(sent), replace=False)
        return True

    def sent(self, reference: str) -> SentNotice | None:
        """A notice that the panel has not taken in yet."""
        return _read(self._waiting / f"{reference}.notice", SentNotice) if is_reference(reference) else None

    def notices(self, most: int) -> list[SentNotice]:
        """Notices that wait, the oldest first."""
        return _oldest([_read(path, SentNotice) for path in self._waiting.glob("*.notice")])[:most]

    def words(self, most: int) -> list[SentWord]:
        """Answers and disputes that wait, the oldest first."""
        return _oldest([_read(path, SentWord) for path in self._waiting.glob("*.word")])[:most]

    def broken(self) -> int:
        """How many things wait that cannot be read at all; they stay, for somebody to look."""
        if not self._waiting.is_dir():
            return 0
        notices = [_read(path, SentNotice) for path in self._waiting.glob("*.notice")]
        words = [_read(path, SentWord) for path in self._waiting.glob("*.word")]
        return notices.count(None) + words.count(None)

    def taken(self, sent: SentNotice | SentWord) -> None:
        """The panel has it: it waits no more."""
        name = f"{sent.reference}.notice" if isinstance(sent, SentNotice) else f"{sent.id}.word"
        (self._waiting / name).unlink(missing_ok=True)

    def standing(self, reference: str) -> Standing | None:
        """How far a notice is; None while the panel has not taken it in."""
        return _read(self._standing / reference, Standing) if is_reference(reference) else None

    def stand(self, standing: Standing) -> None:
        """Say how far a notice is."""
        body = codec.encode(standing)
        path = self._standing / standing.reference
        if not path.exists() or path.read_bytes() != body:
            _write(self._standing, standing.reference, body)

    def desk(self) -> NoticeDesk:
        """What the operator offers; the defaults while the panel has said nothing."""
        return _read(self._folder / "desk", NoticeDesk) or NoticeDesk()

    def set_desk(self, desk: NoticeDesk) -> None:
        """Say what the operator offers."""
        if _read(self._folder / "desk", NoticeDesk) != desk:
            _write(self._folder, "desk", codec.encode(desk))

    def keep(self, original: bytes) -> str:
        """Keep bytes for good, under their SHA-256, which is returned. They are data, whatever they claim to be."""
        name = digest(original)
        if not (self._kept / name).exists():
            _write(self._kept, name, original, mode=0o400)
        return name

    def kept(self, sha256: str) -> bytes | None:
        """Bytes that were kept, if they are still what they were; None when they are gone or were changed."""
        if not _SHA256.fullmatch(sha256):
            return None
        try:
            found = (self._kept / sha256).read_bytes()
        except OSError:
            return None
        return found if digest(found) == sha256 else None

    def forget(self, sha256: str) -> None:
        """Let go of what was kept."""
        if _SHA256.fullmatch(sha256):
            (self._kept / sha256).unlink(missing_ok=True)

    def _is_full(self) -> bool:
        return self._waiting.is_dir() and sum(1 for _ in self._waiting.iterdir()) >= MOST_WAITING


def new_word_id() -> str:
    """The name of a word."""
    return secrets.token_hex(8)


def _write(folder: Path, name: str, body: bytes, *, replace: bool = True, mode: int = 0o600) -> None:
    """Write a file whole and flush it, its name too. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{secrets.token_hex(8)}"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(folder / name)
        else:
            _link(draft, folder / name)
    finally:
        draft.unlink(missing_ok=True)
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def _link(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return  # it was sent before


def _oldest(found: list[T | None]) -> list[T]:
    return sorted((one for one in found if one is not None), key=lambda one: getattr(one, "received", 0.0))


def _read(path: Path, kind: type[T]) -> T | None:
    try:
        return codec.decode(path.read_bytes(), kind)
    except (ContractError, FileNotFoundError):
        return None
