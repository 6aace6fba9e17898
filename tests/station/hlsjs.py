"""hls.js in Debian's Chromium: the browser player most of the web uses, in one exact version."""

from __future__ import annotations

import http.server
import shutil
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.station.npm import HLS_JS, script

if TYPE_CHECKING:
    from collections.abc import Iterator

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
PAGE = """<!doctype html><title>player</title><video id=v muted autoplay playsinline></video>
<script src=/hls.js></script><script>
window.trouble = []; window.levels = 0;
const video = document.getElementById('v');
const hls = new Hls({enableWorker: false});
hls.on(Hls.Events.ERROR, (_, what) => window.trouble.push({fatal: what.fatal, details: what.details}));
hls.on(Hls.Events.FRAG_CHANGED, (_, what) => { window.levels = what.frag.sn; });
hls.loadSource(new URLSearchParams(location.search).get('src'));
hls.attachMedia(video); hls.on(Hls.Events.MANIFEST_PARSED, () => video.play());
</script>"""


def library() -> bytes:
    """hls.js itself; skips the test when npm cannot bring it."""
    return script(HLS_JS)


@contextmanager
def page_server(script: bytes, page: str = PAGE) -> Iterator[str]:
    """The player's page, from another origin than the station, as on any operator's site."""
    pages = {"/hls.js": (script, "text/javascript"), "/": (page.encode(), "text/html")}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, kind = pages.get(self.path.split("?")[0], (b"", "text/plain"))
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the test's output quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def browser_page() -> Iterator[Page]:
    """A page of Debian's Chromium; skips the test when it is not installed."""
    if not shutil.which("chromium"):
        pytest.skip("chromium is not installed; scripts/real-parts.sh brings it")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser.new_page()
        finally:
            browser.close()
