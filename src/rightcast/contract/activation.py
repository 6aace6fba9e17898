"""What edges and panel tell each other when a screen is signed in from elsewhere. Ten minutes old at most.

No secret is in it: a screen's token is known to the screen alone, everybody else knows its keyed digest.
"""

from __future__ import annotations

import msgspec

CODE_LENGTH = 6
VALID_S = 600.0


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A screen shows `code` and waits, until `until` (unix seconds). `handle`: the digest of the token it holds."""

    code: str
    handle: str
    device: str
    until: float


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may has entered the code: line `line_id` shall get the screen as a device."""

    code: str
    handle: str
    device: str
    line_id: int
    until: float


class DeviceWish(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may wants a device of the line called `device`, or taken away; `code` only tells wishes apart."""

    code: str
    line_id: int
    credential_id: int
    device: str = ""
    revoke: bool = False
    until: float


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """The customer of a line that was asked to confirm has done so; `code` only tells confirmations apart."""

    code: str
    line_id: int
    until: float


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a wish; `refusal` a sentence, "" when it was granted."""

    code: str
    refusal: str = ""
    until: float
