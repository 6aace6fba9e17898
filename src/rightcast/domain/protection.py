"""How a channel's pictures are encrypted on their way to viewers: scheme, key periods, where keys come from.

Pure rules; which key belongs to a period is `state/content_keys.py`, the bytes are `formats`.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import datetime

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.rights import Floor

SHORTEST_PERIOD_S = 60
LONGEST_PERIOD_S = 86_400
DEFAULT_PERIOD_S = 600
_KEY_ID = re.compile(r"[0-9a-f]{32}")


class Scheme(enum.StrEnum):
    """What is encrypted. AES-128 whole segments, the others samples: of transport stream, or of CMAF."""

    NONE = "none"
    AES_128 = "aes-128"
    SAMPLE_AES = "sample-aes"
    CBCS = "cbcs"
    CENC = "cenc"


TS_SCHEMES = frozenset({Scheme.AES_128, Scheme.SAMPLE_AES})
CMAF_SCHEMES = frozenset({Scheme.CBCS, Scheme.CENC})


class KeyOrigin(enum.StrEnum):
    """Who made the keys: every edge from the station's key, or a DRM vendor whose document was imported."""

    STATION = "station"
    VENDOR = "vendor"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrmSignal:
    """What players of one DRM system must see: its system id (UUID), `pssh` box and `hls` tag in base64."""

    system_id: str
    pssh: str = ""
    hls: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorKey:
    """An imported key. `kid` 32 hex digits, `sealed` under the station's key, `iv` 32 hex digits or empty.

    In use in [starts, ends), either open when None.
    """

    kid: str
    sealed: str
    iv: str = ""
    starts: datetime | None = None
    ends: datetime | None = None
    signals: tuple[DrmSignal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """A channel's encryption. Keys of the station change every `period_s` seconds.

    `also_clear_ts`: the endless stream over HTTP, which cannot be encrypted, stays open to lines nevertheless.
    `also_clear_keys`: a vendor's keys are given to sessions as the station's own are, which undoes the vendor's DRM.
    """

    scheme: Scheme = Scheme.NONE
    period_s: int = DEFAULT_PERIOD_S
    origin: KeyOrigin = KeyOrigin.STATION
    also_clear_ts: bool = False
    also_clear_keys: bool = False
    keys: tuple[VendorKey, ...] = ()

    @property
    def is_on(self) -> bool:
        """Whether pictures leave encrypted only."""
        return self.scheme is not Scheme.NONE

    @property
    def refuses_clear_ts(self) -> bool:
        """Whether clear endless streams are refused."""
        return self.is_on and not self.also_clear_ts

    @property
    def gives_keys(self) -> bool:
        """Whether edges give keys to sessions; a vendor's come from its licence server only."""
        return self.origin is KeyOrigin.STATION or self.also_clear_keys

    @property
    def summary(self) -> str:
        """One sentence for the operator."""
        if not self.is_on:
            return "Not encrypted."
        whose = "imported keys" if self.origin is KeyOrigin.VENDOR else f"a new key every {self.period_s // 60} min"
        clear = "; the clear endless stream stays open" if self.also_clear_ts else ""
        return f"Encrypted with {self.scheme}, {whose}{clear}."

    def check(self) -> None:
        """Raises InvalidInputError naming the field."""
        if not SHORTEST_PERIOD_S <= self.period_s <= LONGEST_PERIOD_S:
            raise InvalidInputError(
                f"Keys cannot change every {self.period_s} seconds.",
                remedy=f"Choose {SHORTEST_PERIOD_S} to {LONGEST_PERIOD_S} seconds; 600 is usual.",
                field="period_s",
            )
        if self.origin is KeyOrigin.VENDOR and self.is_on and not self.keys:
            raise InvalidInputError(
                "No key of a vendor has been imported.",
                remedy="Import its document first: `rightcast cpix import CHANNEL FILE`.",
                field="origin",
            )
        for one in self.keys:
            if not _KEY_ID.fullmatch(one.kid):
                raise InvalidInputError(
                    f"'{one.kid}' is not a key id.", remedy="A key id is a UUID, 32 hexadecimal digits.", field="keys"
                )


def level(protection: Protection) -> Floor:
    """What playlists of a channel protect its pictures with: keys of the station are transport encryption, no DRM."""
    if not protection.is_on:
        return Floor.NONE
    by_vendor = protection.origin is KeyOrigin.VENDOR and not protection.also_clear_keys
    return Floor.DRM if by_vendor else Floor.TRANSPORT


def period_start(wall: float, period_s: int) -> int:
    """The second at which the key period of a moment begins (unix seconds): the same on every edge, for ever."""
    return int(wall // period_s) * period_s


def may_have_key(protection: Protection, starts: int, *, now: float, oldest: float) -> bool:
    """Whether the key of the period that begins at `starts` may be given out at `now`.

    It may for the present period, the two beside it, and those of segments still offered, the first of which
    began at `oldest`.
    """
    period_s = protection.period_s
    present = period_start(now, period_s)
    earliest = min(period_start(oldest, period_s), present - period_s)
    return starts % period_s == 0 and earliest <= starts <= present + period_s


def vendor_key(protection: Protection, wall: float) -> VendorKey | None:
    """The imported key in use at a moment; the one that began last where several are."""
    fitting = [one for one in protection.keys if _in_use(one, wall)]
    return max(fitting, key=lambda one: one.starts.timestamp() if one.starts else 0.0, default=None)


def _in_use(key: VendorKey, wall: float) -> bool:
    began = key.starts is None or key.starts.timestamp() <= wall
    return began and (key.ends is None or wall < key.ends.timestamp())
