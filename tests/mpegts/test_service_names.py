"""Names of services are read in every character table of DVB."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats.mpegts.dvb_text import decode_text
from rightcast.formats.mpegts.sections import build_section
from rightcast.formats.mpegts.si import NamedService, build_sdt, parse_sdt


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Rai 1", "Rai 1"),
        (b"Caf\xc2e", "Café"),
        (b"T\xc8urk\xc8a \xa4", "Türkä €"),
        (b"\x01\xbd\xe2\xb2", "НтВ"),
        (b"\x05\xc7\xfd", "Çı"),
        (b"\x10\x00\x02\xc8\xe8", "Čč"),
        (b"\x11\x04\x1f", "П"),
        (b"\x15Z\xc3\xbcrich", "Zürich"),
        (b"\x86BBC\x87 One", "BBC One"),
        (b"One\x8aTwo", "One Two"),
        (b"\x15One\xee\x82\x8aTwo", "One Two"),
        (b"\x12\xb0\xa1", "가"),
        (b"\x13\xd6\xd0", "中"),
        (b"\x14\xa4\xa4", "中"),
        (b"\x08abc", "abc"),
        (b"\x1fabc", ""),
        (b"", ""),
    ],
)
def test_text_is_read_by_its_table(data: bytes, text: str) -> None:
    assert decode_text(data) == text


@given(st.binary(max_size=60))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    assert "\0" not in decode_text(data)


@given(st.binary(max_size=80))
def test_no_table_makes_it_fail(body: bytes) -> None:
    parse_sdt([build_section(0x42, 1, 0, body)])


def test_a_description_table_is_read_as_written() -> None:
    services = [NamedService(1, 1, "Rai", "Rai 1"), NamedService(7, 2, "ARD", "Bayern 2 für dich")]
    assert parse_sdt([build_sdt(9, 3, services)]) == {1: services[0], 7: services[1]}
