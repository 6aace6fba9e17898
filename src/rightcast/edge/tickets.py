"""Tickets: addresses that open one channel once or twice, soon after they were given, without naming the line.

A ticket is signed by a key of the station, so every edge knows it and no panel is asked. It admits nobody: who comes
with it is decided upon like everybody, and the session that opens has a life of its own.
"""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.edge import tokens
from rightcast.edge.identity import Identified

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.edge.replica import Replica

OPENING_S = 30.0
"""How long after it was given a ticket opens: players open an address up to three times in a row."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who may open which channel."""

    who: Identified
    channel_id: int


class Tickets:
    """Gives tickets and takes them. `key` is that of path tokens; tickets are signed by one made of it."""

    def __init__(self, replica: Replica, key: bytes, *, clock: Callable[[], float] = time.time) -> None:
        self._replica = replica
        self._key = hmac.digest(key, b"tickets", "sha256")
        self._clock = clock

    def give(self, who: Identified, channel_id: int) -> str:
        """A ticket for a channel."""
        now = self._clock()
        claims = tokens.Claims(
            sid="",
            line_id=who.line.id,
            channel_id=channel_id,
            right_id=0,
            device="",
            issued=now,
            expires=now + OPENING_S,
            credential_id=0 if who.credential is None else who.credential.id,
        )
        return tokens.sign(self._key, claims)

    def take(self, text: str) -> Ticket | None:
        """What a ticket opens; None when it is not ours or too old, or its device was revoked meanwhile."""
        claims = tokens.verify(self._key, text, now=self._clock())
        line = None if claims is None else self._replica.line(claims.line_id)
        if claims is None or line is None:
            return None
        if not claims.credential_id:
            return Ticket(Identified(line), claims.channel_id)
        credential = next((one for one in line.credentials if one.id == claims.credential_id), None)
        return None if credential is None else Ticket(Identified(line, credential), claims.channel_id)
