"""The table of player apps: who is recognised by what, and that every row says where it comes from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.players import GENERIC, PLAYERS, Catchup, catchup_named, player_named, recognised


@pytest.mark.parametrize(
    ("agent", "key"),
    [
        ("Kodi/21.1 (X11; Linux x86_64) App_Bitness/64 Version/21.1", "kodi"),
        ("TiviMate/5.1.0 (Android 12)", "tivimate"),
        ("VLC/3.0.21 LibVLC/3.0.21", "vlc"),
        ("Mozilla/5.0 (SmartHub; SMART-TV) SS IPTV/1.1", "ssiptv"),
        ("Smart IPTV", "smartiptv"),
        ("Net IPTV/2.0", "netiptv"),
        ("Jellyfin-Server/10.9.0", "jellyfin"),
        ("PlexMediaServer/1.40", "jellyfin"),
        ("Emby/4.8", "jellyfin"),
        ("Lavf/61.1.100", "generic"),
        ("", "generic"),
    ],
)
def test_an_app_is_known_by_what_it_calls_itself(agent: str, key: str) -> None:
    assert recognised(agent).key == key


def test_an_app_is_known_by_the_call_that_only_it_makes() -> None:
    assert recognised("Mozilla/5.0 (Web0S)", "/playlist.m3u").key == "ssiptv"
    assert recognised("Kodi/21.1", "/playlist.m3u").key == "kodi"


def test_what_is_asked_for_wins_and_nonsense_does_not() -> None:
    assert recognised("Kodi/21.1", wanted="VLC").key == "vlc"
    assert recognised("Kodi/21.1", wanted="nonsense").key == "kodi"
    assert player_named("Plex") is player_named("jellyfin")
    assert player_named("nonsense") is None


def test_every_row_has_a_key_of_its_own_and_a_source() -> None:
    assert len({one.key for one in PLAYERS}) == len(PLAYERS)
    assert all(len(one.source) > 20 and ":" in one.source for one in PLAYERS)
    assert PLAYERS[-1] is GENERIC


def test_every_app_is_recognised_by_its_own_example() -> None:
    assert [recognised(one.example) for one in PLAYERS] == list(PLAYERS)


def test_an_unknown_form_of_catch_up_is_the_apps_own() -> None:
    assert catchup_named("xc", Catchup.DEFAULT) is Catchup.XC
    assert catchup_named("no such", Catchup.SHIFT) is Catchup.SHIFT


@given(st.text(max_size=400), st.text(max_size=60), st.text(max_size=20))
def test_anything_is_recognised_as_something(agent: str, path: str, wanted: str) -> None:
    assert recognised(agent, path, wanted) in PLAYERS
