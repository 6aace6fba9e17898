"""Screens that wait to be signed in: edges write offers and wishes, the panel what became of them.

Files on tmpfs, each written once and whole by one party and never changed, so that edges need no common memory.
"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Protocol, TypeVar

from rightcast.contract import codec
from rightcast.contract.activation import CODE_LENGTH, Confirmation, DeviceWish, Offer, Settlement, Wish
from rightcast.domain.errors import ContractError

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T", Offer, Wish, Settlement, DeviceWish, Confirmation)
Record = Offer | Wish | Settlement | DeviceWish | Confirmation
MOST_OFFERS = 5_000
"""Screens that may wait at once; then the next ones are asked for patience."""
MOST_WISHES = 1_000
_KEPT_S = 120.0
_NAMES: dict[type[Record], str] = {
    Offer: "offer",
    Wish: "wish",
    Settlement: "settlement",
    DeviceWish: "device",
    Confirmation: "confirmation",
}
_MOST: dict[type[Record], int] = {Offer: MOST_OFFERS, DeviceWish: MOST_WISHES, Confirmation: MOST_WISHES}


class Activations(Protocol):
    """Where offers, wishes and settlements lie, found by code."""

    def put(self, record: Record) -> bool:
        """Write a record; False when there is one of its kind and code, or no room for more of its kind."""

    def find(self, code: str, kind: type[T]) -> T | None:
        """The record of a kind for a code."""

    def wishes(self) -> list[Wish]:
        """The wishes that nobody has settled."""

    def device_wishes(self) -> list[DeviceWish]:
        """What viewers want of their devices and nobody has done."""

    def confirmations(self) -> list[Confirmation]:
        """The lines that were confirmed and nobody has opened again."""

    def done(self, wish: DeviceWish | Confirmation) -> None:
        """Such a wish was granted, or never will be."""

    def sweep(self, now: float) -> None:
        """Forget what is over for some minutes; `now` in unix seconds."""


class FileActivations:
    """Activations as files in a folder that only the station may open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, record: Record) -> bool:
        """Write a record whole or not at all."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        most = _MOST.get(type(record))
        if most is not None and sum(1 for _ in self._folder.glob(f"*.{_NAMES[type(record)]}")) >= most:
            return False
        draft = self._folder / f".{secrets.token_hex(8)}"
        draft.write_bytes(codec.encode(record))
        try:
            os.link(draft, self._path(record.code, type(record)))
        except FileExistsError:
            return False
        finally:
            draft.unlink(missing_ok=True)
        return True

    def find(self, code: str, kind: type[T]) -> T | None:
        """The record of a kind for a code; None also for what cannot be a code."""
        if len(code) != CODE_LENGTH or not (code.isascii() and code.isalnum()):
            return None
        return _read(self._path(code, kind), kind)

    def wishes(self) -> list[Wish]:
        """The wishes that nobody has settled."""
        found = (_read(path, Wish) for path in sorted(self._folder.glob("*.wish")))
        return [one for one in found if one is not None and not self._path(one.code, Settlement).exists()]

    def device_wishes(self) -> list[DeviceWish]:
        """What viewers want of their devices and nobody has done."""
        found = (_read(path, DeviceWish) for path in sorted(self._folder.glob("*.device")))
        return [one for one in found if one is not None]

    def confirmations(self) -> list[Confirmation]:
        """The lines that were confirmed and nobody has opened again."""
        found = (_read(path, Confirmation) for path in sorted(self._folder.glob("*.confirmation")))
        return [one for one in found if one is not None]

    def done(self, wish: DeviceWish | Confirmation) -> None:
        """Such a wish was granted, or never will be."""
        self._path(wish.code, type(wish)).unlink(missing_ok=True)

    def sweep(self, now: float) -> None:
        """Forget what is over for two minutes."""
        self._sweep(Offer, now)
        self._sweep(Wish, now)
        self._sweep(Settlement, now)
        self._sweep(DeviceWish, now)
        self._sweep(Confirmation, now)

    def _sweep(self, kind: type[T], now: float) -> None:
        for path in self._folder.glob(f"*.{_NAMES[kind]}"):
            record = _read(path, kind)
            if record is None or now > record.until + _KEPT_S:
                path.unlink(missing_ok=True)

    def _path(self, code: str, kind: type[Record]) -> Path:
        return self._folder / f"{code}.{_NAMES[kind]}"


def _read(path: Path, kind: type[T]) -> T | None:
    try:
        return codec.decode(path.read_bytes(), kind)
    except (ContractError, FileNotFoundError):
        return None
