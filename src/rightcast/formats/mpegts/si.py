"""Names of services as broadcasters send them: the service description table.

ETSI EN 300 468 sections 5.2.3 and 6.2.33.
"""

from __future__ import annotations

from dataclasses import dataclass

from rightcast.formats.mpegts.dvb_text import decode_text
from rightcast.formats.mpegts.psi import parse_descriptors
from rightcast.formats.mpegts.sections import build_section

SDT_PID = 0x0011
SDT_ACTUAL = 0x42

_SERVICE_DESCRIPTOR = 0x48


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


def _named(service_id: int, data: bytes) -> NamedService:
    border = 2 + data[1]
    name = data[border + 1 : border + 1 + data[border]] if border < len(data) else b""
    return NamedService(service_id, data[0], decode_text(data[2:border]), decode_text(name))
