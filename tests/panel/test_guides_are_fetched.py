"""A guide source fetches its guide: when it changed, in any packing, from where it may, within limits."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import threading
import zipfile
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar

import pytest
from django.utils import timezone

from rightcast.domain.errors import ConflictError, GuideUnreachableError, GuideUnreadableError, InvalidInputError
from rightcast.panel.guide import opening, operations
from rightcast.panel.guide.models import GuideChannel, GuideSource
from rightcast.panel.guide.opening import blocks_of
from rightcast.panel.guide.refreshing import refresh, upload_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rightcast.panel.audit.operations import Actor

pytestmark = pytest.mark.django_db
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


def guide(title: str = "News") -> bytes:
    start, stop = (f"{NOON + timedelta(hours=one):%Y%m%d%H%M%S} +0000" for one in (0, 1))
    return (
        f'<tv><programme start="{start}" stop="{stop}" channel="one.test"><title>{title}</title></programme></tv>'
    ).encode()


def zipped(data: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "x" * 10_000)
        archive.writestr("guide.xml", data)
    return made.getvalue()


class Site(BaseHTTPRequestHandler):
    """A site with a guide at /guide and a few other answers."""

    body: ClassVar[bytes] = b""
    asked: ClassVar[list[tuple[str, int]]] = []

    def do_GET(self) -> None:
        """Answer by path."""
        if self.path.startswith("/moved"):
            self._answer(302, b"", Location="/guide?secret=1")
        elif self.path == "/away":
            self._answer(302, b"", Location="http://169.254.169.254/latest")
        elif self.path == "/loop":
            self._answer(302, b"", Location="/loop")
        elif self.path == "/short":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"<tv>")
        elif self.path == "/locked" and not self.headers.get("Authorization"):
            self._answer(401, b"")
        elif self.path in {"/guide", "/guide?secret=1", "/locked"}:
            tag = f'"{hash(self.body)}"'
            if self.headers.get("If-None-Match") == tag:
                self._answer(304, b"")
            else:
                self._answer(200, self.body, ETag=tag, **{"Last-Modified": formatdate(0, usegmt=True)})
        else:
            self._answer(404, b"")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.asked.append((self.path, status))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    Site.body, Site.asked = guide(), []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)


def added(actor: Actor, address: str, *, private: bool = True) -> GuideSource:
    return operations.add_source(actor, name="Site", address=address, every_h=6, private=private)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress, bz2.compress, zipped,
                                  lambda data: zipped(gzip.compress(data))])  # fmt: skip
def test_any_packing_is_found_by_its_content(pack: object) -> None:
    assert callable(pack)
    data = guide()
    assert b"".join(blocks_of(io.BytesIO(pack(data)))) == data


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused() -> None:
    bomb = io.BytesIO(gzip.compress(b"\0" * 5_000_000))
    with pytest.raises(GuideUnreadableError, match="larger than 1 MB"):
        list(blocks_of(bomb, most_bytes=1 << 20))


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, zipped])
def test_a_packed_file_that_broke_off_says_so(pack: object) -> None:
    assert callable(pack)
    packed = pack(os.urandom(opening.BLOCK_BYTES * 2))
    with pytest.raises(GuideUnreadableError, match="cannot be unpacked"):
        list(blocks_of(io.BytesIO(packed[: len(packed) // 2])))


def test_a_guide_is_fetched_once_and_then_only_when_it_changed(actor: Actor, site: str) -> None:
    source = added(actor, f"{site}/guide")
    assert refresh(actor, source.id).outcome is not None
    assert refresh(actor, source.id).outcome is None
    Site.body = gzip.compress(guide("Other"))
    again = refresh(actor, source.id).outcome
    assert again is not None
    assert again.days_written == 1
    assert [status for _, status in Site.asked] == [200, 304, 200]


def test_the_row_says_how_it_went_and_when_it_is_next(actor: Actor, site: str) -> None:
    source = added(actor, f"{site}/guide")
    refresh(actor, source.id)
    source.refresh_from_db()
    assert (source.last_ok, source.failures, source.running_since) == (True, 0, None)
    assert source.next_at is not None
    assert timedelta(hours=5.9) < source.next_at - timezone.now() <= timedelta(hours=6)
    assert source.report["kept"] == 1


def test_a_failure_is_told_and_tried_again_soon(actor: Actor, site: str) -> None:
    source = added(actor, f"{site}/nothing-there")
    for _ in range(2):
        with pytest.raises(GuideUnreachableError, match="it answered 404"):
            refresh(actor, source.id)
    source.refresh_from_db()
    assert (source.last_ok, source.failures) == (False, 2)
    assert source.next_at is not None
    assert source.next_at - timezone.now() <= timedelta(minutes=10)


def test_a_redirect_is_followed_a_few_times(actor: Actor, site: str) -> None:
    assert refresh(actor, added(actor, f"{site}/moved").id).outcome is not None
    with pytest.raises(GuideUnreachableError, match="redirects more than"):
        refresh(actor, operations.add_source(actor, name="Loop", address=f"{site}/loop", private=True).id)


def test_an_address_in_a_private_network_must_be_allowed(actor: Actor, site: str) -> None:
    source = added(actor, f"{site}/guide", private=False)
    with pytest.raises(GuideUnreachableError, match="private network"):
        refresh(actor, source.id)
    assert Site.asked == []
    operations.update_source(actor, source.id, private=True)
    assert refresh(actor, source.id).outcome is not None


def test_no_redirect_leads_to_a_metadata_address(actor: Actor, site: str) -> None:
    with pytest.raises(GuideUnreachableError, match=r"169\.254\.169\.254"):
        refresh(actor, added(actor, f"{site}/away").id)


def test_user_and_password_of_the_address_are_sent_and_never_shown(actor: Actor, site: str) -> None:
    address = f"{site}/locked".replace("http://", "http://bob:hush@")
    source = added(actor, address)
    assert refresh(actor, source.id).outcome is not None
    operations.update_source(actor, source.id, address=address.replace("/locked", "/gone"))
    with pytest.raises(GuideUnreachableError) as failed:
        refresh(actor, source.id)
    assert "hush" not in str(failed.value)


def test_a_guide_that_broke_off_is_not_imported(actor: Actor, site: str) -> None:
    with pytest.raises(GuideUnreachableError, match="cannot be fetched"):
        refresh(actor, added(actor, f"{site}/short").id)
    assert not GuideChannel.objects.exists()


def test_a_file_is_read_again_when_it_was_written_again(actor: Actor, tmp_path: Path) -> None:
    file = tmp_path / "guide.xml"
    file.write_bytes(guide())
    source = added(actor, str(file))
    assert refresh(actor, source.id).outcome is not None
    assert refresh(actor, source.id).outcome is None
    file.write_bytes(guide("Another"))
    assert refresh(actor, source.id).outcome is not None


def test_the_same_file_on_another_clock_is_read_again(actor: Actor, tmp_path: Path) -> None:
    file = tmp_path / "guide.xml"
    file.write_bytes(guide().replace(b" +0000", b""))
    source = added(actor, str(file))
    refresh(actor, source.id)
    operations.update_source(actor, source.id, zone="Asia/Kolkata")
    os.utime(file, (1, 1))
    again = refresh(actor, source.id).outcome
    assert again is not None
    assert again.days_written == 1


def test_an_upload_is_imported_and_taken_away(actor: Actor) -> None:
    source = operations.add_source(actor, name="By hand")
    upload_path(source.id).write_bytes(guide())
    assert refresh(actor, source.id).outcome is not None
    assert not upload_path(source.id).exists()


def test_a_source_is_refreshed_by_one_process_only(actor: Actor, site: str) -> None:
    source = added(actor, f"{site}/guide")
    GuideSource.objects.update(running_since=timezone.now())
    with pytest.raises(ConflictError, match="already"):
        refresh(actor, source.id)
    GuideSource.objects.update(running_since=timezone.now() - timedelta(hours=2))
    assert refresh(actor, source.id).outcome is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [("address", "ftp://x.test/g"), ("address", "guide.xml"), ("zone", "Mars/Base"), ("every_h", 1000),
     ("offset_min", 2000), ("name", "  ")],
)  # fmt: skip
def test_what_cannot_be_names_its_field(actor: Actor, field: str, value: object) -> None:
    with pytest.raises(InvalidInputError) as refused:
        operations.add_source(actor, **{"name": "Site", field: value})  # type: ignore[arg-type] # that is the point
    assert refused.value.field == field
