"""Text of DVB tables: which characters its bytes mean, by the code table that the first of them selects.

ETSI EN 300 468 annex A. Text compressed by Huffman codes (first byte 0x1F) needs tables of its broadcaster; it is
told apart and left out.
"""

from __future__ import annotations

import unicodedata

_FIRST_BYTE_CODECS = {0x01 + n: f"iso8859_{n + 5}" for n in range(11)} | {
    0x11: "utf_16_be",
    0x12: "euc_kr",
    0x13: "gb2312",
    0x14: "big5",
    0x15: "utf_8",
}
# Upper half of table 00 (ISO/IEC 6937 with the euro sign); 0xC1 to 0xCF are accents before their letter.
_LATIN_SIGNS = dict(
    zip(
        [*range(0xA0, 0xC0), *range(0xD0, 0xD8), *range(0xDC, 0xE5), *range(0xE6, 0x100)],
        "\u00a0¡¢£€¥\u0000§¤‘“«←↑→↓°±²³×µ¶·÷’”»¼½¾¿―¹®©™♪¬¦⅛⅜⅝⅞ΩÆĐªĦĲĿŁØŒºÞŦŊŉĸæđðħıĳŀłøœßþŧŋ\u00ad",  # noqa: RUF001 - the very signs of the table
        strict=True,
    )
)
_ACCENTS = dict(
    zip(
        (0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF),
        "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u0327\u030b\u0328\u030c",
        strict=True,
    )
)


COMPRESSED = 0x1F
_CONTROLS = {0x8A: "\n", 0xE08A: "\n", 0x86: "", 0x87: "", 0xE086: "", 0xE087: ""}
"""Table A.1 and A.2: the end of a line, and emphasis on and off. In UTF-8 and UTF-16 they lie in the private area."""


def is_compressed(data: bytes) -> bool:
    """Whether the text is compressed, so that nothing of it can be told."""
    return data[:1] == bytes((COMPRESSED,))


def decode_text(data: bytes) -> str:
    """DVB text in one line, without control codes; what a table does not define is left out."""
    return " ".join(decode_lines(data).split("\n")).strip()


def decode_lines(data: bytes) -> str:
    """DVB text with the ends of lines it asks for; "" for text that is compressed."""
    if not data or is_compressed(data):
        return ""
    first = data[0]
    if first >= 0x20:
        text = _decode_latin(data)
    elif first == 0x10 and len(data) >= 3:
        text = _decode_by(f"iso8859_{data[2]}", data[3:])
    else:
        text = _decode_by(_FIRST_BYTE_CODECS.get(first, "latin_1"), data[1:])
    text = text.translate(_CONTROLS)
    shown = "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign)[0] != "C")
    return "\n".join(line.strip() for line in shown.strip().split("\n"))


def encode_text(text: str) -> bytes:
    """Text as a broadcaster may send it: plain ASCII as it is, everything else in UTF-8."""
    told = text.replace("\n", "\u008a")
    return text.encode() if text.isascii() and "\n" not in text else b"\x15" + told.encode()


def _decode_by(codec: str, data: bytes) -> str:
    try:
        return data.decode(codec, "replace").replace("\ufffd", "")
    except LookupError:  # ISO 8859-12 was never published
        return data.decode("latin_1")


def _decode_latin(data: bytes) -> str:
    signs: list[str] = []
    accent = ""
    for byte in data:
        if byte in _ACCENTS:
            accent = _ACCENTS[byte]
            continue
        sign = chr(byte) if byte < 0x7F or byte in _CONTROLS else _LATIN_SIGNS.get(byte, "")
        signs.append(sign + accent if sign else "")
        accent = ""
    return unicodedata.normalize("NFC", "".join(signs))
