"""Makes and reads path tokens: with the key of the day, named in the token, and no token that was revoked.

Keys are derived, not kept: of the station's key, the station's generation and the day. Two are good at any time,
today's and the transition key of the day before; a generation ends both at once.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from rightcast.edge import tokens

if TYPE_CHECKING:
    from rightcast.domain.revocation import Minted
    from rightcast.edge.replica import Replica
    from rightcast.edge.viewings import Viewing

DAY_S = 86_400
_AHEAD_S = 300
"""By how much the clock of the edge that minted a token may be ahead of ours around midnight."""
_LONGEST_KID = 16


class Minter:
    """Mints tokens for viewings and reads those that come back. `root` is the station's key of tokens."""

    def __init__(self, root: bytes, replica: Replica) -> None:
        self._root = root
        self._replica = replica
        self._keys: dict[str, bytes] = {}

    @property
    def epoch(self) -> int:
        """What a session that opens now carries."""
        return self._replica.revocations.epoch

    def token(self, viewing: Viewing, now: float) -> str:
        """The path token of a viewing: `KID.PAYLOAD.SIGNATURE`."""
        claims = tokens.Claims(
            sid=viewing.sid,
            line_id=viewing.line_id,
            channel_id=viewing.channel_id,
            right_id=viewing.right_id,
            device=viewing.device,
            issued=viewing.opened,
            expires=viewing.opened + tokens.CEILING_S,
            credential_id=viewing.credential_id,
            proof=viewing.proof,
            recording_id=viewing.recording_id,
            epoch=viewing.epoch,
        )
        kid = self._kid(now)
        return f"{kid}.{tokens.sign(self._key(kid), claims)}"

    def read(self, token: str, now: float) -> tokens.Claims | None:
        """The claims of a token in force; None when no key of now signed it, or it is damaged or too old."""
        kid, _, rest = token.partition(".")
        known = {self._kid(now), self._kid(now - DAY_S), self._kid(now + _AHEAD_S)}
        return tokens.verify(self._key(kid), rest, now=now) if len(kid) <= _LONGEST_KID and kid in known else None

    def voided(self, minted: Minted) -> bool:
        """Whether what was minted has been revoked since."""
        return self._replica.revocations.voids(minted)

    def _kid(self, at: float) -> str:
        return f"{self._replica.revocations.generation:x}-{int(at // DAY_S):x}"

    def _key(self, kid: str) -> bytes:
        key = self._keys.get(kid)
        if key is None:
            if len(self._keys) > 8:  # a few days and generations ago
                self._keys.clear()
            key = self._keys[kid] = hmac.digest(self._root, kid.encode(), "sha256")
        return key
