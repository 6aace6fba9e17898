"""The post of notices: sends letters through the mail server of the first e-mail notifier, or keeps them.

Sending blocks within deadlines; it runs in a thread of the jobs process.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from rightcast.domain.sources import redact
from rightcast.panel.alarms.models import NotifierRow
from rightcast.panel.alarms.notify.contract import DeliveryError, Way
from rightcast.panel.alarms.notify.email import hand_in
from rightcast.panel.alarms.notify.sealing import unseal
from rightcast.panel.notices.models import Letter, LetterState
from rightcast.panel.notices.operations import acknowledged

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_log = logging.getLogger(__name__)
BATCH = 20
MOST_ATTEMPTS = 10
FIRST_RETRY_S, LONGEST_RETRY_S = 30.0, 3600.0


def post(now: datetime, send: Callable[[Way, EmailMessage], str] = hand_in) -> int:
    """Send what is due; how many letters left. One that fails is tried again later, then kept."""
    waiting = list(Letter.objects.filter(state=LetterState.WAITING, due__lte=now).select_related("notice")[:BATCH])
    if not waiting:
        return 0
    notifier = NotifierRow.objects.filter(kind="email", enabled=True).order_by("id").first()
    sent = 0
    for letter in waiting:
        if notifier is None:
            _done(letter, LetterState.KEPT, "There is no e-mail notifier, whose server would send it.", now)
            continue
        way = Way(settings=notifier.settings, secret=unseal(notifier.sealed), networks=settings.STATION.notify_networks)
        try:
            result = send(way, compose(letter, way.get("sender"), now))
        except DeliveryError as error:
            _failed(letter, error, now)
        except (ValueError, LookupError):  # of the standard library, on addresses that only look like some
            _done(letter, LetterState.KEPT, "The address cannot be written as one.", now)
        else:
            _done(letter, LetterState.SENT, result, now)
            sent += 1
    return sent


def compose(letter: Letter, sender: str, now: datetime) -> EmailMessage:
    """The mail of a letter."""
    mail = EmailMessage()
    mail["Subject"] = " ".join(letter.subject.split())  # a line break would begin a header
    mail["From"] = sender or "notices@localhost"
    mail["To"] = letter.to or "undisclosed-recipients:;"
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2] or "localhost")
    mail["Auto-Submitted"] = "auto-replied"  # RFC 3834: no absence notes in return
    mail.set_content(letter.text)
    return mail


def _done(letter: Letter, state: LetterState, result: str, now: datetime) -> None:
    with transaction.atomic():
        Letter.objects.filter(id=letter.pk).update(state=state, done=now, result=result[:300])
        if state is LetterState.SENT:
            acknowledged(letter.notice, letter, now)


def _failed(letter: Letter, error: DeliveryError, now: datetime) -> None:
    attempts = letter.attempts + 1
    sentence = redact(str(error))[:300]
    _log.warning("a letter of notice %s could not be sent: %s", letter.notice.reference, sentence)
    if error.permanent or attempts >= MOST_ATTEMPTS:
        _done(letter, LetterState.KEPT, sentence, now)
        return
    wait_s = min(FIRST_RETRY_S * 2 ** (attempts - 1), LONGEST_RETRY_S)
    Letter.objects.filter(id=letter.pk).update(attempts=attempts, due=now + timedelta(seconds=wait_s), result=sentence)
