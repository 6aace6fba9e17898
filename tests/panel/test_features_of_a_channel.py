"""A feature is set as a whole, audited, published, and has a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django import forms
from django.test import Client

from rightcast.domain.errors import InvalidInputError, NotFoundError
from rightcast.domain.features import FEATURES
from rightcast.domain.ladder import Ladder
from rightcast.domain.watch import Watch
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.catalogue import operations
from rightcast.panel.catalogue.features import features_of, stored_form
from rightcast.panel.catalogue.queries import to_record
from rightcast.panel.features import registry
from rightcast.panel.features.form import FeatureForm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.contrib.auth.models import User

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db


class _WatchForm(FeatureForm[Watch]):
    feature = Watch
    title = "Watching"
    explanation = "What is looked at."
    often_s = forms.IntegerField(min_value=1, initial=4)
    careful = forms.BooleanField(required=False)
    how = forms.ChoiceField(choices=[("a", "A"), ("b", "B")])

    @classmethod
    def values(cls, record: Watch) -> Mapping[str, Any]:
        return {"often_s": 4, "how": "b"}

    @classmethod
    def summary(cls, record: Watch) -> str:
        return "looked at every 4 s"

    def record(self, before: Watch) -> Watch:
        if self.cleaned_data["often_s"] == 13:
            raise InvalidInputError("13 is unlucky.", remedy="Choose 14.", field="often_s")
        return before


@pytest.fixture(autouse=True)
def form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.FORMS, "watch", _WatchForm)


def test_a_channel_on_which_nothing_was_set_carries_no_features(channel: Channel) -> None:
    assert features_of(channel) is None
    assert to_record(channel).ladder == Ladder()


def test_a_feature_is_stored_audited_and_part_of_the_record(channel: Channel, actor: Actor) -> None:
    operations.set_feature(actor, channel.id, Ladder(), sentence="offered it in two qualities")
    channel.refresh_from_db()
    features = to_record(channel).features
    assert features is not None
    assert features.ladder == Ladder()
    assert features.watch is None
    row = AuditRow.objects.get(action="channel.ladder")
    assert row.sentence == "offered it in two qualities"


def test_a_feature_goes_back_to_its_defaults(channel: Channel, actor: Actor) -> None:
    operations.set_feature(actor, channel.id, Ladder())
    operations.reset_feature(actor, channel.id, Ladder)
    channel.refresh_from_db()
    assert features_of(channel) is None


def test_a_feature_of_no_channel_is_not_found(actor: Actor) -> None:
    with pytest.raises(NotFoundError):
        operations.set_feature(actor, 404, Ladder())


def test_a_record_goes_under_its_own_name_only() -> None:
    with pytest.raises(InvalidInputError) as caught:
        stored_form("watch", Ladder())
    assert caught.value.field == "name"


@pytest.mark.parametrize("name", sorted(FEATURES))
def test_what_was_never_set_is_stored_and_read_with_its_defaults(name: str, channel: Channel, actor: Actor) -> None:
    operations.set_feature(actor, channel.id, FEATURES[name]())
    channel.refresh_from_db()
    assert getattr(to_record(channel), name) == FEATURES[name]()


def test_the_page_shows_the_form_and_saves_it(console: Client, channel: Channel) -> None:
    address = f"/channel/{channel.id}/watch/"
    page = console.get(address).content.decode()
    assert "What is looked at." in page
    assert "Back to the defaults" not in page
    assert 'selected="selected"' in page or "selected>B" in page
    answer = console.post(address, {"often_s": "5", "how": "a"}, follow=True)
    assert "Watching is set." in answer.content.decode()
    assert "looked at every 4 s" in answer.content.decode()
    assert "Back to the defaults" in console.get(address).content.decode()


def test_the_page_resets(console: Client, channel: Channel) -> None:
    address = f"/channel/{channel.id}/watch/"
    console.post(address, {"often_s": "5", "how": "a"})
    console.post(address, {"reset": "1"})
    channel.refresh_from_db()
    assert channel.features == {}


def test_what_is_refused_stands_on_its_field_and_nothing_is_stored(console: Client, channel: Channel) -> None:
    answer = console.post(f"/channel/{channel.id}/watch/", {"often_s": "13", "how": "a"})
    assert answer.status_code == 422
    assert "13 is unlucky. Choose 14." in answer.content.decode()
    channel.refresh_from_db()
    assert channel.features == {}


@pytest.mark.parametrize("address", ["/channel/404/watch/", "/channel/{id}/nonsense/"])
def test_a_page_that_does_not_exist_is_not_found(console: Client, channel: Channel, address: str) -> None:
    assert console.get(address.format(id=channel.id)).status_code == 404


def test_who_may_not_change_channels_has_no_page(staff: Callable[[str], User], channel: Channel) -> None:
    browser = Client()
    browser.force_login(staff("Help desk"))
    assert browser.get(f"/channel/{channel.id}/watch/").status_code == 403
