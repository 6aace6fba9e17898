"""hls.js in Debian's Chromium: the browser player most of the web uses, in one exact version."""

from __future__ import annotations

import hashlib
import http.server
import os
import shutil
import subprocess
import sys
import tarfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = "1.7.4"
SHA512 = "dc697119d3ef4f6607bd060eb7ec8ecd3fc3122a2bfea255348ca51c0efb9207a805375042a8bbd06c1e7cd11498741e346ca30bc53adbe6ebbaa5bf4e99beb6"  # noqa: E501 - a hash is one word
CACHE = Path(__file__).parents[1] / ".cache"
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
    """hls.js itself, fetched once by npm and checked; skips the test when that is not possible."""
    kept = CACHE / f"hls-{VERSION}.min.js"
    if kept.exists():
        return kept.read_bytes()
    CACHE.mkdir(exist_ok=True)
    npm = Path(sys.executable).parent / "npm"
    archive = CACHE / f"hls.js-{VERSION}.tgz"
    environment = os.environ | {"PATH": f"{npm.parent}:{os.environ['PATH']}"}
    if not npm.exists():
        pytest.skip("npm is not in the virtual environment; make install-dev brings it")
    try:
        arguments = [npm, "pack", "--silent", f"hls.js@{VERSION}"]
        subprocess.run(arguments, cwd=CACHE, env=environment, check=True, timeout=100, capture_output=True)
    except (subprocess.SubprocessError, OSError) as error:
        pytest.skip(f"npm cannot fetch hls.js {VERSION}: {error}")
    digest = hashlib.sha512(archive.read_bytes()).hexdigest()
    assert digest == SHA512, "this is not the hls.js that was looked at"
    with tarfile.open(archive) as opened:
        member = opened.extractfile("package/dist/hls.min.js")
        assert member is not None
        kept.write_bytes(member.read())
    archive.unlink()
    return kept.read_bytes()


@contextmanager
def page_server(script: bytes) -> Iterator[str]:
    """The player's page, from another origin than the station, as on any operator's site."""
    pages = {"/hls.js": (script, "text/javascript"), "/": (PAGE.encode(), "text/html")}

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
