"""Fetches wanted pictures one after another, keeps them within a budget, and forgets those that nobody wants.

Lives in a thread of the jobs process: a slow server of pictures holds up nothing else.
"""

from __future__ import annotations

import logging
import shutil
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, close_old_connections, transaction
from django.db.models import Sum
from django.utils import timezone

from rightcast.contract.catalogue import Kind
from rightcast.domain.errors import RightcastError
from rightcast.domain.guide import day_of
from rightcast.domain.images import SIZES, Images, image_id, pause_s
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.guide.publication import guide_keys
from rightcast.panel.images.fetching import fetched
from rightcast.panel.images.models import Picture
from rightcast.panel.images.shrinking import shrunk
from rightcast.panel.images.wanting import FOREVER, mode, want
from rightcast.panel.publish.outbox import enqueue_all

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable
    from pathlib import Path

BUDGET_BYTES = 1 << 30
MOST_PER_LOOK = 20
PAUSE_S = 0.1
"""Between two pictures, so that nobody's server is hurried."""
LOOK_S = 5.0
_BATCH = 500
_MARK = "mode"

_log = logging.getLogger(__name__)


class Keeper:
    """Looks after the folder of pictures; `fetch` gets the bytes of an address."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        fetch: Callable[[str], bytes] | None = None,
        budget_bytes: int = BUDGET_BYTES,
    ) -> None:
        self._folder = folder or settings.STATION.images
        self._fetch = fetch or (lambda url: fetched(url, settings.STATION.notify_networks))
        self._budget_bytes = budget_bytes

    def run(self, stop: threading.Event) -> None:
        """Look until `stop` is set."""
        while not stop.is_set():
            try:
                self.look(stop)
            except DatabaseError:
                _log.exception("Pictures: the database failed; trying again")
                close_old_connections()
            except Exception:  # noqa: BLE001 - the supervisor of this thread: the next look may do
                _log.exception("Pictures cannot be looked after; trying again")
            stop.wait(LOOK_S)

    def look(self, stop: threading.Event | None = None) -> int:
        """Follow the setting, fetch some of what is wanted, make room; returns how many were fetched."""
        now = mode()
        self._follow(now)
        if now is Images.OFF:
            return 0
        self._want_logos()
        done = 0
        rows = Picture.objects.filter(fetched_at__isnull=True, next_at__lte=timezone.now())
        rows = rows.filter(wanted_until__gte=_today()) if now is Images.ALL else rows.filter(is_logo=True)
        for row in list(rows.order_by("-is_logo", "wanted_until")[:MOST_PER_LOOK]):
            if stop is not None and stop.is_set():
                break
            done += self._take(row)
            time.sleep(PAUSE_S)
        if done:
            self._make_room()
        return done

    def _take(self, row: Picture) -> bool:
        try:
            sizes = shrunk(self._fetch(row.url))
            self._folder.mkdir(parents=True, exist_ok=True)
            for size, data in sizes.items():
                draft = self._folder / f".{row.digest}-{size}"
                draft.write_bytes(data)
                draft.replace(self._folder / f"{row.digest}-{size}")
        except (RightcastError, OSError) as error:
            row.failures += 1
            row.next_at = timezone.now() + timedelta(seconds=pause_s(row.failures))
            row.reason = str(error)[:200]
            row.save(update_fields=["failures", "next_at", "reason"])
            return False
        row.fetched_at, row.failures, row.reason = timezone.now(), 0, ""
        row.size_bytes = sum(map(len, sizes.values()))
        with transaction.atomic():
            row.save(update_fields=["fetched_at", "failures", "reason", "size_bytes"])
            if row.is_logo:
                shown = Channel.objects.filter(logo_url=row.url).values_list("id", flat=True)
                enqueue_all([(Kind.CHANNEL, number) for number in shown])
        return True

    def _make_room(self) -> None:
        """Forget what nobody wants, then what is wanted for the shortest time, until the budget holds the rest."""
        self._forget(Picture.objects.filter(wanted_until__lt=_today()).values_list("digest", flat=True))
        held = int(Picture.objects.filter(fetched_at__isnull=False).aggregate(held=Sum("size_bytes"))["held"] or 0)
        if held <= self._budget_bytes:
            return
        going = []
        for row in Picture.objects.filter(fetched_at__isnull=False, is_logo=False).order_by(
            "wanted_until", "fetched_at"
        ):
            if held <= self._budget_bytes:
                break
            held -= row.size_bytes
            going.append(row.digest)
        self._forget(going)
        _log.warning("%d pictures of shows were forgotten: the budget of %d MB is used", len(going), held >> 20)

    def _forget(self, digests: Iterable[str]) -> None:
        names = list(digests)
        for digest in names:
            for size in SIZES:
                (self._folder / f"{digest}-{size}").unlink(missing_ok=True)
        for start in range(0, len(names), _BATCH):
            Picture.objects.filter(digest__in=names[start : start + _BATCH]).delete()

    def _want_logos(self) -> None:
        urls = set(Channel.objects.filter(logo_url__startswith="http").values_list("logo_url", flat=True))
        known = set(Picture.objects.filter(is_logo=True).values_list("digest", flat=True))
        want([(url, FOREVER) for url in sorted(urls) if image_id(url) not in known], logo=True)

    def _follow(self, now: Images) -> None:
        """When the setting has changed, everything published names other addresses."""
        mark = self._folder / _MARK
        told = f"{now} {settings.STATION.public_url}"
        before = mark.read_text(encoding="utf-8") if mark.exists() else f"{Images.OFF} {settings.STATION.public_url}"
        if before == told:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        numbers = list(Channel.objects.values_list("id", flat=True))
        days = guide_keys()
        with transaction.atomic():
            enqueue_all([*((Kind.CHANNEL, number) for number in numbers), *((Kind.GUIDE, key) for key in days)])
        if now is Images.OFF:
            Picture.objects.all().delete()
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True, exist_ok=True)
        mark.write_text(told, encoding="utf-8")


def _today() -> int:
    return day_of(time.time())
