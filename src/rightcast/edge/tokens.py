"""Tokens in the path: who watches what under which right, signed, constant for a session.

Relative addresses in a playlist inherit the token, so the credential leaves the address after the first request.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

from rightcast.state.sessions import HLS, Lease

CEILING_S = 12 * 3600
SIGNATURE_BYTES = 16
LONGEST_TOKEN = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a token says. `issued` and `expires` are unix seconds (to the millisecond); `sid` names the session.

    `credential_id` is the credential by which it was opened; 0, and absent from the token: the line's own name and
    secret, of which `proof` then tells which secret it was. `recording_id`: a session of a recording, 0 of the channel.
    `epoch`: the last revocation that was known when the session opened.
    """

    sid: str
    line_id: int
    channel_id: int
    right_id: int
    device: str
    issued: float
    expires: float
    credential_id: int = 0
    proof: str = ""
    recording_id: int = 0
    epoch: int = 0

    def lease(self, expires: float) -> Lease:
        """The lease that a token stands for."""
        return Lease(
            sid=self.sid,
            line_id=self.line_id,
            channel_id=watched(self.channel_id, self.recording_id),
            device=self.device,
            kind=HLS,
            opened=self.issued,
            expires=expires,
        )


def watched(channel_id: int, recording_id: int) -> int:
    """What a lease is of: a channel, or by a number below 0 a recording, so that the two are never taken for one."""
    return -recording_id if recording_id else channel_id


def sign(key: bytes, claims: Claims) -> str:
    """The token of a session: payload and HMAC-SHA256 (128 bits of it), both base64url."""
    expires, issued = int(claims.expires * 1000), int(claims.issued * 1000)  # never later than it was
    fields = (expires, claims.sid, claims.line_id, claims.channel_id, issued, claims.right_id)
    way = (str(claims.credential_id),) if claims.credential_id else (f"={claims.proof}",) if claims.proof else ()
    recording = (f"r{claims.recording_id}",) if claims.recording_id else ()
    epoch = (f"e{claims.epoch}",) if claims.epoch else ()
    payload = "|".join((*map(str, fields), claims.device, *way, *recording, *epoch)).encode()
    return f"{_encode(payload)}.{_encode(_signature(key, payload))}"


def verify(key: bytes, token: str, *, now: float) -> Claims | None:
    """The claims of a token; None when it was not signed with `key`, is damaged or too old."""
    if len(token) > LONGEST_TOKEN:
        return None
    body, _, signature = token.partition(".")
    try:
        payload = _decode(body)
        if not hmac.compare_digest(_decode(signature), _signature(key, payload)):
            return None
        expires, sid, line, channel, issued, right, device, *ways = payload.decode().split("|")
        epoch = int(ways.pop()[1:]) if ways and ways[-1].startswith("e") else 0
        recording = int(ways.pop()[1:]) if ways and ways[-1].startswith("r") else 0
        way = ways[0] if ways else "0"
        claims = Claims(
            sid=sid,
            line_id=int(line),
            channel_id=int(channel),
            right_id=int(right),
            device=device,
            issued=int(issued) / 1000,
            expires=int(expires) / 1000,
            credential_id=0 if way.startswith("=") else int(way),
            proof=way[1:] if way.startswith("=") else "",
            recording_id=recording,
            epoch=epoch,
        )
    except (ValueError, binascii.Error):
        return None
    return claims if now < claims.expires else None


def _signature(key: bytes, payload: bytes) -> bytes:
    return hmac.new(key, payload, hashlib.sha256).digest()[:SIGNATURE_BYTES]


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
