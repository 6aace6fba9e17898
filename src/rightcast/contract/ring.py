"""What a headend announces about its rings to the edges beside it, and what edges ask back.

One JSON array of messages per line over a local stream socket. On connect the headend first
replays every ring it holds (Up, then Opened/Part/Closed per segment), then follows live.
A segment lies in the file `ring/<channel>/<slot>.ts`; files are reused, never truncated, so
the sizes announced here are what counts.
"""

from __future__ import annotations

import msgspec

from rightcast.contract import codec


class Up(msgspec.Struct, frozen=True, tag="up"):
    """The ring of a channel exists; replaces whatever the edge knew of it.

    `path` is the folder of the slots, `codecs` an RFC 6381 list ("" while unknown).
    """

    channel: int
    path: str
    codecs: str = ""
    video: bool = True


class Opened(msgspec.Struct, frozen=True, tag="opened"):
    """A segment began. `epoch` grows at every discontinuity, `sequence` by one per segment.

    The first `psi_bytes` of the file are PAT and PMT, to be sent before joining mid-segment.
    `wall` is the start in unix seconds. Position of a reader: (epoch, sequence, part).
    """

    channel: int
    sequence: int
    epoch: int
    slot: int
    psi_bytes: int
    wall: float


class Part(msgspec.Struct, frozen=True, tag="part"):
    """Bytes [offset, offset + size) of a segment are complete; `duration` in seconds.

    `joinable`: the part begins at a random access point and holds the whole first picture
    (for radio: any part), so a viewer may start here. The first part's offset is 0, PSI included.
    """

    channel: int
    sequence: int
    index: int
    offset: int
    size: int
    duration: float
    joinable: bool


class Closed(msgspec.Struct, frozen=True, tag="closed"):
    """The segment is complete: `size` in bytes, `duration` in seconds (for EXTINF)."""

    channel: int
    sequence: int
    size: int
    duration: float


class Dropped(msgspec.Struct, frozen=True, tag="dropped"):
    """The segment left the ring; its file will be overwritten no sooner than two segments later."""

    channel: int
    sequence: int


class Down(msgspec.Struct, frozen=True, tag="down"):
    """The channel is no longer carried here; its readers are to be cut."""

    channel: int


class Want(msgspec.Struct, frozen=True, tag="want"):
    """Edge to headend: this many viewers watch the channel here now; 0 when the last one left."""

    channel: int
    viewers: int


Announcement = Up | Opened | Part | Closed | Dropped | Down
_ANNOUNCEMENTS = msgspec.json.Decoder(list[Announcement])
_WANTS = msgspec.json.Decoder(list[Want])


def encode_batch(messages: list[Announcement] | list[Want]) -> bytes:
    """One line, newline included."""
    return codec.encode(messages) + b"\n"


def decode_announcements(line: bytes) -> list[Announcement]:
    """Read one line sent by a headend."""
    return _ANNOUNCEMENTS.decode(line)


def decode_wants(line: bytes) -> list[Want]:
    """Read one line sent by an edge."""
    return _WANTS.decode(line)
