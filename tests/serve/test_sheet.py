"""What to open on a demo station, from its folder alone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from rightcast.contract.catalogue import Change, Kind
from rightcast.contract.station import Address, StationSettings
from rightcast.domain.errors import NotFoundError
from rightcast.domain.lineup import Channel
from rightcast.serve.demo import CHANNELS
from rightcast.serve.sheet import DemoNote, demo_sheet, sheet_lines, write_demo_note
from rightcast.state.feed import FileFeed
from rightcast.state.keys import station_key
from tests.contract.examples import RECORDS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def settings(tmp_path: Path) -> StationSettings:
    settings = StationSettings(data=tmp_path, listen=Address("127.0.0.1", 8090), console=Address("127.0.0.1", 8091))
    station_key(settings.keys)
    return settings


@pytest.fixture
def filled(settings: StationSettings) -> StationSettings:
    """A demo of channels 1 and 2; channel 3 is not the demo's, channel 2 was removed."""
    channel = RECORDS["channel"]
    assert isinstance(channel, Channel)
    feed = FileFeed(settings.feed)
    feed.publish([Change(Kind.CHANNEL, key, replace(channel, id=key, name=f"C{key}")) for key in (1, 3)])
    feed.close()
    write_demo_note(settings, DemoNote(username="demo", password="secret", channels=[1, 2]))
    (settings.keys / "operator.json").write_text('{"user": "operator", "password": "hush"}')
    return settings


def test_without_a_demo_the_way_to_one_is_told(settings: StationSettings) -> None:
    with pytest.raises(NotFoundError, match="serve --demo"):
        demo_sheet(settings)


def test_the_sheet_has_its_agreed_shape(filled: StationSettings) -> None:
    base = "http://127.0.0.1:8090"
    assert json.loads(msgspec.json.encode(demo_sheet(filled))) == {
        "console": {"url": "http://127.0.0.1:8091/", "user": "operator", "password": "hush"},
        "m3u": f"{base}/get.php?username=demo&password=secret&type=m3u_plus&output=ts",
        "xmltv": f"{base}/xmltv.php?username=demo&password=secret",
        "xtream": {"server": base, "username": "demo", "password": "secret"},
        "channels": [
            {
                "id": 1,
                "name": "C1",
                "ts": f"{base}/live/demo/secret/1.ts",
                "hls": f"{base}/live/demo/secret/1.m3u8",
            }
        ],
    }


def test_a_password_that_is_not_kept_any_more_is_called_your_own(filled: StationSettings) -> None:
    (filled.keys / "operator.json").unlink()
    assert any("your own password" in line for line in sheet_lines(demo_sheet(filled)))


def test_the_sheet_for_people_fits_a_terminal_and_ends_in_commands(filled: StationSettings) -> None:
    lines = sheet_lines(demo_sheet(filled))
    assert any(line.strip().startswith("ffplay ") for line in lines)
    assert any(line.strip().startswith("vlc ") for line in lines)
    assert max(map(len, lines)) <= 120


def test_the_note_is_for_its_owner_only(filled: StationSettings) -> None:
    assert (filled.keys / "demo.json").stat().st_mode & 0o777 == 0o600


def test_the_demo_has_television_in_high_definition_and_radio() -> None:
    assert len(CHANNELS) >= 4
    assert {"1920x1080", ""} <= {channel.size for channel in CHANNELS}
    assert len({channel.number for channel in CHANNELS}) == len(CHANNELS)
