"""Pictures are fetched once, made small, told in guides, and kept within a budget; bad ones are left alone."""

from __future__ import annotations

import dataclasses
import io
import time
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from rightcast.contract.catalogue import Kind
from rightcast.contract.guide_bodies import WrittenDay, decode_shows
from rightcast.domain.errors import InvalidInputError, SourceUnreachableError
from rightcast.domain.guide import GuideDay, Show, day_of
from rightcast.domain.images import image_address, image_id
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.guide import operations as guide
from rightcast.panel.guide.models import Assignment, Who
from rightcast.panel.guide.publication import publish_channels
from rightcast.panel.guide.store import know_channel, store_day
from rightcast.panel.images import fetching, shrinking, wanting
from rightcast.panel.images.keeping import Keeper
from rightcast.panel.images.models import Picture
from rightcast.panel.publish import publisher, records
from rightcast.panel.rights import operations as rights
from rightcast.panel.station import operations as station_operations

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

    from rightcast.contract.station import StationSettings
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db
BASE = "https://tv.example.org"
URL = "https://pictures.example.org/show.jpg"
LOGO = "https://pictures.example.org/logo.png"
NOW = int(time.time())


def _picture(width: int = 2000, height: int = 1000, mode: str = "RGB", kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height)).save(out, kind)
    return out.getvalue()


@pytest.fixture
def public(station: StationSettings, settings: SettingsWrapper) -> StationSettings:
    settings.STATION = dataclasses.replace(station, public_url=BASE)
    return settings.STATION  # type: ignore[no-any-return] # pytest-django knows no types of settings


@pytest.fixture
def shown(actor: Actor, channel: Channel, public: StationSettings, monkeypatch: pytest.MonkeyPatch) -> Channel:
    """A channel with a logo and a show with a picture, all kept here."""
    monkeypatch.setattr("rightcast.panel.images.keeping.PAUSE_S", 0.0)
    station_operations.update_station(actor, name="Test", territory="IT", images="all")
    source = guide.add_source(actor, name="First")
    row = know_channel(source.id, "one", ["One"])
    Assignment.objects.create(channel=channel, guide_channel=row, who=Who.OPERATOR, made=channel.added)
    show = Show(id=0, guide_id="", start=NOW, stop=NOW + 60, title="Film", icon_url=URL)
    store_day(source.id, "one", day_of(NOW), [show])
    publish_channels([channel.id])
    return catalogue.update_channel(actor, channel.id, logo_url=LOGO)


def _told() -> str:
    found = records.load([key for key in records.all_keys() if key[0] is Kind.GUIDE]).values()
    days = [one for one in found if isinstance(one, GuideDay | WrittenDay)]
    (shows,) = (decode_shows(one.shows) if isinstance(one, WrittenDay) else one.shows for one in days)
    return shows[0].icon_url


def test_a_guide_names_the_station_s_own_picture_and_it_is_fetched(shown: Channel, public: StationSettings) -> None:
    assert _told() == image_address(BASE, URL)
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return _picture()

    keeper = Keeper(fetch=fetch)
    assert keeper.look() == 2
    assert keeper.look() == 0
    assert asked == [LOGO, URL]
    sizes = {size: Image.open(public.images / f"{image_id(URL)}-{size}").size for size in "sml"}
    assert sizes == {"s": (160, 80), "m": (480, 240), "l": (1280, 640)}


def test_nothing_is_told_while_pictures_are_not_kept(shown: Channel, actor: Actor) -> None:
    station_operations.update_station(actor, name="Test", territory="IT", images="off")
    assert _told() == URL
    assert Keeper(fetch=lambda _url: _picture()).look() == 0


def test_without_a_public_address_pictures_are_told_by_their_path(
    shown: Channel, public: StationSettings, settings: SettingsWrapper
) -> None:
    settings.STATION = dataclasses.replace(public, public_url="")
    assert _told() == f"/images/{image_id(URL)}-m"


def test_a_picture_that_cannot_be_had_is_left_alone_and_then_named_as_it_came(shown: Channel) -> None:
    tries = []

    def fail(url: str) -> bytes:
        tries.append(url)
        raise SourceUnreachableError("No.")

    _told()
    keeper = Keeper(fetch=fail)
    keeper.look()
    keeper.look()
    assert sorted(tries) == sorted([LOGO, URL])
    Picture.objects.update(failures=3)
    assert _told() == URL


def test_a_logo_is_told_once_it_is_here(shown: Channel, actor: Actor) -> None:
    rights.record_right(
        actor,
        reference="R1",
        licensor="L",
        instrument="contract",
        channel_ids=[shown.id],
        territories=["IT"],
    )

    def logo() -> str:
        (record,) = wanting.channel_records([shown.id]).values()
        return record.logo_url

    assert logo() == LOGO
    Keeper(fetch=lambda _url: _picture(mode="RGBA", kind="PNG")).look()
    assert logo() == image_address(BASE, LOGO)


def test_the_budget_is_kept(shown: Channel, public: StationSettings) -> None:
    _told()
    Keeper(fetch=lambda _url: _picture(), budget_bytes=1).look()
    assert not Picture.objects.filter(is_logo=False).exists()
    assert not (public.images / f"{image_id(URL)}-m").exists()
    assert (public.images / f"{image_id(LOGO)}-m").exists()


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shrinking, "MOST_PIXELS", 100)
    with pytest.raises(InvalidInputError, match="too many"):
        shrinking.shrunk(_picture(20, 20))


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"\x89PNG\r\n\x1a\n", _picture()[:300]])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInputError):
        shrinking.shrunk(data)


def test_a_transparent_picture_stays_transparent() -> None:
    found = shrinking.shrunk(_picture(300, 300, "RGBA", "PNG"))
    assert Image.open(io.BytesIO(found["s"])).mode == "RGBA"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/x", "http://169.254.169.254/x", "file:///etc/passwd", "http://[::1]/x"]
)
def test_addresses_inside_are_refused(url: str) -> None:
    with pytest.raises(SourceUnreachableError):
        fetching.fetched(url)


def test_another_setting_lets_everything_be_told_anew(shown: Channel, public: StationSettings, tmp_path: Path) -> None:
    publisher.drain()
    Keeper(fetch=lambda _url: _picture()).look()
    assert publisher.drain()
    assert (public.images / "mode").read_text(encoding="utf-8") == f"all {BASE}"
