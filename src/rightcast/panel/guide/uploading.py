"""Keeps a guide that was handed in until the jobs import it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.panel.guide.refreshing import upload_path

if TYPE_CHECKING:
    from collections.abc import Iterable


def keep_upload(source_id: int, chunks: Iterable[bytes]) -> None:
    """Write it beside, then put it in place: an import never sees half of it."""
    path = upload_path(source_id)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
    part.replace(path)
