"""`rightcast import playlist`: large, broken, from a file, an address or standard input."""

from __future__ import annotations

import contextlib
import http.server
import threading
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Shell

SMALL = '#EXTM3U\n#EXTINF:-1 group-title="News",One\nudp://239.1.1.1:5000\n#EXTINF:-1,Two\nhttp://example.org/2.ts\n'


@contextlib.contextmanager
def web_server(status: int, body: bytes, headers: dict[str, str] | None = None) -> Iterator[str]:
    """A server on a free port that answers everything in one way; yields its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def playlist(path: Path, entries: int) -> Path:
    """Every thousandth row three broken ones: no address, a forbidden scheme, a repeated address."""
    with path.open("w") as file:
        file.write("#EXTM3U\n")
        for index in range(entries):
            url = f"http://example.org/live/{index}.ts"
            match index % 1000:
                case 7:
                    url = "not an address"
                case 8:
                    url = f"gopher://example.org/{index}"
                case 9:
                    url = "http://example.org/live/0.ts"
            file.write(f'#EXTINF:-1 tvg-id="c{index}" group-title="Group {index % 50}",Channel {index}\n{url}\n')
    return path


def test_channels_arrive_waiting_for_a_right(rightcast: Shell, tmp_path: Path) -> None:
    file = tmp_path / "list.m3u"
    file.write_text(SMALL)
    assert rightcast("import", "playlist", str(file), "--json").json == {"added": 2, "left_out": 0, "lines": []}
    rows = rightcast("channel", "list", "--json").json
    assert [(row["name"], row["category"], row["state"]) for row in rows] == [
        ("One", "News", "waiting for a right"),
        ("Two", "General", "waiting for a right"),
    ]


def test_fifty_thousand_entries_come_in_and_the_broken_ones_are_listed(rightcast: Shell, tmp_path: Path) -> None:
    answer = rightcast("import", "playlist", str(playlist(tmp_path / "big.m3u", 50_000)), "--json")
    assert answer.code == 0, answer.err
    assert answer.json["added"] == 49_850
    assert answer.json["left_out"] == 150
    assert [line["line"] for line in answer.json["lines"]][:3] == [17, 19, 21]
    assert all(line["reason"] for line in answer.json["lines"])


def test_a_list_for_people_is_cut_and_says_so(rightcast: Shell, tmp_path: Path) -> None:
    file = tmp_path / "list.m3u"
    file.write_text(SMALL + "rubbish\n" * 50)
    answer = rightcast("import", "playlist", str(file))
    assert "2 channels added" in answer.out
    assert "line 6: 'rubbish' is not an address." in answer.out
    assert "and 30 more" in answer.out


def test_importing_twice_adds_nothing_twice(rightcast: Shell) -> None:
    rightcast("import", "playlist", "-", stdin=SMALL)
    answer = rightcast("import", "playlist", "-", "--json", stdin=SMALL)
    assert (answer.json["added"], answer.json["left_out"]) == (0, 2)


def test_an_address_is_fetched(rightcast: Shell) -> None:
    with web_server(200, SMALL.encode()) as url:
        assert rightcast("import", "playlist", f"{url}/list.m3u", "--json").json["added"] == 2


def test_an_address_that_refuses_is_told_without_its_credentials(rightcast: Shell) -> None:
    with web_server(403, b"") as url:
        answer = rightcast("import", "playlist", f"{url}/get.php?username=anna&password=hushhush")
    assert answer.code == 1
    assert "403" in answer.err
    assert "hushhush" not in answer.err + answer.out


def test_a_redirect_does_not_lead_to_files(rightcast: Shell) -> None:
    with web_server(302, b"", {"Location": "file:///etc/passwd"}) as url:
        answer = rightcast("import", "playlist", url, "--json")
    assert answer.json["error"]["code"] == "source-unreachable"


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("/no/such/list.m3u", "not-found"),
        ("/", "not-found"),
        ("ftp://example.org/list.m3u", "invalid-input"),
        ("http://127.0.0.1:1/list.m3u", "source-unreachable"),
        ("http://no-such-host.invalid/list.m3u", "source-unreachable"),
        ("http://[/", "source-unreachable"),
    ],
)
def test_a_place_without_a_playlist_is_told(rightcast: Shell, place: str, code: str) -> None:
    answer = rightcast("import", "playlist", place, "--json")
    assert (answer.code, answer.json["error"]["code"], answer.json["error"]["field"]) == (1, code, "playlist")


@pytest.mark.parametrize("content", [b"", b"#EXTM3U\n", b"<html>\n<body>\n", bytes(range(256)) * 100])
def test_what_is_no_playlist_is_told(rightcast: Shell, content: bytes) -> None:
    answer = rightcast("import", "playlist", "-", "--json", stdin=content)
    assert (answer.code, answer.json["error"]["code"]) == (1, "invalid-input")


def test_the_playlist_of_one_stream_is_told_apart(rightcast: Shell) -> None:
    answer = rightcast("import", "playlist", "-", stdin="#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n1.ts\n")
    assert answer.code == 1
    assert "channel add" in answer.err
