"""The edge answers `/metrics` by itself: to this machine or with the token, with viewers none the wiser."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

from rightcast.state.exposition import new_metrics_token
from tests.edge.station import eventually

if TYPE_CHECKING:
    from tests.edge.station import TestStation


HERE = {"Host": "localhost"}


async def figures(station: TestStation) -> dict[str, float]:
    answer = await station.get("/metrics", headers=HERE)
    assert answer.status == 200
    families = text_string_to_metric_families(answer.body.decode())
    return {sample.name: sample.value for family in families for sample in family.samples}


async def test_the_edge_tells_its_own_figures_while_no_panel_runs(station: TestStation) -> None:
    await eventually(lambda: any(station.settings.reports.glob("edge-*.json")))
    found = await figures(station)
    assert found["rightcast_edge_up"] == 1
    assert found["rightcast_edge_revision"] > 0
    assert found["rightcast_headend_up"] == 0


async def test_whoever_asks_for_somebody_else_is_told_nothing(station: TestStation) -> None:
    for name, value in (("X-Forwarded-For", "192.0.2.1"), ("Origin", "http://evil.example"), ("Via", "1.1 proxy")):
        assert (await station.get("/metrics", headers={"Host": "localhost", name: value})).status == 404
    assert (await station.get("/metrics", headers={"Host": "rebound.example"})).status == 404


async def test_the_token_opens_it_to_others(station: TestStation) -> None:
    token = new_metrics_token(station.settings.keys)
    others = {"Host": "tv.example", "Authorization": f"Bearer {token}"}
    assert (await station.get("/metrics", headers=others)).status == 200
    assert (await station.get("/metrics", headers={"Host": "tv.example", "Authorization": "Bearer no"})).status == 401


async def test_many_askers_cost_one_answer(station: TestStation) -> None:
    answers = await asyncio.gather(*(station.get("/metrics", headers=HERE) for _ in range(30)))
    assert {one.status for one in answers} == {200}
    assert len({one.body for one in answers}) == 1


async def test_the_word_elsewhere_in_an_address_is_no_way_in(station: TestStation) -> None:
    assert (await station.get("/live/x/metrics", headers=HERE)).status == 404
