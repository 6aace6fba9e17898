"""Wrong input of each kind: a clear answer, nothing lost, nothing crashed."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.station.rig import PROGRAM, Rig, fetch, until
from tests.station.senders import encoder, free_port, make_multiplex
from tests.station.viewers import watching

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def steady(bare: Rig) -> Iterator[Rig]:
    """A station with one good channel, which every test here must leave undisturbed."""
    port = free_port()
    with encoder(port):
        bare.carry("Good", f"udp://127.0.0.1:{port}")
        bare.command("package", "add", "All", "--all")
        bare.open_line("viewer")
        bare.until_on_air("Good")
        before = _lasting(bare)
        with watching(bare.url("Good")) as viewer:
            yield bare
            viewer.until_more(50_000)
            assert viewer.longest_silence_s < 1.5
        assert _lasting(bare) == before, "no process was replaced"
    assert "Traceback" not in bare.logs()


def _lasting(rig: Rig) -> dict[str, int]:
    """Every process but the decoders of pictures, of which more come with more channels."""
    return {name: process.pid for name, process in rig.processes().items() if name != "pictures"}


def raw(rig: Rig, request: bytes) -> bytes:
    """Send bytes to the viewers' port; everything that comes back until it closes or falls silent."""
    parts = urlsplit(rig.server)
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=5) as one:
        answer = b""
        try:
            one.sendall(request)
            while block := one.recv(65_536):
                answer += block
        except (ConnectionError, TimeoutError):
            pass
        return answer


def failure(rig: Rig, *arguments: str) -> dict[str, str]:
    """The failure that a command ends with, in its JSON form, after checking its human form too."""
    human = subprocess.run([PROGRAM, *arguments], env=rig.environment, capture_output=True, timeout=90, check=False)
    assert human.returncode == 1, human.stdout + human.stderr
    assert b"Traceback" not in human.stderr
    assert human.stderr.strip()
    machine = subprocess.run(
        [PROGRAM, *arguments, "--json"], env=rig.environment, capture_output=True, timeout=90, check=False
    )
    found: dict[str, str] = json.loads(machine.stdout)["error"]
    assert found["remedy"]
    return found


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 100_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X-Many: 1\r\n" * 20_000 + b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(400),
        b"\0" * 5000,
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /player_api.php HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n" + b"a" * 100_000,
        b"POST /player_api.php HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /player_api.php HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    ],
    ids=[
        "line of 100 kB",
        "header of 100 kB",
        "20,000 headers",
        "TLS",
        "zeros",
        "HTTP/9.9",
        "huge body",
        "-5",
        "chunk",
    ],
)
def test_a_malformed_request_is_refused_and_closed(steady: Rig, request_bytes: bytes) -> None:
    answer = raw(steady, request_bytes)
    assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4", b"HTTP/1.1 5")), answer[:80]
    assert fetch(f"{steady.server}/healthz").status == 200


ODD_PATHS = """
/live/a/b/c.ts
/live/viewer
/s/forged/1/index.m3u8
/s/../../etc/passwd
/%00
/live//%2e%2e/1.ts
/live/viewer/wrong/99999999999999999999.ts
/get.php
/player_api.php?username=%ff%fe&password=x
/player_api.php?username=a&password=b&action=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
/static/../../../etc/passwd
"""


@pytest.mark.parametrize("path", ODD_PATHS.split())
def test_an_odd_path_is_answered_with_a_refusal(steady: Rig, path: str) -> None:
    answer = raw(steady, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    status = int(answer.split()[1])
    assert status < 500
    assert b"root:" not in answer
    if status == 200:
        assert b'"auth":0' in answer.replace(b" ", b"")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://example.test/a.ts", "invalid-input"),
        ("concat:/etc/passwd", "invalid-input"),
        ("udp://239.1.1.1", "invalid-input"),
        ("http://169.254.169.254/latest/meta-data", "invalid-input"),
        ("http://no-such-host.invalid/a.ts", "source-unreachable"),
        ("http://127.0.0.1:9/a.ts", "source-unreachable"),
    ],
)
def test_probing_a_wrong_address_says_what_is_wrong(steady: Rig, url: str, code: str) -> None:
    assert failure(steady, "source", "probe", url)["code"] == code


def test_probing_something_that_is_no_transport_stream_says_so(steady: Rig, tmp_path: Path) -> None:
    (tmp_path / "page.ts").write_bytes(b"<html>not a stream</html>" * 5000)
    found = failure(steady, "source", "probe", (tmp_path / "page.ts").as_uri())
    assert found["code"] == "not-a-transport-stream"


def test_a_channel_with_a_forbidden_scheme_is_not_stored(steady: Rig) -> None:
    assert failure(steady, "channel", "add", "Bad", "javascript:alert(1)")["field"] == "url"
    assert "Bad" not in [one["name"] for one in steady.command("channel", "list")]


def test_garbage_datagrams_neither_crash_nor_reach_a_viewer(steady: Rig) -> None:
    port = free_port()
    steady.carry("Garbage", f"udp://127.0.0.1:{port}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:

        def sent() -> bool:
            for size in (0, 1, 187, 188, 1316, 9000):
                out.sendto(os.urandom(size), ("127.0.0.1", port))
            out.sendto((b"G" + bytes(187)) * 7, ("127.0.0.1", port))
            return steady.states().get("Garbage") in {"silent", "failed"}

        until(sent, within_s=20, what="the channel is reported without a picture")
    assert fetch(steady.url("Garbage"), method="GET").status in {403, 404, 503}


def test_a_channel_recovers_from_garbage_when_its_signal_comes(steady: Rig) -> None:
    port = free_port()
    steady.carry("Dirty", f"udp://127.0.0.1:{port}")
    steady.command("package", "add", "Dirty", "--all")
    steady.open_line("dirty", package="Dirty")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out, encoder(port):
        for _ in range(50):
            out.sendto(os.urandom(1316), ("127.0.0.1", port))
        steady.until_on_air("Dirty")


def test_a_truncated_file_plays_as_far_as_it_goes_and_again(steady: Rig, tmp_path: Path) -> None:
    whole = make_multiplex(tmp_path, seconds=4)
    (tmp_path / "cut.ts").write_bytes(whole[: len(whole) // 2 + 77])
    steady.carry("Cut", (tmp_path / "cut.ts").as_uri(), "--service-id", "101")
    steady.command("package", "add", "Cut", "--all")
    steady.open_line("cut", package="Cut")
    steady.until_on_air("Cut")
    with watching(steady.url("Cut")) as viewer:
        viewer.until_more(400_000, within_s=40)


def test_a_web_page_makes_no_channel(steady: Rig) -> None:
    assert failure(steady, "channel", "add", "Page", f"{steady.server}/")["code"] == "not-a-transport-stream"


def test_a_source_that_turns_into_a_web_page_is_reported(steady: Rig) -> None:
    steady.carry("Page", f"{steady.server}/")
    until(lambda: steady.states().get("Page") in {"silent", "failed"}, within_s=20, what="the channel is reported")
