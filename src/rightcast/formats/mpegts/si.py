"""Names of services as broadcasters send them: the service description table and DVB text.

ETSI EN 300 468 sections 5.2.3, 6.2.33 and annex A.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from rightcast.formats.mpegts.psi import parse_descriptors
from rightcast.formats.mpegts.sections import build_section

SDT_PID = 0x0011
SDT_ACTUAL = 0x42

_SERVICE_DESCRIPTOR = 0x48
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


@dataclass(frozen=True, slots=True)
class NamedService:
    """A service as the description table names it. `service_type`: 1 TV, 2 radio, 0x16, 0x19, 0x1F: TV too."""

    service_id: int
    service_type: int
    provider: str
    name: str


def parse_sdt(sections: list[bytes]) -> dict[int, NamedService]:
    """The services that a description table names, by service id."""
    found = {}
    for section in sections:
        position = 11
        while position + 5 <= len(section) - 4:
            end = position + 5 + ((section[position + 3] & 0x0F) << 8 | section[position + 4])
            if end > len(section) - 4:
                break
            service_id = section[position] << 8 | section[position + 1]
            for tag, data in parse_descriptors(section[position + 5 : end]):
                if tag == _SERVICE_DESCRIPTOR and len(data) >= 3:
                    found[service_id] = _named(service_id, data)
            position = end
    return found


def build_sdt(stream_id: int, version: int, services: list[NamedService]) -> bytes:
    """A description table of one section, its texts in UTF-8."""
    body = [b"\0\x01\xff"]
    for service in services:
        provider, name = (b"\x15" + text.encode() for text in (service.provider, service.name))
        data = bytes((service.service_type, len(provider))) + provider + bytes((len(name),)) + name
        loop = bytes((_SERVICE_DESCRIPTOR, len(data))) + data
        body.append(service.service_id.to_bytes(2, "big") + b"\xfc" + (0x8000 | len(loop)).to_bytes(2, "big") + loop)
    return build_section(SDT_ACTUAL, stream_id, version, b"".join(body))


def decode_text(data: bytes) -> str:
    """DVB text as a string, without control codes; what a table does not define is left out."""
    if not data:
        return ""
    first = data[0]
    if first >= 0x20:
        text = _decode_latin(data)
    elif first == 0x10 and len(data) >= 3:
        text = _decode_by(f"iso8859_{data[2]}", data[3:])
    else:
        text = _decode_by(_FIRST_BYTE_CODECS.get(first, "latin_1"), data[1:])
    return "".join(sign for sign in text if unicodedata.category(sign)[0] != "C").strip()


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
        sign = chr(byte) if byte < 0x7F else _LATIN_SIGNS.get(byte, "")
        signs.append(sign + accent if sign else "")
        accent = ""
    return unicodedata.normalize("NFC", "".join(signs))


def _named(service_id: int, data: bytes) -> NamedService:
    border = 2 + data[1]
    name = data[border + 1 : border + 1 + data[border]] if border < len(data) else b""
    return NamedService(service_id, data[0], decode_text(data[2:border]), decode_text(name))
