"""What kind of device a viewer watches with: by the credential it came in by, else by what the player calls itself.

A player may call itself anything, so this keeps honest devices apart, no more; see docs/howto/limit-by-place.md.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rightcast.domain.lineup import CredentialKind
from rightcast.domain.players import recognised
from rightcast.domain.rights import DeviceClass

_FINGERPRINTS: tuple[tuple[DeviceClass, re.Pattern[str]], ...] = tuple(
    (device, re.compile(pattern, re.IGNORECASE | re.ASCII))
    for device, pattern in (
        (DeviceClass.SET_TOP_BOX, r"\bMAG\d{3}|enigma2|\bSTB\b|qtembedded|infomir|formuler|dreambox|vu\+"),
        (
            DeviceClass.TELEVISION,
            r"smart-?tv|tizen|web0s|webos|hbbtv|netcast|bravia|android ?tv|googletv|google tv|appletv|apple tv|"
            r"\bAFT[A-Z]|roku|crkey|viera|aquos",
        ),
        (DeviceClass.MOBILE, r"iphone|ipad|ipod|android|\bmobile\b"),
        (DeviceClass.COMPUTER, r"windows nt|macintosh|x11; (?:ubuntu; )?linux|cros "),
    )
)
"""The first that fits is taken: televisions say Android or Linux too."""
_READ_LETTERS = 300


@lru_cache(maxsize=4096)
def device_class(player: str, kind: CredentialKind | None = None) -> DeviceClass:
    """The class of a device; a box by its hardware address is a set-top box whatever it says."""
    if kind is CredentialKind.MAC:
        return DeviceClass.SET_TOP_BOX
    app = recognised(player).device
    if app is not DeviceClass.UNKNOWN:
        return app
    shown = player[:_READ_LETTERS]
    return next((device for device, pattern in _FINGERPRINTS if pattern.search(shown)), DeviceClass.UNKNOWN)
