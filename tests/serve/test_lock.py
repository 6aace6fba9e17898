"""One station per data folder, and what commands learn about it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.station import Address, StationSettings
from rightcast.domain.errors import ConflictError
from rightcast.serve.lock import on_air, remember_settings, remembered_settings, station_lock

if TYPE_CHECKING:
    from pathlib import Path


def test_a_second_station_in_the_folder_is_refused_and_the_first_named(tmp_path: Path) -> None:
    with station_lock(tmp_path), pytest.raises(ConflictError, match=str(os.getpid())), station_lock(tmp_path):
        pass


def test_the_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    with station_lock(tmp_path):
        pass
    with station_lock(tmp_path):
        pass


def test_commands_see_whether_a_station_is_on_air(tmp_path: Path) -> None:
    assert not on_air(tmp_path)
    with station_lock(tmp_path):
        assert on_air(tmp_path)
    assert not on_air(tmp_path)


def test_a_folder_that_does_not_exist_is_off_air(tmp_path: Path) -> None:
    assert not on_air(tmp_path / "none")


def test_commands_learn_the_settings_of_the_station(tmp_path: Path) -> None:
    settings = StationSettings(data=tmp_path, listen=Address("127.0.0.1", 9), ring=tmp_path / "r", edges=3)
    remember_settings(settings)
    assert remembered_settings(tmp_path) == settings


def test_a_folder_that_was_moved_is_read_where_it_is_now(tmp_path: Path) -> None:
    settings = StationSettings(data=tmp_path / "old", edges=3)
    (tmp_path / "old").mkdir()
    remember_settings(settings)
    (tmp_path / "old").rename(tmp_path / "new")
    assert remembered_settings(tmp_path / "new") == StationSettings(data=tmp_path / "new", edges=3)


@pytest.mark.parametrize("text", ["", "{}", "[1]", "rubbish", '{"data": 5}'])
def test_rubbish_in_place_of_the_settings_gives_the_defaults(tmp_path: Path, text: str) -> None:
    (tmp_path / "station.json").write_text(text)
    assert remembered_settings(tmp_path) == StationSettings(data=tmp_path)
