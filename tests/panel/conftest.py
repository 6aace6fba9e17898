"""A station in a temporary folder: its own keys, feed and reports, the database of pytest-django."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from rightcast.contract.station import StationSettings
from rightcast.panel.audit.operations import Actor
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.console import live
from rightcast.panel.publish import publisher
from rightcast.panel.staff.groups import ensure_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_django import DjangoCaptureOnCommitCallbacks
    from pytest_django.fixtures import SettingsWrapper

    from rightcast.panel.catalogue.models import Channel
    from rightcast.state.feed import FileFeed


@pytest.fixture(autouse=True)
def station(tmp_path: Path, settings: SettingsWrapper) -> Iterator[StationSettings]:
    """Settings of a station that nobody else shares; passwords are hashed quickly."""
    made = StationSettings(data=tmp_path / "data", ring=tmp_path / "ring")
    settings.STATION = made
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    yield made
    for kept in publisher._feeds.values():
        kept.close()
    publisher._feeds.clear()
    live._kept.clear()


@pytest.fixture
def feed(station: StationSettings) -> FileFeed:
    """The feed that operations of this test publish to."""
    return publisher.station_feed()  # type: ignore[return-value]


@pytest.fixture
def actor() -> Actor:
    """Somebody who may do everything."""
    return Actor.system()


@pytest.fixture
def channel(db: None, actor: Actor) -> Channel:
    """A channel that waits for a right."""
    return catalogue.create_channel(actor, name="One", sources=[catalogue.SourceInput("udp://239.1.1.1:5000")])


@pytest.fixture
def staff(db: None) -> Callable[[str], User]:
    """Makes an operator of a group."""
    ensure_groups()

    def make(group: str) -> User:
        user = User.objects.create_user(f"{group}-user".replace(" ", "-"), password="pw", is_staff=True)
        user.groups.add(Group.objects.get(name=group))
        return user

    return make


@pytest.fixture
def console(db: None) -> Client:
    """A browser in which an owner is signed in."""
    browser = Client()
    browser.force_login(User.objects.create_superuser("owner", password="pw"))
    return browser


@pytest.fixture
def publishing(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> DjangoCaptureOnCommitCallbacks:
    """A block after which what was committed is published, as it would be outside tests."""
    return django_capture_on_commit_callbacks
