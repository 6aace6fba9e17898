"""Keys of protected channels at this edge: which one a moment has, and who may have it.

A key request stands on the same running viewing as pictures; what ends the one ends the other.
"""

from __future__ import annotations

import base64
import binascii
import time
from typing import TYPE_CHECKING

import msgspec

from rightcast.domain.protection import KeyOrigin, may_have_key
from rightcast.edge.http_message import Response, text
from rightcast.edge.packaging.covers import LICENCE, Cover
from rightcast.edge.refusals import not_found

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.domain.protection import Protection
    from rightcast.edge.http_message import Request
    from rightcast.edge.replica import Replica
    from rightcast.edge.ring_reader import Ring, Segment
    from rightcast.state.content_keys import ContentKey, ContentKeys

KEY_ENDING = "key"
_NO_STORE = ("Cache-Control", "no-store")
_MOST_KIDS = 32


class _Wanted(msgspec.Struct):
    """A ClearKey licence request (W3C Encrypted Media Extensions, section 9.1.3)."""

    kids: list[str] = []
    type: str = "temporary"


class Keys:
    """Finds the key of a channel at a moment, and answers for it. None where a channel is not protected."""

    def __init__(self, replica: Replica, content_keys: ContentKeys, *, clock: Callable[[], float] = time.time) -> None:
        self._replica = replica
        self._content_keys = content_keys
        self._clock = clock

    def protection(self, channel_id: int) -> Protection:
        """How the channel is encrypted now."""
        return self._replica.protection(channel_id)

    def protects(self, channel_id: int) -> bool:
        """Whether the channel is encrypted now; cheap enough for every request."""
        return channel_id in self._replica.protected

    def at(self, channel_id: int, wall: float) -> ContentKey | None:
        """The key for what begins at `wall`; None when there is none: nothing may leave then if protection is on."""
        protection = self.protection(channel_id)
        return self._content_keys.at(channel_id, protection, wall) if protection.is_on else None

    def cover(self, segment: Segment) -> Cover | None:
        """How a segment is encrypted: with the key of the moment it began."""
        protection = self.protection(segment.ring.channel_id)
        key = self.at(segment.ring.channel_id, segment.wall) if protection.is_on else None
        return None if key is None else Cover(protection.scheme, key, protection.gives_keys)

    def withheld(self, segment: Segment) -> bool:
        """Whether the channel is protected and there is no key for the segment."""
        return self.protection(segment.ring.channel_id).is_on and self.cover(segment) is None

    def answer(self, ring: Ring, request: Request, name: str) -> Response | None:
        """The answer when `name`, the last piece of an address under a token, is a key's or a licence's; else None."""
        stem, _, ending = name.partition(".")
        if ending != KEY_ENDING and name != LICENCE:
            return None
        protection = self.protection(ring.channel_id)
        if protection.is_on and not protection.gives_keys:
            sentence = "The keys of this channel come from its DRM vendor's licence server."
            return text(403, sentence, ("X-Rightcast-Reason", "key-by-vendor"), _NO_STORE)
        return self.licence(ring, request) if name == LICENCE else self.key(ring, stem)

    def key(self, ring: Ring, name: str) -> Response:
        """The 16 bytes of the key that a playlist named (RFC 8216 section 5)."""
        if not name.isdecimal() or len(name) > 12:
            return not_found()
        found = self._named(ring, int(name))
        if found is None:
            return text(403, "This key is not in use now.", ("X-Rightcast-Reason", "key-not-in-use"), _NO_STORE)
        return Response(body=found.key, content_type="application/octet-stream", headers=(_NO_STORE,))

    def licence(self, ring: Ring, request: Request) -> Response:
        """A ClearKey licence with those of the wanted keys that may be had now."""
        try:
            wanted = msgspec.json.decode(request.body, type=_Wanted)
            kids = {_unpadded(kid) for kid in wanted.kids[:_MOST_KIDS]}
        except (msgspec.DecodeError, msgspec.ValidationError, binascii.Error, ValueError):
            return text(400, 'A licence request is {"kids": [...], "type": "temporary"}.', _NO_STORE)
        found = [one for one in self._in_use(ring) if one.kid in kids]
        if not found:
            return text(403, "None of these keys is in use now.", ("X-Rightcast-Reason", "key-not-in-use"), _NO_STORE)
        keys = [{"kty": "oct", "kid": _url_safe(one.kid), "k": _url_safe(one.key)} for one in found]
        body = msgspec.json.encode({"keys": keys, "type": "temporary"})
        return Response(body=body, content_type="application/json", headers=(_NO_STORE,))

    def _named(self, ring: Ring, name: int) -> ContentKey | None:
        protection = self.protection(ring.channel_id)
        if not protection.is_on:
            return None
        if protection.origin is KeyOrigin.VENDOR:
            return next((one for one in self._in_use(ring) if one.name == name), None)
        now = self._clock()
        if not may_have_key(protection, name, now=now, oldest=_oldest(ring, now)):
            return None
        return self._content_keys.derived(ring.channel_id, name)

    def _in_use(self, ring: Ring) -> list[ContentKey]:
        """The keys of what the ring holds, of now and of the next period."""
        protection, now = self.protection(ring.channel_id), self._clock()
        if not protection.is_on:
            return []
        period_s = protection.period_s
        moments = {one.wall for one in ring.segments.values()} | {now, now + period_s, now - period_s}
        found = (self._content_keys.at(ring.channel_id, protection, moment) for moment in sorted(moments))
        return list({one.kid: one for one in found if one is not None}.values())


def _oldest(ring: Ring, now: float) -> float:
    return min((one.wall for one in ring.segments.values()), default=now)


def _unpadded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _url_safe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
