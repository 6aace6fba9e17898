"""Sources die while people watch: the next one, then the slate, and nobody is closed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.station.rig import Rig, fetch, until
from tests.station.senders import encoder, free_port
from tests.station.viewers import watching

PORTS: dict[str, tuple[int, int]] = {}


@pytest.fixture(scope="module")
def sold(bare: Rig) -> Rig:
    """A station with two channels and a line that may watch them; sources come with the tests."""
    for name in ("Two", "Drained"):
        ports = free_port(), free_port()
        bare.carry(name, f"udp://127.0.0.1:{ports[0]}", "--fallback", f"udp://127.0.0.1:{ports[1]}")
        PORTS[name] = ports
    bare.command("package", "add", "All", "--all")
    bare.open_line("viewer")
    return bare


def showing(rig: Rig, name: str) -> dict[str, Any]:
    """What the headend says of a channel."""
    reports = rig.command("status")["headends"]
    return next((one for report in reports for one in report["channels"] if one["name"] == name), {})


def test_viewers_see_the_next_source_then_the_slate_and_then_the_source_again(sold: Rig) -> None:
    first, second = PORTS["Two"]
    with encoder(first) as one, encoder(second) as other:
        sold.until_on_air("Two")
        until(lambda: {s["state"] for s in showing(sold, "Two")["sources"]} == {"on_air", "standby"}, within_s=20,
              what="the second source stands by")  # fmt: skip
        with watching(sold.url("Two")) as viewer:
            viewer.longest_silence_s = 0.0
            one.kill()
            until(lambda: showing(sold, "Two")["showing"] == "source 2", within_s=10, what="the second source")
            other.kill()
            until(lambda: showing(sold, "Two")["showing"] == "slate", within_s=10, what="the slate")
            assert "Off air since" in showing(sold, "Two")["detail"]
            viewer.until_more(20_000)
            with encoder(second):
                until(lambda: showing(sold, "Two")["showing"] == "source 2", within_s=15, what="the source again")
                viewer.until_more(100_000)
            assert viewer.closed_at is None
            assert viewer.longest_silence_s < 4


def test_a_draining_channel_keeps_its_viewers_and_lets_no_other_in(sold: Rig) -> None:
    with encoder(PORTS["Drained"][0]):
        sold.until_on_air("Drained")
        with watching(sold.url("Drained")) as viewer:
            sold.command("channel", "drain", "Drained")
            refused = until(
                lambda: (answer := fetch(sold.url("Drained"), method="HEAD")).status == 403 and answer,
                within_s=10,
                what="new viewers are refused",
            )
            assert refused.headers["x-rightcast-reason"] == "channel-draining"
            viewer.until_more(50_000)
        until(lambda: showing(sold, "Drained").get("state") == "idle", within_s=20, what="the channel ends")
