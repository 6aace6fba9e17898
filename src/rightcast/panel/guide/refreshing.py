"""Refreshing a source: fetch or open its guide, import what changed, note how it went and when it is next.

It runs in a process of its own (`child`) or at the shell; a row is claimed first, so a source is refreshed by one only.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from rightcast.domain.errors import ConflictError, GuideUnreachableError, NotFoundError, RightcastError
from rightcast.domain.guide_refresh import Rhythm, next_refresh
from rightcast.panel.guide.fetching import Fetched, Known, fetch
from rightcast.panel.guide.importing import Outcome
from rightcast.panel.guide.models import GuideSource
from rightcast.panel.guide.opening import blocks_of
from rightcast.panel.guide.operations import import_guide
from rightcast.panel.station.queries import station

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rightcast.panel.audit.operations import Actor

LONGEST = timedelta(hours=1)
"""A refresh that began longer ago was left by a process that died."""
READER = "1"
"""Changed when guides are read otherwise than before, so that unchanged files are read again."""
_SAY_S = 0.5
UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How a refresh went; `outcome` None: the guide has not changed."""

    outcome: Outcome | None
    seconds: float


def refresh(
    actor: Actor, source_id: int, *, anyway: bool = False, progress: Callable[[str], None] = lambda _words: None
) -> Refreshed:
    """Refresh a source now; `anyway` also when its guide has not changed.

    Raises NotFoundError, ConflictError while another process does the same, GuideUnreachableError and
    GuideUnreadableError: then the guide that was there before stands.
    """
    source = _claimed(source_id)
    began = time.monotonic()
    try:
        outcome = _refresh(actor, source, anyway=anyway, progress=_told(source.id, progress))
    except RightcastError as error:
        _settle(source, ok=False, result=error.sentence)
        raise
    except BaseException:
        _settle(source, ok=False, result="The refresh was broken off.")
        raise
    _settle(source, ok=True, result=UNCHANGED if outcome is None else None)
    return Refreshed(outcome, time.monotonic() - began)


def _claimed(source_id: int) -> GuideSource:
    now = timezone.now()
    free = Q(running_since=None) | Q(running_since__lt=now - LONGEST)
    taken = GuideSource.objects.filter(free, id=source_id).update(running_since=now, progress="", asked=False)
    source = GuideSource.objects.filter(id=source_id).first()
    if source is None:
        raise NotFoundError("The guide source is gone.", remedy="List them with `rightcast guide sources`.")
    if not taken:
        raise ConflictError(f"{source} is being refreshed already.", remedy="Wait until that has ended.")
    return source


def _refresh(actor: Actor, source: GuideSource, *, anyway: bool, progress: Callable[[str], None]) -> Outcome | None:
    with _file_of(source, anyway=anyway, progress=progress) as (file, fetched):
        digest = "" if fetched.unchanged else _with_reading(fetched.digest, source)
        if fetched.unchanged or (digest == source.digest and not anyway):
            _remember(source, fetched.known, source.digest)
            return None
        file.seek(0)
        outcome = import_guide(actor, source, blocks_of(file), whole=bool(source.address), progress=progress)
        _remember(source, fetched.known, digest)
    return outcome


@contextmanager
def _file_of(
    source: GuideSource, *, anyway: bool, progress: Callable[[str], None]
) -> Iterator[tuple[IO[bytes], Fetched]]:
    """The guide as a file: fetched, or where it lies. An uploaded one is taken away afterwards."""
    upload = upload_path(source.id)
    known = Known() if anyway else Known(source.etag, source.modified)
    if upload.exists():
        with upload.open("rb") as file:
            try:
                yield file, Fetched(Known(), _digest(file))
            finally:
                upload.unlink(missing_ok=True)
    elif source.address.startswith(("http://", "https://")):
        with tempfile.TemporaryFile(dir=folder()) as file:
            networks = settings.STATION.notify_networks
            yield file, fetch(source.address, file, known, private=source.private, networks=networks, progress=progress)
    elif source.address:
        with _opened(Path(source.address.removeprefix("file://"))) as file:
            stat = Path(source.address.removeprefix("file://")).stat()
            now = Known("", f"{stat.st_mtime_ns} {stat.st_size}")
            same = now == known
            yield file, Fetched(now, "" if same else _digest(file), unchanged=same)
    else:
        raise GuideUnreachableError(
            f"{source} has no address.", remedy="Upload a guide, or import a file with `rightcast guide import`."
        )


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise GuideUnreachableError(
            f"The guide {path} cannot be read: {error.strerror}.", remedy="Check its name and owner.", field="address"
        ) from error


def folder() -> Path:
    """Where guides lie while they are imported."""
    path: Path = settings.STATION.data / "guide"
    path.mkdir(parents=True, exist_ok=True)
    return path


def upload_path(source_id: int) -> Path:
    """Where an uploaded guide waits for its import."""
    return folder() / f"upload-{source_id}"


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.blake2b(digest_size=20)
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def _with_reading(digest: str, source: GuideSource) -> str:
    """The same file means something else on another clock."""
    return f"{digest}:{READER}:{hashlib.blake2b(source.zone.encode(), digest_size=4).hexdigest()}"


def _remember(source: GuideSource, known: Known, digest: str) -> None:
    GuideSource.objects.filter(id=source.id).update(etag=known.etag, modified=known.modified, digest=digest)


def _settle(source: GuideSource, *, ok: bool, result: str | None) -> None:
    """Let go of the claim; the import has noted its own result."""
    now = timezone.now()
    failures = 0 if ok else source.failures + 1
    rhythm = Rhythm(source.every_h, source.at_local)
    next_at = next_refresh(rhythm, now, ZoneInfo(station().timezone), failures=failures)
    said = {} if result is None else {"last_at": now, "last_ok": ok, "last_result": result[:500]}
    GuideSource.objects.filter(id=source.id).update(
        running_since=None, progress="", next_at=next_at, failures=F("failures") + 1 if failures else 0, **said
    )


def _told(source_id: int, progress: Callable[[str], None]) -> Callable[[str], None]:
    """Says how far it is, to the caller and twice a second to whoever looks at the page."""
    said = time.monotonic()

    def tell(words: str) -> None:
        nonlocal said
        if time.monotonic() - said >= _SAY_S:
            said = time.monotonic()
            GuideSource.objects.filter(id=source_id).update(progress=words[:120])
            progress(words)

    return tell
