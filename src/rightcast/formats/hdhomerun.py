"""What clients of an HDHomeRun tuner read: discovery packets, JSON documents, the UPnP description.

Discovery is the vendor's open protocol on UDP port 65001: type, length, tagged values, CRC-32.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

DISCOVERY_PORT = 65_001
SSDP_GROUP, SSDP_PORT = "239.255.255.250", 1900
MAX_AGE_S = 1800
_REQUEST, _REPLY = 2, 3
_TUNER = 1
_ANY = 0xFFFFFFFF
_TYPE, _ID, _COUNT, _LINEUP, _BASE, _AUTH, _TYPES = 0x01, 0x02, 0x10, 0x27, 0x2A, 0x2B, 0x2D
_CHECK = (0xA, 0x5, 0xF, 0x6, 0x7, 0xC, 0x1, 0xB, 0x9, 0x2, 0x8, 0xD, 0x4, 0x3, 0xE, 0x0)
_LONGEST = 1460


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuner:
    """A device as it presents itself; `device_id` passes `is_device_id`, `base_url` has no slash at its end."""

    device_id: int
    name: str
    base_url: str
    tuners: int

    @property
    def lineup_url(self) -> str:
        """Where the channels are listed."""
        return f"{self.base_url}/lineup.json"

    @property
    def udn(self) -> str:
        """The unique device name of UPnP."""
        return f"uuid:2f70c0d7-90a3-4429-8275-{self.device_id:012x}"


class _Discover(msgspec.Struct, frozen=True, rename="pascal"):
    friendly_name: str
    device_id: str = msgspec.field(name="DeviceID")
    base_url: str = msgspec.field(name="BaseURL")
    lineup_url: str = msgspec.field(name="LineupURL")
    tuner_count: int
    manufacturer: str = "Rightcast"
    model_number: str = "RC-1"
    firmware_name: str = "rightcast"
    firmware_version: str = "1"
    device_auth: str = "rightcast"


class LineupRow(msgspec.Struct, frozen=True, rename="pascal"):
    """A channel; `url` is absolute. Codec names in the vendor's spelling, such as H264 and AAC."""

    guide_number: str
    guide_name: str
    url: str = msgspec.field(name="URL")
    hd: int = msgspec.field(name="HD", default=0)
    favorite: int = 0
    drm: int = msgspec.field(name="DRM", default=0)
    video_codec: str = ""
    audio_codec: str = ""


STATUS = b'{"ScanInProgress":0,"ScanPossible":1,"Source":"Cable","SourceList":["Antenna","Cable"]}'
"""lineup_status.json: nothing is ever scanned, all channels are there."""


def device_id(seed: int) -> int:
    """A valid device id made of the lower 28 bits of a number."""
    upper = (seed & 0x0FFFFFFF) << 4
    return next(upper | last for last in range(16) if is_device_id(upper | last))


def is_device_id(number: int) -> bool:
    """Whether the check over its eight digits holds, without which the vendor's tools refuse a device."""
    checked = 0
    for place in range(8):
        nibble = number >> (28 - 4 * place) & 0xF
        checked ^= _CHECK[nibble] if place % 2 == 0 else nibble
    return checked == 0


def discover(tuner: Tuner) -> bytes:
    """discover.json."""
    return msgspec.json.encode(
        _Discover(
            friendly_name=tuner.name,
            device_id=f"{tuner.device_id:08X}",
            base_url=tuner.base_url,
            lineup_url=tuner.lineup_url,
            tuner_count=tuner.tuners,
        )
    )


def lineup(rows: Iterable[LineupRow]) -> bytes:
    """lineup.json."""
    return msgspec.json.encode(list(rows))


def description(tuner: Tuner) -> bytes:
    """device.xml, the UPnP description to which SSDP answers lead."""
    name = escape(tuner.name)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<root xmlns="urn:schemas-upnp-org:device-1-0">\n'
        f"<specVersion><major>1</major><minor>0</minor></specVersion>\n<URLBase>{escape(tuner.base_url)}</URLBase>\n"
        "<device><deviceType>urn:schemas-upnp-org:device:MediaServer:1</deviceType>"
        f"<friendlyName>{name}</friendlyName><manufacturer>Rightcast</manufacturer>"
        "<modelName>Rightcast tuner</modelName><modelNumber>RC-1</modelNumber>"
        f"<serialNumber>{tuner.device_id:08X}</serialNumber><UDN>{tuner.udn}</UDN></device>\n</root>\n"
    ).encode()


def asks(packet: bytes, own_id: int) -> bool:
    """Whether a datagram is a discovery request that this tuner should answer. Garbage is none."""
    tags = _tags(packet, _REQUEST)
    if tags is None:
        return False
    kinds = [_number(tags[_TYPE])] if _TYPE in tags else []
    kinds += [_number(tags[_TYPES][place : place + 4]) for place in range(0, len(tags.get(_TYPES, b"")), 4)]
    wanted = _number(tags.get(_ID, b"\xff\xff\xff\xff"))
    return (not kinds or bool({_TUNER, _ANY} & set(kinds))) and wanted in {own_id, _ANY}


def reply(tuner: Tuner) -> bytes:
    """The answer to a discovery request."""
    values = (
        (_TYPE, struct.pack(">I", _TUNER)),
        (_ID, struct.pack(">I", tuner.device_id)),
        (_COUNT, bytes([min(tuner.tuners, 255)])),
        (_BASE, tuner.base_url.encode()),
        (_LINEUP, tuner.lineup_url.encode()),
        (_AUTH, b"rightcast"),
    )
    return packet_of(_REPLY, values)


def packet_of(kind: int, values: Iterable[tuple[int, bytes]]) -> bytes:
    """A packet of the protocol: header and values big-endian, the checksum little-endian."""
    payload = b"".join(bytes([tag]) + _length(len(value)) + value for tag, value in values)
    body = struct.pack(">HH", kind, len(payload)) + payload
    return body + struct.pack("<I", zlib.crc32(body))


def search_answer(tuner: Tuner, target: str) -> bytes:
    """The answer to an SSDP M-SEARCH for `target` (UPnP Device Architecture 1.0 section 1.2.3)."""
    return _ssdp("HTTP/1.1 200 OK", tuner, ("EXT", ""), ("ST", target))


def alive(tuner: Tuner, *, leaving: bool = False) -> bytes:
    """The notice by which a device makes itself known, or says that it leaves (section 1.1.2)."""
    host = ("HOST", f"{SSDP_GROUP}:{SSDP_PORT}")
    state = ("NTS", "ssdp:byebye" if leaving else "ssdp:alive")
    return _ssdp("NOTIFY * HTTP/1.1", tuner, host, ("NT", "upnp:rootdevice"), state)


def searched(datagram: bytes) -> str:
    """What an M-SEARCH looks for that a tuner is; empty when it is none or looks for something else."""
    lines = datagram[:2048].decode("latin-1").split("\r\n")
    if not lines[0].startswith("M-SEARCH "):
        return ""
    fields = {key.strip().lower(): value.strip() for key, _, value in (line.partition(":") for line in lines[1:])}
    target = fields.get("st", "")
    return target if target in {"upnp:rootdevice", "ssdp:all"} and "ssdp:discover" in fields.get("man", "") else ""


def _ssdp(first: str, tuner: Tuner, *fields: tuple[str, str]) -> bytes:
    common = (
        ("CACHE-CONTROL", f"max-age={MAX_AGE_S}"),
        ("LOCATION", f"{tuner.base_url}/device.xml"),
        ("SERVER", "Linux/1.0 UPnP/1.0 Rightcast/1.0"),
        ("USN", f"{tuner.udn}::upnp:rootdevice"),
    )
    return "\r\n".join([first, *(f"{key}: {value}" for key, value in (*fields, *common)), "", ""]).encode()


def _tags(packet: bytes, kind: int) -> dict[int, bytes] | None:
    """The values of a packet of one kind; None when it is not one."""
    if not 8 <= len(packet) <= _LONGEST or struct.unpack(">H", packet[:2])[0] != kind:
        return None
    (size,) = struct.unpack(">H", packet[2:4])
    if size != len(packet) - 8 or struct.unpack("<I", packet[-4:])[0] != zlib.crc32(packet[:-4]):
        return None
    found: dict[int, bytes] = {}
    place, end = 4, 4 + size
    while place + 2 <= end:
        tag, length, place = packet[place], packet[place + 1], place + 2
        if length & 0x80:
            if place >= end:
                return None
            length, place = length & 0x7F | packet[place] << 7, place + 1
        if place + length > end:
            return None
        found[tag] = packet[place : place + length]
        place += length
    return found


def _length(size: int) -> bytes:
    return bytes([size]) if size < 0x80 else bytes([size & 0x7F | 0x80, size >> 7])


def _number(value: bytes) -> int:
    return int.from_bytes(value, "big")
