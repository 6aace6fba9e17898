"""A show is recorded by a rule, over a death of the archivist and a gap of its source; played meanwhile; deleted."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from rightcast.state.archive.reel import TAKE_PREFIX
from tests.station.rig import Rig, fetch, until
from tests.station.senders import encoder, free_port
from tests.station.viewers import watching

if TYPE_CHECKING:
    from pathlib import Path

SHOW_S = 30
_TELL = ("-show_streams", "-of", "json")
GUIDE = """<?xml version="1.0" encoding="UTF-8"?>
<tv><channel id="enc.test"><display-name>Encoder</display-name></channel>
<programme start="{}" stop="{}" channel="enc.test"><title>Il porto</title><sub-title>La nave</sub-title></programme>
</tv>
"""


@pytest.fixture(scope="module")
def house(bare: Rig, tmp_path_factory: pytest.TempPathFactory) -> tuple[Rig, int, int]:
    """A station with an encoder, a right to private copies, and a rule for a show that begins now; port and right."""
    port = free_port()
    bare.add("Encoder", f"udp://127.0.0.1:{port}", "--guide-id", "enc.test")
    right = bare.allow("Encoder", "--recordings", "private", "--download")
    bare.command("package", "add", "All", "--all")
    bare.open_line("viewer")
    bare.command("recording", "settings", "--grace", "0", "--before", "0", "--after", "0")
    guide = tmp_path_factory.mktemp("guide") / "guide.xml"
    start = int(time.time()) + 3
    moments = (f"{datetime.fromtimestamp(at, UTC):%Y%m%d%H%M%S} +0000" for at in (start, start + SHOW_S))
    guide.write_text(GUIDE.format(*moments), encoding="utf-8")
    bare.command("guide", "import", str(guide))
    bare.command("recording", "rule", "viewer", "Il porto")
    return bare, port, right


def recorded(rig: Rig) -> Any:
    """The oldest recording there is, as its viewer is told of it."""
    found = fetch(f"{rig.server}/recordings?username={rig.line}&password={rig.secret}").json
    return found[-1] if found else None


def takes(rig: Rig) -> list[Path]:
    """The folders of takes."""
    return list((rig.data / "archive").glob(f"{TAKE_PREFIX}*"))


def probed(url: str, seconds: int) -> dict[str, Any]:
    """What ffprobe finds in the first seconds of a recording."""
    if shutil.which("ffprobe") is None:
        pytest.skip("ffprobe is not installed")
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-read_intervals", f"%+{seconds}", "-count_packets", *_TELL, url],
        capture_output=True,
        timeout=60,
        check=True,
    )
    return {one["codec_type"]: one for one in json.loads(done.stdout)["streams"]}


@pytest.mark.timeout(300)  # a show has to pass, also on a machine that has other things to do
def test_a_rule_records_over_deaths_and_gaps_and_a_right_that_ends_takes_it_all(house: tuple[Rig, int, int]) -> None:
    rig, port, right = house
    with encoder(port):
        rig.until_on_air("Encoder")
        until(lambda: (row := recorded(rig)) and row["status"] == "recording", within_s=30, what="it is recorded")
        row = recorded(rig)
        address = f"{rig.server}/recording/{rig.line}/{rig.secret}/{row['id']}.ts"
        until(lambda: fetch(address, method="HEAD").status == 200, within_s=20, what="something is kept")
        assert int(probed(address, 3)["video"]["nb_read_packets"]) >= 50, "it plays while it is recorded"
        rig.until_back("archivist", rig.kill("archivist"))
    time.sleep(7)  # the encoder is away
    with encoder(port):
        until(
            lambda: (row := recorded(rig)) and row["status"] not in {"planned", "recording"},
            within_s=SHOW_S + 40,
            what="it is judged",
        )
        row = recorded(rig)
        assert row["status"] == "partial", row
        assert "Missing: " in row["why"]
        assert row["title"] == "Il porto"
        assert row["size_bytes"] > 100_000
        length = fetch(address, method="HEAD").headers["content-length"]
        body = fetch(address)
        assert len(body.body) == int(length)
        assert probed(address, 60)["video"]["codec_name"] == "h264"
        listed = rig.api("get_vod_streams")
        assert listed[0]["name"].startswith("Il porto · La nave")
        assert len(takes(rig)) == 1
        with watching(address) as viewer:
            assert viewer.status == 200
        playlist = fetch(address.replace(".ts", ".m3u8")).url
        asked = f"username={rig.line}&password={rig.secret}&channel={rig.channels['Encoder']}"
        soon = int(time.time()) + 3600
        told = fetch(f"{rig.server}/recordings/order?{asked}&start={soon}&stop={soon + 600}", method="POST")
        assert (told.status, told.json["state"]) == (200, "done"), told
        rig.command("right", "end", str(right))
        began = time.monotonic()
        until(lambda: fetch(playlist).status == 403, within_s=10, what="the playlist is refused")
        assert time.monotonic() - began < 2
        assert fetch(address).status == 403
        until(lambda: not takes(rig), within_s=90, what="its files are deleted")
        until(
            lambda: any(one["action"] == "take.delete" for one in rig.command("audit", "list", "--limit", "40")),
            within_s=15,
            what="the deletion is in the audit",
        )
