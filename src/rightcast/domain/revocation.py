"""What was revoked: sessions, and the epochs of lines, channels and the station before which every token is void.

A token carries the number of the last revocation that its maker knew, so that no two clocks are compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rightcast.domain.errors import InvalidInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """One revocation; `id` grows with every one. What is not named is not meant; naming nothing means the station.

    `at`: when it was made. `sid` voids one session for good, the others whatever was minted before them.
    """

    id: int
    at: datetime
    sid: str = ""
    line_id: int = 0
    channel_id: int = 0

    @property
    def of_station(self) -> bool:
        """Whether it voids every token of the station, and changes the keys that sign them."""
        return not (self.sid or self.line_id or self.channel_id)

    def check(self) -> None:
        """Raises InvalidInputError when it names more than one thing."""
        if sum(map(bool, (self.sid, self.line_id, self.channel_id))) > 1:
            raise InvalidInputError(
                "A revocation names one session, one line or one channel.", remedy="Make one for each.", field="scope"
            )


class Minted(Protocol):
    """Anything that stands for a session: the claims of a token, or a viewing that runs."""

    @property
    def sid(self) -> str:
        """The session."""

    @property
    def line_id(self) -> int:
        """Whose it is."""

    @property
    def channel_id(self) -> int:
        """What it watches."""

    @property
    def epoch(self) -> int:
        """The last revocation known when it was minted."""


class Revocations:
    """All that are in force, found by what they name."""

    def __init__(self) -> None:
        self._all: dict[int, Revocation] = {}
        self._index()

    def put(self, key: int, revocation: Revocation | None) -> None:
        """One was made, or, with None, forgotten: every token that it voided has run out."""
        if revocation is None:
            self._all.pop(key, None)
        else:
            self._all[key] = revocation
        self._index()

    def voids(self, minted: Minted) -> bool:
        """Whether a session is void. Costs four look-ups."""
        epoch = minted.epoch
        return (
            minted.sid in self._sids
            or epoch < self.generation
            or epoch < self._lines.get(minted.line_id, 0)
            or epoch < self._channels.get(minted.channel_id, 0)
        )

    def _index(self) -> None:
        ordered = sorted(self._all.items())
        self.epoch = ordered[-1][0] if ordered else 0
        """The last one known."""
        self.generation = max((key for key, one in ordered if one.of_station), default=0)
        """The last one of the station."""
        self._sids = frozenset(one.sid for _, one in ordered if one.sid)
        self._lines = {one.line_id: key for key, one in ordered if one.line_id}
        self._channels = {one.channel_id: key for key, one in ordered if one.channel_id}
