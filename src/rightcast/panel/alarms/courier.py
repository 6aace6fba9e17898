"""The courier of the jobs process: takes what is due from the queue and hands it over, in threads of its own.

A notifier that hangs holds up nobody but itself; the engine never waits for any of them.
"""

from __future__ import annotations

import logging
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
from django.conf import settings
from django.db import DatabaseError, close_old_connections, transaction
from django.db.models import F, Q
from django.utils import timezone

from rightcast.domain.sources import redact
from rightcast.panel.alarms import queries
from rightcast.panel.alarms.models import AlarmRow, DeliveryRow, DeliveryState, NotifierRow
from rightcast.panel.alarms.notify.contract import DeliveryError, Message, Way
from rightcast.panel.alarms.notify.registry import notifier_of
from rightcast.panel.alarms.notify.sealing import unseal
from rightcast.panel.alarms.outbox import message_of, test_message

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future
    from datetime import datetime

    from rightcast.panel.alarms.notify.contract import Notifier

TURN_S = 0.5
WORKERS = 4
TEST = "test"
"""The notice of a message that somebody asked for to try a notifier."""
BATCH = 100
MOST_ATTEMPTS = 12
CLAIM_S = 180.0
"""A claim that is older was left by a process that died; it exceeds the longest sending."""
TRY_S = 12.0
"""A test at the shell is waited for so long, for somebody sits before it."""
FIRST_RETRY_S, LONGEST_RETRY_S = 5.0, 900.0

_log = logging.getLogger(__name__)


class Courier:
    """Delivers until told to stop. `jitter` gives a factor by which a retry is shifted."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = timezone.now,
        jitter: Callable[[], float] = lambda: random.uniform(0.8, 1.2),  # noqa: S311 - no secret
    ) -> None:
        self._clock = clock
        self._jitter = jitter

    def run(self, stop: threading.Event) -> None:
        """Look for due messages twice a second; at most one sending for each notifier at a time."""
        busy: dict[int, Future[None]] = {}
        with ThreadPoolExecutor(WORKERS, "courier") as pool:
            while not stop.wait(TURN_S):
                busy = {number: one for number, one in busy.items() if not one.done()}
                try:
                    for number in self.due():
                        if number not in busy and len(busy) < 4 * WORKERS:
                            busy[number] = pool.submit(self._deliver_safely, number)
                except DatabaseError:
                    _log.exception("the queue of notices cannot be read; trying again")
                    close_old_connections()

    def due(self) -> list[int]:
        """Ids of notifiers for which something is to be sent now."""
        now = self._clock()
        waiting = DeliveryRow.objects.filter(state=DeliveryState.WAITING, due__lte=now)
        unclaimed = waiting.filter(Q(claimed_until=None) | Q(claimed_until__lt=now))
        ready = set(unclaimed.order_by().values_list("notifier", flat=True).distinct())
        rows = NotifierRow.objects.filter(enabled=True)
        return [row.id for row in rows if (row.id in ready and not _paused(row, now)) or _repeats(row, now)]

    def deliver(self, notifier_id: int) -> int:
        """Send what waits for one notifier, and what it wants to hear again; how many messages were taken."""
        row = NotifierRow.objects.filter(id=notifier_id, enabled=True).first()
        if row is None:
            return 0
        now = self._clock()
        notifier = notifier_of(row.kind)
        claimed = self._claim(row, now)
        messages = [msgspec.convert(one.message, Message) for one in claimed]
        again: list[Message] = []
        if _repeats(row, now):
            again = _open_messages(row)
            NotifierRow.objects.filter(id=row.id).update(refreshed=now)
        told = {one.alarm for one in messages}
        everything = [*messages, *(one for one in again if one.alarm not in told)]
        if not everything:
            return 0
        try:
            result = hand_over(notifier, row, everything, now)
        except DeliveryError as error:
            self._failed(row, claimed, error)
            return 0
        _delivered(row, claimed, result, self._clock())
        return len(everything)

    def _deliver_safely(self, notifier_id: int) -> None:
        try:
            self.deliver(notifier_id)
        except Exception:  # noqa: BLE001 - supervises one sending; another notifier must not suffer from it
            _log.exception("notifier %d failed in a way nobody expected; trying again", notifier_id)
        finally:
            close_old_connections()

    def _claim(self, row: NotifierRow, now: datetime) -> list[DeliveryRow]:
        """Take what is due, and what is new with it, by conditional UPDATE: nobody else sends the same."""
        free = Q(claimed_until=None) | Q(claimed_until__lt=now)
        waiting = DeliveryRow.objects.filter(free, notifier=row, state=DeliveryState.WAITING)
        wanted = waiting.filter(Q(due__lte=now) | Q(attempts=0)).order_by("id")[:BATCH]
        claimed = []
        with transaction.atomic():
            for one in wanted:
                same = DeliveryRow.objects.filter(
                    id=one.id, state=DeliveryState.WAITING, claimed_until=one.claimed_until
                )
                if same.update(claimed_until=now + timedelta(seconds=CLAIM_S), attempts=F("attempts") + 1):
                    one.attempts += 1
                    claimed.append(one)
        return claimed

    def _failed(self, row: NotifierRow, claimed: Sequence[DeliveryRow], error: DeliveryError) -> None:
        now = self._clock()
        sentence = redact(str(error))[:300]
        _log.warning("notifier %s could not deliver: %s", row.name, sentence)
        with transaction.atomic():
            for one in claimed:
                given_up = error.permanent or one.attempts >= MOST_ATTEMPTS or one.notice == TEST
                wait_s = min(FIRST_RETRY_S * 2 ** (one.attempts - 1), LONGEST_RETRY_S) * self._jitter()
                DeliveryRow.objects.filter(id=one.id).update(
                    state=DeliveryState.FAILED if given_up else DeliveryState.WAITING,
                    done=now if given_up else None,
                    due=now + timedelta(seconds=wait_s),
                    claimed_until=None,
                    result=sentence,
                )
            _note_result(row, sentence, now, ok=False)


def hand_over(notifier: Notifier, row: NotifierRow, messages: Sequence[Message], now: datetime) -> str:
    """Send messages by a stored notifier; what was answered. Raises DeliveryError."""
    networks = settings.STATION.notify_networks
    way = Way(settings=row.settings, secret=unseal(row.sealed), networks=networks)
    if row.sealed and not way.secret:
        raise DeliveryError("Its secret cannot be read under this station's key; give it anew.", permanent=True)
    return notifier.send(way, messages, now.timestamp())[:300]


def try_now(row: NotifierRow, now: datetime) -> tuple[bool, str]:
    """Send a test message at once and note the result: whether it was taken, and the answer or what went wrong."""
    message = test_message()
    pool = ThreadPoolExecutor(1, "test")
    try:
        sending = pool.submit(hand_over, notifier_of(row.kind), row, [message], now)
        ok, result = True, sending.result(TRY_S)
    except DeliveryError as error:
        ok, result = False, redact(str(error))[:300]
    except TimeoutError:
        ok, result = False, f"There was no answer within {TRY_S:g} seconds."
    finally:
        pool.shutdown(wait=False)
    with transaction.atomic():
        DeliveryRow.objects.create(
            notifier=row,
            notice=TEST,
            message=msgspec.to_builtins(message),
            created=now,
            due=now,
            attempts=1,
            state=DeliveryState.SENT if ok else DeliveryState.FAILED,
            done=now,
            result=result,
        )
        _note_result(row, result, now, ok=ok)
    return ok, result


def enqueue_test(row: NotifierRow, now: datetime) -> None:
    """Leave a test message for the courier; it is tried once."""
    message = msgspec.to_builtins(test_message())
    DeliveryRow.objects.create(notifier=row, notice=TEST, message=message, created=now, due=now)


def _delivered(row: NotifierRow, claimed: Sequence[DeliveryRow], result: str, now: datetime) -> None:
    with transaction.atomic():
        DeliveryRow.objects.filter(id__in=[one.id for one in claimed]).update(
            state=DeliveryState.SENT, done=now, claimed_until=None, result=result
        )
        _note_result(row, result, now, ok=True)


def _note_result(row: NotifierRow, result: str, now: datetime, *, ok: bool) -> None:
    failing_since = None if ok else row.failing_since or now
    NotifierRow.objects.filter(id=row.id).update(
        last_at=now, last_ok=ok, last_result=result, failing_since=failing_since
    )


def _paused(row: NotifierRow, now: datetime) -> bool:
    pause_s = notifier_of(row.kind).pause_s
    return row.last_at is not None and (now - row.last_at).total_seconds() < pause_s


def _repeats(row: NotifierRow, now: datetime) -> bool:
    repeat_s = notifier_of(row.kind).repeat_s
    return repeat_s > 0 and (row.refreshed is None or (now - row.refreshed).total_seconds() >= repeat_s)


def _open_messages(row: NotifierRow) -> list[Message]:
    """What was told and is open still, as it is now."""
    rows = AlarmRow.objects.filter(cleared=None, told__gte=row.least)[: 10 * BATCH]
    hidden = queries.hidden_names(one.id for one in rows)
    return [message_of(one, "open", hidden[one.id]) for one in rows]
