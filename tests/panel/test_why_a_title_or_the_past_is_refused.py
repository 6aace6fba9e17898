"""`explain` answers for titles of the library and for the past of a channel as an edge would, link by link."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest
from django.urls import reverse
from django.utils import timezone

from rightcast.domain.entitlement import Allowed, Denied, Reason
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.library import TitleKind
from rightcast.domain.recordings import Status
from rightcast.domain.rights import Bounds, Copies, Later
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.library.models import Title
from rightcast.panel.library.operations import create_collection, create_title
from rightcast.panel.lines import operations as lines
from rightcast.panel.lines.explaining import explain_asked
from rightcast.panel.lines.viewpoint import Viewpoint
from rightcast.panel.recordings.models import Recording
from rightcast.panel.rights import operations as rights
from rightcast.panel.rights.models import CarriageRight
from rightcast.panel.takedowns.operations import take_down
from rightcast.panel.takedowns.orders import Order
from rightcast.state.archive.reel import ReelWriter, channel_reel

if TYPE_CHECKING:
    from datetime import datetime

    from django.test import Client

    from rightcast.contract.station import StationSettings
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel
    from rightcast.panel.lines.queries import Explanation

pytestmark = pytest.mark.django_db


class World:
    """A line with a channel whose last five hours may be watched, and with one film."""

    def __init__(self, actor: Actor, channel: Channel, station: StationSettings) -> None:
        self.actor, self.channel, self.now = actor, channel, timezone.now()
        self.films = create_collection(actor, name="Films")
        self.package = catalogue.create_package(actor, name="Base", channel_ids=[channel.id])
        self.films.packages.add(self.package)
        self.film = create_title(actor, TitleKind.FILM, {"name": "The Sea", "collection_id": self.films.id})
        Title.objects.filter(id=self.film.id).update(file_name="sea.mp4", file_bytes=1, length_s=60)
        self.right = rights.record_right(
            actor, reference="R1", licensor="L", instrument="contract", channel_ids=[channel.id], territories=["IT"],
            starts=self.now - timedelta(days=30), later=Later(catchup_h=5), collection_ids=[self.films.id],
        )  # fmt: skip
        self.line = lines.create_line(actor, name="anna", package_ids=[self.package.id], territory="IT").line
        self._reel = channel_reel(station.archive_root, channel.id)

    def keep(self, moment: datetime) -> None:
        """Archive the minute after a moment."""
        writer = ReelWriter(self._reel)
        writer.append(b"\x47" * 188, start=moment.timestamp(), duration=60.0, new_epoch=True)
        writer.close()

    def past(self, hours: float, **seen: str) -> Explanation:
        """Ask for what was on air so many hours ago."""
        moment = self.now - timedelta(hours=hours)
        return explain_asked("anna", "One", past=moment, seen=Viewpoint(**seen))  # type: ignore[arg-type]


@pytest.fixture
def world(actor: Actor, channel: Channel, station: StationSettings) -> World:
    return World(actor, channel, station)


def reason(found: Explanation) -> Reason | None:
    return found.verdict.reason if isinstance(found.verdict, Denied) else None


def test_a_title_is_explained_by_the_chain_that_edges_go_through(world: World) -> None:
    found = explain_asked("anna", title_named="The Sea")
    assert isinstance(found.verdict, Allowed)
    assert (found.verdict.right_id, found.title) == (world.right.id, world.film)
    assert "the title is still offered" in [check.rule for check in found.checks]
    world.films.packages.clear()
    assert reason(explain_asked("anna", title_named="The Sea")) is Reason.NOT_IN_PACKAGE


def test_a_title_is_refused_by_right_bound_takedown_and_moment(world: World) -> None:
    elsewhere = Viewpoint(where="FR")
    CarriageRight.objects.filter(id=world.right.id).update(bounds=msgspec.to_builtins(Bounds(presence=("IT",))))
    assert "R1" in explain_asked("anna", title_named="The Sea").left_aside
    assert reason(explain_asked("anna", title_named="The Sea", seen=elsewhere)) is Reason.OUTSIDE_PRESENCE
    before = Viewpoint(at=world.now - timedelta(days=60))
    assert reason(explain_asked("anna", title_named="The Sea", seen=before)) is Reason.RIGHT_NOT_YET
    take_down(world.actor, Order(title_ids=(world.film.id,)))
    assert reason(explain_asked("anna", title_named="The Sea")) is Reason.TAKEN_DOWN


def test_an_unknown_title_and_one_that_is_not_offered_are_answers(world: World) -> None:
    assert reason(explain_asked("anna", title_named="Nothing")) is Reason.UNKNOWN_TITLE
    Title.objects.update(wanted=False)
    assert reason(explain_asked("anna", title_named="The Sea")) is Reason.UNKNOWN_TITLE


def test_the_past_is_watched_as_far_as_the_right_and_the_archive_reach(world: World) -> None:
    assert reason(world.past(2)) is Reason.NOT_KEPT
    world.keep(world.now - timedelta(hours=2))
    found = world.past(2)
    assert isinstance(found.verdict, Allowed)
    assert "R1: catch-up of 5 h" in [check.detail for check in found.checks]
    assert reason(world.past(6)) is Reason.TOO_LONG_AGO
    assert reason(world.past(-1)) is Reason.NOT_YET_ON_AIR


def test_the_past_begins_with_the_live_picture(world: World) -> None:
    rights.update_right(world.actor, world.right.id, territories=["GB"])
    assert reason(world.past(2)) is Reason.OUTSIDE_TERRITORY
    rights.update_right(world.actor, world.right.id, territories=["IT"], later=Later())
    found = world.past(2)
    assert reason(found) is Reason.PAST_NOT_GRANTED
    assert found.checks[-1].detail == "R1: live only"


def test_a_programme_that_was_taken_down_is_dark_and_the_rest_is_not(world: World) -> None:
    for hours in (2, 3):
        world.keep(world.now - timedelta(hours=hours))
    span = {"shown_from": world.now - timedelta(hours=3.2), "shown_until": world.now - timedelta(hours=2.8)}
    take_down(world.actor, Order(channel_ids=(world.channel.id,), **span))  # type: ignore[arg-type]
    assert reason(world.past(3)) is Reason.TAKEN_DOWN
    assert reason(world.past(2)) is None


def test_a_recording_of_the_moment_is_told_with_its_own_decision(world: World) -> None:
    start = int(world.now.timestamp()) - 7 * 3600
    Recording.objects.create(
        line=world.line, channel=world.channel, start=start, stop=start + 7200, title="Match", ordered=world.now,
        changed=world.now, status=Status.DONE.value, copies=Copies.PRIVATE.value,
    )  # fmt: skip
    found = world.past(6)
    assert reason(found) is Reason.TOO_LONG_AGO
    assert [(one.title, one.reason) for one in found.recordings] == [("Match", Reason.NOT_RECORDABLE)]
    rights.update_right(world.actor, world.right.id, later=Later(recordings=Copies.PRIVATE))
    assert world.past(6).recordings[0].reason is None
    assert world.past(1).recordings == ()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "channel"),
        ({"channel_named": "One", "title_named": "The Sea"}, "channel"),
        ({"title_named": "The Sea", "past": timezone.now()}, "past"),
        ({"title_named": "The Sea", "seen": Viewpoint(height=720)}, "height"),
    ],
)
def test_a_question_that_cannot_be_asked_names_its_field(world: World, asked: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        explain_asked("anna", **asked)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_page_and_api_answer_for_titles_and_for_the_past(console: Client, world: World) -> None:
    title = {"line": "anna", "title": "The Sea"}
    assert "Allowed: It may watch." in console.get(reverse("why"), title).content.decode()
    told = console.get(reverse("why-json"), title).json()
    assert (told["allowed"], told["title"]["name"], told["channel"]) == (True, "The Sea", None)
    past = {"line": "anna", "channel": "One", "past": (world.now - timedelta(hours=9)).isoformat()}
    assert "What is granted reaches back to it: <b>no</b>" in console.get(reverse("why"), past).content.decode()
    assert console.get(reverse("why-json"), past).json()["reason"] == "past-too-long-ago"
    for bad in ({"line": "anna"}, {**title, "channel": "One"}, {**past, "past": "lately"}, {**past, "height": "²"}):
        assert console.get(reverse("why-json"), bad).status_code == 400
        assert console.get(reverse("why"), bad).status_code == 200
