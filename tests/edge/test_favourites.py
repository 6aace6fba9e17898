"""Favourites of boxes: each has its own, they stay, and what cannot be kept is not promised."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.edge.box import Box
from tests.edge.test_portal import DEVICE, change

if TYPE_CHECKING:
    from tests.edge.station import TestStation


@pytest.fixture
async def box(station: TestStation) -> Box:
    await change(station)
    return Box(station)


async def test_favourites_of_a_box_are_its_own_and_stay(station: TestStation, box: Box) -> None:
    other = replace(DEVICE, id=42, handle="00:1A:79:00:00:02")
    await change(station, credentials=(DEVICE, other))
    second = Box(station, mac=other.handle)
    await box.sign_in()
    await second.sign_in()
    assert await box.js("itv", "set_fav", fav_ch="2,9,x,,2") is True
    assert await box.js("itv", "get_fav_ids") == ["2"]
    page = await box.js("itv", "get_ordered_list", fav="1")
    assert [(one["id"], one["fav"]) for one in page["data"]] == [("2", 1)]
    assert [one["fav"] for one in (await box.js("itv", "get_ordered_list"))["data"]] == [0, 1]
    assert await second.js("itv", "get_fav_ids") == []
    await station.restart_edge()
    assert (await box.js("itv", "get_all_fav_channels"))["total_items"] == 1
    assert await box.js("itv", "set_fav", fav_ch="") is True
    assert await box.js("itv", "get_fav_ids") == []


async def test_favourites_that_cannot_be_kept_are_not_promised(station: TestStation, box: Box) -> None:
    station.settings.favourites.mkdir()
    await box.sign_in()
    assert await box.js("itv", "set_fav", fav_ch="1") is False
    assert await box.js("itv", "get_fav_ids") == []
