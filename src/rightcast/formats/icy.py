"""What internet radio sends beside sound: titles between blocks of bytes, as Shoutcast and Icecast players know them.

There is no standard; what is written here is what players read: `icy-metaint` bytes of sound, one byte that counts
sixteen-byte blocks of text, the text, and so on.
"""

from __future__ import annotations

METADATA_EVERY_BYTES = 16_000
_BLOCK = 16
_LONGEST_TEXT = 255 * _BLOCK - len("StreamTitle='';")


def title_block(title: str) -> bytes:
    """The text with its length before it; quotes become others, for players read up to `';`."""
    text = " ".join(title.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}").split())
    cut = text.encode()[:_LONGEST_TEXT].decode(errors="ignore")
    body = f"StreamTitle='{cut}';".encode()
    blocks = -(-len(body) // _BLOCK)
    return bytes((blocks,)) + body.ljust(blocks * _BLOCK, b"\0")


NO_NEWS = b"\0"
"""What stands between blocks while the title stays."""


class Interleaver:
    """Puts titles into one listener's bytes."""

    def __init__(self, every_bytes: int = METADATA_EVERY_BYTES) -> None:
        self._every = every_bytes
        self._left = every_bytes
        self._told: str | None = None

    def feed(self, data: bytes, title: str) -> bytes:
        """The bytes with what belongs between them; a title is told once."""
        if len(data) < self._left:
            self._left -= len(data)
            return data
        pieces: list[bytes] = []
        at = 0
        while len(data) - at >= self._left:
            pieces += (data[at : at + self._left], NO_NEWS if title == self._told else title_block(title))
            self._told = title
            at += self._left
            self._left = self._every
        self._left -= len(data) - at
        pieces.append(data[at:])
        return b"".join(pieces)


def header_value(text: str) -> bytes:
    """A text fit for a header line: UTF-8, as players read it, without what would end the line."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split()).encode()[:200]


class Deinterleaver:
    """Takes titles out of what a server sends: `every_bytes` of sound, then a block of text (0: there are none)."""

    def __init__(self, every_bytes: int) -> None:
        self.title = ""
        self._every = every_bytes
        self._left = every_bytes
        self._text: bytes | None = None

    def feed(self, data: bytes) -> bytes:
        """The sound in these bytes; `title` is the newest that was whole."""
        if not self._every:
            return data
        pieces: list[bytes] = []
        at = 0
        while at < len(data):
            if self._text is None and self._left:
                pieces.append(data[at : at + self._left])
                at += len(pieces[-1])
                self._left -= len(pieces[-1])
                continue
            text = (self._text or b"") + data[at:]
            size = 1 + text[0] * _BLOCK
            if len(text) < size:
                self._text = text
                break
            at += size - len(self._text or b"")
            self.title = _title_in(text[1:size], self.title)
            self._text, self._left = None, self._every
        return b"".join(pieces)


def _title_in(block: bytes, before: str) -> str:
    """What a block says is on; servers write UTF-8 or Latin 1."""
    _, found, rest = block.partition(b"StreamTitle='")
    if not found:
        return before
    text = rest.partition(b"';")[0].rstrip(b"\0")
    try:
        decoded = text.decode()
    except UnicodeDecodeError:
        decoded = text.decode("latin-1")
    return " ".join("".join(letter if letter.isprintable() else " " for letter in decoded).split())
