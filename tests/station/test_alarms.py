"""A whole station whose uplink dies: one message, not one for each channel; the jobs process may die beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.panel.sinks import Taken, http_sink
from tests.station.rig import Rig, fetch, station, until
from tests.station.senders import encoder, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("One", "Two", "Three")


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with station(tmp_path_factory.mktemp("alarms"), "--notify-networks", "127.0.0.0/8") as made:
        yield made


def told(taken: Taken) -> list[dict[str, Any]]:
    return [one for _, _, body in taken.items for one in json.loads(body)["alarms"]]


def figures(server: str) -> dict[str, float]:
    text = fetch(f"{server}/metrics").body.decode()
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_dead_uplink_is_told_once_and_once_more_when_it_is_back(rig: Rig) -> None:
    port = free_port()
    with http_sink() as taken:
        rig.command("notify", "add", "desk", "webhook", "--set", f"url=http://127.0.0.1:{taken.port}/")
        for kind in ("uplink-down", "channel-silent"):
            rig.command("alarm", "rule", "add", kind, "--clear-after", "1")
        with encoder(port):
            for name in NAMES:
                rig.add(name, f"udp://127.0.0.1:{port}")
            rig.allow()
            until(lambda: set(rig.states().values()) == {"on_air"}, within_s=40, what="all channels on air")
            until(lambda: not rig.command("alarm", "list"), within_s=40, what="what the start raised has cleared")
        before = len(told(taken))
        down = until(lambda: told(taken)[before:], within_s=40, what="somebody is told")
        assert [(one["kind"], one["notice"], one["hides"]) for one in down] == [
            ("uplink-down", "raised", ["One", "Three", "Two"])
        ]
        rig.until_back("jobs", rig.kill("jobs"))
        rig.kill("panel")
        until(lambda: figures(rig.server).get("rightcast_watch_up[]") == 1, within_s=30, what="jobs watches again")
        assert figures(rig.server)["rightcast_channels[('state', 'on_air')]"] == 0
        (listed,) = rig.command("alarm", "list")
        rig.command("alarm", "ack", str(listed["id"]), "--note", "the test pulled the plug")
        with encoder(port):
            until(lambda: len(told(taken)) > before + 1, within_s=60, what="the clearing is told")
            until(lambda: not rig.command("alarm", "list"), within_s=60, what="all is well again")
        assert [(one["kind"], one["notice"]) for one in told(taken)[before:]] == [
            ("uplink-down", "raised"),
            ("uplink-down", "cleared"),
        ]
