"""What a headend announces about its rings to the edges beside it, and what edges ask back.

One JSON array of messages per line over a local stream socket. On connect the headend first
replays every ring it holds (Up, then Opened/Part/Closed per segment), then follows live.
A segment lies in the file `ring/<channel>/<slot>.ts`; files are reused, never truncated, so
the sizes announced here are what counts. A channel has a ring per rendition: 0 as it was
broadcast, 1 and up the rungs of its ladder, in `ring/<channel>.<rendition>/`.
"""

from __future__ import annotations

import msgspec

from rightcast.contract import codec

SCTE35 = "scte35"
"""The kind of markers whose body is a splice information section."""


class Track(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One elementary stream of a ring. What is not known (yet) is empty or 0.

    `kind`: video, audio, subtitles, teletext, cues or data. `codec`: an RFC 6381 name where there is one, else a short
    word. `language`: ISO 639-2. `role`: main, hearing_impaired, visual_impaired, commentary or empty. Sizes in pixels.
    `page`: of teletext magazine and page in hex like 0x888, of bitmap subtitles the composition page (and its
    `ancillary` page); a stream with several subtitles makes several tracks of one PID.
    """

    pid: int
    kind: str
    codec: str = ""
    language: str = ""
    label: str = ""
    role: str = ""
    width: int = 0
    height: int = 0
    frame_rate: float = 0.0
    interlaced: bool = False
    channels: int = 0
    sample_rate: int = 0
    bitrate_bps: int = 0
    page: int = 0
    ancillary: int = 0


class Up(msgspec.Struct, frozen=True, tag="up", omit_defaults=True):
    """The ring of a channel exists; replaces whatever the edge knew of it.

    `path` is the folder of the slots, `codecs` an RFC 6381 list ("" while unknown) of the first video and audio.
    `name` is a rung's.
    """

    channel: int
    path: str
    codecs: str = ""
    video: bool = True
    rendition: int = 0
    name: str = ""
    tracks: list[Track] = []


class Described(msgspec.Struct, frozen=True, tag="described", omit_defaults=True):
    """What the ring's next segment is made of differs from what was said before."""

    channel: int
    codecs: str
    video: bool
    rendition: int = 0
    tracks: list[Track] = []


class Opened(msgspec.Struct, frozen=True, tag="opened", omit_defaults=True):
    """A segment began. `epoch` grows at every discontinuity, `sequence` by one per segment.

    The first `psi_bytes` of the file are PAT and PMT, to be sent before joining mid-segment.
    `wall` is the start in unix seconds. Position of a reader: (epoch, sequence, part). `time` is the decoding time of
    the first access unit in 90 kHz ticks; within an epoch it only grows, also where the stream's own 33 bits wrap.
    `epoch_wall` and `epoch_time` are those of the epoch's first segment, so that an edge which comes later tells the
    same beginning as all others; 0 from a headend that does not say.
    """

    channel: int
    sequence: int
    epoch: int
    slot: int
    psi_bytes: int
    wall: float
    time: int = 0
    rendition: int = 0
    epoch_wall: float = 0.0
    epoch_time: int = 0


class Part(msgspec.Struct, frozen=True, tag="part", omit_defaults=True):
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
    rendition: int = 0


class Closed(msgspec.Struct, frozen=True, tag="closed", omit_defaults=True):
    """The segment is complete: `size` in bytes, `duration` in seconds (for EXTINF)."""

    channel: int
    sequence: int
    size: int
    duration: float
    rendition: int = 0


class Dropped(msgspec.Struct, frozen=True, tag="dropped", omit_defaults=True):
    """The segment left the ring; its file will be overwritten no sooner than two segments later."""

    channel: int
    sequence: int
    rendition: int = 0


class Marker(msgspec.Struct, frozen=True, tag="marker", omit_defaults=True):
    """Something timed that belongs to a segment: a cue, a text.

    `time` in ticks of `Opened.time`, `kind` says how to read `body`. It leaves the ring with its segment.
    """

    channel: int
    sequence: int
    time: int
    kind: str
    body: bytes
    rendition: int = 0


class Down(msgspec.Struct, frozen=True, tag="down", omit_defaults=True):
    """The channel is no longer carried here; its readers are to be cut."""

    channel: int
    rendition: int = 0


class Want(msgspec.Struct, frozen=True, tag="want"):
    """Edge to headend: this many viewers watch the channel here now; 0 when the last one left."""

    channel: int
    viewers: int


Announcement = Up | Described | Opened | Part | Closed | Dropped | Marker | Down
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
