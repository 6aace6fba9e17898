"""Discovery packets, documents and SSDP answers of a tuner."""

from __future__ import annotations

import json
import struct
import xml.etree.ElementTree as ET
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats import hdhomerun
from rightcast.formats.hdhomerun import LineupRow, Tuner

TUNER = Tuner(device_id=hdhomerun.device_id(0x1234567), name="Tele & Riva", base_url="http://192.0.2.1:5004", tuners=2)
ANY = b"\xff\xff\xff\xff"


@given(st.integers(0, 2**32 - 1))
def test_a_made_device_id_passes_the_vendors_check(seed: int) -> None:
    made = hdhomerun.device_id(seed)
    assert hdhomerun.is_device_id(made)
    assert not hdhomerun.is_device_id(made ^ 1)
    assert 0 <= made < 2**32


@pytest.mark.parametrize(
    ("values", "asked"),
    [
        ([(1, struct.pack(">I", 1)), (2, ANY)], True),
        ([(1, ANY), (2, ANY)], True),
        ([(1, struct.pack(">I", 1)), (2, struct.pack(">I", TUNER.device_id))], True),
        ([(0x2D, struct.pack(">II", 5, 1)), (2, ANY)], True),
        ([(1, struct.pack(">I", 5)), (2, ANY)], False),
        ([(1, struct.pack(">I", 1)), (2, b"\x12\x34\x56\x78")], False),
    ],
)
def test_only_requests_for_this_tuner_are_answered(values: list[tuple[int, bytes]], asked: bool) -> None:
    assert hdhomerun.asks(hdhomerun.packet_of(2, values), TUNER.device_id) is asked


def test_the_reply_is_built_as_the_protocol_says() -> None:
    packet = hdhomerun.reply(TUNER)
    kind, size = struct.unpack(">HH", packet[:4])
    assert (kind, size) == (3, len(packet) - 8)
    assert struct.unpack("<I", packet[-4:])[0] == zlib.crc32(packet[:-4])
    assert packet[4:16] == b"\x01\x04\x00\x00\x00\x01\x02\x04" + struct.pack(">I", TUNER.device_id)
    assert b"\x2a\x15http://192.0.2.1:5004" in packet


def test_a_long_value_has_a_length_of_two_bytes() -> None:
    packet = hdhomerun.packet_of(2, [(0x2A, b"x" * 200), (1, struct.pack(">I", 1))])
    assert packet[4:7] == bytes([0x2A, 200 & 0x7F | 0x80, 1])
    assert hdhomerun.asks(packet, TUNER.device_id)


@given(st.binary(max_size=1600))
def test_garbage_is_no_request(data: bytes) -> None:
    assert hdhomerun.asks(data, TUNER.device_id) is False
    assert hdhomerun.searched(data) == ""


@given(st.binary(min_size=1, max_size=60), st.integers(0, 500))
def test_a_damaged_request_is_none(extra: bytes, place: int) -> None:
    packet = bytearray(hdhomerun.packet_of(2, [(1, struct.pack(">I", 1)), (2, ANY)]))
    packet[place % len(packet)] ^= extra[0] or 1
    assert not hdhomerun.asks(bytes(packet), TUNER.device_id)


def test_documents_have_the_types_that_clients_read() -> None:
    found = json.loads(hdhomerun.discover(TUNER))
    assert found["TunerCount"] == 2
    assert found["DeviceID"] == f"{TUNER.device_id:08X}"
    assert found["LineupURL"] == "http://192.0.2.1:5004/lineup.json"
    assert "HDTC" not in found["ModelNumber"]
    (row,) = json.loads(hdhomerun.lineup([LineupRow("7", "One", "http://192.0.2.1:5004/auto/v7", hd=1)]))
    assert (row["GuideNumber"], row["GuideName"], row["URL"], row["HD"], row["DRM"]) == (
        "7", "One", "http://192.0.2.1:5004/auto/v7", 1, 0,
    )  # fmt: skip
    root = ET.fromstring(hdhomerun.description(TUNER))
    assert root.findtext(".//{*}friendlyName") == "Tele & Riva"


def test_a_search_for_root_devices_is_answered_and_others_are_not() -> None:
    search = 'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: {}\r\n\r\n'
    assert hdhomerun.searched(search.format("upnp:rootdevice").encode()) == "upnp:rootdevice"
    assert hdhomerun.searched(search.format("urn:dial-multiscreen-org:service:dial:1").encode()) == ""
    answer = hdhomerun.search_answer(TUNER, "upnp:rootdevice").decode()
    assert answer.startswith("HTTP/1.1 200 OK\r\n")
    assert "LOCATION: http://192.0.2.1:5004/device.xml\r\n" in answer
    assert "ssdp:byebye" in hdhomerun.alive(TUNER, leaving=True).decode()
