"""The public form of notices: it tells what lacks, loses nothing, needs no panel; and the interface for flaggers."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import msgspec
import pytest

from rightcast.contract.notices import Filled, FlaggerKey, NoticeDesk, Objection, Passed, Standing
from rightcast.domain.notice_references import page_of
from rightcast.domain.notices import NoticeKind, Side, State, Step
from rightcast.edge.notices.words import WORDS, language_of
from rightcast.state.keys import derived_key, station_key
from rightcast.state.notices import NoticeBox

if TYPE_CHECKING:
    from typing import Any

    from tests.edge.station import Reply, TestStation

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
WHOLE = {
    "kind": "dsa-16",
    "addresses": "https://tv.example/live/anna/x/1.ts\nhttps://tv.example/hls/1",
    "work": "<b>Film</b>",
    "reasons": "We hold the rights for this film in Italy.",
    "sender": "Studio",
    "email": "law@studio.example",
    "good_faith": "yes",
}
CALL = {
    "id": "A-7",
    "addresses": ["https://tv.example/live/anna/x/1.ts"],
    "reasons": "We hold the rights for this film in Italy.",
    "good_faith": True,
}
KEY = "rcf_secret"


@pytest.fixture
def box(station: TestStation) -> NoticeBox:
    return NoticeBox(station.settings.notices)


@pytest.fixture
def hourly() -> int:
    return 600


@pytest.fixture
def flagged(box: NoticeBox, hourly: int) -> None:
    key = FlaggerKey(
        id=3, name="Watch", digest=hashlib.sha256(KEY.encode()).hexdigest(), email="a@watch.example", hourly=hourly
    )
    box.set_desk(NoticeDesk(flaggers=(key,)))


async def post(station: TestStation, path: str, fields: dict[str, str]) -> Reply:
    return await station.get(path, method="POST", headers=FORM, body=urlencode(fields).encode())


async def call(station: TestStation, body: dict[str, Any], key: str = KEY) -> Reply:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    return await station.get("/notice/api", method="POST", headers=headers, body=json.dumps(body).encode())


def page(station: TestStation, reference: str, side: Side = Side.SENDER) -> str:
    return page_of(derived_key(station_key(station.settings.keys), "notices"), reference, side)


def stands(box: NoticeBox, state: State, **more: Any) -> Standing:
    made = Standing(
        reference="N7K2M4QX9PA", kind=more.pop("kind", NoticeKind.DSA), sha256="0" * 64, state=state,
        passed=(Passed(State.RECEIVED, 1.0),), **more,
    )  # fmt: skip
    box.stand(made)
    return made


async def test_a_notice_is_on_the_disk_before_its_sender_has_the_number(station: TestStation, box: NoticeBox) -> None:
    reply = await post(station, "/notice?lang=it", WHOLE)
    assert reply.status == 303
    (sent,) = box.notices(9)
    filled = msgspec.json.decode(sent.original, type=Filled)
    assert (filled.sender, len(filled.addresses), sent.language) == ("Studio", 2, "it")
    shown = await station.get(f"/{reply.headers['location']}")
    assert shown.status == 200
    assert sent.reference in shown.body.decode()
    assert WORDS["it"]["received"] in shown.body.decode()


async def test_what_lacks_is_named_and_what_was_typed_stays(station: TestStation, box: NoticeBox) -> None:
    reply = await post(station, "/notice", {**WHOLE, "email": "law", "good_faith": ""})
    body = reply.body.decode()
    assert reply.status == 422
    assert "There is no e-mail address" in body
    assert "The statement of good faith is missing" in body
    assert "&lt;b&gt;Film&lt;/b&gt;" in body
    assert "https://tv.example/hls/1" in body
    assert box.notices(9) == []


async def test_the_form_needs_no_script_and_names_its_fields(station: TestStation) -> None:
    reply = await station.get("/notice")
    body = reply.body.decode()
    assert "<script" not in body
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert all(f'name="{name}"' in body for name in WHOLE)
    assert (await station.get("/notice/look.css")).status == 200


async def test_somebody_who_sends_on_and_on_is_asked_for_patience_and_loses_nothing(
    station: TestStation, box: NoticeBox
) -> None:
    replies = [await post(station, "/notice", WHOLE) for _ in range(7)]
    assert [reply.status for reply in replies] == [303] * 6 + [429]
    assert "We hold the rights" in replies[-1].body.decode()
    assert len(box.notices(9)) == 6


async def test_a_page_opens_by_its_secret_only(station: TestStation, box: NoticeBox) -> None:
    stands(box, State.TRIAGED)
    good = page(station, "N7K2M4QX9PA")
    assert (await station.get(f"/notice/{good}")).status == 200
    assert (await station.get("/notice/N7K2M4QX9PA")).status == 404
    assert (await station.get(f"/notice/{good[:-2]}zz")).status == 404
    told = json.loads((await station.get(f"/notice/{good}", headers={"Accept": "application/json"})).body)
    assert (told["state"], told["reference"]) == ("triaged", "N7K2M4QX9PA")


async def test_the_sender_answers_a_question_on_its_page(station: TestStation, box: NoticeBox) -> None:
    stands(box, State.ASKED, message="Since when?")
    path = f"/notice/{page(station, 'N7K2M4QX9PA')}"
    assert "Since when?" in (await station.get(path)).body.decode()
    assert (await post(station, path, {"do": "answer", "text": "ok"})).status == 422
    assert (await post(station, path, {"do": "answer", "text": "Since the year 2019."})).status == 303
    (word,) = box.words(9)
    assert (word.step, word.side) == (Step.ANSWER, Side.SENDER)


async def test_a_counter_notice_is_whole_or_is_not_taken(station: TestStation, box: NoticeBox) -> None:
    stands(box, State.STATED, kind=NoticeKind.DMCA, disputable=(Side.AFFECTED,))
    path = f"/notice/{page(station, 'N7K2M4QX9PA', Side.AFFECTED)}"
    said = {"do": "dispute", "text": "It is our own film.", "name": "One"}
    assert (await post(station, path, said)).status == 422
    whole = {**said, "contact": "Via Roma 1", "by_mistake": "yes", "jurisdiction": "yes", "signature": "One"}
    assert (await post(station, path, whole)).status == 303
    (word,) = box.words(9)
    assert msgspec.json.decode(word.original, type=Objection).signature == "One"
    assert (await post(station, f"/notice/{page(station, 'N7K2M4QX9PA')}", whole)).status == 409


@pytest.mark.parametrize("hourly", [2])
async def test_a_flaggers_notice_is_taken_once(station: TestStation, box: NoticeBox, flagged: None) -> None:
    first, again = await call(station, CALL), await call(station, CALL)
    assert (first.status, again.status) == (201, 200)
    assert first.json()["reference"] == again.json()["reference"]
    (sent,) = box.notices(9)
    assert (sent.flagger_id, sent.own_id) == (3, "A-7")
    assert (await call(station, {**CALL, "id": "A-8"})).status == 429


async def test_a_call_that_is_wrong_is_told_why(station: TestStation, box: NoticeBox, flagged: None) -> None:
    wrong: list[tuple[dict[str, Any], int, str]] = [
        ({**CALL, "good_faith": False}, 422, "good-faith"),
        ({**CALL, "id": " "}, 422, "id"),
        ({**CALL, "kind": "dmca-512"}, 422, "kind"),
        ({**CALL, "surprise": 1}, 400, "body"),
        ({**CALL, "addresses": "one"}, 400, "body"),
    ]
    for body, status, code in wrong:
        reply = await call(station, body)
        assert (reply.status, reply.json()["faults"][0]["code"]) == (status, code)
    assert box.notices(9) == []
    assert (await call(station, CALL, "rcf_other")).status == 401
    assert (await station.get("/notice/api")).status == 405


async def test_a_station_that_takes_no_notices_says_whom_to_write_to(station: TestStation, box: NoticeBox) -> None:
    box.set_desk(NoticeDesk(kinds=(), contact="law@tv.example"))
    reply = await station.get("/notice")
    assert reply.status == 404
    assert "law@tv.example" in reply.body.decode()


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["en"].keys() == WORDS["it"].keys()


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [("it", "en", "it"), ("", "it-IT,it;q=0.9,en;q=0.8", "it"), ("", "de", "en"), ("xx", "", "en")],
)
def test_the_language_is_the_one_asked_for_or_accepted(asked: str, accepted: str, language: str) -> None:
    assert language_of(asked, accepted) == language
