"""A screen is signed in from a phone: who may, what is told to whom, and what happens while the panel is away."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from rightcast.contract.activation import Offer, Settlement, Wish
from rightcast.contract.catalogue import Kind
from rightcast.domain.credentials import stored_handle
from rightcast.domain.lineup import Credential, CredentialKind, LineStatus
from rightcast.state.activations import FileActivations
from tests.edge.station import eventually
from tests.edge.test_decisions import applied

if TYPE_CHECKING:
    from typing import Any

    from tests.edge.station import Reply, TestStation

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def store(station: TestStation, monkeypatch: pytest.MonkeyPatch) -> FileActivations:
    monkeypatch.setattr(activation_of(station), "_wait_s", 1.5)
    return FileActivations(station.settings.activations)


def activation_of(station: TestStation) -> Any:
    return station.edge.routes._folders["activate"].__self__  # type: ignore[attr-defined]


async def post(station: TestStation, path: str, **fields: str) -> Reply:
    return await station.get(path, method="POST", headers=FORM, body=urlencode(fields).encode())


async def asked(station: TestStation) -> dict[str, str]:
    found: dict[str, str] = (await post(station, "/activate/code", device="LG TV")).json()
    return found


async def state(station: TestStation, given: dict[str, str]) -> str:
    reply = await post(station, "/activate/state", code=given["code"], token=given["token"])
    return str(reply.json()["state"])


def granted(station: TestStation, wish: Wish) -> None:
    """What the panel does."""
    one = Credential(id=9, kind=CredentialKind.TOKEN, handle=wish.handle, device=wish.device)
    station.publish(Kind.LINE, 1, replace(station.line, credentials=(one,)))


async def test_a_code_and_the_lines_password_sign_a_screen_in(station: TestStation, store: FileActivations) -> None:
    given = await asked(station)
    assert await state(station, given) == "waiting"
    phone = asyncio.create_task(
        post(station, "/activate", code=f" {given['code'][:3]} {given['code'][3:]}", name="anna", password="sesame")
    )
    await eventually(lambda: bool(store.wishes()))
    assert await state(station, given) == "accepted"
    assert store.wishes()[0].line_id == 1
    granted(station, store.wishes()[0])
    reply = await phone
    assert (reply.status, b"LG TV goes on by itself" in reply.body, b"<form" in reply.body) == (200, True, False)
    assert await state(station, given) == "ready"
    login = await station.get(f"/player_api.php?username=t&password={given['token']}")
    assert login.json()["user_info"]["auth"] == 1


async def test_a_short_address_signs_a_screen_in_too(station: TestStation, store: FileActivations) -> None:
    short = Credential(id=3, kind=CredentialKind.SHORT, handle=stored_handle(station.key, CredentialKind.SHORT, "k7m4"))
    await applied(station, station.publish(Kind.LINE, 1, replace(station.line, credentials=(short,))))
    given = await asked(station)
    assert (await post(station, "/activate", code=given["code"], name="", password="k7m4")).status == 202
    assert store.wishes()[0].line_id == 1


async def test_while_the_panel_is_away_the_phone_is_told_so(station: TestStation, store: FileActivations) -> None:
    given = await asked(station)
    reply = await post(station, "/activate", code=given["code"], name="anna", password="sesame")
    assert reply.status == 202
    assert b"cannot record new screens at the moment" in reply.body
    assert await state(station, given) == "accepted"
    assert (await station.get("/player_api.php?username=anna&password=sesame")).json()["user_info"]["auth"] == 1


async def test_a_refusal_is_told_on_the_phone_and_on_the_screen(station: TestStation, store: FileActivations) -> None:
    given = await asked(station)
    phone = asyncio.create_task(post(station, "/activate", code=given["code"], name="anna", password="sesame"))
    await eventually(lambda: bool(store.wishes()))
    wish = store.wishes()[0]
    store.put(Settlement(code=wish.code, refusal="Line anna has 50 devices already.", until=wish.until))
    reply = await phone
    assert (reply.status, b"50 devices" in reply.body) == (409, True)
    assert await state(station, given) == "refused"


async def test_what_was_wrong_is_not_told(station: TestStation, store: FileActivations) -> None:
    code = (await asked(station))["code"]
    wrong = [(code, "anna", "wrong"), (code, "nobody", "sesame"), ("ABCDEF", "anna", "sesame"), (code, "t", "x" * 28)]
    replies = [await post(station, "/activate", code="", name="anna", password="wrong")]
    replies += [await post(station, "/activate", code=one, name=name, password=word) for one, name, word in wrong]
    assert {reply.status for reply in replies} == {401}
    bodies = {reply.body.replace(code.encode(), b"").replace(b"ABCDEF", b"") for reply in replies}
    assert len(bodies) == 1
    assert not store.wishes()


async def test_a_screen_cannot_sign_in_further_screens(station: TestStation, store: FileActivations) -> None:
    token = Credential(id=3, kind=CredentialKind.TOKEN, handle=stored_handle(station.key, CredentialKind.TOKEN, "tok"))
    await applied(station, station.publish(Kind.LINE, 1, replace(station.line, credentials=(token,))))
    given = await asked(station)
    assert (await post(station, "/activate", code=given["code"], name="t", password="tok")).status == 401
    assert (await post(station, "/activate", code=given["code"], name="", password="tok")).status == 401


async def test_codes_cannot_be_guessed_even_with_a_right_password(station: TestStation, store: FileActivations) -> None:
    for _ in range(25):
        await post(station, "/activate", code="ABCDEF", name="anna", password="sesame")
    given = await asked(station)
    assert (await post(station, "/activate", code=given["code"], name="anna", password="sesame")).status == 401
    assert not store.wishes()


async def test_a_code_ends_after_ten_minutes(
    station: TestStation, store: FileActivations, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = await asked(station)
    offer = store.find(given["code"].lower(), Offer)
    assert offer is not None
    monkeypatch.setattr(activation_of(station), "_clock", lambda: offer.until + 1)
    assert await state(station, given) == "expired"
    assert (await post(station, "/activate", code=given["code"], name="anna", password="sesame")).status == 401
    store.sweep(offer.until + 300)
    assert store.find(offer.code, Offer) is None


async def test_only_the_screen_that_shows_a_code_hears_of_it(station: TestStation, store: FileActivations) -> None:
    first, second = await asked(station), await asked(station)
    assert await state(station, {"code": first["code"], "token": second["token"]}) == "expired"
    assert await state(station, {"code": "../../x", "token": second["token"]}) == "expired"


async def test_a_line_that_may_not_watch_hears_why(station: TestStation, store: FileActivations) -> None:
    await applied(station, station.publish(Kind.LINE, 1, replace(station.line, status=LineStatus.DISABLED)))
    given = await asked(station)
    assert (await post(station, "/activate", code=given["code"], name="anna", password="sesame")).status == 403
    assert not store.wishes()


async def test_nobody_takes_all_codes(station: TestStation, store: FileActivations) -> None:
    statuses = [(await post(station, "/activate/code")).status for _ in range(40)]
    assert statuses[:20] == [200] * 20
    assert statuses[-1] == 429


async def test_the_page_is_plain_and_writes_nothing_that_was_not_escaped(station: TestStation) -> None:
    page = await station.get("/activate?code=%22%3E%3Cb%3E")
    assert page.status == 200
    assert b'value="&quot;&gt;&lt;b&gt;"' in page.body
    assert b"<script" not in page.body
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert (await station.get("/activate/look.css")).status == 200
    assert (await station.get("/activate/")).status == 308
    assert (await station.get("/activate/code")).status == 404
    assert (await post(station, "/activate/other")).status == 404


async def test_no_token_is_written_anywhere(station: TestStation, store: FileActivations) -> None:
    given = await asked(station)
    written = b"".join(path.read_bytes() for path in station.settings.activations.iterdir())
    assert given["token"].encode() not in written
    assert station.settings.activations.stat().st_mode & 0o77 == 0


async def test_a_line_that_was_asked_to_confirm_watches_again_once_its_customer_has(
    station: TestStation, store: FileActivations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activation_of(station)._pages["confirm"].__self__, "_wait_s", 1.5)
    asked = replace(station.line, status=LineStatus.UNCONFIRMED)
    await applied(station, station.publish(Kind.LINE, 1, asked))
    refused = await station.get("/live/anna/sesame/1.m3u8")
    assert refused.headers["x-rightcast-reason"] == "line-unconfirmed"
    assert b"Only my household watches" in (await station.get("/activate/confirm")).body
    assert (await post(station, "/activate/confirm", name="anna", password="wrong")).status == 401
    assert not store.confirmations()
    phone = asyncio.create_task(post(station, "/activate/confirm", name="anna", password="sesame"))
    await eventually(lambda: bool(store.confirmations()))
    assert store.confirmations()[0].line_id == 1
    station.publish(Kind.LINE, 1, station.line)
    assert b"Your line goes on" in (await phone).body
    assert b"Nobody asked you" in (await post(station, "/activate/confirm", name="anna", password="sesame")).body
