"""Strange addresses and fields get an answer, never a server error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.domain.errors import NotFoundError
from rightcast.panel.catalogue.queries import find_channel
from rightcast.panel.lines.queries import explain, find_line

if TYPE_CHECKING:
    from django.test import Client

    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address",
    [
        "/catalogue/channel/abc/change/",
        "/catalogue/channel/99999999999999999999999/change/",
        "/catalogue/channel/?q=99999999999999999999999",
        "/catalogue/channel/?q=%00",
        "/catalogue/channel/?category__id__exact=x",
        "/catalogue/channel/?p=99999",
        "/trail/?subject=channel&object=x&from=9999-99-99&until=x&who=x&before=x&q=%00",
        "/trail/99999999999999999999/",
        "/evidence/?channel=%00&from=x",
        "/line/secret/nothing/",
        "/why/?line=%00&channel=99999999999999999999999",
        "/why/?line=x",
        "/search/?s=%25&extended=1",
        "/search/?s=99999999999999999999999&extended=1",
        "/no/such/page/",
    ],
)
def test_a_strange_address_is_answered(console: Client, channel: Channel, address: str) -> None:
    assert console.get(address, follow=True).status_code in {200, 302, 400, 404}


@pytest.mark.parametrize("number", ["-1", "99999999999999999999999", "1e3", "x"])
def test_a_strange_number_stands_on_its_field(console: Client, number: str) -> None:
    form = {
        "name": "Two",
        "number": number,
        "kind": "tv",
        "start": "always",
        "sources-TOTAL_FORMS": "1",
        "sources-INITIAL_FORMS": "0",
        "sources-0-url": "udp://239.1.1.2:5000",
    }
    answer = console.post("/catalogue/channel/add/", form)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["number"]


def test_a_form_without_its_rows_is_answered(console: Client) -> None:
    assert console.post("/catalogue/channel/add/", {"name": "Two"}).status_code == 200


def test_a_button_of_a_record_that_is_gone_is_answered(console: Client) -> None:
    assert console.post("/catalogue/channel/77/change/", {"catalogue_channel_hold": "1"}).status_code in {302, 403, 404}


@pytest.mark.parametrize("named", ["", "id:", "number:x", "99999999999999999999999", "\x00", "²"])
def test_what_fits_nothing_is_not_found(channel: Channel, named: str) -> None:
    with pytest.raises(NotFoundError):
        find_channel(named)
    with pytest.raises(NotFoundError):
        find_line(named)
    assert explain(named, named).channel is None
