"""How each segment is encrypted: what players are told of it, and what workers need for it.

A segment's key is that of the moment it began, so every edge and every restart covers it alike.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from uuid import UUID
from xml.sax.saxutils import escape

from rightcast.domain.protection import CMAF_SCHEMES, Scheme
from rightcast.edge.packaging.job import Hide
from rightcast.formats.cenc import common_pssh
from rightcast.formats.dash import Protected
from rightcast.formats.hls.tags import Key
from rightcast.formats.sample_aes import sequence_iv
from rightcast.state.content_keys import ContentKey

if TYPE_CHECKING:
    from rightcast.domain.protection import Protection
    from rightcast.edge.ring_reader import Segment

LICENCE = "clearkey"
_METHODS = {
    Scheme.AES_128: "AES-128",
    Scheme.SAMPLE_AES: "SAMPLE-AES",
    Scheme.CBCS: "SAMPLE-AES",
    Scheme.CENC: "SAMPLE-AES-CTR",
}
_MP4_PROTECTION = "urn:mpeg:dash:mp4protection:2011"
_CLEARKEY = "urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e"
_COMMON = "urn:uuid:1077efec-c0b2-4d02-ace3-3c1e52e2fb4b"
_WIDEVINE = "edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"
_KEY_FORMATS = {
    _WIDEVINE: f"urn:uuid:{_WIDEVINE}",
    "9a04f079-9840-4286-ab92-e65be0885f95": "com.microsoft.playready",
    "94ce86fb-07ff-4f43-adb8-93d2fa968ca2": "com.apple.streamingkeydelivery",
}


class Covers(Protocol):
    """Who knows how channels are encrypted."""

    def protection(self, channel_id: int) -> Protection:
        """How a channel is encrypted now."""

    def cover(self, segment: Segment) -> Cover | None:
        """How a segment is encrypted; None: it is not."""

    def withheld(self, segment: Segment) -> bool:
        """Whether a segment of a protected channel must not leave, for there is no key for it."""


def is_ready(segment: Segment, cover: Cover | None) -> bool:
    """Whether a segment can be offered: sounds at its end are encrypted with what follows in sight."""
    if cover is None or cover.scheme is not Scheme.SAMPLE_AES or segment.following is None:
        return True
    return bool(segment.following.parts) or segment.following.epoch != segment.epoch


@dataclass(frozen=True, slots=True)
class Cover:
    """A scheme and a key; `given`: sessions get the key from the edge, not from a vendor's licence server."""

    scheme: Scheme
    key: ContentKey
    given: bool = True

    @property
    def name(self) -> int:
        """What stands in names for it: the second at which its key period began."""
        return self.key.name

    def tags(self) -> tuple[Key, ...]:
        """What stands before a segment in an HLS playlist (RFC 8216 section 4.3.2.4): our own key, then vendors'.

        AES-128 takes each segment's number for its initialisation vector, so that none is used twice with a key.
        """
        iv = b"" if self.scheme in {Scheme.AES_128, Scheme.CENC} else self.key.iv
        method = _METHODS[self.scheme]
        if not self.given:
            return tuple(self._vendor_tags(method))
        own = Key(method=method, uri=f"{self.name}.key", iv=iv, keyformat="identity", keyformat_versions="1")
        return (own, *self._vendor_tags(method))

    def hide(self, sequence: int) -> Hide:
        """What a worker needs to cover a segment of this number."""
        iv = sequence_iv(sequence) if self.scheme is Scheme.AES_128 else self.key.iv
        return Hide(scheme=self.scheme, key=self.key.key, kid=self.key.kid, iv=iv, pssh=self._boxes())

    def elements(self, base: str) -> tuple[Protected, ...]:
        """What a DASH manifest says; `base` is the address before the name of the licence."""
        kid = self.key.kid_uuid
        licence = (
            f'<dashif:Laurl xmlns:dashif="https://dashif.org/CPS">{escape(base + LICENCE)}</dashif:Laurl>'
            f'<clearkey:Laurl xmlns:clearkey="http://dashif.org/guidelines/clearKey" Lic_type="EME-1.0">'
            f"{escape(base + LICENCE)}</clearkey:Laurl>"
        )
        common = base64.b64encode(common_pssh([self.key.kid])).decode()
        found = [Protected(scheme=_MP4_PROTECTION, value=self.scheme.value, default_kid=kid)]
        if self.given:
            found.append(Protected(scheme=_CLEARKEY, value="ClearKey1.0", default_kid=kid, inner=licence))
            found.append(Protected(scheme=_COMMON, default_kid=kid, inner=f"<cenc:pssh>{common}</cenc:pssh>"))
        for one in self.key.signals:
            inner = f"<cenc:pssh>{escape(one.pssh)}</cenc:pssh>" if one.pssh else ""
            found.append(Protected(scheme=f"urn:uuid:{one.system_id}", default_kid=kid, inner=inner))
        return tuple(found)

    def _boxes(self) -> list[bytes]:
        if self.scheme not in CMAF_SCHEMES:
            return []
        vendors = [base64.b64decode(one.pssh) for one in self.key.signals if one.pssh]
        return [common_pssh([self.key.kid]), *vendors] if self.given else vendors

    def _vendor_tags(self, method: str) -> list[Key]:
        found: list[Key] = []
        for one in self.key.signals:
            keyformat = _KEY_FORMATS.get(str(UUID(one.system_id)))
            uri = one.hls or (f"data:text/plain;base64,{one.pssh}" if one.pssh else "")
            if keyformat is not None and uri:
                found.append(Key(method=method, uri=uri, keyformat=keyformat, keyformat_versions="1"))
        return found
