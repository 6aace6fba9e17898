"""What edges write down of sessions: who watched what, from when to when, why it ended, on which right it stood.

A record is written when a session begins, when its right changes and when it ends, each time whole: the last one of
an `id` counts, and one that is taken twice changes nothing.
"""

from __future__ import annotations

import msgspec


class SessionRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="session"):
    """One session at one edge. Times in unix seconds, `ended` 0 while it runs; `rights`: each with its beginning.

    `sid` may come back after a pause or at another edge, `id` does not. `channel_id` is negative for a title of the
    library, `recording_id` 0 unless a recording is played, `past` 0 unless it began with a moment of the archive.
    `reason`: a refusal's code, or `hung_up`, `stopped`, `taken`, `edge_stopped`. `country`: where the viewer was, as
    far as known; `device_class`: a DeviceClass of `rightcast.domain.rights`.
    """

    id: str
    sid: str
    edge: int
    line_id: int
    line: str
    channel_id: int
    kind: str
    began: float
    rights: list[tuple[int, float]]
    address: str = ""
    player: str = ""
    credential_id: int = 0
    recording_id: int = 0
    past: float = 0.0
    country: str = ""
    device_class: str = ""
    ended: float = 0.0
    reason: str = ""
    bytes_sent: int = 0


class RefusalCount(msgspec.Struct, frozen=True, kw_only=True, tag="refusals"):
    """How often a channel was refused for one reason between two moments; nobody is named."""

    id: str
    channel_id: int
    reason: str
    began: float
    until: float
    count: int


class EdgeStarted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="started"):
    """An edge process began `at`. What ran before ended no later than `alive`, the last sign of the process before.

    `bytes_sent`: what sessions had got by then, by `sid`.
    """

    edge: int
    at: float
    alive: float
    bytes_sent: dict[str, int] = {}


class SpoolDropped(msgspec.Struct, frozen=True, kw_only=True, tag="dropped"):
    """Nobody took in what was written for so long that the oldest lines had to go."""

    at: float
    lines: int


Written = SessionRecord | RefusalCount | EdgeStarted | SpoolDropped

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Written)


def encode_lines(records: list[Written]) -> bytes:
    """Records as JSON lines."""
    return _ENCODER.encode_lines(records)


def decode_lines(data: bytes) -> tuple[list[Written], int]:
    """The records of JSON lines, and how many lines could not be read: the last one of an edge that died, mostly."""
    found: list[Written] = []
    unread = 0
    for line in data.splitlines():
        try:
            found.append(_DECODER.decode(line))
        except (msgspec.DecodeError, msgspec.ValidationError):
            unread += 1
    return found, unread
