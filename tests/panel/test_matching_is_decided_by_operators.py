"""Searches assign what is certain and propose the rest; operators decide, and every step can be undone."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from rightcast.domain.guide import Show, day_of
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.guide import operations as guide
from rightcast.panel.guide.models import Assignment, ChannelDay, GuideChannel, Who
from rightcast.panel.guide.store import know_channel, store_day
from rightcast.panel.matching import operations, steps
from rightcast.panel.matching.models import MatchStep, Proposal
from rightcast.panel.matching.searching import Searcher

if TYPE_CHECKING:
    from django.test import Client

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db
NOW = int(time.time())


@pytest.fixture
def one(actor: Actor, channel: Channel) -> Channel:
    return catalogue.update_channel(actor, channel.id, name="IT: Rai Uno HD")


@pytest.fixture
def source(actor: Actor) -> int:
    return guide.add_source(actor, name="First").id


def _theirs(source: int, guide_id: str, name: str, title: str = "Tg") -> GuideChannel:
    row = know_channel(source, guide_id, [name])
    start = NOW - 3600  # long enough to be on whenever a slow machine comes to this test
    store_day(source, guide_id, day_of(start), [Show(id=0, guide_id="", start=start, stop=NOW + 7200, title=title)])
    return row


def _assigned() -> list[tuple[int, int, str]]:
    rows = Assignment.objects.filter(refused=False)
    return [(row.channel_id, row.guide_channel_id, row.who) for row in rows]


def test_a_certain_name_is_assigned_by_itself_and_published(actor: Actor, one: Channel, source: int) -> None:
    theirs = _theirs(source, "rai1", "Rai 1")
    outcome = operations.search(actor)
    assert (outcome.assigned, outcome.proposed) == (1, 0)
    assert _assigned() == [(one.id, theirs.id, Who.AUTOMATIC)]
    assert ChannelDay.objects.get().channel_id == one.id


def test_a_likeness_waits_for_an_operator(actor: Actor, one: Channel, source: int) -> None:
    theirs = _theirs(source, "rai1", "Raai 1")
    assert operations.search(actor).proposed == 1
    assert not _assigned()
    operations.accept(actor, one.id, theirs.id)
    assert _assigned() == [(one.id, theirs.id, Who.OPERATOR)]
    assert not Proposal.objects.exists()


def test_a_search_leaves_alone_what_operators_decided(actor: Actor, one: Channel, source: int) -> None:
    wrong = _theirs(source, "other", "Something else")
    _theirs(source, "rai1", "Rai 1")
    operations.accept(actor, one.id, wrong.id)
    operations.search(actor)
    assert _assigned() == [(one.id, wrong.id, Who.OPERATOR)]


def test_what_was_refused_is_never_proposed_again(actor: Actor, one: Channel, source: int) -> None:
    theirs = _theirs(source, "rai1", "Rai 1")
    operations.search(actor)
    operations.refuse(actor, one.id, theirs.id)
    assert not ChannelDay.objects.exists()
    operations.search(actor)
    assert not _assigned()
    assert not Proposal.objects.exists()


def test_a_channel_left_without_is_left_alone(actor: Actor, one: Channel, source: int) -> None:
    _theirs(source, "rai1", "Rai 1")
    operations.search(actor)
    operations.leave_without(actor, one.id)
    operations.search(actor)
    assert not _assigned()


def test_undo_lets_everything_be_as_it_was(actor: Actor, one: Channel, source: int) -> None:
    theirs = _theirs(source, "rai1", "Rai 1")
    operations.search(actor)
    step = operations.leave_without(actor, one.id)
    assert step is not None
    operations.undo(actor, step.id)
    assert _assigned() == [(one.id, theirs.id, Who.AUTOMATIC)]
    assert ChannelDay.objects.exists()
    assert AuditRow.objects.filter(kept_sentence__startswith="undid").exists()


def test_what_a_search_found_and_an_operator_undid_is_not_found_again_until_that_is_undone(
    actor: Actor, one: Channel, source: int
) -> None:
    theirs = _theirs(source, "rai1", "Rai 1")
    step = operations.search(actor).step
    assert step is not None
    operations.undo(actor, step.id)
    operations.search(actor)
    assert not _assigned()
    assert not Proposal.objects.exists()
    operations.undo(actor, MatchStep.objects.latest("id").id)
    assert _assigned() == [(one.id, theirs.id, Who.AUTOMATIC)]


def test_what_was_accepted_and_undone_waits_again(actor: Actor, one: Channel, source: int) -> None:
    theirs = _theirs(source, "rai1", "Raai 1")
    operations.search(actor)
    step = operations.accept(actor, one.id, theirs.id)
    assert step is not None
    operations.undo(actor, step.id)
    assert not _assigned()
    assert Proposal.objects.get().guide_channel_id == theirs.id


def test_undo_leaves_alone_what_was_decided_since(actor: Actor, one: Channel, source: int) -> None:
    first, second = _theirs(source, "a", "A first"), _theirs(source, "b", "B second")
    step = operations.accept(actor, one.id, first.id)
    operations.accept(actor, one.id, second.id)
    assert step is not None
    operations.undo(actor, step.id)
    assert _assigned() == [(one.id, second.id, Who.OPERATOR)]


def test_all_above_a_score_are_accepted_but_not_where_two_are_as_good(actor: Actor, one: Channel, source: int) -> None:
    two = catalogue.create_channel(actor, name="Twins", sources=[catalogue.SourceInput("udp://239.1.1.2:5000")])
    good = _theirs(source, "rai1", "Raai 1")
    _theirs(source, "t1", "Twins")
    _theirs(source, "t2", "Twins")
    operations.search(actor)
    assert {row.channel_id for row in Proposal.objects.all()} == {one.id, two.id}
    operations.accept_above(actor, 75)
    assert _assigned() == [(one.id, good.id, Who.OPERATOR)]


def test_a_large_step_is_published_by_the_jobs(actor: Actor, one: Channel, source: int) -> None:
    theirs = _theirs(source, "rai1", "Rai 1")
    wish = steps.Wish(one.id, theirs.id, (0, 99.0, Who.AUTOMATIC.value, False))
    step = steps.take(actor, "did much", [wish])
    assert step is not None
    MatchStep.objects.update(published=False)
    assert steps.publish_waiting() == 1
    assert steps.publish_waiting() == 0


def test_the_jobs_search_when_names_change(actor: Actor, one: Channel, source: int) -> None:
    searcher = Searcher()
    assert searcher.look()
    assert not searcher.look()
    _theirs(source, "rai1", "Rai 1")
    assert searcher.look()
    assert _assigned()


def test_the_page_shows_what_is_on_now_on_a_proposal(actor: Actor, one: Channel, source: int, console: Client) -> None:
    _theirs(source, "rai1", "Raai 1", title="Linea Verde")
    operations.search(actor)
    text = console.get("/guide/matching/").content.decode()
    assert "IT: Rai Uno HD" in text
    assert "Linea Verde" in text
    assert "likely" in text or "perhaps" in text


def test_the_channel_s_page_says_whose_guide_it_has(actor: Actor, one: Channel, source: int, console: Client) -> None:
    _theirs(source, "rai1", "Rai 1")
    operations.search(actor)
    text = console.get(f"/catalogue/channel/{one.id}/change/").content.decode()
    assert "Has Rai 1 of First." in text
    assert f"/guide/week/{one.id}/" in text


def test_one_click_accepts(actor: Actor, one: Channel, source: int, console: Client) -> None:
    theirs = _theirs(source, "rai1", "Raai 1")
    operations.search(actor)
    fields = {"deed": "accept", "channel": one.id, "guide_channel": theirs.id, "back": "/guide/matching/?show=review"}
    answer = console.post("/guide/matching/act/", fields)
    assert answer.headers["Location"] == "/guide/matching/?show=review"
    assert _assigned() == [(one.id, theirs.id, Who.OPERATOR)]


def test_the_preview_says_what_would_be_accepted(actor: Actor, one: Channel, source: int, console: Client) -> None:
    _theirs(source, "rai1", "Raai 1")
    operations.search(actor)
    text = console.get("/guide/matching/?above=75").content.decode()
    assert "1 channel would get its best proposal" in text
    assert not _assigned()


def test_another_guide_channel_is_found_by_a_part_of_its_name(
    actor: Actor, one: Channel, source: int, console: Client
) -> None:
    _theirs(source, "zdf.de", "ZDF")
    assert "zdf.de" in console.get(f"/guide/matching/{one.id}/?q=zd").content.decode()


@pytest.mark.parametrize(
    "fields", [{}, {"deed": "accept"}, {"deed": "above", "above": "x"}, {"deed": "undo", "step": "9"}]
)
def test_strange_clicks_are_refused_in_words(fields: dict[str, str], console: Client) -> None:
    answer = console.post("/guide/matching/act/", {**fields, "back": "//elsewhere"})
    assert answer.headers["Location"] == "/guide/matching/"


def test_dates_are_aware(actor: Actor, one: Channel, source: int) -> None:
    theirs = _theirs(source, "rai1", "Rai 1")
    operations.accept(actor, one.id, theirs.id)
    assert Assignment.objects.get().made <= datetime.now(UTC)
