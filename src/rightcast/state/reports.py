"""Reports of running processes: written by their owner, read by panel and cli, soon forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from rightcast.contract import codec
from rightcast.domain.errors import ContractError

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")


class Reports(Protocol):
    """Where processes leave their last report under a name such as `edge-0`."""

    def put(self, name: str, report: object) -> None:
        """Replace the report of this name."""

    def fetch(self, prefix: str, kind: type[T]) -> list[T]:
        """All readable reports whose name starts with `prefix`, ordered by name; age is the caller's matter."""


class FileReports:
    """Reports as files in a folder on tmpfs, replaced atomically."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, report: object) -> None:
        """Replace the report of this name."""
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f".{name}.draft"
        draft.write_bytes(codec.encode(report))
        draft.replace(self._folder / f"{name}.json")

    def fetch(self, prefix: str, kind: type[T]) -> list[T]:
        """All readable reports whose name starts with `prefix`."""
        found: list[T] = []
        for path in sorted(self._folder.glob(f"{prefix}*.json")):
            try:
                found.append(codec.decode(path.read_bytes(), kind))
            except (ContractError, FileNotFoundError):
                continue
        return found
