"""Announcements, wants, reports and settings survive the way between processes."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.contract import codec
from rightcast.contract.reports import HeadendReport
from rightcast.contract.ring import decode_announcements, decode_wants, encode_batch
from rightcast.contract.station import Address, StationSettings
from rightcast.domain.errors import InvalidInputError
from tests.contract.examples import ANNOUNCEMENTS, REPORTS, SETTINGS, WANTS

GOLDEN = Path(__file__).parent / "golden"


def test_announcements_and_wants_come_back_as_they_were_sent() -> None:
    assert decode_announcements(encode_batch(ANNOUNCEMENTS)) == ANNOUNCEMENTS
    assert decode_wants(encode_batch(WANTS)) == WANTS
    assert encode_batch(ANNOUNCEMENTS).count(b"\n") == 1


def test_golden_announcements_are_read() -> None:
    assert decode_announcements((GOLDEN / "announcements.json").read_bytes()) == ANNOUNCEMENTS
    assert decode_wants((GOLDEN / "wants.json").read_bytes()) == WANTS


def test_announcements_of_before_there_were_renditions_are_read() -> None:
    older = decode_announcements((GOLDEN / "announcements-without-renditions.json").read_bytes())
    assert [type(one).__name__ for one in older] == ["Up", "Opened", "Part", "Closed", "Dropped", "Down"]
    assert {one.rendition for one in older} == {0}


def test_unknown_fields_of_announcements_are_ignored() -> None:
    newer = [one | {"later": 1} for one in json.loads(encode_batch(ANNOUNCEMENTS))]
    assert decode_announcements(json.dumps(newer).encode()) == ANNOUNCEMENTS


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_golden_reports_are_read(name: str) -> None:
    report = REPORTS[name]
    golden = (GOLDEN / f"{name}.json").read_bytes()
    assert codec.decode(golden, type(report)) == report
    assert json.loads(codec.encode(report)) == json.loads(golden)


def test_reports_of_before_anything_was_watched_are_read() -> None:
    older = codec.decode((GOLDEN / "headend-report-without-watching.json").read_bytes(), HeadendReport)
    assert older.pictures is None
    assert [(one.quality, one.picture, one.findings) for one in older.channels] == [(None, None, [])]


def test_settings_come_back_from_the_handover() -> None:
    assert StationSettings.from_handover(SETTINGS.handover()) == SETTINGS
    plain = StationSettings(data=Path("data"))
    assert StationSettings.from_handover(plain.handover()) == plain
    assert json.loads((GOLDEN / "settings.json").read_text()) == json.loads(SETTINGS.handover())


def test_the_folder_of_sockets_is_short_enough_for_the_kernel(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 100) / ("y" * 100)
    assert len(str(StationSettings(data=deep).headend_socket(99)).encode()) < 108
    assert StationSettings(data=deep).ring_root != StationSettings(data=tmp_path).ring_root


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("127.0.0.1:8080", "127.0.0.1", 8080), (":80", "0.0.0.0", 80), ("[::1]:8080", "::1", 8080), ("tv:0", "tv", 0)],
)
def test_an_address_to_listen_on_is_read(text: str, host: str, port: int) -> None:
    assert Address.parse(text, field="listen") == Address(host, port)


@pytest.mark.parametrize(
    "text", ["", "8080", "host", "host:", "host:port", "host:65536", "host:-1", "host: 80", "h:٣", "h:²"]
)
def test_an_address_that_cannot_be_listened_on_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Address.parse(text, field="listen")
    assert caught.value.field == "listen"


@pytest.mark.parametrize(
    ("text", "inside"),
    [("127.0.0.1:1", True), ("127.8.9.1:1", True), ("[::1]:1", True), (":1", False), ("[::]:1", False)],
)
def test_loopback_is_told_from_the_network(text: str, inside: bool) -> None:
    assert Address.parse(text, field="listen").is_loopback is inside


@given(st.binary(max_size=60))
def test_a_garbled_line_of_announcements_raises_one_kind_of_error(line: bytes) -> None:
    try:
        read = decode_announcements(line)
    except (msgspec.DecodeError, msgspec.ValidationError):
        read = []
    assert isinstance(read, list)
