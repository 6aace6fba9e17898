"""Where files of reels lie as they grow old: first disk, second disk, store; and what readers had fetched back.

All of it belongs to the writing thread but the moving itself.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rightcast.domain.retention import LEAST_FREE_BYTES
from rightcast.headend.archive.mover import Errand, Move, Mover
from rightcast.state.archive.places import Place, answered, asked
from rightcast.state.archive.records import file_path, stored_name
from rightcast.state.archive.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rightcast.headend.archive.channel_reel import ChannelReel
    from rightcast.state.archive.ledger import Ledger
    from rightcast.state.archive.records import KeptFile

HOUR_S = 3600.0
FETCHED_S = 1800.0
"""How long a copy of what is in the store stays; who goes on watching has it open."""
MOST_FETCHED = 64
RETRY_S = 30.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """The places beside the first disk, and from which age on files lie there."""

    second: Path | None = None
    second_after_h: int = 24
    store: Store | None = None
    store_after_h: int = 48

    def place_at(self, age_s: float) -> Place:
        """Where a file of an age belongs."""
        if self.store is not None and age_s >= self.store_after_h * HOUR_S:
            return Place.STORE
        if self.second is not None and age_s >= self.second_after_h * HOUR_S:
            return Place.SECOND
        return Place.FIRST

    @property
    def next_after_first(self) -> Place:
        """Where files go when the first disk has no more room; FIRST: nowhere."""
        if self.second is not None:
            return Place.SECOND
        return Place.STORE if self.store is not None else Place.FIRST


class Placing:
    """Moves files between places. `reels` are asked by the name of their folder."""

    def __init__(self, root: Path, tiers: Tiers) -> None:
        self._root = root
        self._tiers = tiers
        self._mover = Mover(root, tiers.second, tiers.store)
        self._fetched: dict[tuple[str, int], float] = {}
        self._rests: dict[Errand, float] = {}
        self.trouble = ""

    @property
    def alive(self) -> bool:
        """Whether the mover still runs."""
        return self._mover.alive

    def settle(self, reels: Mapping[str, ChannelReel], ledger: Ledger, now: float) -> None:
        """Make true what the mover has done. Raises OSError and sqlite3.Error."""
        for errand, trouble in self._mover.done():
            if trouble:
                self._failed(errand, trouble, now)
                continue
            self.trouble = ""
            self._rests.pop(errand, None)
            reel = reels.get(errand.reel)
            match errand.move:
                case Move.DELETE:
                    ledger.buried(errand.name)
                case Move.FETCH:
                    self._fetched[errand.reel, errand.file] = now
                    answered(self._root, errand.reel, errand.file)
                case _ if reel is None or reel.file(errand.file) is None:
                    self.forget(errand.reel, errand.file, errand.move, ledger)
                case Move.TO_SECOND:
                    self._link(errand)
                    reel.placed(errand.file, Place.SECOND)
                case Move.TO_STORE:
                    reel.placed(errand.file, Place.STORE)
                    self._remove_local(errand.reel, errand.file)

    def send(self, reels: Mapping[str, ChannelReel], ledger: Ledger, now: float, *, pressed: bool) -> None:
        """Have moved what is due, oldest first; `pressed`: the first disk has little room."""
        self._expire(now)
        for name in ledger.orphans():
            folder, _, number = name.partition("/")
            self._send(Errand(Move.DELETE, folder, int(number.removesuffix(".ts"))), now)
        due = []
        for name, reel in reels.items():
            for place in (Place.FIRST, Place.SECOND):
                file = reel.oldest_in(place)
                target = self._target(file, place, now, pressed=pressed) if file is not None else place
                if file is not None and target > place:
                    due.append((file.stop, name, file.file, target))
        for _, name, oldest, target in sorted(due)[:2]:
            self._send(Errand(Move.TO_STORE if target is Place.STORE else Move.TO_SECOND, name, oldest), now)

    def answer(self, reels: Mapping[str, ChannelReel], now: float) -> None:
        """Have fetched what readers ask for. Raises OSError."""
        for name, number in asked(self._root):
            reel = reels.get(name)
            file = reel.file(number) if reel is not None else None
            present = file_path(self._root / name, number).exists()
            if file is None or file.place != Place.STORE or present:
                answered(self._root, name, number)
            else:
                self._send(Errand(Move.FETCH, name, number), now)

    def forgotten(self, reel: str, files: list[KeptFile], ledger: Ledger) -> None:
        """Files left the index: they go from wherever they lie. Raises OSError and sqlite3.Error."""
        for file in files:
            if file.place == Place.SECOND:
                self.forget(reel, file.file, Move.TO_SECOND, ledger)
            elif file.place == Place.STORE:
                self.forget(reel, file.file, Move.TO_STORE, ledger)
                self._fetched.pop((reel, file.file), None)

    def forget(self, reel: str, file: int, move: Move, ledger: Ledger) -> None:
        """What was moved is no longer wanted."""
        if move is Move.TO_STORE:
            ledger.orphan(stored_name(reel, file))
        if self._tiers.second is not None:
            (self._tiers.second / stored_name(reel, file)).unlink(missing_ok=True)

    def second_is_full(self) -> bool:
        """Whether the second disk has no more room."""
        if self._tiers.second is None:
            return False
        with suppress(OSError):
            disk = os.statvfs(self._tiers.second)
            return disk.f_bavail * disk.f_frsize < LEAST_FREE_BYTES
        return False

    def close(self) -> None:
        """The process ends."""
        self._mover.close()

    def _target(self, file: KeptFile, place: Place, now: float, *, pressed: bool) -> Place:
        target = self._tiers.place_at(now - file.stop)
        if pressed and place is Place.FIRST:
            target = max(target, self._tiers.next_after_first)
        if target is Place.SECOND and self.second_is_full():
            target = Place.STORE if self._tiers.store is not None else place
        return Place(target)

    def _send(self, errand: Errand, now: float) -> None:
        if now >= self._rests.get(errand, 0.0):
            self._mover.send(errand)

    def _failed(self, errand: Errand, trouble: str, now: float) -> None:
        if trouble != self.trouble:
            _log.warning("A file of %s could not be moved %s: %s", errand.reel, errand.move.value, trouble)
        self.trouble = trouble
        self._rests[errand] = now + RETRY_S
        if errand.move is Move.FETCH:
            with suppress(OSError):
                answered(self._root, errand.reel, errand.file)

    def _link(self, errand: Errand) -> None:
        """Put a link in the place of a file that was moved to the second disk; readers notice nothing."""
        if self._tiers.second is None:
            return
        path = file_path(self._root / errand.reel, errand.file)
        link = path.with_suffix(".draft")
        link.unlink(missing_ok=True)
        link.symlink_to((self._tiers.second / errand.name).absolute())
        link.replace(path)

    def _remove_local(self, reel: str, file: int) -> None:
        file_path(self._root / reel, file).unlink(missing_ok=True)
        if self._tiers.second is not None:
            (self._tiers.second / stored_name(reel, file)).unlink(missing_ok=True)

    def _expire(self, now: float) -> None:
        """Copies that readers had fetched go after a while, and the oldest when there are many."""
        over = len(self._fetched) - MOST_FETCHED
        for place, (key, since) in enumerate([*self._fetched.items()]):
            if now - since > FETCHED_S or place < over:
                del self._fetched[key]
                file_path(self._root / key[0], key[1]).unlink(missing_ok=True)

    def adopt(self, name: str, reel: ChannelReel, now: float) -> None:
        """What an earlier process left: copies that it had fetched go in time, what it was moving goes now."""
        if self._tiers.second is not None:
            known = {f"{file.file:08d}.ts" for file in reel.finished_in(Place.SECOND)}
            for stray in (self._tiers.second / name).glob("*"):
                if stray.name not in known:
                    stray.unlink(missing_ok=True)
        for file in reel.finished_in(Place.STORE):
            if file_path(self._root / name, file.file).exists():
                self._fetched.setdefault((name, file.file), now)
