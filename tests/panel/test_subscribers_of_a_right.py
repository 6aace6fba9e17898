"""A right for so many lines: what would exceed it is refused with counts, and when it shrinks the oldest stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from rightcast.domain.errors import ConflictError
from rightcast.domain.rights import Bounds
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.catalogue import lineups
from rightcast.panel.lines import operations as lines
from rightcast.panel.rights import operations, queries

if TYPE_CHECKING:
    from django.test import Client

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel, Package
    from rightcast.panel.rights.models import CarriageRight

pytestmark = pytest.mark.django_db


@pytest.fixture
def right(actor: Actor, channel: Channel) -> CarriageRight:
    return operations.record_right(
        actor, reference="C1", licensor="Studio", instrument="contract", channel_ids=[channel.id], territories=["IT"],
        bounds=Bounds(subscribers=2),
    )  # fmt: skip


@pytest.fixture
def package(actor: Actor, channel: Channel) -> Package:
    return lineups.create_package(actor, name="Base", channel_ids=[channel.id])


def add(actor: Actor, name: str, package: Package | None = None, territory: str = "IT") -> int:
    wanted = [] if package is None else [package.id]
    return lines.create_line(actor, name=name, package_ids=wanted, territory=territory).line.id


def newest(right: CarriageRight) -> int:
    return queries.right_records([right.id])[right.id].newest_line_id


def test_a_line_too_many_is_refused_with_the_counts(actor: Actor, right: CarriageRight, package: Package) -> None:
    add(actor, "anna", package)
    add(actor, "bert", package)
    with pytest.raises(ConflictError, match="C1 is for 2 lines; 2 have it, and with this 3 would"):
        add(actor, "carl", package)
    other = add(actor, "dora")
    with pytest.raises(ConflictError):
        lines.set_packages(actor, other, [package.id])
    add(actor, "emil", package, territory="DE")
    assert newest(right) == 0


def test_a_channel_is_not_put_where_too_many_lines_have_the_package(
    actor: Actor, right: CarriageRight, channel: Channel
) -> None:
    lineup = lineups.create_lineup(actor, name="Empty")
    package = lineups.create_package(actor, name="Big", lineup_ids=[lineup.id])
    for name in ("anna", "bert", "carl"):
        add(actor, name, package)
    with pytest.raises(ConflictError, match="0 have it"):
        lineups.set_lineup_entries(actor, lineup.id, [(channel.id, None, None)])
    full = lineups.create_lineup(actor, name="Full", entries=[(channel.id, None, None)])
    with pytest.raises(ConflictError):
        lineups.update_package(actor, package.id, name="Big", lineup_ids=[full.id])


def test_a_line_is_enabled_only_if_there_is_room(actor: Actor, right: CarriageRight, package: Package) -> None:
    first = add(actor, "anna", package)
    add(actor, "bert", package)
    lines.disable_line(actor, first)
    add(actor, "carl", package)
    with pytest.raises(ConflictError):
        lines.enable_line(actor, first)


def test_when_it_shrinks_the_oldest_stay_and_it_is_told(actor: Actor, right: CarriageRight, package: Package) -> None:
    first = add(actor, "anna", package)
    second = add(actor, "bert", package)
    operations.update_right(actor, right.id, bounds=Bounds(subscribers=1))
    assert newest(right) == first
    assert "the newest are refused" in AuditRow.objects.get(action="right.over-subscribed").sentence
    lines.disable_line(actor, first)
    assert newest(right) == 0
    assert lines.set_screens(actor, second, 2).max_sessions == 2


def test_board_and_page_say_how_near_it_is(
    client: Client, admin_user: object, actor: Actor, right: CarriageRight, package: Package
) -> None:
    client.force_login(admin_user)  # type: ignore[arg-type]
    add(actor, "anna", package)
    add(actor, "bert", package)
    board = client.get(reverse("agreements"))
    assert "2 of 2 lines" in board.content.decode()
    operations.update_right(actor, right.id, bounds=Bounds(subscribers=1))
    page = client.get(reverse("agreement", args=[right.id])).content.decode()
    assert "2 of 1" in page
    assert "1 newest are refused" in page
