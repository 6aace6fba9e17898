"""The station's secret key: made once, readable by its owner only, shared by its processes."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from typing import TYPE_CHECKING

from rightcast.domain.errors import FolderNotWritableError

if TYPE_CHECKING:
    from pathlib import Path

KEY_BYTES = 32


def station_key(folder: Path) -> bytes:
    """The 32-byte key in `folder`, made on first use. Raises FolderNotWritableError."""
    path = folder / "station.key"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = folder / f".station.key.{os.getpid()}"
        if not path.exists():
            draft.touch(mode=0o600)
            draft.write_bytes(secrets.token_bytes(KEY_BYTES))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass  # another process of the station was first; its key counts
            finally:
                draft.unlink()
        return path.read_bytes()
    except OSError as error:
        raise FolderNotWritableError(
            f"The folder of keys {folder} cannot be used: {error.strerror}.",
            remedy="Give its owner write access, or choose another folder with --data.",
            field="data",
        ) from error


def derived_key(key: bytes, purpose: str) -> bytes:
    """A key of its own for each purpose (`secrets`, `tokens`, `django`), so that none serves two."""
    return hmac.new(key, purpose.encode(), hashlib.sha256).digest()
