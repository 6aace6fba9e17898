"""A Common Access Token as it travels: claims under a MAC (COSE_Mac0, RFC 9052), tagged as a CWT, base64url."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cbor2
from cwt import COSE, COSEKey
from cwt.exceptions import CWTError

from rightcast.formats.cat.claims import Cat, Fault
from rightcast.formats.cat.coding import claims_of, payload_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cwt.cose_key_interface import COSEKeyInterface

CWT_TAG, MAC0_TAG = 61, 17
LONGEST_TOKEN = 4096
_ALG, _KID, _HS256 = 1, 4, 5
"""Header parameters of RFC 9052 section 3.1, and HMAC with SHA-256 (RFC 9053 section 3.1)."""


_BEGINS = (cbor2.dumps(cbor2.CBORTag(CWT_TAG, 0))[:-1], cbor2.dumps(cbor2.CBORTag(MAC0_TAG, 0))[:-1])
"""A CWT, or the message without that tag; other tags that the library looks through are none of ours."""
_UNREADABLE = (cbor2.CBORError, ValueError, TypeError, AttributeError, LookupError, RecursionError, OverflowError)
"""What bytes of a stranger can bring about; base64 fails by ValueError."""


@dataclass(frozen=True, slots=True)
class CatKey:
    """A key and its name. It makes HMAC-SHA256 and nothing else, whatever a token's header asks for."""

    kid: str
    secret: bytes


def write(key: CatKey, cat: Cat) -> str:
    """The token of these claims. Costs some 30 microseconds."""
    cose = COSE.new(alg_auto_inclusion=True, kid_auto_inclusion=True)
    message = cose.encode_and_mac(payload_of(cat), _cose(key))
    # cwt gives bytes that begin with the tag of COSE_Mac0; the tag of CWT stands before it (RFC 8392 section 6).
    tagged = b"\xd8" + bytes([CWT_TAG]) + (message if isinstance(message, bytes) else cbor2.dumps(message))
    return base64.urlsafe_b64encode(tagged).rstrip(b"=").decode()


def read(keys: Iterable[CatKey], token: str) -> Cat | Fault:
    """The claims of a token that one of `keys` made; whether it fits a request is another question."""
    opened = _opened(token)
    if opened is None:
        return Fault.UNREADABLE
    message, kid = opened
    named = [key for key in keys if key.kid.encode() == kid]
    if not named:
        return Fault.UNKNOWN_KEY
    try:
        payload = COSE.new().decode(message, _cose(named[0]))
    except (CWTError, ValueError):
        return Fault.TAMPERED
    try:
        return claims_of(payload)
    except ValueError:
        return Fault.UNREADABLE


def _opened(token: str) -> tuple[bytes, bytes] | None:
    """The COSE_Mac0 message of a token, and the name of its key; None for anything else than HMAC-SHA256."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    try:
        data = base64.b64decode(token.rstrip("=") + "=" * (-len(token.rstrip("=")) % 4), altchars=b"-_", validate=True)
        outer = cbor2.loads(data) if data.startswith(_BEGINS) else None
        inner = outer.value if isinstance(outer, cbor2.CBORTag) and outer.tag == CWT_TAG else outer
        if not isinstance(inner, cbor2.CBORTag) or inner.tag != MAC0_TAG or len(inner.value) != 4:
            return None
        if not all(isinstance(part, bytes) for part in inner.value[2:]):
            return None  # what the library would fall over
        protected, unprotected = cbor2.loads(inner.value[0]), inner.value[1]
        kid = protected.get(_KID, unprotected.get(_KID))
        if protected.get(_ALG) != _HS256 or not isinstance(kid, bytes):
            return None
        return cbor2.dumps(inner), kid
    except _UNREADABLE:
        return None


def _cose(key: CatKey) -> COSEKeyInterface:
    return COSEKey.from_symmetric_key(key.secret, alg="HS256", kid=key.kid)
