"""Viewers rename and revoke their own devices from a phone: who sees which, and what nobody may do."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.credentials import digest_secret, stored_handle
from rightcast.domain.lineup import Credential, CredentialKind
from rightcast.state.activations import FileActivations
from tests.edge.station import eventually
from tests.edge.test_decisions import applied

if TYPE_CHECKING:
    from typing import Any

    from rightcast.domain.lineup import Line
    from tests.edge.station import Reply, TestStation

CODE = "k7m4qxab2"
MAC = "00:1A:79:AB:CD:EF"


@pytest.fixture
async def line(station: TestStation, monkeypatch: pytest.MonkeyPatch) -> Line:
    folder: Any = station.edge.routes._folders["activate"]
    monkeypatch.setattr(folder.__self__._pages["devices"].__self__, "_wait_s", 0.2)
    kept = replace(
        station.line,
        credentials=(
            Credential(id=7, kind=CredentialKind.MAC, handle=MAC, device="Box <i>"),
            Credential(id=8, kind=CredentialKind.SHORT, handle=stored_handle(station.key, CredentialKind.SHORT, CODE)),
        ),
    )
    await applied(station, station.publish(Kind.LINE, 1, kept))
    return kept


async def post(station: TestStation, **fields: str) -> Reply:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return await station.get("/activate/devices", method="POST", headers=form, body=urlencode(fields).encode())


def proof_in(reply: Reply) -> str:
    found = re.search(r'name="proof" value="([^"]+)"', reply.body.decode())
    assert found is not None
    return found[1]


async def test_the_lines_own_password_shows_all_devices_and_leaves_a_wish(station: TestStation, line: Line) -> None:
    page = await post(station, name="anna", password="sesame")
    assert b"Box &lt;i&gt;" in page.body
    assert page.body.count(b'name="id"') == 2
    told = await post(station, proof=proof_in(page), id="7", device="  Hall ", do="rename")
    assert told.status == 202
    (wish,) = FileActivations(station.settings.activations).device_wishes()
    assert (wish.line_id, wish.credential_id, wish.device, wish.revoke) == (1, 7, "Hall", False)


async def test_when_the_panel_did_it_the_page_says_so(station: TestStation, line: Line) -> None:
    page = await post(station, name="anna", password="sesame")
    await applied(station, station.publish(Kind.LINE, 1, replace(line, credentials=line.credentials[1:])))
    gone = await post(station, proof=proof_in(page), id="7", do="revoke", device="x")
    assert b"gone already" in gone.body
    assert gone.body.count(b'name="id"') == 1


async def test_a_device_sees_itself_alone(station: TestStation, line: Line) -> None:
    page = await post(station, name="", password=CODE)
    assert page.body.count(b'name="id"') == 1
    other = await post(station, proof=proof_in(page), id="7", do="revoke")
    assert b"gone already" in other.body
    assert FileActivations(station.settings.activations).device_wishes() == []


@pytest.mark.parametrize("device", ["", "   ", "x" * 81, "a\x00b"])
async def test_a_name_that_is_none_is_refused(station: TestStation, line: Line, device: str) -> None:
    page = await post(station, name="anna", password="sesame")
    assert (await post(station, proof=proof_in(page), id="7", do="rename", device=device)).status == 400


async def test_strangers_and_old_proofs_are_sent_back_to_the_form(station: TestStation, line: Line) -> None:
    assert (await post(station, name="anna", password="wrong")).status == 401
    assert (await post(station, name="t", password="a" * 28)).status == 401
    assert (await post(station, proof="forged.proof", id="7", do="revoke")).status == 403
    page = await post(station, name="anna", password="sesame")
    changed = replace(line, secret_digest=digest_secret(station.key, "anna", "another"))
    await applied(station, station.publish(Kind.LINE, 1, changed))
    await eventually(lambda: station.edge.replica.line(1) == changed)
    assert (await post(station, proof=proof_in(page), id="7", do="revoke")).status == 403
    assert FileActivations(station.settings.activations).device_wishes() == []


async def test_the_code_comes_as_a_picture_for_a_phones_camera(station: TestStation) -> None:
    given = (await station.get("/activate/code", method="POST", body=b"device=TV")).json()
    rows = given["qr"]
    assert len(rows) >= 21
    assert {len(row) for row in rows} == {len(rows)}
    assert set("".join(rows)) == {"0", "1"}
    assert rows[0].startswith("1111111")
