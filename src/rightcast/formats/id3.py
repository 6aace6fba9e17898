"""Titles in ID3 tags, as broadcasters send them timed in transport stream (ID3v2.3 and 2.4 section 4)."""

from __future__ import annotations

_ENCODINGS = ("latin-1", "utf-16", "utf-16-be", "utf-8")
_WANTED = (b"TPE1", b"TIT2")


def title_of(data: bytes) -> str:
    """Artist and title of the first tag in the data, "Artist - Title"; empty when it tells neither."""
    start = data.find(b"ID3")
    if start < 0 or len(data) < start + 10:
        return ""
    version, flags = data[start + 3], data[start + 5]
    end = min(start + 10 + _synchsafe(data[start + 6 : start + 10]), len(data))
    if version not in {3, 4} or flags & 0xC0:
        return ""
    place, found = start + 10, dict[bytes, str]()
    while place + 10 < end:
        name, head = data[place : place + 4], data[place + 4 : place + 8]
        size = _synchsafe(head) if version == 4 else int.from_bytes(head, "big")
        if not name.strip(b"\0") or size <= 0 or place + 10 + size > end:
            break
        if name in _WANTED:
            found[name] = _text(data[place + 10 : place + 10 + size])
        place += 10 + size
    return " - ".join(found[name] for name in _WANTED if found.get(name))


def _synchsafe(data: bytes) -> int:
    value = 0
    for byte in data:
        value = value << 7 | byte & 0x7F
    return value


def _text(data: bytes) -> str:
    if not data or data[0] >= len(_ENCODINGS):
        return ""
    return data[1:].decode(_ENCODINGS[data[0]], "ignore").split("\0")[0].strip()


def tag(title: str) -> bytes:
    """A tag that tells a title (ID3v2.4 sections 3.1 and 4.2.1)."""
    text = b"\3" + title.encode()
    frame = b"TIT2" + _as_synchsafe(len(text)) + b"\0\0" + text
    return b"ID3\4\0\0" + _as_synchsafe(len(frame)) + frame


def _as_synchsafe(value: int) -> bytes:
    return bytes(value >> shift & 0x7F for shift in (21, 14, 7, 0))
