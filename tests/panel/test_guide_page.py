"""The page of the guide: a day of the station's zone, a search, one show; and who may see it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from rightcast.domain.guide import Show, day_of
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.guide.assignments import settle_ids
from rightcast.panel.guide.grid import day_of_zone
from rightcast.panel.guide.models import GuideSource
from rightcast.panel.guide.publication import publish_channels
from rightcast.panel.guide.store import store_day
from rightcast.panel.station import operations as station_operations

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")
TOMORROW = datetime.now(ROME).date() + timedelta(days=1)


def at(hour: int) -> int:
    return int(datetime.combine(TOMORROW, datetime.min.time(), ROME).timestamp()) + hour * 3600


@pytest.fixture
def told(actor: Actor, channel: Channel) -> Channel:
    """A channel with two shows tomorrow, in a station in Rome."""
    station_operations.update_station(actor, name="S", territory="IT", timezone="Europe/Rome")
    found = catalogue.update_channel(actor, channel.id, guide_id="one.test")
    source = GuideSource.objects.create(name="Our guide", added=timezone.now(), last_ok=True, last_at=timezone.now())
    shows = [
        Show(
            id=1, guide_id="", start=at(8), stop=at(9), title="Breakfast <b>", description="Coffee", season=1, episode=2
        ),
        Show(id=2, guide_id="", start=at(20), stop=at(22), title="Perché", subtitle="Of it"),
    ]
    for day in {day_of(one.start) for one in shows}:
        store_day(source.id, "one.test", day, [one for one in shows if day_of(one.start) == day])
    settle_ids()
    publish_channels([found.id])
    return found


def page(console: Client, query: str = "") -> str:
    answer = console.get(f"/guide/grid/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_day_shows_its_shows_at_the_stations_clock(console: Client, told: Channel) -> None:
    text = page(console, f"?day={TOMORROW}")
    assert "Breakfast &lt;b&gt;" in text
    assert "08:00-09:00" in text
    assert "--at: 480; --for: 60" in text
    assert "Europe/Rome" in text
    assert "1 source, last import" in text


def test_a_search_leads_to_the_day_and_the_channel(console: Client, told: Channel) -> None:
    text = page(console, "?find=perche")
    assert f"day={TOMORROW}&amp;channel={told.id}&amp;at={at(20)}" in text
    assert f'data-at="{at(20)}"' in page(console, f"?day={TOMORROW}&channel={told.id}&at={at(20)}")
    assert "Nothing called" in page(console, "?find=nothing")


def test_a_show_is_told_whole_also_as_a_part(console: Client, told: Channel) -> None:
    address = f"/guide/show/{told.id}/{at(8)}/"
    whole = console.get(address).content.decode()
    assert "Coffee" in whole
    assert "Season 1, episode 2" in whole
    part = console.get(address, headers={"X-Requested-With": "fetch"}).content.decode()
    assert part.lstrip().startswith("<article")
    assert console.get(f"/guide/show/{told.id}/7/").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["", "?day=x", "?day=0001-01-01", "?page=99", "?category=77", "?name=zzz", "?channel=9&at=1", "?day=9999-12-31"],
)
def test_any_address_makes_a_page(console: Client, channel: Channel, query: str) -> None:
    page(console, query)


def test_an_empty_station_says_what_to_do(console: Client) -> None:
    assert "Add a channel first" in page(console)


def test_many_channels_come_in_pages(console: Client, actor: Actor, told: Channel) -> None:
    for number in range(31):
        catalogue.create_channel(
            actor, name=f"Channel {number}", sources=[catalogue.SourceInput(f"udp://239.1.2.{number}:5000")]
        )
    text = page(console)
    assert "32 channels, page" in text
    assert text.count("data-row=") == 30
    assert page(console, "?page=2").count("data-row=") == 2


@pytest.mark.parametrize(
    ("zone", "day", "hours", "labels"),
    [
        ("Europe/Rome", "2026-03-29", 23, ["01:00", "03:00"]),
        ("Europe/Rome", "2026-10-25", 25, ["02:00", "02:00"]),
        ("America/New_York", "2026-11-01", 25, ["01:00", "01:00"]),
        ("Asia/Kolkata", "2026-03-29", 24, ["01:00", "02:00"]),
    ],
)
def test_a_day_is_as_long_as_it_is_there(zone: str, day: str, hours: int, labels: list[str]) -> None:
    found = day_of_zone(date.fromisoformat(day), ZoneInfo(zone))
    words = [word for _, word in found.hours]
    assert (found.minutes, len(words)) == (hours * 60, hours)
    assert any(words[place : place + 2] == labels for place in range(len(words)))
    assert datetime.fromtimestamp(found.start, UTC).astimezone(ZoneInfo(zone)).hour == 0


def test_who_may_see_channels_may_see_their_guide(staff: Callable[[str], User], told: Channel) -> None:
    browser = Client()
    browser.force_login(staff("Help desk"))
    assert browser.get("/guide/grid/").status_code == 200
    nobody = Client()
    assert nobody.get("/guide/grid/").status_code == 302
