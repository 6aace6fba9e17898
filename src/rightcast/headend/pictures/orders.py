"""What a headend and its picture workers say to one another: a look that is wanted, and what was seen.

Each message is its length in four bytes (big-endian) and a msgpack body, over a pipe.
"""

from __future__ import annotations

import msgspec

from rightcast.domain.errors import ContractError

LENGTH_BYTES = 4
MOST_BYTES = 1 << 20


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Look at the first picture and the first stretch of sound of a segment file. PID -1: there is none to look at.

    `size` is what of the file counts; codecs are the short words of `rightcast.formats.mpegts.streams`.
    """

    number: int
    path: str
    size: int
    video_pid: int = -1
    video_codec: str = ""
    audio_pid: int = -1
    audio_codec: str = ""


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A decoded key picture. `mean` and `dark` (share of dark places) from 0 to 1; `grey` is a tiny copy of it."""

    jpeg: bytes
    grey: bytes
    mean: float
    dark: float


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """Levels of a short stretch of sound: dBFS of mean square and of the highest sample, LUFS without gating."""

    level_dbfs: float
    peak_dbfs: float
    loudness_lufs: float
    seconds: float


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a look. What could not be decoded is None, and the words say why.

    They are: absent, scrambled, undecodable, unknown (no decoder for it), gone (the file could not be read); empty when
    all is well or nothing was asked for.
    """

    number: int
    picture: Picture | None = None
    picture_trouble: str = ""
    sound: Sound | None = None
    sound_trouble: str = ""


_ENCODER = msgspec.msgpack.Encoder()
_LOOKS = msgspec.msgpack.Decoder(Look)
_SEEN = msgspec.msgpack.Decoder(Seen)


def frame(message: Look | Seen) -> bytes:
    """A message as it goes through the pipe."""
    body = _ENCODER.encode(message)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def decode_look(body: bytes) -> Look:
    """Read a body that `frame` wrote."""
    return _LOOKS.decode(body)


class Frames:
    """Answers out of the bytes of a pipe."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[Seen]:
        """The answers that these bytes complete. Raises ContractError when they are none."""
        self._held += data
        found: list[Seen] = []
        while len(self._held) >= LENGTH_BYTES:
            length = int.from_bytes(self._held[:LENGTH_BYTES], "big")
            if length > MOST_BYTES:
                raise ContractError("A picture worker answered with too much.")
            if len(self._held) < LENGTH_BYTES + length:
                break
            body = bytes(self._held[LENGTH_BYTES : LENGTH_BYTES + length])
            del self._held[: LENGTH_BYTES + length]
            try:
                found.append(_SEEN.decode(body))
            except msgspec.DecodeError as error:
                raise ContractError(f"A picture worker answered in other words: {error}") from error
        return found
