"""What no interface understands is answered with what there is, and counted without anybody's name or secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from rightcast.edge.http_message import Request
from rightcast.edge.unknown import _SCRIPT, _WORDS, SHAPES, Unknown, shape_of

if TYPE_CHECKING:
    from tests.edge.station import TestStation


def ask(target: str, agent: str = "") -> Request:
    path, _, query = target.partition("?")
    return Request(method="GET", path=path, query=query, headers={b"user-agent": agent.encode()})


def test_a_shape_keeps_words_and_fields_and_no_names_and_secrets() -> None:
    for target, shape in (
        ("/live/anna/sesame/1.mkv", "GET /live/*/*/N.mkv"),
        (
            "/new_api.php?username=anna&password=sesame&action=get_all",
            "GET /new_api.php?action=get_all&password&username",
        ),
        ("/stalker_portal/api/v1/anna", "GET /stalker_portal/api/v1/*"),
        ("/sesame.m3u?action=Sesame42", "GET /*.m3u?action"),
        ("/", "GET /"),
    ):
        assert shape_of(ask(target)) == shape


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="/?"), max_size=30), max_size=12))
def test_a_shape_is_short_and_holds_only_known_words(parts: list[str]) -> None:
    shape = shape_of(ask("/" + "/".join(parts)))
    for part in shape.removeprefix("GET /").split("/"):
        assert (
            part in _WORDS | {"", "…"} or _SCRIPT.fullmatch(part) or re.fullmatch(r"[*N](\.[a-z][a-z0-9]{0,5})?", part)
        )
    assert len(shape) < 500


def test_only_so_many_shapes_are_kept_and_the_latest_stay() -> None:
    moments = iter(range(10_000))
    unknown = Unknown("", lambda: float(next(moments)))
    for number in range(SHAPES * 3):
        unknown.note(ask(f"/script{number}.php", "NewApp/1.0 (TV)"))
    unknown.note(ask(f"/script{SHAPES * 3 - 1}.php", "Kodi/21"))
    found = unknown.report()
    assert len(found) == SHAPES
    assert (found[-1].count, found[-1].player, found[0].player) == (2, "Kodi (IPTV Simple)", "NewApp")


async def test_whoever_asks_for_nothing_is_told_what_there_is_and_the_operator_is_too(station: TestStation) -> None:
    reply = await station.get("/live/anna/sesame/1.mkv", headers={"User-Agent": "NewApp/1.0"})
    assert reply.status == 404
    assert b"get.php" in reply.body
    await station.get("/live/anna/sesame/2.mkv", headers={"User-Agent": "NewApp/1.0"})
    (row,) = station.edge.report().unknown
    assert (row.shape, row.player, row.count) == ("GET /live/*/*/N.mkv", "NewApp", 2)
