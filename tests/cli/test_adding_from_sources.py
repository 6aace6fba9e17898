"""`rightcast channel add` and `add-services` look at the signal before a channel is made of it."""

from __future__ import annotations

import os
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from tests.headend.signals import multiplex_signal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("gopher://example.org/1", "invalid-input"),
        ("http://no-such-host.invalid/live.ts", "source-unreachable"),
        ("http://169.254.169.254/live.ts", "invalid-input"),
    ],
)
def test_an_address_that_cannot_be_a_source_makes_no_channel(station: Shell, url: str, code: str) -> None:
    before = station("channel", "list", "--json").json
    answer = station("channel", "add", "Bad", url, "--json")
    assert answer.code == 1
    assert (answer.json["error"]["code"], answer.json["error"]["field"]) == (code, "url")
    assert station("channel", "list", "--json").json == before


def test_a_file_without_television_makes_no_channel(rightcast: Shell, tmp_path: Path) -> None:
    page = tmp_path / "page.ts"
    page.write_text("<html>" * 1000)
    answer = rightcast("channel", "add", "One", page.as_uri(), "--json")
    assert answer.json["error"]["code"] == "not-a-transport-stream"


def test_datagrams_without_television_make_no_channel(rightcast: Shell) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = threading.Event()

    def send_garbage() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            while not done.wait(0.01):
                sender.sendto(os.urandom(1316), ("127.0.0.1", port))

    thread = threading.Thread(target=send_garbage)
    thread.start()
    try:
        answer = rightcast("channel", "add", "One", f"udp://127.0.0.1:{port}", "--json")
    finally:
        done.set()
        thread.join()
    assert answer.json["error"]["code"] == "not-a-transport-stream"


def test_unchecked_stores_an_encoder_that_is_not_there_yet(rightcast: Shell) -> None:
    assert rightcast("channel", "add", "One", "http://no-such-host.invalid/live.ts", "--unchecked").code == 0


def test_a_server_that_is_down_is_remarked_but_stored(rightcast: Shell) -> None:
    answer = rightcast("channel", "add", "One", "http://127.0.0.1:1/live.ts")
    assert answer.code == 0
    assert "cannot be received now" in answer.out


def test_the_services_of_a_multiplex_become_channels_under_their_own_names(rightcast: Shell) -> None:
    url = multiplex_signal(3).as_uri()
    rows = rightcast("channel", "add-services", url, "--json").json
    assert len(rows) == 3
    assert [row["left_out"] for row in rows] == ["", "", ""]
    listed = rightcast("channel", "list", "--json").json
    assert [row["name"] for row in listed] == [row["name"] for row in rows]


def test_a_service_is_not_added_twice(rightcast: Shell) -> None:
    url = multiplex_signal(3).as_uri()
    first = rightcast("channel", "add-services", url, "--json").json[0]["service_id"]
    again = rightcast("channel", "add-services", url, "--service-id", str(first), "--json").json
    assert [row["left_out"] for row in again] == ["is a channel already"]


def test_a_service_that_the_multiplex_lacks_is_named(rightcast: Shell) -> None:
    answer = rightcast("channel", "add-services", multiplex_signal(3).as_uri(), "--service-id", "9999", "--json")
    assert answer.json["error"]["code"] == "not-found"
    assert "9999" in answer.json["error"]["sentence"]
