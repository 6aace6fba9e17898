"""`rightcast serve` whole: on air, staying on air, and going off without leaving anything behind."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from rightcast.serve.addresses import viewers_url
from tests import fresh
from tests.serve.stations import alive, running, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.serve.stations import RunningStation

NAMES = {"rightcast: panel", "rightcast: jobs", "rightcast: headend 1", "rightcast: edge 1", "rightcast: sender"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStation]:
    with running(tmp_path_factory.mktemp("demo") / "data", "--demo") as station:
        station.until_on_air()
        yield station


@pytest.fixture
def laid(tmp_path: Path) -> Path:
    """The folder of a station that has been made and never been on air."""
    fresh.lay(tmp_path / "data")
    return tmp_path / "data"


def first_packet(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return bytes(answer.read(188))


def test_the_demo_shows_a_picture_before_it_says_what_to_open(demo: RunningStation) -> None:
    assert "✓ first picture" in demo.said
    assert "ffplay 'http://127.0.0.1:" in demo.said


def test_the_sheet_holds_exactly_what_apps_and_people_open(demo: RunningStation) -> None:
    sheet = demo.run("demo")
    assert set(sheet) == {"console", "m3u", "xmltv", "xtream", "channels"}
    assert set(sheet["console"]) == {"url", "user", "password"}
    assert set(sheet["xtream"]) == {"server", "username", "password"}
    assert len(sheet["channels"]) >= 4
    assert all(set(channel) == {"id", "name", "ts", "hls"} for channel in sheet["channels"])
    assert sheet["console"]["password"] in demo.said


def test_every_channel_of_the_demo_is_watched_at_its_address(demo: RunningStation) -> None:
    for channel in demo.run("demo")["channels"]:
        assert first_packet(channel["ts"])[0] == 0x47, channel


def test_the_console_answers_at_its_address(demo: RunningStation) -> None:
    with urllib.request.urlopen(demo.run("demo")["console"]["url"], timeout=10) as answer:
        assert answer.status == 200


def test_each_process_names_itself(demo: RunningStation) -> None:
    wait_until(lambda: set(demo.children()) >= NAMES, "names of processes")


def test_secrets_on_disk_are_for_their_owner_only(demo: RunningStation) -> None:
    keys = demo.data / "keys"
    assert keys.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in keys.iterdir())


def test_the_ring_is_for_its_owner_only(demo: RunningStation) -> None:
    assert demo.settings.ring_root.stat().st_mode & 0o077 == 0


def all_applied(status: dict[str, Any]) -> bool:
    return bool(status["edges"]) and status["edges"][0]["revision"] == status["revision"] > 0


def test_the_status_tells_processes_channels_and_revision(demo: RunningStation) -> None:
    wait_until(
        lambda: (
            [one["state"] for head in demo.run("status")["headends"] for one in head["channels"]].count("on_air") >= 4
        ),
        "channels on air",
    )
    wait_until(lambda: all_applied(demo.run("status")), "an edge that has applied all that was published")
    status = demo.run("status")
    assert status["on_air"] is True
    assert len(status["edges"]) == 1


def test_a_second_station_on_the_folder_is_refused(demo: RunningStation) -> None:
    with running(demo.data) as second:
        assert second.process.wait(20) == 1
        assert "already on air" in second.said
    assert demo.process.poll() is None


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_process_that_dies_is_started_again(demo: RunningStation, name: str) -> None:
    wait_until(lambda: name in demo.children(), name)
    before = demo.children()[name]
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: demo.children().get(name, before) != before, f"{name} again")
    assert demo.process.poll() is None


def test_commands_work_while_on_air_and_viewers_see_it_at_once(demo: RunningStation) -> None:
    demo.run("channel", "add", "Fifth", "testcard:///?name=Fifth&pattern=bars")
    demo.run("right", "add", "--channel", "Fifth", "--type", "own-production", "--licensor", "Us")
    demo.run("package", "add", "Fifth", "--channel", "Fifth")
    made = demo.run("line", "add", "--package", "Fifth")
    fifth = next(row["id"] for row in demo.run("channel", "list") if row["name"] == "Fifth")
    url = f"{made['xtream']['server']}/live/{made['name']}/{made['password']}/{fifth}.ts"
    assert first_packet(url)[0] == 0x47
    assert demo.run("explain", made["name"], "Fifth")["allowed"] is True


def test_ctrl_c_ends_everything_and_the_station_comes_back_with_the_same_demo(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--demo") as station:
        station.until_on_air()
        first = station.run("demo")
        root = station.settings.ring_root
        started = station.everything()
        assert len(started) > len(NAMES)
        assert station.interrupt() == 0
        assert alive(started) == []
        assert not root.exists()
        assert "Traceback" not in station.said
    with running(tmp_path / "data", "--demo") as station:
        station.until_on_air()
        second = station.run("demo")
    assert first["xtream"]["password"] == second["xtream"]["password"]
    assert first["console"]["password"] == second["console"]["password"]
    assert [channel["id"] for channel in first["channels"]] == [channel["id"] for channel in second["channels"]]


def test_processes_follow_a_supervisor_that_is_killed(laid: Path) -> None:
    with running(laid) as station:
        station.until_on_air()
        started = station.everything()
        station.process.send_signal(signal.SIGKILL)
        station.process.wait(20)
        wait_until(lambda: not alive(started), "end of orphans", 15)


def test_ctrl_c_while_starting_ends_at_once(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--demo") as station:
        wait_until(lambda: len(station.children()) >= 2, "first children")
        started = station.everything()
        began = time.monotonic()
        assert station.interrupt() == 0
        assert time.monotonic() - began < 8
        wait_until(lambda: not alive(started), "end of children", 10)


def test_a_second_ctrl_c_waits_for_nobody(laid: Path) -> None:
    with running(laid) as station:
        station.until_on_air()
        wait_until(lambda: set(station.children()) >= NAMES, "children")
        started = station.everything()
        os.kill(station.children()["rightcast: panel"], signal.SIGSTOP)
        began = time.monotonic()
        station.process.send_signal(signal.SIGINT)
        wait_until(lambda: "off the air ..." in station.said, "first Ctrl-C heard")
        station.interrupt()
        assert time.monotonic() - began < 4
        wait_until(lambda: not alive(started), "end of children", 10)


def test_tls_alone_serves_with_a_certificate_of_its_own(laid: Path) -> None:
    with running(laid, "--tls") as station:
        station.until_on_air()
        assert "signed by itself" in station.said
        address = station.settings.tls_listen
        assert address is not None
        context = ssl.create_default_context(cafile=str(station.data / "tls" / "self-signed.crt"))
        with (
            socket.create_connection((address.host, address.port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secure,
        ):
            assert secure.version() == "TLSv1.3"


def test_a_station_on_the_network_says_so(laid: Path) -> None:
    with running(laid, "--listen", "0.0.0.0:0") as station:
        station.until_on_air()
        assert "Everybody on the network can reach the viewers' side" in station.said
        assert viewers_url(station.settings) in station.said


def test_a_taken_port_ends_the_start_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with running(tmp_path / "data", "--listen", f"127.0.0.1:{taken.getsockname()[1]}") as station:
            assert station.process.wait(20) == 1
    assert "is taken by another process" in station.said
    assert "Traceback" not in station.said


def test_a_database_that_is_none_ends_the_start_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rightcast.sqlite3").write_text("rubbish " * 1000)
    with running(tmp_path / "data") as station:
        assert station.process.wait(30) == 1
    assert "cannot be used: file is not a database" in station.said
    assert "Traceback" not in station.said


def test_a_child_without_a_supervisor_says_how_it_is_started(tmp_path: Path) -> None:
    child = [sys.executable, "-m", "rightcast.serve.child"]
    environment = {key: value for key, value in os.environ.items() if key != "RIGHTCAST_STATION"}
    done = subprocess.run([*child, "edge", "0"], env=environment, capture_output=True, check=False, timeout=30)
    assert done.returncode == 2
    assert b"rightcast serve" in done.stderr
    assert subprocess.run([*child, "attic", "0"], env=environment, capture_output=True, check=False).returncode == 2
