"""Names of channels are taken apart as lists dress them, and only what makes a channel another one stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.channel_names import channel_name, country_of_id, name_of_id


@pytest.mark.parametrize(
    ("dressed", "plain"),
    [
        ("IT: Rai Uno FHD", "Rai 1"),
        ("|UK| BBC One", "bbc 1"),
        ("Rai 1 (IT)", "RAI1"),
        ("DE - Das Erste HD", "Das Erste"),
        ("Sky Sport Ultra HD", "sky sport"),
        ("ᴴᴰ Sky Sport ²", "Sky Sport 2"),
        ("Canale Cinque 4K", "canale5"),
        ("RTL HD+", "RTL"),
        ("Télé Zürich", "Tele Zurich"),
        ("ES: La Dos", "la 2"),
        ("M6 1080p HEVC", "M6"),
        ("Canal+ 1", "Canal Plus 1"),
    ],
)
def test_dress_does_not_matter(dressed: str, plain: str) -> None:
    assert channel_name(dressed).key == channel_name(plain).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sky Sport 1", "Sky Sport 2"),
        ("Canal+ 1", "Canal 1"),
        ("Canale 5", "Channel 5"),
        ("Kanal 4", "4"),
        ("TV 8", "8"),
    ],
)
def test_other_channels_stay_others(one: str, other: str) -> None:
    assert channel_name(one).key != channel_name(other).key


def test_country_quality_and_time_shift_are_told() -> None:
    found = channel_name("UK | ITV 1 +1 HD")
    assert (found.key, found.country, found.quality, found.shift_h) == ("itv1", "gb", "hd", 1)


def test_ids_tell_their_country() -> None:
    assert (country_of_id("Rai1.it@SD"), name_of_id("Rai1.it")) == ("it", "Rai1")
    assert country_of_id("dvb://13e.4800.d49") == ""


@given(st.text(max_size=40))
def test_any_name_can_be_taken_apart(text: str) -> None:
    found = channel_name(text)
    assert found.key == found.words.replace(" ", "")
    assert found.key == found.key.strip()


@given(st.text(st.characters(categories=["L"]), min_size=4, max_size=20), st.sampled_from(["HD", "FHD", "4K", "UHD"]))
def test_a_resolution_never_makes_another_channel(name: str, tag: str) -> None:
    assert channel_name(f"{name} {tag}").key == channel_name(name).key
